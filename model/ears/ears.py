"""The seam of the ears: audio and the flow's expectation in, words with times and confidences out.

Hearing is slower than a micro-turn may be, so it happens beside it: nothing here blocks. `listen` hands
audio over, `hearing` says what has been understood so far and up to which moment.
"""

from dataclasses import dataclass
from typing import Protocol

from config.expectation import Expectation
from model.turn import Audio, LanguageHeard, Transcript, Word


@dataclass(frozen=True, slots=True)
class Hearing:
    """The caller's current turn as understood so far.

    Attributes:
        words: lower case, digits as digit words ("four", "four": "double four" is resolved), call time.
        upto_ms: audio before this call time has been decoded; the rest is still on its way.
        first_guess: a live search's words; a careful reading follows as soon as the voice pauses.
        confidence: of the whole, 0..1, calibrated: below 0.5 it is more likely wrong than right.
        expected: it is something callers say at this point of a call. Other words may be meant for somebody
            else in the room, or come from the television.
        language: the one the words are in ("es"); empty: the call's.
        spoken: the language the caller speaks; None where these ears do not tell languages apart.
        otherwise: the same turn as understood in another language that it may be in.
    """

    words: tuple[Word, ...] = ()
    upto_ms: int = 0
    confidence: float = 0.0
    first_guess: bool = False
    expected: bool = True
    language: str = ""
    spoken: LanguageHeard | None = None
    otherwise: "Hearing | None" = None

    def transcript(self, *, final: bool) -> Transcript:
        """Give it as it is told."""
        other = self.otherwise
        return Transcript(
            self.words,
            final,
            self.confidence,
            self.language,
            self.spoken,
            None if other is None else other.transcript(final=final),
        )

    @property
    def known(self) -> tuple[Word, ...]:
        """The words, if they are expected ones."""
        return self.words if self.expected else ()


class Listener(Protocol):
    """The ears of one call."""

    def expect(self, expectation: Expectation) -> None:
        """Decode what follows with this in mind. Takes effect at once for the current turn."""
        ...

    def change_language(self, language: str) -> None:
        """Expect the caller to speak `language` (BCP 47 tag) from now on, in the current turn too."""
        ...

    def listen(self, index: int, audio: Audio, *, speaking: bool) -> None:
        """Take in micro-turn `index` (int16[3200]). `speaking`: the model hears caller voice in it."""
        ...

    def hearing(self) -> Hearing:
        """What is understood of the current turn by now."""
        ...

    def turn_over(self) -> None:
        """The turn has been taken: what follows is a new one."""
        ...

    def close(self) -> None:
        """Free what the call holds. Idempotent."""
        ...


class Ears(Protocol):
    """A recogniser that serves any number of calls."""

    def open(self, call_id: str, language: str) -> Listener: ...

    def close(self) -> None:
        """End its threads and processes. Idempotent."""
        ...
