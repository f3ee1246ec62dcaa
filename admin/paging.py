"""Lists page by page.

A cursor says where the next page begins, so that no row is skipped or shown twice while others are added.
"""

import base64
import binascii
import json
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from admin.problems import Problem

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="How many rows a page has at most.")]
Cursor = Annotated[
    str | None, Query(max_length=512, description="`next` of the page before; none for the first.")
]
PAGE: Final = 50
Whole = Annotated[int, Field(ge=0, le=2**53)]
"""A number in a cursor."""


class Page(BaseModel, Generic[T]):
    """Some rows of a list, and where the next ones begin; `next` is null on the last page."""

    rows: list[T]
    next: str | None


def cursor_of(*place: str | int) -> str:
    """Write down the place of a page's last row."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def place_of(cursor: str, shape: TypeAdapter[T]) -> T:
    """Read a cursor back.

    Raises:
        Problem: it is none of ours.
    """
    try:
        return shape.validate_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValidationError, binascii.Error, ValueError):
        detail = "The cursor is not one this list gave out. Leave it out to begin with the first page."
        raise Problem(400, "wrong-cursor", detail) from None
