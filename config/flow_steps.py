"""The kinds of step a flow is made of.

A kind is added here, in `config.flow_graph` and in `agents.dialogue.walk`. Steps that *stay* say something
and leave the call where it is; only what callers say leads to them. Steps that have *work* done hand it to a
background agent.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from config.dials import StepDials
from config.flow_text import WORDS_SCHEMA, Milliseconds, Name, Part, Tag, Text, Texts, Wording, listed
from config.interpreting import DUCK_DB, OFF_DB


class AtMost(Part):
    """A step may be reached so often in a row; then the call goes elsewhere. A found answer starts anew."""

    times: int = Field(ge=1, le=10)
    then: Name


class _Step(Part):
    at_most: AtMost | None = None


class _Stay(_Step):
    """A step the call may stay at, so that the floor can be held its way there."""

    dials: StepDials = Field(default_factory=StepDials)
    """While the call is here: `dials: {patience: 0.7}`."""


class Say(_Stay):
    """Say something and go on."""

    kind: Literal["say"]
    says: Text
    keep: bool = False
    """It must arrive: the next step waits until it was heard, and if the caller talks over it, it is said
    again once the caller has been answered."""
    interruptible: bool = True
    next: Name


class Confirm(Part):
    """How a value that was not heard for sure is read back."""

    always: bool = False
    """Also when it seemed sure; but not when it was keyed."""
    says: Text
    again: Text
    """When neither yes nor no was understood."""
    denied: Texts = Field(min_length=1)
    """When it was wrong: asked for again, the first time, the second time..."""


class Counted(Part):
    """What is said to a number with too few or too many digits.

    Blanks: `{heard}` the digits so far, `{count}` how many they are, `{missing}` how many are missing.
    """

    partial: Text
    """The first few digits came: asked for the rest."""
    too_few: Text
    too_many: Text


class Ask(_Stay):
    """Ask, and go where the answer leads: by meaning (`answers`), or on with a filled `slot` (`next`)."""

    kind: Literal["ask"]
    says: Text
    again: Texts = ()
    """When the answer was not understood: other words, more help."""
    slot: Name | None = None
    any_time: bool = False
    """The caller may give this answer before being asked, or correct it later."""
    confirm: Confirm | None = None
    counted: Counted | None = None
    awaits: Literal["free", "yes_no"] = "free"
    """Without a slot: an open question, or one for yes or no."""
    answers: Mapping[Name, Name] = Field(default_factory=dict[str, str])
    """Meaning → step. `yes` and `no` need no phrases."""
    consent_for: Annotated[tuple[Name, ...], BeforeValidator(listed), WithJsonSchema(WORDS_SCHEMA)] = ()
    """A yes to this very question, heard to its end, lets each of these steps change something, once."""
    next: Name | None = None

    @model_validator(mode="after")
    def _has_an_answer(self) -> Self:
        if self.slot is None and not self.answers:
            raise ValueError("asks for nothing: give it a 'slot' with 'next', or 'answers'")
        if (self.slot is None) != (self.next is None):
            raise ValueError("'slot' and 'next' belong together: the call goes on to 'next' with the slot")
        if self.slot is None and (self.any_time or self.confirm or self.counted):
            raise ValueError("'any_time', 'confirm' and 'counted' need a 'slot'")
        if self.consent_for and "yes" not in self.answers:
            raise ValueError("asks for consent, so say under 'answers' where a 'yes' leads")
        return self


class Waiting(Part):
    """What is said while a look-up takes long, so that the line is never dead."""

    first_after_ms: Milliseconds = 4_000
    then_every_ms: Milliseconds = 6_000
    says: Text
    give_up_after_ms: Milliseconds = 45_000
    """Then the look-up has failed with `timeout`, whatever becomes of it."""


class Meanwhile(Part):
    """The work goes on while the conversation does; what it found is told when it comes.

    `next` is then where the conversation goes at once, and `failed` leads to asides.
    """

    found: Name | None = None
    """The aside that tells what was found, or a decide that leads to asides. Without it nothing is told."""
    dropped_at: Annotated[tuple[Name, ...], BeforeValidator(listed), WithJsonSchema(WORDS_SCHEMA)] = ()
    """When the call reaches one of these steps, the work is no longer asked for."""
    when_changed: Literal["drop", "keep"] = "drop"
    """What becomes of the work when the caller corrects a slot it was begun with."""


class Verifies(Part):
    """The result's `customer_id` says who the caller is, from then on and until the call ends.

    A failed try is a `not_found`, `refused` or `invalid`, or a result without a `customer_id`.
    """

    by: str = ""
    """What the caller had to know ("order number and postcode"), if the result has no `verified_by`."""
    tries: int = Field(default=3, ge=1, le=10)
    then: Name
    """Where the call goes after so many failed tries, and whenever this step is reached again."""


class AfterHangUp(Part):
    """What is done with work that ends when nobody is on the line any more. Without it, it is dropped.

    Blanks: slots, `values`, and the work's own answer as `{result.status}`.
    """

    sms: Wording | None = None
    """Sent to the caller's number when the work has succeeded."""
    case: Wording | None = None
    """Subject of the case opened in the customer records, however the work ended."""


