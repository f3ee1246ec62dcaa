"""The files in `TANDEM_HOME` that describe tools: read with a mark, replaced whole on the mark that was read.

The workers and servers of this home see them within a second or two (`agents.watched_tools`).
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Annotated, Final

from fastapi import Header

from admin.problems import Problem

_OWNER_ONLY: Final = 0o600

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=64, description='The ETag of what was read; "0" for what is new.'),
]


def text_of(path: Path) -> str | None:
    """Read a file; None: there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        detail = f"{path} cannot be read ({error}). Mend it on the machine it lies on."
        raise Problem(500, "unreadable-file", detail) from None


def etag(text: str | None) -> str:
    """What a file's content is called in headers; of one that is not there, it is 0."""
    return '"0"' if text is None else f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def refuse_changed(text: str | None, if_match: str | None) -> None:
    """See that a change builds on what is there now.

    Raises:
        Problem: 428, it does not say what it builds on; 412, that has changed since, and the answer has it.
    """
    if if_match is None:
        detail = 'Say in If-Match what you built on: the ETag it was read with, or "0" for what is new.'
        raise Problem(428, "no-revision", detail)
    if if_match.strip() != etag(text):
        detail = "Somebody else has changed this since you read it. Compare both, then save again."
        more = {"current": text or "", "etag": etag(text)}
        raise Problem(412, "file-conflict", detail, more, {"ETag": etag(text)})


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
