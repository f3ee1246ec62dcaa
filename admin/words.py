"""What requests are made of: text that every database can keep, names, bodies without unknown fields."""

import re
from typing import Annotated, Final

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from config.flow_text import NAME_PATTERN

_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_UNKEPT: Final = re.compile("[\x00\ud800-\udfff]")


def _one_line(text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise ValueError("has a line break or a control character; write one line of plain text")
    return text


def _kept(text: str) -> str:
    if _UNKEPT.search(text):
        raise ValueError("has a character that is no text (NUL, or half a surrogate pair); remove it")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_one_line)]
"""One line of text, without space around it."""
Title = Annotated[Line, Field(min_length=1, max_length=128)]
Note = Annotated[Line, Field(max_length=500)]
Document = Annotated[str, AfterValidator(_kept)]
"""Text of many lines, kept byte for byte."""
Email = Annotated[
    Line,
    AfterValidator(str.lower),
    Field(max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s]+\.[^@\s.]+$"),
]

FlowName = Annotated[str, Path(pattern=NAME_PATTERN)]
Sought = Annotated[Annotated[Line, Field(max_length=128)] | None, Query()]
"""A filter of a list."""


class Body(BaseModel):
    """A request's body."""

    model_config = ConfigDict(frozen=True, extra="forbid")
