"""What is wrong with a flow: the step, the line, the sentence, the fix.

Findings are those of `tandem flow validate`: the schema's, the graph's, and whether every tool is there.
"""

import re
from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from admin.apart import Apart
from admin.flows.yaml_tree import Node, below, read_tree
from agents.flow_checks import doubts, problems_here
from agents.toolbox import find_tools
from config.flow_file import FlowError, read_flow
from config.settings import Settings

_LINE: Final = re.compile(r"line (\d+): (.*)", re.DOTALL)
_PART: Final = re.compile(r"(step|slot|destination|meaning) '([^']+)':? (.*)", re.DOTALL)
_FIELD: Final = re.compile(r"([a-z_]+(?:\.[a-z0-9_]+)*)(?::| has) (.*)", re.DOTALL)
_WORDS: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


class Severity(StrEnum):
    """What a finding means."""

    ERROR = "error"
    """The flow cannot be published."""
    WARNING = "warning"
    """It can, but does something its author hardly meant."""


class Finding(BaseModel):
    """One thing that is wrong with a flow."""

    severity: Severity
    step: str | None
    """The step it is about; null: the flow as a whole."""
    line: int | None
    """Of the YAML, from 1, where it can be told."""
    sentence: str
    fix: str | None


class FlowChecks:
    """Checks flows, apart. `settings`: of the installation, whose tools flows may name."""

    def __init__(self, settings: Settings, apart: Apart) -> None:
        self._settings = settings
        self._apart = apart

    async def errors(self, text: str, name: str | None = None, *, with_tools: bool = True) -> list[Finding]:
        """List what keeps a flow from being published; arguments as of `findings`."""
        found = await self.findings(text, name, with_tools=with_tools)
        return [each for each in found if each.severity is Severity.ERROR]

    async def findings(self, text: str, name: str | None = None, *, with_tools: bool = True) -> list[Finding]:
        """List all that is wrong; without errors, a flow can be published.

        Args:
            text: YAML.
            name: what the flow must be called; None: whatever it is called.
            with_tools: whether the tools it names must be installed.
        """
        return await self._apart.run(check, text, name, self._settings if with_tools else None)


def check(text: str, name: str | None, settings: Settings | None) -> list[Finding]:
    """List all that is wrong with a text; without settings, tools are not asked for."""
    doubtful: tuple[str, ...] = ()
    try:
        flow = read_flow(text)
    except FlowError as error:
        problems = error.problems
    else:
        problems = problems_here(flow, find_tools(settings)) if settings else ()
        if name is not None and flow.name != name:
            problems = (f"name: the flow is called '{flow.name}' here; write name: {name}", *problems)
        doubtful = doubts(flow)
    tree = read_tree(text) if problems or doubtful else None
    return [
        *(finding(problem, tree) for problem in problems),
        *(finding(doubt, tree, Severity.WARNING) for doubt in doubtful),
    ]


def finding(problem: str, tree: Node | None, severity: Severity = Severity.ERROR) -> Finding:
    """Take a problem's line of text apart, and find the line of the YAML it is about."""
    if found := _LINE.fullmatch(problem):
        sentence, fix = _with_fix(found[2])
        return Finding(severity=severity, step=None, line=int(found[1]), sentence=sentence, fix=fix)
    step: str | None = None
    path: list[str] = []
    rest = problem
    if found := _PART.fullmatch(problem):
        step = found[2] if found[1] == "step" else None
        path, rest = [f"{found[1]}s", found[2]], found[3]
    elif found := _FIELD.fullmatch(problem):
        path, rest = found[1].split("."), found[2]
    sentence, fix = _with_fix(rest if step else problem)
    return Finding(severity=severity, step=step, line=_line(tree, path, rest), sentence=sentence, fix=fix)


def _line(tree: Node | None, path: list[str], rest: str) -> int | None:
    """Go down to the place a problem names, then further by every word of it that is a field there."""
    node = tree and below(tree, path)
    if node is None:
        return None
    if not path and isinstance(node.value, str):
        return node.line
    at = node if path else None
    for word in _WORDS.findall(rest.partition(";")[0]):
        if further := below(at or node, word.strip(".").split(".")):
            at = further
    return at.line if at else None


def _with_fix(text: str) -> tuple[str, str | None]:
    sentence, _, fix = text.partition("; ")
    return sentence, fix or None
