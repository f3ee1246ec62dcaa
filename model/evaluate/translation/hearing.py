"""What an interpreter is told of a turn while it is spoken: by ears, or by ears that never err.

Time is virtual. What is heard of a micro-turn is known at the end of the next, as in a call, where the ears
work beside it. A turn is over after `TURN_END` micro-turns of silence: 0.6 to 0.8 s, whoever listens.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.ears.ears import Hearing
from model.ears.kinds import AnyKind
from model.ears.sentence import UNDECIDED
from model.evaluate.agent_lines import tag_of
from model.evaluate.translation.spoken import SpokenTurn
from model.turn import Word

TURN_END: Final = 3
"""Micro-turns of silence."""
_SURE: Final = 0.95
"""What ears say of words they have read with care: those of a voice that has paused."""


@dataclass(frozen=True, slots=True)
class Update:
    """The words of the turn as known `at_ms` after its beginning; `final`: it is over."""

    at_ms: int
    words: tuple[Word, ...]
    final: bool = False


Listens = Callable[[SpokenTurn], tuple[Update, ...]]


def known(turn: SpokenTurn) -> tuple[Update, ...]:
    """Tell every word that was said, as soon as it was said; as sure of it as ears would be at that time."""

    def words_by(k: int) -> tuple[Word, ...]:
        confidence = UNDECIDED if k and turn.voiced[k - 1] else _SURE
        said = (word for word in turn.words if word.end_ms <= k * MICRO_TURN_MS)
        return tuple(replace(word, confidence=confidence) for word in said)

    return _updates(turn, words_by)


def ears(kind: AnyKind) -> Listens:
    """Let a call's ears hear the turn, open to any words, and tell what they understand."""

    def listens(turn: SpokenTurn) -> tuple[Update, ...]:
        call = kind.open(tag_of(turn.language))
        call.expect(Expectation(AnswerKind.FREE, any_words=True))
        understood: list[tuple[Word, ...]] = [()]
        for index, speaking in enumerate(turn.voiced):
            audio = turn.audio[index * MICRO_TURN_SAMPLES : (index + 1) * MICRO_TURN_SAMPLES]
            call.listen(index, audio, speaking=speaking)
            hearing: Hearing
            (hearing,) = kind.work([call], hurried=False)
            understood.append(hearing.words)
        call.close()
        return _updates(turn, lambda k: understood[k])

    return listens


def _updates(turn: SpokenTurn, words_by: Callable[[int], tuple[Word, ...]]) -> tuple[Update, ...]:
    """One for each micro-turn in which something changed; `words_by(k)`: known when k have been heard.

    What stands between two long silences is a turn of its own.
    """
    return tuple(_found(turn, words_by))


def _found(turn: SpokenTurn, words_by: Callable[[int], tuple[Word, ...]]) -> Iterator[Update]:
    silent, taken_ms, begun = 0, 0, False
    before: tuple[Word, ...] = ()
    for index, speaking in enumerate(turn.voiced):
        silent = 0 if speaking else silent + 1
        begun = begun or speaking
        at_ms = (index + 1) * MICRO_TURN_MS
        words = tuple(word for word in words_by(index) if word.start_ms >= taken_ms)
        if begun and silent == TURN_END:
            words = tuple(word for word in words_by(index + 1) if word.start_ms >= taken_ms)
            yield Update(at_ms, words, final=True)
            taken_ms, begun, before = (at_ms, False, ())
        elif words != before:
            yield Update(at_ms, words)
            before = words
