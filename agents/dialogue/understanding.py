"""What a caller means: their words matched with example phrases.

No language model: a phrase counts by how many of its words were said, words that carry meaning more than
those that only hold a sentence together, in any order, with small differences forgiven (an ending, a letter
in a long word; but of two words that are both looked for neither is the other: "perdón" is not "persona").
What else was said does not matter much, except for a phrase of one word: "what" means "say that again" only
when it is about all that was said. A keyword counts wherever it stands: "refund", "agent".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agents.dialogue.numerals import words
from agents.dialogue.tongue import is_spanish
from config.flow import Meaning

_IGNORED: Final = frozenset({
    "um", "uh", "er", "erm", "hm", "mhm", "please", "well", "so", "the", "a", "an", "just", "like",
    "oh", "ah", "now", "then", "really", "there",
})  # fmt: skip
_LIGHT: Final = frozenset({
    "i", "you", "it", "is", "are", "was", "am", "be", "my", "your", "to", "of", "for", "with", "on",
    "at", "in", "and", "or", "that", "this", "me", "we", "do", "does", "did", "can", "could",
    "would", "want", "need", "like", "have", "has", "had", "will", "not", "about", "some", "what",
    "any", "get", "if", "know",
})  # fmt: skip
_SPANISH_IGNORED: Final = frozenset({
    "eh", "este", "pues", "por", "favor", "bueno", "a", "ver", "el", "la", "los", "las", "un", "una", "oiga",
    "ah", "oh", "ahora", "entonces",
})  # fmt: skip
_SPANISH_LIGHT: Final = frozenset({
    "yo", "usted", "me", "mi", "mis", "su", "sus", "lo", "le", "se", "es", "esta", "son", "era", "de", "del",
    "al", "en", "con", "para", "y", "o", "que", "eso", "esto", "quiero", "quisiera", "necesito", "puede",
    "puedo", "tengo", "tiene", "hay", "he", "ha", "no", "algo", "como", "sobre", "si", "ser",
    "estoy", "saber",
})  # fmt: skip
_LIGHT_WEIGHT: Final = 0.3
_ACCENTS: Final = str.maketrans("áéíóúü", "aeiouu")
_LONG: Final = 6
"""From this many letters on, one wrong letter is forgiven (but not in the first two)."""
_SHORT_OF: Final = {
    "i'm": "i am", "i'd": "i would", "i've": "i have", "i'll": "i will", "it's": "it is", "that's": "that is",
    "what's": "what is", "where's": "where is", "who's": "who is", "let's": "let us", "you're": "you are",
    "don't": "do not", "doesn't": "does not", "didn't": "did not", "can't": "can not", "cannot": "can not",
    "won't": "will not", "isn't": "is not", "hasn't": "has not", "haven't": "have not", "wanna": "want to",
    "gimme": "give me", "hasnt": "has not", "wheres": "where is", "whats": "what is",
}  # fmt: skip

LEAST_SCORE: Final = 0.65
"""A phrase is meant from this share of its words on."""
_KEYWORD_SCORE: Final = 0.8
_ALONE_BELOW: Final = 1.5
"""A phrase lighter than this (one word of meaning) must be most of what was said."""
_ALONE_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Match:
    """What the words most likely mean. `score` 0..1: how much of the phrase was said."""

    meaning: str
    score: float


def understood(
    text: str, candidates: Iterable[tuple[str, Meaning]], language: str = "en", *, story: bool = False
) -> Match | None:
    """Find what the words mean among candidates (name, meaning); earlier ones win a tie.

    Args:
        text: what was said.
        candidates: what it may mean.
        language: a tag, `es-MX`.
        story: the caller was asked to tell something, so a phrase or keyword counts only if it is most of
            what was said, save for meanings that count `in_a_story`.
    """
    spanish = is_spanish(language)
    said = _content(text, spanish)
    if not said:
        return None
    candidates = tuple(candidates)
    heard = frozenset(said)
    known = _looked_for(candidates, spanish)
    said_weight = sum(_weight(word, spanish) for word in said)
    best: Match | None = None
    best_weight = 0.0
    for name, meaning in candidates:
        least = _ALONE_SHARE * said_weight if story and not meaning.in_a_story else 0.0
        for keyword in meaning.keywords:
            parts = _content(keyword, spanish)
            if (
                all(_was_said(word, heard, known) for word in parts)
                and sum(_weight(word, spanish) for word in parts) >= least
                and best_weight < _KEYWORD_SCORE
            ):
                best, best_weight = Match(name, _KEYWORD_SCORE), _KEYWORD_SCORE
        for phrase in meaning.phrases:
            score, weight = _likeness(_content(phrase, spanish), heard, known, said_weight, spanish)
            if score >= LEAST_SCORE and weight >= least and score * weight > best_weight + 1e-9:
                best, best_weight = Match(name, score), score * weight
    return best


def sense(text: str, language: str) -> tuple[str, ...]:
    """Give what counts of a phrase or keyword; two with the same sense cannot be told apart."""
    return tuple(sorted(_content(text, is_spanish(language))))


def _likeness(
    phrase: tuple[str, ...], heard: frozenset[str], known: frozenset[str], said_weight: float, spanish: bool
) -> tuple[float, float]:
    """How much of the phrase was said (0..1), and the weight of what was.

    What denies something is not said by words that do not: "it turns on" is not "it does not turn on".
    """
    if not (_NEGATIONS.isdisjoint(phrase) or heard & _NEGATIONS):
        return 0.0, 0.0
    whole = found = 0.0
    for word in phrase:
        weight = _weight(word, spanish)
        whole += weight
        if _was_said(word, heard, known):
            found += weight
    if not found or (whole < _ALONE_BELOW and found < _ALONE_SHARE * said_weight):
        return 0.0, 0.0
    return found / whole, found


def _weight(word: str, spanish: bool) -> float:
    return _LIGHT_WEIGHT if word in (_SPANISH_LIGHT if spanish else _LIGHT) else 1.0


def _looked_for(candidates: Iterable[tuple[str, Meaning]], spanish: bool) -> frozenset[str]:
    """List the words of all that is looked for."""
    texts = (text for _, meaning in candidates for text in (*meaning.phrases, *meaning.keywords))
    return frozenset(word for text in texts for word in _content(text, spanish))


def _was_said(word: str, heard: frozenset[str], known: frozenset[str]) -> bool:
    """Whether a word was said but for its ending, or for a letter that makes it none of those known."""
    return word in heard or (
        len(word) >= _LONG
        and any(
            _one_letter_apart(word, other) and (other not in known or other.startswith(word[:-1]))
            for other in heard
        )
    )


@lru_cache(maxsize=4096)
def _content(text: str, spanish: bool) -> tuple[str, ...]:
    """Reduce to the stems of the words that count, contractions written out; to all when none counts."""
    if spanish:
        bare = words(text.translate(_ACCENTS))
        counting = tuple(_spanish_stem(word) for word in bare if word not in _SPANISH_IGNORED)
        return counting or tuple(map(_spanish_stem, bare))
    plain = [part for word in words(text.replace("’", "'")) for part in _SHORT_OF.get(word, word).split()]
    return tuple(_stem(word) for word in plain if word not in _IGNORED) or tuple(map(_stem, plain))


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    if word in _LIGHT:
        return word
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _spanish_stem(word: str) -> str:
    """Leave off what tells number and gender: "pedidos", "rota"."""
    if word in _SPANISH_LIGHT:
        return word
    stem = word.removesuffix("s")
    return stem[:-1] if len(stem) > 3 and stem[-1] in "aeo" else stem


_NEGATIONS: Final = frozenset(map(_stem, ("not", "no", "never", "nothing", "nobody", "none"))) | frozenset(
    map(_spanish_stem, ("no", "nunca", "nada", "nadie", "ni", "sin"))
)


def _one_letter_apart(word: str, other: str) -> bool:
    if abs(len(word) - len(other)) > 1 or len(other) < _LONG - 1 or word[:2] != other[:2]:
        return False
    short, long = sorted((word, other), key=len)
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]
