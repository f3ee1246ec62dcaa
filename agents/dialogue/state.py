"""What the dialogue engine knows of one call: frozen, handed in and handed back, kept nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from agents.dialogue.events import Effect
from agents.messages import Identity
from config.flow_text import Text


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known when the call begins.

    Attributes:
        today: the caller's day, for "tomorrow".
        classifies: a language model can be asked what the caller's words mean.
    """

    call_id: str
    today: date
    classifies: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """A slot's value. `sure`: need not be read back. `fresh`: its step has not taken it up yet."""

    value: str
    sure: bool
    fresh: bool


class Purpose(Enum):
    """What an offer is to the conversation; it decides what happens when it is heard or lost."""

    QUESTION = "question"
    """Lost: asked again when nobody speaks."""
    KEPT = "kept"
    """Must arrive. Heard: the flow goes on. Lost: said again."""
    REMARK = "remark"
    """Nothing hangs on it: acknowledgements, progress, asides."""
    PARTING = "parting"
    """Heard: the call is over."""
    NEWS = "news"
    """What a background agent found, or what was asked for by the clock. Lost: told again later."""


@dataclass(frozen=True, slots=True)
class Told:
    """A value from an answer, as it was worded. `about`: what had been asked for, as in `OpenTask.about`."""

    about: str
    path: str
    """Below the answer: `expected_on`."""
    form: str
    spoken: str


