"""Find the word pieces: `python -m model.train.fit_pieces` writes model/pieces.txt, the same on every run.

Byte-pair encoding (Sennrich et al. 2016) over what callers and agents of the simulated calls say, both
languages alike. Every letter stays a piece, within a word and beginning one.
"""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

from model.data import scripts
from model.pieces import LETTERS, WORD, spelled
from model.synthesis.speech import Language

PIECES_WANTED: Final = 400
_SENTENCES: Final = 20_000
"""Drawn of each language."""
_LANGUAGES: Final[tuple[Language, ...]] = ("en", "es")


def corpus() -> Counter[str]:
    """How often each word is said in the simulated calls, training lists only."""
    words = Counter[str]()
    for language in _LANGUAGES:
        random = Random(f"pieces {language}")
        turns, prompts = (sorted(scripts.grammar(language)[part]) for part in ("turns", "prompts"))
        for _ in range(_SENTENCES):
            words.update(spelled(scripts.spoken(random.choice(turns), "train", random, language).text))
            words.update(spelled(scripts.digits_turn(None, "train", random, language).text))
            words.update(spelled(scripts.prompt(random.choice(prompts), None, random, language)))
    return words


def fit(words: Counter[str], wanted: int) -> list[str]:
    """The letters, then the pairs that occur most, merged one after the other; ties by the alphabet."""
    found = [*LETTERS, *(WORD + letter for letter in LETTERS)]
    split = {word: [WORD + word[0], *word[1:]] for word in words}
    while len(found) < wanted:
        pairs = Counter[tuple[str, str]]()
        for word, parts in split.items():
            for pair in pairwise(parts):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        found.append("".join(best))
        for parts in split.values():
            k = 0
            while k < len(parts) - 1:
                if (parts[k], parts[k + 1]) == best:
                    parts[k : k + 2] = ["".join(best)]
                k += 1
    return found


if __name__ == "__main__":
    path = Path(__file__).parent.parent / "pieces.txt"
    path.write_text("\n".join(fit(corpus(), PIECES_WANTED)) + "\n", encoding="utf-8")
