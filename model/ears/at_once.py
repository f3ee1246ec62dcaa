"""Ears for virtual time: what they are given is understood before they answer, in this process."""

from config.expectation import Expectation
from model.ears.ears import Hearing
from model.ears.kinds import AnyKind, CallHearing
from model.turn import Audio


class EarsAtOnce:
    """`Ears` that never keep anybody waiting, since the call waits for them. `kind`: what understands."""

    def __init__(self, kind: AnyKind) -> None:
        self._kind = kind

    def open(self, call_id: str, language: str) -> "ListenerAtOnce":
        """Begin to hear a call in a language (BCP 47 tag)."""
        return ListenerAtOnce(self._kind, language)

    def close(self) -> None:
        """There is no process to end."""


class ListenerAtOnce:
    """`Listener` of one call."""

    def __init__(self, kind: AnyKind, language: str) -> None:
        self._kind = kind
        self._call: CallHearing = kind.open(language)
        self._hearing = Hearing()
        self._news = False

    def expect(self, expectation: Expectation) -> None:
        """See `Listener`."""
        self._call.expect(expectation)
        self._news = True

    def change_language(self, language: str) -> None:
        """See `Listener`."""
        self._call.change_language(language)
        self._news = True

    def listen(self, index: int, audio: Audio, *, speaking: bool) -> None:
        """See `Listener`."""
        self._call.listen(index, audio, speaking=speaking)
        self._news = True

    def hearing(self) -> Hearing:
        """Understand what there is, and say it. A pause is read before anything after it, as in a call."""
        if self._news:
            self._news = False
            paused = self._call.has_paused
            (self._hearing,) = self._kind.work([self._call], hurried=False)
            if paused:
                (self._hearing,) = self._kind.work([self._call], hurried=False)
        return self._hearing

    def turn_over(self) -> None:
        """See `Listener`."""
        self._call.turn_over()
        self._hearing = Hearing(upto_ms=self._hearing.upto_ms)
        self._news = True

    def close(self) -> None:
        """See `Listener`."""
        self._call.close()
