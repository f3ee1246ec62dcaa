"""The flow schema: what a company's telephone says, asks, looks up and does.

A flow is a graph of steps. Seven kinds of step suffice for a call about an order; the union is closed and
versioned, a new kind is added here and in `agents.dialogue.walk`:

    say       says something and goes on            ask       asks, and goes where the answer leads
    look_up   has a tool called, and waits          decide    goes on by what is known
    aside     says something and stays              transfer  hands the call to a listed destination
    end       says goodbye and hangs up

What callers mean is recognised by example phrases (`meanings`). Text has blanks: `{order_number}`,
`{order.expected_on:date}`; a text with several variants is varied from one time to the next, and of the
variants whose blanks can all be filled, those that tell most are used.

The graph's own rules (every target exists, every step is reachable and has a way out) are in
`config.flow_checks`; reading YAML and the errors people see in `config.flow_file`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from config.dials import Dials, StepDials

SCHEMA_VERSION: Final = 1

NAME_PATTERN: Final = r"^[a-z][a-z0-9_]{0,63}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
"""Of a flow, a step, a meaning, a slot: `order_number`."""

FORMATS: Final = ("plain", "digits", "date", "when", "money")
"""How a blank is spoken: as it is; digit by digit; as a day ("Tuesday the 24th of November"); as an answer to
"when?" ("tomorrow", "on Tuesday the 24th of November"); as an amount in the flow's currency."""

BLANK: Final = re.compile(r"\{([a-z][a-z0-9_]*)((?:\.[a-z][a-z0-9_]*)*)(?::([a-z]+))?\}")
"""Groups: the name, the path below it (".status" or empty), the format or None."""


_PLAIN_WORDS: Final = re.compile(
    r"[^\W\d_A-Z]+(?:['\-]?[^\W\d_A-Z]+)*(?: [^\W\d_A-Z]+(?:['\-]?[^\W\d_A-Z]+)*)*"
)


def _one_sentence_at_least(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: write what is to be said")
    rest = BLANK.sub("", text)
    if "{" in rest or "}" in rest:
        raise ValueError(f"has a brace that is no blank in {text!r}: write blanks like {{order_number}}")
    for name, path, form in BLANK.findall(text):
        if form and form not in FORMATS:
            known = ", ".join(FORMATS)
            raise ValueError(f"blank {{{name}{path}:{form}}} has no known form: use one of {known}")
    return " ".join(text.split())


def _plain_words(phrase: str) -> str:
    words = " ".join(phrase.split())
    if not _PLAIN_WORDS.fullmatch(words):
        raise ValueError(
            f"phrase {phrase!r} is not plain: write small letters, no punctuation, numbers as words"
        )
    return words


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Wording = Annotated[str, Field(max_length=600), AfterValidator(_one_sentence_at_least)]
Text = Annotated[tuple[Wording, ...], BeforeValidator(_listed), Field(min_length=1, max_length=12)]
"""What is to be said: one wording, or several that are used in turn."""
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(max_length=5)]
"""What is to be said the first time, the second time, and so on; the last one stays."""

