"""When the words of a speaker are translated: numbers that are chosen by measurement, as data."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Policy:
    """How long an interpreter waits for more words, and for surer ones.

    Attributes:
        agree: in how many partials running a word must have been the same to be stable (local agreement).
        behind: how many later words must have been heard before a word is stable (wait-k); 0: none.
        unchanged_ms: a word that has stood for so long is stable, however few partials came.
        sure: the confidence from which on a word is stable at once: ears that read again with more care when
            the voice pauses say so in it. Above 1: never.
        fewest: words of a phrase before a joint, at least.
        some: words of a phrase before a mere preposition, at least.
        idle: words of a phrase, at least, where nobody knows yet what follows and the listener has nothing to
            listen to.
        most: words that wait, at most: then the best place there is must do.
        longest_ms: how long a word waits for a joint, at most.
        busy_ms: the same while the listener has something to listen to: longer phrases translate better.
        pause_ms: silence between two words, or after the last, that ends a phrase.
        item_pause_ms: the same where a number, a spelled name or a date may go on.
        thinking_ms: the same after a word that belongs to what follows ("the ...").
        trust: how sure the ears must be, on average, of words that put something right.
        believe_ms: how long the speaker's words must have been others than those translated before that is
            put right while the turn goes on; at its end at once.
        corrections: times that something is put right while a turn goes on, at most.
        recall: translated words of a turn that may still be put right, at most.
        patience_ms: how long a translation is waited for.
        ahead: what may be the next phrase is translated before it is one: faster, and twice as many requests.
        speed: of the voice, 1.0 is as usual: interpreters speak a little faster than speakers.
        behind_speed: the same while the listener has something else to listen to first.
    """

    agree: int = 1
    behind: int = 0
    unchanged_ms: int = 600
    sure: float = 0.6
    fewest: int = 3
    some: int = 4
    most: int = 14
    idle: int = 2
    longest_ms: int = 400
    busy_ms: int = 400
    pause_ms: int = 200
    item_pause_ms: int = 400
    thinking_ms: int = 2_500
    trust: float = 0.4
    believe_ms: int = 1_200
    corrections: int = 2
    recall: int = 40
    patience_ms: int = 5_000
    ahead: bool = True
    speed: float = 1.2
    behind_speed: float = 1.3

    def __post_init__(self) -> None:
        """Refuse numbers by which nothing would ever be stable, or would never be said.

        Raises:
            ValueError: says which.
        """
        for name in ("agree", "fewest", "some", "most", "recall", "patience_ms"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if self.most < self.some or self.some < self.fewest:
            raise ValueError(f"fewest {self.fewest}, some {self.some}, most {self.most} must rise")


DEFAULT: Final = Policy()
"""As heard: what is cut off a sentence at its joints is late enough to be stable (see DECISIONS.md)."""
LOCAL_AGREEMENT_2: Final = Policy(agree=2)
LOCAL_AGREEMENT_3: Final = Policy(agree=3, unchanged_ms=900)
WAIT_3: Final = Policy(agree=1, behind=3, unchanged_ms=2_000)
WAIT_5: Final = Policy(agree=1, behind=5, unchanged_ms=2_000)
