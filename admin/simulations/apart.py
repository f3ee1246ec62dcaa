"""What a simulation does in the process apart: reading the flow, walking it."""

from collections.abc import Sequence
from functools import lru_cache

from admin.flows.findings import Finding, finding
from admin.flows.yaml_tree import read_tree
from agents.flow_checks import problems_here
from agents.simulation.events import Event
from agents.simulation.walk import walk
from agents.simulation.walked import Setting, Walked
from agents.toolbox import find_tools
from config.flow import Flow
from config.flow_file import FlowError, read_flow
from config.settings import Settings


class NoSuchLanguageError(Exception):
    """The flow does not speak the language it is to begin in; the text says which it speaks."""


def look_over(text: str, settings: Settings | None) -> tuple[bool, list[Finding]]:
    """Tell whether a text can be run, and what is wrong with it.

    With settings, tools that are not there are told of too; a flow can be run without them.
    """
    try:
        flow = _read(text)
    except FlowError as error:
        tree = read_tree(text)
        return False, [finding(problem, tree) for problem in error.problems]
    problems = problems_here(flow, find_tools(settings)) if settings else ()
    tree = read_tree(text) if problems else None
    return True, [finding(problem, tree) for problem in problems]


def walk_text(text: str, events: Sequence[Event], setting: Setting) -> Walked:
    """Walk the flow of a text; see `agents.simulation.walk`.

    Raises:
        FlowError: it is not valid; `look_over` it first.
        NoSuchLanguageError: it does not speak the setting's language.
        TooLongError: it takes too long.
    """
    flow = _read(text)
    spoken = (flow.language, *flow.others)
    if setting.language and setting.language not in spoken:
        raise NoSuchLanguageError(", ".join(dict.fromkeys(spoken)))
    return walk(flow, events, setting)


@lru_cache(maxsize=4)
def _read(text: str) -> Flow:
    """Read a text once for all the walks a simulation takes."""
    return read_flow(text)