@dataclass(frozen=True, slots=True)
class OpenOffer:
    """An offer that has been neither heard nor lost so far.

    `tells`: values in it; `asks`: it puts the question of the step the call is at.
    """

    id: str
    purpose: Purpose
    tells: tuple[Told, ...] = ()
    asks: bool = False


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Work handed to a background agent and not settled. Times are call time in ms.

    Attributes:
        step: the look-up or agent step that asked for it.
        about: what was asked for: two tasks about the same thing answer the same question.
        number: rises from task to task.
        kind: names the sort of work, to compare how long it takes.
        slots: the slots it was begun with, and their values.
        meanwhile: the conversation goes on; otherwise it waits.
        since_ms: when it began; None until the clock was read.
        word_due_ms: when the caller is to hear that it takes long.
        word_must_ms: ... even though something is still being said.
        give_up_ms: when it has failed.
        language: the tag of the one the call was in then.
        watch: the step that promised to tell when it takes longer than last time.
        watch_due_ms: when that is.
    """

    id: str
    step: str
    about: str = ""
    number: int = 0
    kind: str = ""
    slots: Mapping[str, str] = field(default_factory=dict[str, str])
    meanwhile: bool = False
    since_ms: int | None = None
    word_due_ms: int = 0
    word_must_ms: int = 0
    give_up_ms: int = 0
    language: str = ""
    watch: str | None = None
    watch_due_ms: int | None = None


@dataclass(frozen=True, slots=True)
class OpenClassification:
    """Words of the caller's that a language model is asked about. Times are call time in ms.

    Attributes:
        text, confidence: the words, and the recogniser's confidence in them.
        since_ms: when it was asked; None until the clock was read.
        word_due_ms: when the caller is to hear that it takes long; None: not, or not again.
        give_up_ms: when no answer is waited for any longer.
    """

    id: str
    text: str
    confidence: float
    since_ms: int | None = None
    word_due_ms: int | None = None
    give_up_ms: int = 0


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told and was not heard yet.

    Attributes:
        key: the text's name; a new one with the same key and task replaces it.
        step: the step it stands in.
        text: the wordings, or the one sentence that is voiced as it is.
        verbatim: whether it is such a sentence.
        talk: what only this text's blanks are filled with.
        result: the answer it tells of.
        tells: values in it that are not blanks of its own.
        task: the work it is news of; None: of the clock.
        offer_id: the offer that tells it; None: it is owed.
        language: the tag of the one the text is in; empty: the call's.
    """

    key: str
    step: str
    text: Text
    verbatim: bool = False
    talk: Mapping[str, object] = field(default_factory=dict[str, object])
    result: Mapping[str, object] | None = None
    tells: tuple[Told, ...] = ()
    task: OpenTask | None = None
    offer_id: str | None = None
    language: str = ""

    @property
    def waited_for(self) -> bool:
        """Whether it is of work the call waited for; then it matters only while the call is there."""
        return self.task is not None and not self.task.meanwhile


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something the caller wants to hear again. `due_ms` is None until the clock was read."""

    step: str
    period_ms: int
    every: bool
    due_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """What depends on call time.

    Attributes:
        reminders: at most one for each step.
        time_asked: the remind step that waits for the caller to give a time.
        how_long: the step that is to say how long it has been, as soon as the clock is read.
        settled: work settled since the clock was read: its kind, and when it began.
        took_ms: how long each kind of work took last time.
    """

    reminders: tuple[Reminder, ...] = ()
    time_asked: str | None = None
    how_long: str | None = None
    settled: tuple[tuple[str, int | None], ...] = ()
    took_ms: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Source:
    """Which work an answer is from; see `OpenTask`."""

    number: int
    about: str


@dataclass(frozen=True, slots=True)
class State:
    """One call's dialogue.

    Attributes:
        flow: name and version of the flow the call began with; it stays on it.
        step: where the call is; empty before it began.
        language: the tag of the one the call goes on in; empty: the flow's own.
        count: offers and tasks made so far; their ids come from it.
        slots, results: what the caller gave and what background agents answered.
        sources: which work each result is from.
        identity: who the caller has shown to be.
        tries: failed tries to show it, for each step.
        asked: the question of this step was heard to its end.
        tasks: work handed out and not settled, oldest first.
        news: what is to be told and was not heard.
        told: values the caller has heard: by what they are about, their path and form.
        visits: how often a step was reached since the last answer (`at_most`).
        used: how often each text was used, so that wordings take turns.
        offers: said or to be said, neither heard nor lost yet.
        said: what was said since the caller's last turn, for "say that again".
        kept: the answer that must arrive, until it was heard.
        kept_tells: the values in it.
        unheard: the question or kept answer was cut off; it is said again unless the caller speaks.
        doubt: the value being read back.
        denials: how many read-backs were wrong in a row.
        strange: turns in a row that were likely in another of the flow's languages.
        lacked: the caller was told that the line does not speak their language.
        digits: what there is of a number so far, spoken or keyed.
        misses: answers in a row that were not understood.
        silences: silences in a row.
        classifying: what a language model is asked at the moment.
        unsettled: what it had been asked before the caller went on.
        unclassified: questions to the language model in a row that had no answer in time.
        parting: the offer of the last words, while the call is about to end.
        over: the last words were heard.
        interpreting: the step that had somebody called, to speak with the caller through an interpreter.
        clock: reminders, and what else depends on call time.
    """

    call: CallFacts
    flow: str
    step: str = ""
    language: str = ""
    count: int = 0
    slots: Mapping[str, Given] = field(default_factory=dict[str, Given])
    results: Mapping[str, Mapping[str, object]] = field(default_factory=dict[str, Mapping[str, object]])
    sources: Mapping[str, Source] = field(default_factory=dict[str, Source])
    identity: Identity | None = None
    tries: Mapping[str, int] = field(default_factory=dict[str, int])
    asked: str | None = None
    tasks: tuple[OpenTask, ...] = ()
    news: tuple[News, ...] = ()
    told: Mapping[tuple[str, str, str], str] = field(default_factory=dict[tuple[str, str, str], str])
    visits: Mapping[str, int] = field(default_factory=dict[str, int])
    used: Mapping[str, int] = field(default_factory=dict[str, int])
    offers: tuple[OpenOffer, ...] = ()
    said: tuple[str, ...] = ()
    kept: str | None = None
    kept_tells: tuple[Told, ...] = ()
    unheard: bool = False
    doubt: str | None = None
    denials: int = 0
    strange: int = 0
    lacked: bool = False
    digits: str = ""
    misses: int = 0
    silences: int = 0
    classifying: OpenClassification | None = None
    unsettled: OpenClassification | None = None
    unclassified: int = 0
    parting: str | None = None
    over: bool = False
    interpreting: str | None = None
    clock: Clock = Clock()

    @property
    def task(self) -> OpenTask | None:
        """The work the call waits for, if it waits."""
        return next((task for task in self.tasks if not task.meanwhile), None)


@dataclass(frozen=True, slots=True)
class Advance:
    """The state after an event, what is to be done, and the steps the call has reached, each in order."""

    state: State
    effects: tuple[Effect, ...]
    walked: tuple[str, ...] = ()
