"""Telephone numbers as callers give them."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

_SIGNS: Final = re.compile(r"[\s().\-/]+")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_NORTH_AMERICAN: Final = re.compile(r"1?([2-9][0-9]{9})")


def e164(number: str) -> str:
    """Write a telephone number as E.164; ten digits alone are taken for North American ones.

    Raises:
        ValueError: it is none.
    """
    bare = _SIGNS.sub("", number)
    if national := _NORTH_AMERICAN.fullmatch(bare):
        bare = f"+1{national[1]}"
    if not _E164.fullmatch(bare):
        raise ValueError("is no telephone number")
    return bare


PhoneNumber = Annotated[str, Field(max_length=32, examples=["+15035550123"]), AfterValidator(e164)]
