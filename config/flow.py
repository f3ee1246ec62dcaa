"""The flow schema: what a company's telephone says, asks, looks up and does.

A flow is a graph of steps (`config.flow_steps`); the union of their kinds is closed and versioned:

    say       says something and goes on            ask       asks, and goes where the answer leads
    look_up   has a tool called                     agent     has a language model work with tools
    decide    goes on by what is known              aside     says something and stays
    transfer  hands the call to a listed number     end       says goodbye and hangs up
    survey    asks for a figure that is kept        speak     goes on in another language, and stays
    interpret calls somebody, and interprets between them and the caller
    remind, stop_reminding, watch, how_long         answer what callers ask about time, and stay

What callers mean is recognised by example phrases (`meanings`). Text has blanks: `{order_number}`,
`{order.expected_on:date}`; a text with several variants is varied from one time to the next, and of the
variants whose blanks can all be filled, those that tell most are used.

The graph's own rules (every target exists, every step is reachable and has a way out) are in
`config.flow_checks`; reading YAML and the errors people see in `config.flow_file`.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from config.dials import Dials, EngineName, VoiceDials
from config.flow_slots import Slot
from config.flow_steps import Agent, Ask, End, Interpret, LookUp, Say, Step, Transfer
from config.flow_text import (
    TEXT_SCHEMA,
    Confidence,
    Key,
    Milliseconds,
    Name,
    Part,
    Phrase,
    Phrases,
    Tag,
    Text,
    Texts,
)

SCHEMA_VERSION: Final = 1

# --- what can be known, meant and reached ---------------------------------------------------------


class Meaning(Part):
    """One thing callers may mean: example phrases, and keywords that say it wherever they stand.

    `in_a_story`: it leads away also from what a caller tells in free words ("... and then it smoked"); other
    meanings do so only where they are most of what was said.
    """

    phrases: Phrases
    keywords: Annotated[tuple[Phrase, ...], Field(max_length=40), WithJsonSchema(TEXT_SCHEMA)] = ()
    in_a_story: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_a_plain_list(cls, value: object) -> object:
        return {"phrases": value} if isinstance(value, list | str) else value


class Destination(Part):
    """Where a call may be handed to. `number` is E.164."""

    title: str = Field(min_length=1)
    number: str = Field(pattern=r"^\+[1-9]\d{6,14}$")


class Sureness(Part):
    """From which confidence on (0..1) the caller's words are taken for what they seem."""

    understand: Confidence = 0.35
    """Below: asked again rather than guessed."""
    act: Confidence = 0.5
    """Below: not enough to transfer the call or to end it."""
    believe: Confidence = 0.75
    """Below: a number is read back."""


class Classification(Part):
    """Whether a language model, where one is set up, tells what words mean that fit no phrase.

    It chooses among what the flow listens for at that moment, and nothing else. Without an answer in time the
    caller is asked again, as without a language model.
    """

    allowed: bool = True
    within_ms: Milliseconds = 1_500
    """So long an answer is waited for. If it may take long, the caller hears a word meanwhile."""


class LanguageRecognition(Part):
    """When a call goes on in another of the flow's languages because the caller speaks it.

    `recognise_language: false` leaves it to callers to ask for it.
    """

    on: bool = True
    sure: Confidence = 0.9
    """From this probability on one turn is enough..."""
    words: int = Field(default=2, ge=1, le=20)
    """... of at least so many words."""
    likely: Confidence = 0.75
    """From this one on two turns in a row are, of however few words."""

    @model_validator(mode="before")
    @classmethod
    def _from_yes_or_no(cls, value: object) -> object:
        return {"on": value} if isinstance(value, bool) else value


class Silence(Part):
    """When the caller says nothing: what is said, each time it goes on, and where it ends."""

    after_ms: Milliseconds = 6_000
    says: Texts = Field(min_length=1)
    then: Name


class Misunderstood(Part):
    """After how many answers in a row that were not understood the call goes elsewhere."""

    at_most: int = Field(default=3, ge=1, le=10)
    then: Name


# --- the flow -------------------------------------------------------------------------------------


class Flow(Part):
    """What happens on a call. Read one with `config.flow_file.load_flow`."""

    schema_version: Literal[1] = Field(alias="schema")
    name: Name
    version: int = Field(ge=1)
    title: str = Field(min_length=1)
    language: Tag = "en-US"
    languages: Annotated[tuple[Tag, ...], Field(max_length=8)] = ()
    """Of a flow in several languages (`config.flow_languages`), the one a call begins in first."""
    currency: Literal["USD", "EUR", "GBP", "MXN"] = "USD"
    start: Name
    values: Mapping[Name, str] = Field(default_factory=dict[str, str])
    """Words used in several texts, as blanks: `{company}`."""
    dials: Dials = Field(default_factory=Dials)
    voice: VoiceDials = Field(default_factory=VoiceDials)
    engine: EngineName = "native"
    sureness: Sureness = Field(default_factory=Sureness)
    classification: Classification = Field(default_factory=Classification)
    recognise_language: LanguageRecognition = Field(default_factory=LanguageRecognition)
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
    global_keys: Mapping[Key, Name] = Field(default_factory=dict[str, str])
    """Key of the telephone → step, wherever no number is asked for: `"2": in_spanish`."""
    steps: Mapping[Name, Step] = Field(min_length=1, max_length=1_000)

    others: SkipJsonSchema[Mapping[str, "Flow"]] = Field(
        default_factory=dict[str, "Flow"], exclude=True, repr=False
    )
    """This flow in its other languages, by tag. Filled on reading."""

    def speaking(self, tag: str) -> "Flow":
        """Give this flow in a language; in its own if it has no other."""
        other = self.others.get(tag)
        if other is None or other.others:
            return self if other is None else other
        return other.model_copy(update={"others": self.others})

    def tag_for(self, wanted: str) -> str:
        """Find which of its languages a wish is met by ("es" by "es-MX"); empty: by none."""
        language = wanted.partition("-")[0]
        tags = self.languages or (self.language,)
        near = (tag for tag in tags if language and tag.partition("-")[0] == language)
        return wanted if wanted in tags else next(near, "")

    @property
    def key(self) -> str:
        """What a call keeps of the flow it runs: `name@version`."""
        return f"{self.name}@{self.version}"


def dials_at(flow: Flow, name: str) -> Dials:
    """Tell how the floor is held while the call is at this step."""
    match flow.steps.get(name):
        case Say() | Ask() | LookUp() | Agent() | Interpret() | Transfer() | End() as step:
            return flow.dials.with_step(step.dials)
        case _:
            return flow.dials
