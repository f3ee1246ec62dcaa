"""How long a translation takes to be voiced. Pure."""

from typing import Final

_MS_PER_SIGN: Final = 62
"""Of a text at the voice's own speed, spaces counted."""
_FIGURE_SIGNS: Final = 4
"""More for a figure, which is said as a word."""


def usually_ms(text: str, speed: float = 1.0) -> int:
    """Tell how long a text usually takes at so many times the voice's own speed."""
    signs = len(text) + _FIGURE_SIGNS * sum(sign.isdecimal() for sign in text)
    return round(signs * _MS_PER_SIGN / speed)
