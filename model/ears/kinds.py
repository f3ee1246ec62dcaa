"""The kinds of ears that run embedded, and what their host asks of them.

A kind understands many calls with what it has loaded once; a call's hearing takes note of sound and knows
what is due. Nothing here knows about processes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, Protocol, TypeVar, assert_never

from config.expectation import Expectation
from model.ears.ears import Hearing
from model.turn import Audio

EarsName = Literal["encoder", "pocketsphinx", "all"]

HEARS: Final[Mapping[EarsName, frozenset[str]]] = {
    "encoder": frozenset({"en", "es"}),
    "pocketsphinx": frozenset({"en"}),
    "all": frozenset({"en", "es"}),
}
"""The languages each kind knows."""


class CallHearing(Protocol):
    """The ears of one call, inside whichever process does the work."""

    def expect(self, expectation: Expectation) -> None:
        """Understand with this in mind, the current turn from its beginning."""
        ...

    def change_language(self, language: str) -> None:
        """Understand the current turn from its beginning, and what follows, as `language` (BCP 47 tag)."""
        ...

    def listen(self, index: int, audio: Audio, *, speaking: bool) -> None:
        """Take note of micro-turn `index`, int16[3200]."""
        ...

    def turn_over(self) -> None:
        """What follows is a new turn."""
        ...

    @property
    def attending(self) -> bool:
        """Whether the caller is speaking or has only just stopped: its sound is understood."""
        ...

    @property
    def has_paused(self) -> bool:
        """Whether the caller's voice has paused and the turn waits to be understood."""
        ...

    def close(self) -> None:
        """Free what the call holds. Idempotent."""
        ...


H = TypeVar("H", bound=CallHearing)


class EarsKind(Protocol[H]):
    """Understands calls."""

    @property
    def together(self) -> int:
        """How many calls are best understood in one go."""
        ...

    @property
    def unhurried(self) -> int:
        """How many speaking callers can wait at once and all get their partial words in time."""
        ...

    def open(self, language: str) -> H: ...

    def work(self, calls: Sequence[H], *, hurried: bool) -> list[Hearing]:
        """Understand what these calls, opened here, have brought; `hurried`: others wait too."""
        ...


AnyKind = EarsKind[Any]
"""A kind whose calls are not mixed with another's."""


def make_kind(name: EarsName) -> AnyKind:
    """Load one kind of ears. Takes seconds.

    Raises:
        HeadError, EncoderError: the encoder's head or the encoder cannot be used.
    """
    match name:
        case "encoder":
            from model.ears.encoder_ears import EncoderKind

            return EncoderKind()
        case "pocketsphinx":
            from model.ears.call_ears import PocketsphinxKind

            return PocketsphinxKind()
        case "all":
            from model.ears.arbitration import Together

            return Together([make_kind("encoder"), make_kind("pocketsphinx")])
        case _:
            assert_never(name)
