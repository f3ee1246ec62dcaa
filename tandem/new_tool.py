"""What `tandem tool new` writes: a tool that works as it is, and its test.

In a checkout of Tandem they go where the shipped tools are; elsewhere they become a package of their own,
found through the entry-point group `tandem.tools` once it is installed.
"""

import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

_TOOL: Final = Template('''\
"""$title."""

from datetime import date

from pydantic import BaseModel

from agents.crm.port import Crm
from agents.errors import NotFound
from agents.tool import tool


class $result(BaseModel):
    """What the flow's templates can say of it."""

    placed_on: date


@tool(reads=True, timeout_ms=4_000, says="One moment, please.")
async def $name(order_number: str, crm: Crm) -> $result:  # noqa: D417 - crm is given
    """Find the day an order was placed.

    Args:
        order_number: as printed on the receipt.

    Raises:
        NotFound: no order has this number.
    """
    order = await crm.order(order_number)
    if order is None:
        raise NotFound("no order has this number")
    return $result(placed_on=order.placed_on)
''')

_TEST: Final = Template('''\
import asyncio
from datetime import date
from types import SimpleNamespace

import pytest

from agents.crm.port import CustomerRecords
from agents.errors import NotFound
from $module import $name


class Records:
    """Stands for the customer records: only what the tool asks for."""

    async def order(self, number: str) -> object:
        return SimpleNamespace(placed_on=date(2026, 3, 14)) if number == "104233" else None


def call(**arguments: str) -> dict[str, object]:
    return asyncio.run($name.run(arguments, {CustomerRecords: Records()}))


def test_it_finds_the_day() -> None:
    assert call(order_number="104233") == {"placed_on": "2026-03-14"}


def test_an_unknown_order_is_not_found() -> None:
    with pytest.raises(NotFound):
        call(order_number="999999")
''')

_WRITE: Final = Template('''\
"""$title."""

from pydantic import BaseModel

from agents.crm.port import Crm
from agents.tool import Key, tool


class $result(BaseModel):
    """What the flow's templates can say of it."""

    case_id: str


@tool(writes=True, consent=True, timeout_ms=4_000, says="One moment, please.")
async def $name(case_id: str, note: str, crm: Crm, key: Key) -> $result:  # noqa: D417 - given
    """Add a note to a case.

    Args:
        case_id: as it was read out to the customer.
        note: what to add.

    Raises:
        NotFound: there is no such case.
    """
    case = await crm.append_note(case_id, note, key)
    return $result(case_id=case.id)
''')

_WRITE_TEST: Final = Template('''\
import asyncio
from types import SimpleNamespace

import pytest

from agents.crm.port import CustomerRecords
from agents.errors import NotFound
from agents.tool import IdempotencyKey
from $module import $name


class Records:
    """Stands for the customer records: only what the tool asks for."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}

    async def append_note(self, case_id: str, note: str, key: str) -> object:
        if case_id != "C-1":
            raise NotFound("there is no such case")
        self.notes.setdefault(key, note)
        return SimpleNamespace(id=case_id)


def call(records: Records, **arguments: str) -> dict[str, object]:
    given = {CustomerRecords: records, IdempotencyKey: IdempotencyKey("w-1")}
    return asyncio.run($name.run(arguments, given))


def test_it_adds_the_note_once_however_often_it_is_run() -> None:
    records = Records()
    for _ in range(2):
        assert call(records, case_id="C-1", note="rang") == {"case_id": "C-1"}
    assert records.notes == {"w-1": "rang"}


def test_an_unknown_case_is_not_found() -> None:
    with pytest.raises(NotFound):
        call(Records(), case_id="C-9", note="rang")
''')

_PACKAGE: Final = Template("""\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "tandem-$dashed"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["tandem-telephony"]

[project.entry-points."tandem.tools"]
$name = "$module"

[tool.setuptools]
py-modules = ["$module"]

[tool.pytest.ini_options]
pythonpath = ["."]
""")


@dataclass(frozen=True, slots=True)
class NewTool:
    """The files written and what to do next."""

    files: tuple[Path, ...]
    next_step: str


def write_new_tool(name: str, into: Path, *, writes: bool = False) -> NewTool:
    """Write a tool called `name`, and its test. `writes`: one that changes something.

    Raises:
        ValueError: the name cannot be a tool's.
        FileExistsError: there is such a file already; nothing is written.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} cannot be a tool's name. Use lower case letters, digits and underscores.")
    tool, test = (_WRITE, _WRITE_TEST) if writes else (_TOOL, _TEST)
    example = "--case-id C-1 --note Hello" if writes else "--order-number 104233"
    in_checkout = (into / "agents" / "tools").is_dir()
    module = f"agents.tools.{name}" if in_checkout else f"{name}_tool"
    words = {
        "name": name,
        "module": module,
        "title": name.replace("_", " ").capitalize(),
        "result": "".join(part.capitalize() for part in name.split("_")) + "Result",
        "dashed": name.replace("_", "-"),
    }
    if in_checkout:
        texts = {
            into / "agents" / "tools" / f"{name}.py": tool,
            into / "tests" / "agents" / "tools" / f"test_{name}.py": test,
        }
        next_step = f"pytest {into / 'tests' / 'agents' / 'tools' / f'test_{name}.py'}"
    else:
        folder = into / f"tandem-{words['dashed']}"
        texts = {
            folder / "pyproject.toml": _PACKAGE,
            folder / f"{module}.py": tool,
            folder / "tests" / f"test_{name}.py": test,
        }
        next_step = f"pip install --editable {folder}, then: tandem tool call {name} {example}"
    if present := [path for path in texts if path.exists()]:
        raise FileExistsError(f"{present[0]} is there already. Choose another name, or change that file.")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.substitute(words), encoding="utf-8")
    return NewTool(files=tuple(texts), next_step=next_step)
