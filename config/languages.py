"""The languages people may choose. What a call needs of each is listed in docs/adding-a-language.md."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Language(NamedTuple):
    """One language: its name in English, and the tags a flow may be written in, the usual one first."""

    name: str
    tags: tuple[str, ...]


LANGUAGES: Final[Mapping[str, Language]] = {
    "en": Language("English", ("en-US", "en-GB")),
    "es": Language("Spanish", ("es-MX", "es-ES")),
}
"""By code."""


def language_name(tag: str) -> str:
    """Name a language in English by its tag or code; one that is not known by its code."""
    code = tag.partition("-")[0]
    known = LANGUAGES.get(code)
    return known.name if known else code