Phrase = Annotated[str, Field(max_length=80), AfterValidator(_plain_words)]
Phrases = Annotated[tuple[Phrase, ...], BeforeValidator(_listed), Field(min_length=1, max_length=60)]
"""Ways to say the same thing: small letters, no punctuation, numbers as words."""

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
Milliseconds = Annotated[int, Field(ge=500, le=120_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# --- what can be known, meant and reached ---------------------------------------------------------


class DigitsSlot(_Part):
    """A number that is said or keyed digit by digit. `digits`: how many it has."""

    kind: Literal["digits"]
    digits: int = Field(ge=1, le=16)


class YesNoSlot(_Part):
    kind: Literal["yes_no"]


class ChoiceSlot(_Part):
    """One of a few things. `choices`: for each value, how callers say it."""

    kind: Literal["choice"]
    choices: Mapping[Name, Phrases] = Field(min_length=2)


Slot = Annotated[DigitsSlot | YesNoSlot | ChoiceSlot, Field(discriminator="kind")]


class Meaning(_Part):
    """One thing callers may mean: example phrases, and keywords that say it wherever they stand."""

    phrases: Phrases
    keywords: Annotated[tuple[Phrase, ...], Field(max_length=40)] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_a_plain_list(cls, value: object) -> object:
        return {"phrases": value} if isinstance(value, list | str) else value


class Destination(_Part):
    """Where a call may be handed to. `number` is E.164."""

    title: str = Field(min_length=1)
    number: str = Field(pattern=r"^\+[1-9]\d{6,14}$")


class Sureness(_Part):
    """From which confidence on (0..1) the caller's words are taken for what they seem."""

    understand: Confidence = 0.35
    """Below: asked again rather than guessed."""
    act: Confidence = 0.5
    """Below: not enough to transfer the call or to end it."""
    believe: Confidence = 0.75
    """Below: a number is read back."""


class Silence(_Part):
    """When the caller says nothing: what is said, each time it goes on, and where it ends."""

    after_ms: Milliseconds = 6_000
    says: Texts = Field(min_length=1)
    then: Name


class Misunderstood(_Part):
    """After how many answers in a row that were not understood the call goes elsewhere."""

    at_most: int = Field(default=3, ge=1, le=10)
    then: Name


# --- steps ----------------------------------------------------------------------------------------


class AtMost(_Part):
    """A step may be reached so often in a row; then the call goes elsewhere. A found answer starts anew."""

    times: int = Field(ge=1, le=10)
    then: Name


class _Step(_Part):
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


class Confirm(_Part):
    """How a value that was not heard for sure is read back."""

    says: Text
    again: Text
    """When neither yes nor no was understood."""
    denied: Texts = Field(min_length=1)
    """When it was wrong: asked for again, the first time, the second time..."""


class Counted(_Part):
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
    next: Name | None = None

    @model_validator(mode="after")
    def _has_an_answer(self) -> Self:
        if self.slot is None and not self.answers:
            raise ValueError("asks for nothing: give it a 'slot' with 'next', or 'answers'")
        if (self.slot is None) != (self.next is None):
            raise ValueError("'slot' and 'next' belong together: the call goes on to 'next' with the slot")
        if self.slot is None and (self.any_time or self.confirm or self.counted):
            raise ValueError("'any_time', 'confirm' and 'counted' need a 'slot'")
        return self


class Waiting(_Part):
    """What is said while a look-up takes long, so that the line is never dead."""

    first_after_ms: Milliseconds = 4_000
    then_every_ms: Milliseconds = 6_000
    says: Text
    give_up_after_ms: Milliseconds = 45_000
    """Then the look-up has failed with `timeout`, whatever becomes of it."""


class LookUp(_Stay):
    """Have a tool called. `arguments`: name → a value, or a slot as `{order_number}`."""

    kind: Literal["look_up"]
    tool: Name
    arguments: Mapping[Name, str | int | bool] = Field(default_factory=dict[str, str | int | bool])
    result: Name
    """What the tool's answer is called in later steps: `{order.status}`."""
    says: Text
    """Said at once, while the tool is at work."""
    waiting: Waiting
    next: Name
    failed: Mapping[str, Name] = Field(min_length=1)
    """The tool's error word (`not_found`, `unavailable`, `timeout`, ...) → step; `otherwise` for the rest."""


class Decide(_Step):
    """Go on by a value: of a slot, or of a look-up's result."""

    kind: Literal["decide"]
    by: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")
    cases: Mapping[str, Name] = Field(min_length=1)
    otherwise: Name


class Aside(_Step):
    """Say something and stay where the call is. Blanks: `{last}` what was said last, `{question}`."""

    kind: Literal["aside"]
    says: Text


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


Step = Annotated[Say | Ask | LookUp | Decide | Aside | Transfer | End, Field(discriminator="kind")]

STEP_KINDS: Final = ("say", "ask", "look_up", "decide", "aside", "transfer", "end")


# --- the flow -------------------------------------------------------------------------------------


class Flow(_Part):
    """What happens on a call. Read one with `config.flow_file.load_flow`."""

    schema_version: Literal[1] = Field(alias="schema")
    name: Name
    version: int = Field(ge=1)
    title: str = Field(min_length=1)
    language: str = Field(default="en-US", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    currency: Literal["USD", "EUR", "GBP"] = "USD"
    start: Name
    values: Mapping[Name, str] = Field(default_factory=dict[str, str])
    """Words used in several texts, as blanks: `{company}`."""
    dials: Dials = Field(default_factory=Dials)
    sureness: Sureness = Field(default_factory=Sureness)
    silence: Silence
    misunderstood: Misunderstood
    trouble: Name
    """Where the call goes when something that was to be said is not known."""
    resuming: Text
    """How a kept answer that was talked over is taken up again; `{last}` is the answer."""
    talked_over: Text
    """To words that were not understood while a look-up is at work."""
    destinations: Mapping[Name, Destination] = Field(default_factory=dict[str, Destination])
    slots: Mapping[Name, Slot] = Field(default_factory=dict[str, Slot])
    meanings: Mapping[Name, Meaning] = Field(default_factory=dict[str, Meaning])
    """What callers may mean."""
    global_steps: Mapping[Name, Name] = Field(default_factory=dict[str, str])
    """Meaning → step, at any point of the call."""
    steps: Mapping[Name, Step] = Field(min_length=1, max_length=1_000)

    @property
    def key(self) -> str:
        """What a call keeps of the flow it runs: `name@version`."""
        return f"{self.name}@{self.version}"


def dials_at(flow: Flow, name: str) -> Dials:
    """Tell how the floor is held while the call is at this step."""
    match flow.steps.get(name):
        case Say(dials=own) | Ask(dials=own) | LookUp(dials=own) | Transfer(dials=own) | End(dials=own):
            return flow.dials.with_step(own)
        case _:
            return flow.dials


def blanks(text: Text) -> Iterator[tuple[str, str, str | None]]:
    """List a text's blanks: name, path below it (".status" or empty), form."""
    for wording in text:
        for name, path, form in BLANK.findall(wording):
            yield name, path, form or None


def targets(step: Step) -> Iterator[tuple[str, str]]:
    """List where a step leads: the field that says so ("answers.refund"), and the step named there."""
    if step.at_most:
        yield "at_most.then", step.at_most.then
    match step:
        case Say(next=name):
            yield "next", name
        case Ask(next=following, answers=answers):
            if following:
                yield "next", following
            yield from ((f"answers.{meaning}", name) for meaning, name in answers.items())
        case LookUp(next=name, failed=failed):
            yield "next", name
            yield from ((f"failed.{word}", name) for word, name in failed.items())
        case Decide(cases=cases, otherwise=name):
            yield from ((f"cases.{value}", target) for value, target in cases.items())
            yield "otherwise", name
        case Transfer(resume=name) | End(resume=name):
            yield "resume", name
        case Aside():
            pass


def texts(step: Step) -> Iterator[tuple[str, Text]]:
    """List all a step may say: the field it stands in, and the text."""
    if isinstance(step, Decide):
        return
    yield "says", step.says
    match step:
        case Ask(again=again, confirm=confirm, counted=counted):
            yield from (("again", text) for text in again)
            if confirm:
                yield "confirm.says", confirm.says
                yield "confirm.again", confirm.again
                yield from (("confirm.denied", text) for text in confirm.denied)
            if counted:
                yield "counted.partial", counted.partial
                yield "counted.too_few", counted.too_few
                yield "counted.too_many", counted.too_many
        case LookUp(waiting=waiting):
            yield "waiting.says", waiting.says
        case _:
            pass
