"""What a listener says: which small utterance comes next, and in which of its ways. Pure.

Chosen by the call and by how many were said in it, so that a call replayed says the same, callers do not all
hear the same, and nobody hears the same twice in a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from model.synthesis.speech import Language
from model.voice.small import Kind, SmallUtterance, small_utterance

_FAVOURED: Final[tuple[Kind, ...]] = ("mm-hm", "mm-hm", "mm-hm", "uh-huh", "uh-huh", "i see", "right", "okay")
"""How often each is said while somebody explains: sounds more often than words."""
_INTRODUCTIONS: Final[Mapping[Language, str]] = {"en": "As I was saying,", "es": "Como le decía,"}


@dataclass(frozen=True, slots=True)
class Listening:
    """A call's small utterances so far.

    Attributes:
        call_id: what the choice depends on, with the number of those said.
        language: of what is said.
        said: how many.
        last: the latest one's kind.
    """

    call_id: str = ""
    language: Language = "en"
    said: int = 0
    last: Kind | None = None

    def go_on(self) -> "tuple[Listening, SmallUtterance]":
        """Choose what says "I am listening, go on"."""
        chance = self._chance()
        kinds: list[Kind] = [kind for kind in _FAVOURED if kind != self.last]
        return self._say(kinds[chance % len(kinds)], chance)

    def one_moment(self) -> "tuple[Listening, SmallUtterance]":
        """Choose what says "I am still here"."""
        return self._say("one moment", self._chance())

    @property
    def introduction(self) -> str:
        """What goes before something that was interrupted long ago and is taken up again."""
        return _INTRODUCTIONS[self.language]

    def going_on_in(self, tag: str) -> "Listening":
        """Go on in the language of a BCP 47 tag; one without recordings is served in English."""
        return replace(self, language=_recorded(tag))

    def _say(self, kind: Kind, chance: int) -> "tuple[Listening, SmallUtterance]":
        after = replace(self, said=self.said + 1, last=kind)
        return after, small_utterance(kind, self.language, chance >> 16)

    def _chance(self) -> int:
        return int.from_bytes(blake2b(f"{self.call_id} {self.said}".encode(), digest_size=4).digest())


def listening_in(call_id: str, tag: str) -> Listening:
    """Begin a call in the language of a BCP 47 tag; one without recordings is served in English."""
    return Listening(call_id, _recorded(tag))


def introductions() -> Mapping[Language, str]:
    """All of them by language, to be synthesised ahead."""
    return _INTRODUCTIONS


def _recorded(tag: str) -> Language:
    return "es" if tag.lower().partition("-")[0] == "es" else "en"
