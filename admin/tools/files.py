"""The files in `TANDEM_HOME` that describe tools: read with a mark, replaced whole on the mark that was read.

The workers and servers of this home see them within a second or two (`agents.watched_tools`).
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from fastapi import Header
from sqlalchemy.ext.asyncio import AsyncSession

from admin.parts import AdminParts
from admin.problems import Problem
from admin.turns import in_turn

_OWNER_ONLY: Final = 0o600

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=64, description='The ETag of what was read; "0" for what is new.'),
]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file has: its text, None where there is no file, and the mark for it."""

    text: str | None
    etag: str

    @property
    def shown(self) -> dict[str, str] | None:
        """As the audit log keeps it."""
        return None if self.text is None else {"yaml": self.text}


def kept(path: Path) -> Kept:
    """Read a file, whatever stands in it: what is no text is shown with signs in its place.

    Raises:
        Problem: 409, it cannot be read.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Kept(None, etag(None))
    except OSError as error:
        detail = f"{path.name} cannot be read ({error.strerror}). Mend it on the machine it lies on."
        raise Problem(409, "unreadable-file", detail) from None
    return Kept(content.decode("utf-8", "replace"), _etag(content))


def etag(text: str | None) -> str:
    """What a text is called in headers once it is kept; of a file that is not there, it is 0."""
    return '"0"' if text is None else _etag(text.encode())


def refuse_changed(now: Kept, if_match: str | None) -> None:
    """See that a change builds on what is there now.

    Raises:
        Problem: 428, it does not say what it builds on; 412, that has changed since, and the answer has it.
    """
    if if_match is None:
        detail = 'Say in If-Match what you built on: the ETag it was read with, or "0" for what is new.'
        raise Problem(428, "no-revision", detail)
    if if_match.strip() != now.etag:
        detail = "Somebody else has changed this since you read it. Compare both, then save again."
        more = {"current": now.text or "", "etag": now.etag}
        raise Problem(412, "file-conflict", detail, more, {"ETag": now.etag})


@contextlib.asynccontextmanager
async def in_turn_with_files(parts: AdminParts) -> AsyncGenerator[AsyncSession]:
    """Change files by turns: what is read from now on stays until the end, at whichever server of this home.

    The transaction is for the audit log: enter the change before the file is replaced.
    """
    async with parts.database.writing() as db:
        await in_turn(db, f"files in {parts.settings.home.resolve()}")
        yield db


def replace(path: Path, text: str | None) -> None:
    """Replace a file at once, readable by its owner alone; None removes it."""
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(_OWNER_ONLY)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
