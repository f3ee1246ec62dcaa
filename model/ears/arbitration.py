"""Several kinds of ears on the same call: each hears for itself, and the surest is believed."""

from collections.abc import Sequence
from dataclasses import replace

from config.expectation import Expectation
from model.ears.ears import Hearing
from model.ears.kinds import AnyKind, CallHearing
from model.turn import Audio


def believed(hearings: Sequence[Hearing]) -> Hearing:
    """The hearing to go by: the surest; of two equally sure, the earlier in the list.

    A guess does not stand against a careful reading. All ears together have heard as far as the slowest.
    """
    careful = [hearing for hearing in hearings if not hearing.first_guess]
    best = max(careful or hearings, key=lambda hearing: hearing.confidence)
    return replace(best, upto_ms=min(hearing.upto_ms for hearing in hearings))


class TogetherCall:
    """One call heard by several ears."""

    def __init__(self, ears: Sequence[CallHearing]) -> None:
        self.ears = tuple(ears)

    def expect(self, expectation: Expectation) -> None:
        """Pass it on."""
        for one in self.ears:
            one.expect(expectation)

    def change_language(self, language: str) -> None:
        """Pass it on."""
        for one in self.ears:
            one.change_language(language)

    def listen(self, index: int, audio: Audio, *, speaking: bool) -> None:
        """Pass it on."""
        for one in self.ears:
            one.listen(index, audio, speaking=speaking)

    def turn_over(self) -> None:
        """Pass it on."""
        for one in self.ears:
            one.turn_over()

    @property
    def attending(self) -> bool:
        """Whether any of them attends."""
        return any(one.attending for one in self.ears)

    @property
    def has_paused(self) -> bool:
        """Whether the turn waits to be understood by any of them."""
        return any(one.has_paused for one in self.ears)

    def close(self) -> None:
        """Pass it on."""
        for one in self.ears:
            one.close()


class Together:
    """A kind of ears made of others; where they disagree, confidence decides."""

    def __init__(self, kinds: Sequence[AnyKind]) -> None:
        self._kinds = tuple(kinds)

    @property
    def together(self) -> int:
        """As many calls as suit all of them."""
        return min(kind.together for kind in self._kinds)

    @property
    def unhurried(self) -> int:
        """As many callers as suit all of them."""
        return min(kind.unhurried for kind in self._kinds)

    def open(self, language: str) -> TogetherCall:
        """Begin to hear a call with all of them."""
        return TogetherCall([kind.open(language) for kind in self._kinds])

    def work(self, calls: Sequence[TogetherCall], *, hurried: bool) -> list[Hearing]:
        """Let each kind understand its part, and believe the surest."""
        each = [
            kind.work([call.ears[k] for call in calls], hurried=hurried) for k, kind in enumerate(self._kinds)
        ]
        return [believed(of_one_call) for of_one_call in zip(*each, strict=True)]
