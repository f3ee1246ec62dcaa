"""What callers say for numbers and choices: spoken digits, yes and no.

Words come in as ears give them: lower case, digits as words ("one zero four double two") or as figures
("104233"), with whatever stands around them.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

_UNITS: Final = {
    "zero": 0, "nought": 0, "oh": 0, "o": 0, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "niner": 9,
}  # fmt: skip
_TEENS: Final = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_TIMES: Final = {"double": 2, "triple": 3, "treble": 3}
_BETWEEN: Final = frozenset({"um", "uh", "er", "erm", "and", "then", "dash", "hyphen", "space"})
"""May stand between the digits of one number."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|[0-9]+")


def words(text: str) -> list[str]:
    """Split into lower-case words and figures; hyphens and punctuation fall away."""
    return _WORD.findall(text.lower())


@dataclass(frozen=True, slots=True)
class SpokenDigits:
    """The digits in an utterance.

    Attributes:
        runs: each unbroken row of digits, in order ("it's 104233, no, 104234" has two).
        mostly: whether the utterance is about the digits: at least half of its words are numbers.
    """

    runs: tuple[str, ...]
    mostly: bool

    def number(self, length: int) -> str | None:
        """Find the number of this length: the last such row, or all rows together if they are most of it."""
        for run in reversed(self.runs):
            if len(run) == length:
                return run
            if len(run) == length + 1 and run.startswith("0"):
                return run[1:]  # "oh, one zero four..."
        return self.digits if self.mostly and len(self.digits) == length else None

    @property
    def digits(self) -> str:
        """All digits in order."""
        return "".join(self.runs)


def spoken_digits(text: str) -> SpokenDigits:
    """Read the digits of an utterance: "ten forty two thirty three" is 104233."""
    heard = words(text)
    runs: list[str] = []
    run = ""
    counted = 0
    at = 0
    while at < len(heard):
        digits, used = _number_at(heard, at)
        if used:
            run += digits
            counted += used
            at += used
        else:
            if heard[at] not in _BETWEEN and run:
                runs.append(run)
                run = ""
            counted += heard[at] in _BETWEEN
            at += 1
    if run:
        runs.append(run)
    return SpokenDigits(tuple(runs), mostly=bool(heard) and 2 * counted >= len(heard))


def _number_at(heard: list[str], at: int) -> tuple[str, int]:
    """Read one number word group: its digits, and how many words it takes (0: no number stands here)."""
    word = heard[at]
    following = heard[at + 1] if at + 1 < len(heard) else ""
    if word in _TIMES and (following in _UNITS or (following.isdecimal() and len(following) == 1)):
        digit = str(_UNITS[following]) if following in _UNITS else following
        return digit * _TIMES[word], 2
    if word.isdecimal():
        return word, 1
    below, used = _below_hundred(heard, at)
    if below is None:
        return "", 0
    if following == "hundred" and word in _UNITS and below > 0:
        return _hundreds(heard, at)
    if used == 1 and word in _UNITS:
        return str(_UNITS[word]), 1
    return str(below), used


def _below_hundred(heard: list[str], at: int) -> tuple[int | None, int]:
    if at >= len(heard):
        return None, 0
    word = heard[at]
    if word in _UNITS:
        return _UNITS[word], 1
    if word in _TEENS:
        return _TEENS[word], 1
    if word in _TENS:
        unit = _UNITS.get(heard[at + 1], 0) if at + 1 < len(heard) and heard[at + 1] not in ("oh", "o") else 0
        return _TENS[word] + unit, 2 if unit else 1
    return None, 0


def _hundreds(heard: list[str], at: int) -> tuple[str, int]:
    """Read "two hundred thirty three" (233), "one hundred and four thousand two hundred" (104200)."""
    number, used = _below_thousand(heard, at)
    if at + used < len(heard) and heard[at + used] == "thousand":
        used += 1
        skip = at + used < len(heard) and heard[at + used] == "and"
        rest, more = _below_thousand(heard, at + used + skip)
        number = number * 1_000 + rest
        used += more + skip if more else 0
    return str(number), used


def _below_thousand(heard: list[str], at: int) -> tuple[int, int]:
    first, used = _below_hundred(heard, at)
    if first is None:
        return 0, 0
    if at + used >= len(heard) or heard[at + used] != "hundred":
        return first, used
    used += 1
    skip = at + used < len(heard) and heard[at + used] == "and"
    rest, more = _below_hundred(heard, at + used + skip)
    if rest is None:
        return first * 100, used
    return first * 100 + rest, used + skip + more


# --- yes and no -----------------------------------------------------------------------------------


class Reply(Enum):
    """What an answer to a yes-or-no question comes to."""

    YES = "yes"
    NO = "no"


YES_PHRASES: Final = (
    "yes", "yes please", "yeah", "yep", "yup", "yes it is", "yes that is right", "that is right",
    "that's right", "right", "correct", "that is correct", "that's correct", "exactly", "sure", "of course",
    "absolutely", "definitely", "okay", "ok", "alright", "all right", "please do", "go ahead",
    "uh huh", "i would", "it is",
)  # fmt: skip
NO_PHRASES: Final = (
    "no", "no thanks", "no thank you", "nope", "nah", "no it is not", "that is wrong", "that's wrong",
    "wrong", "incorrect", "that is not right", "that's not right", "not right", "not correct", "not really",
    "not at all",
    "it is not", "it isn't", "no that is wrong", "no that's not it",
)  # fmt: skip
_PLAIN_NO: Final = frozenset({"no", "nope", "nah"})
_NO_WORDS: Final = _PLAIN_NO | {"wrong", "incorrect", "not"}
_SHORT: Final = 5
"""In so few words a "not" denies what was asked; in more it may deny anything."""
_YES_WORDS: Final = frozenset(
    {
        "yes",
        "yeah",
        "yep",
        "yup",
        "correct",
        "exactly",
        "sure",
        "absolutely",
        "definitely",
        "right",
        "okay",
        "ok",
    }
)
_ACKNOWLEDGEMENTS: Final = frozenset(
    {"mhm", "mm", "hm", "hmm", "mmhm", "uh", "huh", "um", "okay", "ok", "right", "alright", "yeah", "yes",
     "yep", "sure", "i", "see", "got", "it", "good", "great", "fine", "all", "aha", "ah", "oh", "thank",
     "thanks", "you"}
)  # fmt: skip


def yes_or_no(text: str) -> Reply | None:
    """Read an answer to a yes-or-no question. A denial outweighs ("yes... no, that's wrong")."""
    heard = words(text.replace("n't", " not"))
    plain = " ".join(heard)
    if plain.startswith("no problem"):
        return Reply.YES
    first = heard[0] if heard else ""
    short = len(heard) <= _SHORT
    if first in _PLAIN_NO or (short and any(word in _NO_WORDS for word in heard)):
        return Reply.NO
    if first in _YES_WORDS or plain in YES_PHRASES or (short and any(word in _YES_WORDS for word in heard)):
        return Reply.YES
    return None


def is_acknowledgement(text: str) -> bool:
    """Whether the words only say "I am listening": "mhm", "okay", "I see"."""
    heard = words(text)
    return 0 < len(heard) <= 3 and all(word in _ACKNOWLEDGEMENTS for word in heard)
