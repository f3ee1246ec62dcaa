"""A simulation over tools that note what was run; those that write must never be."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from agents.crm.port import CustomerRecords
from agents.crm.sql import SqlCustomerRecords
from agents.dialogue.tool_checks import tool_problems
from agents.errors import NotFound
from agents.simulation.events import Event, HangsUp, Keys, Outcome, Says, Silence
from agents.simulation.simulate import Classifier, Simulated, simulate
from agents.simulation.trial_tools import TrialTools
from agents.simulation.walk import walk
from agents.simulation.walked import Setting, Walked
from agents.tool import AnyTool, Tool
from agents.toolbox import find_tools
from config.flow import Flow
from config.flow_file import load_flow
from tests.agents.dialogue.talk import ORDERS, TODAY

__all__ = ["Event", "HangsUp", "Keys", "Outcome", "Says", "Silence", "Trial", "flow_of"]

CANCELLED = "104225"


@cache
def flow_of(name: str) -> Flow:
    flow = load_flow(name)
    assert not tool_problems(flow, find_tools())
    return flow


def noting(tool: AnyTool, ran: list[str]) -> AnyTool:
    """The same tool with another inside: it notes that it was run; orders are those of `ORDERS`."""

    async def run(**arguments: Any) -> Any:
        ran.append(tool.name)
        if tool.name == "order_status":
            if arguments["order_number"] == "999999":
                raise NotFound("there is no such order")
            found = "cancelled" if arguments["order_number"] == CANCELLED else "shipped"
            return ORDERS[found] | {"order_number": arguments["order_number"]}
        raise NotFound("nothing is kept here")

    return Tool(
        name=tool.name,
        description=tool.description,
        function=run,
        arguments=tool.arguments,
        returns=tool.returns,
        dependencies={},
        reads=tool.reads,
        timeout_ms=tool.timeout_ms,
        sensitive=tool.sensitive,
        consent=tool.consent,
        identity=tool.identity,
    )


@dataclass
class Trial:
    """`ran`: names of the tools that were run, in order."""

    flow: Flow
    language: str = ""
    ran: list[str] = field(default_factory=list)
    records: SqlCustomerRecords | None = None
    classifier: Classifier | None = None

    async def __call__(self, *events: Event) -> Simulated:
        toolbox = {name: noting(tool, self.ran) for name, tool in find_tools().items()}
        dependencies = {CustomerRecords: self.records} if self.records else {}
        tools = TrialTools(toolbox, dependencies)

        setting = Setting(TODAY, self.language, tools.reading, classifies=self.classifier is not None)

        async def walking(all_events: Any) -> Walked:
            return walk(self.flow, all_events, setting)

        return await simulate(walking, events, tools, self.classifier)


def heard(simulated: Simulated) -> list[str]:
    """What the agent has said and the caller heard."""
    return [line.text for line in simulated.told.lines if line.who == "agent" and line.heard]
