"""What the interpreter of one direction remembers. Pure data."""

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Self

from agents.interpreting.events import UNKNOWN, HeardWord
from agents.interpreting.policy import DEFAULT, Policy
from agents.interpreting.stable import Waiting
from agents.interpreting.voiced import usually_ms
from agents.translation.translator import Passage, language_of

_CONTEXT = 2
"""Sentences before the current one that a translator is told."""
_REMEMBERED = 8
"""Parts of the last turn that are said again on request."""
_VOICED_MS = 2_000
_VOICED_MS_PER_SIGN = 90
"""How long a text takes to be voiced at most, should nobody tell that it was."""
_FORESEEN = 4
"""Translations asked ahead that are kept."""
_UNSPOKEN = 8
"""Texts the listener still has before him that are kept in mind."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A word that was given to the translator; `request_id` is empty where it says nothing ("um")."""

    word: HeardWord
    request_id: str


@dataclass(frozen=True, slots=True)
class Turn:
    """The speaker's current turn.

    Attributes:
        sent: words given to the translator, the last ones.
        waiting: words that were not.
        settled_ms: words before it are done with and not looked at again.
        begun: something was given to the translator.
        doubt, doubt_since_ms: words heard in the place of those sent, and since when.
        corrected: how often something was put right.
    """

    sent: tuple[Sent, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    settled_ms: int = -1
    begun: bool = False
    doubt: tuple[str, ...] = ()
    doubt_since_ms: int = 0
    corrected: int = 0

    def fresh(self, words: tuple[HeardWord, ...]) -> tuple[HeardWord, ...]:
        """Leave out what is done with."""
        if self.settled_ms < 0:
            return words
        return tuple(word for word in words if word.start_ms + word.end_ms > 2 * self.settled_ms)

    def shortened(self, recall: int) -> Self:
        """Be done with the oldest words, so that no more than `recall` are kept."""
        if len(self.sent) <= recall:
            return self
        done, kept = self.sent[:-recall], self.sent[-recall:]
        return replace(self, sent=kept, settled_ms=max(self.settled_ms, done[-1].word.end_ms))

    def phrases(self) -> list[tuple[str, tuple[HeardWord, ...]]]:
        """The words sent, by request."""
        return [
            (request_id, tuple(sent.word for sent in some))
            for request_id, some in groupby(self.sent, key=lambda sent: sent.request_id)
        ]


@dataclass(frozen=True, slots=True)
class Pending:
    """A request that was not answered, or whose turn to be said has not come.

    `text`: its translation. `why`: the reason there is none.
    """

    request_id: str
    source: str
    from_ms: int
    upto_ms: int
    asked_ms: int
    turn: int
    corrects: bool = False
    text: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A translation asked for before it was known to be wanted; `text`: the answer."""

    request_id: str
    passage: Passage
    text: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """One direction of an interpreted call.

    Attributes:
        source, target: BCP 47 tags; `source` is what the speaker speaks now.
        name: what ids begin with.
        turn: the current turn; `turns`: how many there were before it.
        pending: requests in the order in which their translations are said.
        ahead: those that may come to be wanted, the latest last.
        serial: of the last id.
        context: the sentences before, in the source language.
        last: what was said of turn `last_turn`.
        unspoken: what the listener has not heard to its end, and when he will have at the latest.
        free_ms: when he will usually have heard all of it.
    """

    source: str
    target: str
    name: str
    policy: Policy = DEFAULT
    turn: Turn = field(default_factory=Turn)
    turns: int = 0
    pending: tuple[Pending, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    serial: int = 0
    context: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    last_turn: int = 0
    unspoken: tuple[tuple[str, int], ...] = ()
    free_ms: int = 0

    @property
    def translates(self) -> bool:
        """Whether the speaker speaks another language than the listener, and a known one."""
        return self.source != UNKNOWN and language_of(self.source) != language_of(self.target)

    @property
    def behind(self) -> bool:
        """Whether the listener has something to listen to."""
        return bool(self.unspoken)

    def busy(self, now_ms: int) -> bool:
        """Whether he usually still has at this time: what is said now would wait."""
        return bool(self.unspoken) and self.free_ms > now_ms

    def next_id(self) -> tuple[Self, str]:
        """Make an id."""
        state = replace(self, serial=self.serial + 1)
        return state, f"{self.name}.{state.serial}"

    def foreseen(self, passage: Passage) -> Ahead | None:
        """Find what was asked ahead for this passage."""
        return next((each for each in self.ahead if each.passage == passage), None)

    def foreseeing(self, request_id: str, passage: Passage) -> Self:
        """Note what is asked ahead."""
        return replace(self, ahead=(*self.ahead, Ahead(request_id, passage))[-_FORESEEN:])

    def told_ahead(self, request_id: str, text: str | None) -> Self:
        """Keep the answer to what was asked ahead; None: there is none."""
        ahead = tuple(
            replace(each, text=text) if each.request_id == request_id else each
            for each in self.ahead
            if each.request_id != request_id or text is not None
        )
        return self if ahead == self.ahead else replace(self, ahead=ahead)

    def remembering(self, text: str, turn: int) -> Self:
        """Keep what is said, to say it again on request."""
        before = self.last if turn == self.last_turn else ()
        return replace(self, last=(*before, text)[-_REMEMBERED:], last_turn=turn)

    def saying(self, say_id: str, text: str, now_ms: int, speed: float = 1.0) -> Self:
        """Note that the listener has this before him."""
        until_ms = now_ms + _VOICED_MS + _VOICED_MS_PER_SIGN * len(text)
        begins_ms = max(now_ms, self.free_ms) if self.unspoken else now_ms
        return replace(
            self,
            unspoken=(*self.unspoken, (say_id, until_ms))[-_UNSPOKEN:],
            free_ms=begins_ms + usually_ms(text, speed),
        )

    def spoken(self, say_id: str | None, now_ms: int) -> Self:
        """Note that he has heard it, and whatever must be over by now."""
        left = tuple(each for each in self.unspoken if each[0] != say_id and each[1] > now_ms)
        return self if left == self.unspoken else replace(self, unspoken=left)

    def turn_over(self, sentence: str) -> Self:
        """Begin a new turn after one of these words."""
        context = (*self.context, sentence)[-_CONTEXT:] if sentence else self.context
        return replace(self, turn=Turn(), turns=self.turns + 1, context=context)
