"""From heard words to text that people would write, without fillers and false starts. Pure."""

from collections.abc import Sequence
from typing import Final

from agents.interpreting.events import HeardWord
from agents.interpreting.items import bonds
from agents.interpreting.tongue import Tongue, tongue_of

_HESITATES_MS: Final = 200
_COMMA_MS: Final = 350
_LONGEST_START: Final = 3
"""Words of a false start ("I want to I want to"), at most."""
_MOST_BEFORE: Final = 8
"""Words before, fillers among them, that may have been such a start."""


def meant(words: Sequence[HeardWord], tag: str, before: Sequence[HeardWord] = ()) -> tuple[HeardWord, ...]:
    """Leave out sounds that say nothing, and what the speaker began again with the same words.

    `before`: the words before these, which were translated: a beginning that says them again falls away.
    """
    tongue = tongue_of(tag)
    earlier = _without_fillers(before[-_MOST_BEFORE:], tongue)
    said = [*earlier, *_without_fillers(words, tongue)]
    texts = [word.text for word in said]
    bound = bonds(texts, tag)
    at = len(earlier)
    sizes = range(min(_LONGEST_START, at), 0, -1)
    at += next((n for n in sizes if _begins_again(texts, bound, at - n, n, tongue)), 0)
    kept: list[HeardWord] = []
    while at < len(texts):
        size = next(
            (n for n in range(_LONGEST_START, 0, -1) if _begins_again(texts, bound, at, n, tongue)), 0
        )
        if not size:
            kept.append(said[at])
        at += size or 1
    return tuple(kept)


def written(words: Sequence[HeardWord], tag: str, *, begins: bool, ends: bool) -> str:
    """Write words as a sentence, or as a part of one, with commas where the speaker paused.

    Args:
        words: at least one.
        tag: their language.
        begins: the first one begins a sentence.
        ends: the last one ends it.
    """
    tongue = tongue_of(tag)
    texts = [word.text for word in words]
    commas = _commas(words, texts, tag)
    text = " ".join(
        (_capital(word) if word in tongue.capitals else word) + ("," if comma else "")
        for word, comma in zip(texts, commas, strict=True)
    )
    asks = begins and ends and _asks(texts, tongue)
    if begins:
        text = text[:1].upper() + text[1:]
    if ends:
        text += "?" if asks else "."
    return f"¿{text}" if asks and tag.startswith("es") else text


def _commas(words: Sequence[HeardWord], texts: list[str], tag: str) -> list[bool]:
    """Whether a comma stands behind each word: a pause between constituents."""
    tongue = tongue_of(tag)
    leaning = tongue.unfinished - tongue.denials
    return [
        following is not None
        and following.start_ms - word.end_ms >= _COMMA_MS
        and not bound
        and word.text not in leaning
        for word, following, bound in zip(words, [*words[1:], None], bonds(texts, tag), strict=True)
    ]


def _without_fillers(words: Sequence[HeardWord], tongue: Tongue) -> list[HeardWord]:
    return [
        word
        for at, word in enumerate(words)
        if word.text not in tongue.fillers and not _hesitates(words, at, tongue)
    ]


def _hesitates(words: Sequence[HeardWord], at: int, tongue: Tongue) -> bool:
    if words[at].text not in tongue.hesitations:
        return False
    if at + 1 == len(words):
        return at > 0 and words[at - 1].text in tongue.clauses  # "... or, this ..."
    following = words[at + 1]
    return following.text in tongue.fillers or following.start_ms - words[at].end_ms >= _HESITATES_MS


def _begins_again(texts: list[str], bound: tuple[bool, ...], at: int, size: int, tongue: Tongue) -> bool:
    """Whether the `size` words here come again at once; numbers that do are meant, and "very very" is."""
    one = texts[at : at + size]
    if len(one) < size or texts[at + size : at + 2 * size] != one:
        return False
    if any(bound[at : at + 2 * size]):
        return False
    return size > 1 or one[0] in tongue.unfinished - tongue.denials - tongue.emphatic


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _asks(words: Sequence[str], tongue: Tongue) -> bool:
    first = next((word for word in words if word not in tongue.clauses), "")
    if first in tongue.asks:
        return True
    at = words.index(first) if first else 0
    return first in tongue.inverted and words[at + 1 : at + 2] != () and words[at + 1] in tongue.subjects
