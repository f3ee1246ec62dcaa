"""Where log lines go: one JSON line each in `TANDEM_HOME/logs/<process>.log`, warnings on the terminal too.

Every line says which call and which task it is about, where there is one: who begins work on it says so once,
with `bind` or `about`. Personal details go under keys that begin with `pii_` and under no other, so that they
can be left out later; what is never to be shown at all is named with `hiding`.
"""

import json
import logging
import sys
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from traceback import TracebackException
from typing import Final, cast

_FILE_BYTES: Final = 10_000_000
_FILES: Final = 5
_KNOWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
OURS: Final = ("admin", "agents", "config", "model", "tandem", "telephony")
_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_HIDDEN: Final = "(hidden)"

_subject: ContextVar[Mapping[str, str | int]] = ContextVar("subject", default={})  # noqa: B039 - never changed
_hidden: ContextVar[tuple[str, ...]] = ContextVar("hidden", default=())


def bind(**fields: str | int) -> None:
    """Put these fields on every line written from here on in this asyncio task and those it starts.

    For tasks that are about one thing until they end; elsewhere use `about`.
    """
    _subject.set({**_subject.get(), **fields})


@contextmanager
def about(**fields: str | int) -> Generator[None]:
    """Put these fields (`call`, `task`, ...) on every line written inside."""
    token = _subject.set({**_subject.get(), **fields})
    try:
        yield
    finally:
        _subject.reset(token)


@contextmanager
def hiding(values: Iterable[object]) -> Generator[None]:
    """Show none of these values on any line written inside, whoever writes it: card numbers, PINs.

    A value is found as it is written here; one that foreign code has spaced or cut differently is not.
    """
    named = tuple(text for value in values if (text := str(value)))
    token = _hidden.set((*_hidden.get(), *named))
    try:
        yield
    finally:
        _hidden.reset(token)


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, room, text, what it is about, and every `extra` field.

    Of an exception, `error` has the stack and the kinds; its words may quote a caller: they are `pii_error`.
    """

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {"room": record.name, "text": record.getMessage(), **_subject.get()}
        fields |= {key: value for key, value in vars(record).items() if key not in _KNOWN}
        if record.exc_info and record.exc_info[1]:
            fields["error"] = _stack(TracebackException.from_exception(record.exc_info[1]))
            fields["pii_error"] = self.formatException(record.exc_info)
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if _hidden.get():
            fields = {key: _without_hidden(value) for key, value in fields.items()}
        return json.dumps(line | fields, ensure_ascii=False, default=str)


class TerminalLines(logging.Formatter):
    """One line for people: process, level, room, text. Of an exception the stack, not the words."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self._process}: {record.levelname} {record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[1]:
            line += "\n" + _stack(TracebackException.from_exception(record.exc_info[1]))
        return str(_without_hidden(line))


def _stack(error: TracebackException) -> str:
    """Say where an exception came from and of what kind it and its causes are, without their words."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    first = _stack(cause) + "\nthen\n" if cause else ""
    kind = error.exc_type.__qualname__ if error.exc_type else "an exception"
    return first + "".join(error.stack.format()) + kind


def _without_hidden(value: object) -> object:
    if isinstance(value, str):
        for hidden in _hidden.get():
            value = value.replace(hidden, _HIDDEN)
        return value
    if isinstance(value, Mapping):
        known = cast("Mapping[object, object]", value)
        return {str(key): _without_hidden(each) for key, each in known.items()}
    if isinstance(value, (list, tuple)):
        return [_without_hidden(each) for each in cast("list[object]", value)]
    if value is None or isinstance(value, bool):
        return value
    shown = str(value)
    hidden = str(_without_hidden(shown))
    return value if shown == hidden else hidden


def begin(process: str, folder: Path, level: str) -> None:
    """Send this process's log lines to `folder/<process>.log`, and warnings to the terminal.

    `level` is for our own rooms. Libraries are heard from warnings on: below that they tell what they send,
    such as the parameters of SQL.

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
    terminal.setFormatter(TerminalLines(process))
    root = logging.getLogger()
    root.handlers[:] = [lines, terminal]
    root.setLevel(max(logging.WARNING, _LEVELS[level]))
    for ours in OURS:
        logging.getLogger(ours).setLevel(_LEVELS[level])
    for useful in ("celery", "uvicorn.error"):
        logging.getLogger(useful).setLevel(max(logging.INFO, _LEVELS[level]))
