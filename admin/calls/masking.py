"""Hiding on a tape that is read what its tools call sensitive. Pure.

Arguments are hidden where they are handed over, and so are slots of the same value.
"""

from collections.abc import Sequence
from typing import Any, Final, cast

from agents.redaction import HIDDEN
from agents.toolbox import Toolbox

Row = dict[str, Any]
_ASKING: Final = ("delegations", "speculation")
"""Columns whose messages have a tool and its arguments."""


def asks(rows: Sequence[Row]) -> bool:
    """Whether any tool is asked for in these rows."""
    return any(column in row for row in rows for column in _ASKING)


def masked(rows: Sequence[Row], toolbox: Toolbox) -> list[Row]:
    """Give the rows with sensitive arguments hidden; those without any stay as they are."""
    return [_row(row, toolbox) if asks([row]) else row for row in rows]


def _row(row: Row, toolbox: Toolbox) -> Row:
    hidden: Row = {}
    for column in _ASKING:
        messages: object = row.get(column)
        if isinstance(messages, list):  # the last row tells sums of the same name
            hidden[column] = [_message(each, toolbox) for each in cast("list[Row]", messages)]
    return row | hidden


def _message(message: Row, toolbox: Toolbox) -> Row:
    tool, arguments = toolbox.get(str(message.get("tool"))), message.get("arguments")
    if tool is None or not isinstance(arguments, dict) or not tool.sensitive:
        return message
    given: Row = arguments
    secrets = [given[name] for name in tool.sensitive if name in given]
    shown: Row = {"arguments": tool.shown(given)}
    slots: Row = message.get("slots") or {}
    if slots:
        shown["slots"] = {name: HIDDEN if value in secrets else value for name, value in slots.items()}
    return message | shown
