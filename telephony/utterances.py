"""What the agent said, as the caller heard it. Pure: no I/O, no clock.

"Sent" is not "heard": an utterance counts as heard up to the agent time the carrier has confirmed, and what a
clear flushed was never said. Agent time in ms throughout.
"""

from dataclasses import dataclass, replace

from model.turn import Word


@dataclass(frozen=True, slots=True)
class Utterance:
    """One voiced offer.

    `complete`: all its words have been given out (heard or not yet). `flushed`: words given out that the
    caller never heard.
    """

    offer_id: str
    words: tuple[Word, ...] = ()
    complete: bool = False
    flushed: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """The words joined by single spaces."""
        return " ".join(word.text for word in self.words)

    def as_heard(self, heard_ms: int) -> "Utterance":
        """The same with only the words whose sound the caller had heard to the end at `heard_ms`."""
        heard = tuple(word for word in self.words if word.end_ms <= heard_ms)
        lost = tuple(word for word in self.words if word.end_ms > heard_ms)
        return replace(self, words=heard, flushed=self.flushed + lost)

    def heard_whole(self, heard_ms: int) -> bool:
        """Whether the caller has heard all of it."""
        return self.complete and (not self.words or self.words[-1].end_ms <= heard_ms)


Utterances = tuple[Utterance, ...]
"""Those on their way to the caller's ear, oldest first."""


def voiced(under_way: Utterances, offer_id: str, words: tuple[Word, ...]) -> Utterances:
    """Words of `offer_id` begin in this micro-turn; those flushed before are said again."""
    if under_way and under_way[-1].offer_id == offer_id:
        last = under_way[-1]
        return (*under_way[:-1], replace(last, words=last.words + words, flushed=()))
    return (*under_way, Utterance(offer_id, words))


def completed(under_way: Utterances, offer_id: str) -> Utterances:
    """All of `offer_id` has been given out."""
    return tuple(
        replace(utterance, complete=True) if utterance.offer_id == offer_id else utterance
        for utterance in under_way
    )


def flushed(under_way: Utterances, heard_ms: int) -> Utterances:
    """A clear cut the agent off at `heard_ms`: words after that were never heard."""
    return tuple(utterance.as_heard(heard_ms) for utterance in under_way)


def settle(under_way: Utterances, heard_ms: int) -> tuple[Utterances, Utterances]:
    """Split off, in order, the utterances heard to the end at `heard_ms`: (still under way, done)."""
    done = 0
    while done < len(under_way) and under_way[done].heard_whole(heard_ms):
        done += 1
    return under_way[done:], under_way[:done]


def cut(under_way: Utterances, offer_id: str, heard_ms: int) -> tuple[Utterances, Utterance | None]:
    """Take out `offer_id`, which will not be voiced further, with only the words heard at `heard_ms`."""
    rest = tuple(utterance for utterance in under_way if utterance.offer_id != offer_id)
    of_offer = [utterance for utterance in under_way if utterance.offer_id == offer_id]
    return rest, of_offer[0].as_heard(heard_ms) if of_offer else None
