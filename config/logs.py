"""Where log lines go: one JSON line each in `TANDEM_HOME/logs/<process>.log`, warnings on the terminal too.

Personal details go under keys that begin with `pii_` and under no other, so that they can be left out later.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_FILE_BYTES: Final = 10_000_000
_FILES: Final = 5
_KNOWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, room, text, and every `extra` field."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name,
            "text": record.getMessage(),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _KNOWN}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def begin(process: str, folder: Path, level: str) -> None:
    """Send this process's log lines to `folder/<process>.log`, and warnings to the terminal.

    Args:
        process: `server`, `worker`, ...
        folder: created if need be.
        level: debug, info, warning or error.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = RotatingFileHandler(
        folder / f"{process}.log", maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8"
    )
    lines.setFormatter(JsonLines())
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(logging.Formatter(f"{process}: %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [lines, terminal]
    root.setLevel(level.upper())
    for chatty in ("httpx", "httpcore", "websockets", "uvicorn.access", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
