"""What is to be said of a flow that was read: whether it runs with what is installed, what may surprise."""

from agents.dialogue.phrase_checks import phrases_in_doubt
from agents.dialogue.tool_checks import Tools, tool_problems
from agents.interpreting.checks import interpreter_problems
from config.flow import Flow


def problems_here(flow: Flow, tools: Tools) -> tuple[str, ...]:
    """List what keeps a flow from running here, one line for each; `tools`: those installed, by name."""
    return (*tool_problems(flow, tools), *interpreter_problems(flow))


def doubts(flow: Flow) -> tuple[str, ...]:
    """List what a call survives, but its author hardly meant, one line for each."""
    return phrases_in_doubt(flow)
