"""Speakers, ears and translators for the interpreter: all in virtual time, all repeatable.

A speaker is written as his words, with pauses in ms between them: "my name is [800] anna". The ears tell of a
word some time after it, as the encoder's do; a translator says everything in capitals.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from agents.interpreting.events import (
    Action,
    Event,
    Heard,
    HeardWord,
    NotSaid,
    Say,
    Tick,
    Translate,
    Translated,
)
from agents.interpreting.interpreter import advance, begin
from agents.interpreting.policy import Policy
from agents.interpreting.state import State

MICRO_TURN_MS = 200
PARTIAL_MS = 400
WORD_MS = 300
GUESSED, SURE = 0.45, 0.95
PATIENT = Policy(agree=2, longest_ms=2_400, busy_ms=2_400, fewest=3, some=5, ahead=False)
"""Cuts at joints, so that what it does is easily foreseen."""
_EARS_MS = 400
"""What was said in the last of these is not yet known."""
_TURN_ENDS_MS = 800
_TRANSLATES_MS = 100


def spoken(text: str, begin_ms: int = 0, confidence: float = GUESSED) -> tuple[HeardWord, ...]:
    """Time the words of a text."""
    words: list[HeardWord] = []
    at = begin_ms
    for part in text.split():
        if part.startswith("["):
            at += int(part.strip("[]"))
            continue
        words.append(HeardWord(part, at, at + WORD_MS - 40, confidence))
        at += WORD_MS
    return tuple(words)


@dataclass
class Call:
    """One direction of a call: gives events to the interpreter and keeps what it did."""

    source: str = "en-US"
    target: str = "es-MX"
    policy: Policy = PATIENT
    answers: Callable[[str], str | None] = str.upper
    """The translator; None: it has not answered yet."""
    state: State = field(init=False)
    done: list[tuple[int, Action]] = field(default_factory=list)
    now_ms: int = 0

    def __post_init__(self) -> None:
        self.state = begin(self.source, self.target, self.policy)
        self._answers: list[tuple[int, Event]] = []

    def tell(self, event: Event) -> list[Action]:
        """Tell of one thing."""
        self.state, actions = advance(self.state, event)
        for action in actions:
            self.done.append((self.now_ms, action))
            if isinstance(action, Translate) and (text := self.answers(action.passage.text)) is not None:
                due_ms = self.now_ms + _TRANSLATES_MS
                self._answers.append((due_ms, Translated(action.request_id, text, due_ms)))
        return list(actions)

    def until(self, ms: int, event: Callable[[int], Event | None] = lambda _: None) -> None:
        """Let time pass; `event` says what the ears tell at the end of a micro-turn."""
        while self.now_ms < ms:
            self.now_ms += MICRO_TURN_MS
            due = [answer for at_ms, answer in self._answers if at_ms <= self.now_ms]
            self._answers = [(at_ms, answer) for at_ms, answer in self._answers if at_ms > self.now_ms]
            for answer in due:
                self.tell(answer)
            self.tell(event(self.now_ms) or Tick(self.now_ms))

    def say(self, text: str, *, final: str | None = None, ends: bool = True) -> None:
        """Speak a turn: partials while it lasts, and what a careful reading makes of it at its end."""
        begin_ms = self.now_ms
        words = spoken(text, begin_ms)
        over_ms = words[-1].end_ms + _TURN_ENDS_MS
        self.until(over_ms, lambda now_ms: _partial(words, now_ms))
        if ends:
            self.tell(Heard(spoken(final or text, begin_ms, SURE), final=True, now_ms=self.now_ms))
        self.until(self.now_ms + 2 * _TRANSLATES_MS)

    def hears(self, *texts: str) -> list[Action]:
        """Tell partial after partial, 400 ms apart; what came of them."""
        before = len(self.done)
        for text in texts:
            self.until(self.now_ms + PARTIAL_MS)
            self.tell(Heard(spoken(text), final=False, now_ms=self.now_ms))
        return [action for _, action in self.done[before:]]

    @property
    def phrases(self) -> list[str]:
        """What was given to the translator, in order."""
        return [action.passage.text for _, action in self.done if isinstance(action, Translate)]

    @property
    def said(self) -> list[str]:
        """What the listener was told."""
        return [action.text for _, action in self.done if isinstance(action, Say)]

    @property
    def not_said(self) -> list[NotSaid]:
        return [action for _, action in self.done if isinstance(action, NotSaid)]

    @property
    def first_said_ms(self) -> int:
        return next(at_ms for at_ms, action in self.done if isinstance(action, Say))


def _partial(words: Sequence[HeardWord], now_ms: int) -> Event | None:
    if now_ms % PARTIAL_MS:
        return None
    return Heard(
        tuple(word for word in words if word.end_ms <= now_ms - _EARS_MS), final=False, now_ms=now_ms
    )


def actions(state: State, events: Sequence[Event]) -> Iterator[tuple[State, tuple[Action, ...]]]:
    """Tell event after event."""
    for event in events:
        state, done = advance(state, event)
        yield state, done
