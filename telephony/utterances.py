"""What the agent said, as the caller heard it. Pure: no I/O, no clock.

"Sent" is not "heard": an utterance counts as heard up to the agent time the carrier has confirmed, and what a clear
flushed was never said. Agent time in ms throughout.
"""

from dataclasses import dataclass, replace

from model.turn import Word


@dataclass(frozen=True, slots=True)
class Utterance:
    """One voiced offer. `complete`: all its words have been given out (heard or not yet)."""

    offer_id: str
    words: tuple[Word, ...] = ()
    complete: bool = False

    def heard_text(self, heard_ms: int) -> str:
        """The words whose sound the caller had heard to the end at `heard_ms`."""
        return " ".join(word.text for word in self.words if word.end_ms <= heard_ms)

    def heard_whole(self, heard_ms: int) -> bool:
        """Whether the caller has heard all of it."""
        return self.complete and (not self.words or self.words[-1].end_ms <= heard_ms)


@dataclass(frozen=True, slots=True)
class Utterances:
    """The utterances on their way to the caller's ear, oldest first."""

    under_way: tuple[Utterance, ...] = ()


def voiced(utterances: Utterances, offer_id: str, words: tuple[Word, ...]) -> Utterances:
    """Words of `offer_id` begin in this micro-turn."""
    under_way = utterances.under_way
    if under_way and under_way[-1].offer_id == offer_id:
        last = under_way[-1]
        return Utterances((*under_way[:-1], replace(last, words=last.words + words)))
    return Utterances((*under_way, Utterance(offer_id, words)))


def completed(utterances: Utterances, offer_id: str) -> Utterances:
    """All of `offer_id` has been given out."""
    return Utterances(
        tuple(
            replace(utterance, complete=True) if utterance.offer_id == offer_id else utterance
            for utterance in utterances.under_way
        )
    )


def settle(utterances: Utterances, heard_ms: int) -> tuple[Utterances, tuple[Utterance, ...]]:
    """Take out, in order, the utterances that have been heard to the end at `heard_ms`."""
    done: list[Utterance] = []
    rest = list(utterances.under_way)
    while rest and rest[0].heard_whole(heard_ms):
        done.append(rest.pop(0))
    return Utterances(tuple(rest)), tuple(done)


def cut(utterances: Utterances, offer_id: str, heard_ms: int) -> tuple[Utterances, Utterance | None]:
    """Take out `offer_id`, which will not be voiced further, with only the words heard at `heard_ms`."""
    for utterance in utterances.under_way:
        if utterance.offer_id == offer_id:
            rest = tuple(other for other in utterances.under_way if other is not utterance)
            heard = tuple(word for word in utterance.words if word.end_ms <= heard_ms)
            return Utterances(rest), replace(utterance, words=heard, complete=False)
    return utterances, None