class _Work(_Stay):
    """A background agent is asked for something."""

    result: Name
    """What the answer is called in later steps: `{order.status}`."""
    says: Text
    """Said at once, while the agent is at work."""
    waiting: Waiting
    partial: Text | None = None
    """Told when part of the answer comes early and brings no words of its own."""
    repair: Text | None = None
    """When the answer changes something the caller was told: `{before}`, `{now}`. By default in the flow's
    language: "I said {before}; it is {now}."."""
    meanwhile: Meanwhile | None = None
    after_hang_up: AfterHangUp | None = None
    next: Name
    failed: Mapping[str, Name] = Field(min_length=1)
    """A word of `config.failures` (`not_found`, `unavailable`, `limit`, ...) → step; `otherwise`.

    A step that changes something says what follows an `unknown`; it then also follows a `timeout`, which says
    no more.
    """


class LookUp(_Work):
    """Have a tool called.

    `arguments`: name → a value, a slot as `{order_number}`, or part of an answer as `{times.first.slot_id}`.
    """

    kind: Literal["look_up"]
    tool: Name
    arguments: Mapping[Name, str | int | bool] = Field(default_factory=dict[str, str | int | bool])
    verifies: Verifies | None = None

    @model_validator(mode="after")
    def _verifies_while_the_caller_waits(self) -> Self:
        if self.verifies and self.meanwhile:
            raise ValueError("says who the caller is, so the call waits for it; remove 'meanwhile'")
        return self


class Agent(_Work):
    """Have a language model work with tools. The workers need `LLM_BASE_URL` and `LLM_MODEL`."""

    kind: Literal["agent"]
    goal: Wording
    """What it is to find out or do. Slots as blanks."""
    tools: Annotated[tuple[Name, ...], Field(min_length=1, max_length=32)]
    """It may call these, and no others."""
    answer: Mapping[str, Any] | None = None
    """JSON schema of the result; without it, free words."""
    most_steps: int = Field(default=8, ge=1, le=32)
    most_tokens: int = Field(default=20_000, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _answers_with_an_object(self) -> Self:
        if self.answer is not None and self.answer.get("type") != "object":
            raise ValueError("has an 'answer' that is no object; begin it with 'type: object'")
        return self


class Decide(_Step):
    """Go on by a value: of a slot, or of a look-up's result. The case `nothing`: it is not known."""

    kind: Literal["decide"]
    by: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")
    cases: Mapping[str, Name] = Field(min_length=1)
    otherwise: Name


class Aside(_Step):
    """Say something and stay where the call is. Blanks: `{last}` what was said last, `{question}`."""

    kind: Literal["aside"]
    says: Text


class Speak(_Step):
    """Go on in another of the flow's languages, say so in it, and stay, or go on to `next`.

    Blanks: `{last}`, and without a `next` `{question}`.
    """

    kind: Literal["speak"]
    language: Tag
    says: Text
    next: Name | None = None


class Remind(_Step):
    """Remind the caller, as often or when they said ("every four minutes", "in ten minutes"), and stay."""

    kind: Literal["remind"]
    says: Text
    """The promise. Blank: `{due}`, "every 4 minutes"."""
    unclear: Text
    """When no time was said; the next words of the caller may give it."""
    reminder: Text
    """Said each time it is due. Blanks: `{due}`, `{on_call}`, `{waited}`, `{last}`, `{question}`."""


class StopReminding(_Step):
    """End all reminders and watches, say so, and stay."""

    kind: Literal["stop_reminding"]
    says: Text


class Watch(_Step):
    """Tell the caller if the work going on takes longer than the same work took last time, and stay."""

    kind: Literal["watch"]
    says: Text
    """The promise. Blank: `{last_time}`, "12 seconds"."""
    nothing: Text
    """When nothing is going on, or there was no last time."""
    longer: Text
    """Said when it takes longer. Blank: `{last_time}`."""


class HowLong(_Step):
    """Say how long it has been, and stay. Blanks: `{waited}` for what is going on, `{on_call}` in all."""

    kind: Literal["how_long"]
    says: Text


class Survey(_Stay):
    """Ask the caller for a figure that is kept with the call, by voice or by key, and go on in any case.

    Who answers something else is asked once more if there is an `again`. Who has something else to say is
    understood as everywhere.
    """

    kind: Literal["survey"]
    says: Text
    again: Text | None = None
    answer: Literal["rating", "yes_no"] = "rating"
    """`rating`: from 1 to 5, 5 is best. `yes_no`: also by key, 1 for yes and 2 for no."""
    measures: Name = "satisfaction"
    """What the answer is kept as."""
    next: Name


class Interpret(_Stay):
    """Call a destination, and interpret between them and the caller until one of them has gone.

    Each hears the other's own voice turned down under the translation. `next`: where the flow goes on when
    they have spoken. `failed`: where it goes when nobody answers, or can be called.
    """

    kind: Literal["interpret"]
    says: Text
    """Said while they are called."""
    to: Name
    language: Tag
    """Theirs."""
    introductions: Mapping[Name, str] = Field(default_factory=dict[str, str], max_length=8)
    """How the interpreter introduces itself, by language, in place of the usual: `{en: ..., es: ...}`."""
    duck_db: float = Field(default=DUCK_DB, ge=OFF_DB, le=0)
    """By how much voices are turned down under the translation: 0 not at all, -40 altogether."""
    next: Name
    failed: Name


class Transfer(_Stay):
    """Hand the call to a destination once the words were heard. `resume`: if the caller takes it back."""

    kind: Literal["transfer"]
    says: Text
    destination: Name
    resume: Name


class End(_Stay):
    """Hang up once the words were heard. `resume`: if the caller speaks again before that."""

    kind: Literal["end"]
    says: Text
    resume: Name


Work = LookUp | Agent
"""Steps that ask a background agent."""
Staying = Aside | Speak | Remind | StopReminding | Watch | HowLong
"""Steps that say something and leave the call where it is."""

Step = Annotated[
    Say
    | Ask
    | LookUp
    | Agent
    | Decide
    | Aside
    | Speak
    | Remind
    | StopReminding
    | Watch
    | HowLong
    | Survey
    | Interpret
    | Transfer
    | End,
    Field(discriminator="kind"),
]

STEP_TYPES: Final = (
    Say, Ask, LookUp, Agent, Decide, Aside, Speak, Remind, StopReminding, Watch, HowLong,
    Survey, Interpret, Transfer, End,
)  # fmt: skip
STEP_KINDS: Final = tuple(str(get_args(each.model_fields["kind"].annotation)[0]) for each in STEP_TYPES)
