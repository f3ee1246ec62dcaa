"""The tools of a simulation or a replay: those that read are run, those that write never are.

The caller of tools is given none that writes, and rows of writes that refuse every claim: what changes
something cannot be reached from here, whatever is asked.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NoReturn, cast

from agents.calling import Errand, ToolCaller
from agents.crm.port import CustomerRecords
from agents.errors import AgentsError, ToolError
from agents.messages import Delegation, TaskRequest
from agents.policy import refusal
from agents.provided import provided
from agents.reports import unix_ms
from agents.simulation.events import Ended, Outcome, Part, Source
from agents.simulation.examples import example_of
from agents.simulation.told import Asked, Choice
from agents.tool import Dependencies
from agents.tool_calls import ToolCalls
from agents.toolbox import Toolbox, find_tools
from config.database import Database
from config.settings import Settings

logger = logging.getLogger(__name__)

_CUSTOMER: Final = "customer_id"


class TrialTools:
    """What a simulation knows of tools, and does with them.

    Args:
        toolbox: the installation's.
        dependencies: what tools are given by type.
        now_ms: Unix time.
    """

    def __init__(
        self, toolbox: Toolbox, dependencies: Dependencies, now_ms: Callable[[], int] = unix_ms
    ) -> None:
        self._toolbox = toolbox
        self._dependencies = dependencies
        self._now_ms = now_ms
        reading = {name: tool for name, tool in toolbox.items() if tool.reads}
        self._caller = ToolCaller(reading, dependencies, cast("ToolCalls", _NoWrites()), refusal, now_ms)

    @property
    def reading(self) -> frozenset[str]:
        """The tools that are run."""
        return frozenset(self._caller.toolbox)

    def may_begin_early(self, tool: str) -> bool:
        """Whether a call may ask this tool on words still being spoken, as `agents.dispatch` says."""
        found = self._toolbox.get(tool)
        return found is not None and found.reads and not found.sensitive

    def runs(self, asked: Delegation) -> bool:
        """Whether this work is done here: it calls a tool that reads."""
        tool = self._toolbox.get(asked.tool)
        return asked.brief is None and tool is not None and tool.reads

    async def run(self, asked: Delegation, call_id: str) -> Outcome:
        """Run a tool that reads, and tell what came of it.

        Raises:
            ValueError: it does not read.
        """
        if not self.runs(asked):
            raise ValueError(f"{asked.tool} is never run in a simulation")
        heard = _Heard()
        began = time.perf_counter()
        error: str | None = None
        result: dict[str, Any] | None = None
        try:
            request = self._request(asked, call_id)
            errand = Errand(request, request.arguments, heard, request.deadline_unix_ms)
            result = await self._caller.call(asked.tool, errand)
        except ToolError as fault:
            error = fault.word
        except AgentsError:
            error = ToolError.word
        except Exception:  # a tool is foreign code: whatever it raises, the simulation goes on
            logger.exception("tool %s broke in a simulation", asked.tool)
            error = ToolError.word
        ended = Ended.SUCCEEDED if error is None else Ended.REFUSED if error == "refused" else Ended.FAILED
        return Outcome(
            task_id=asked.task_id,
            ended=ended,
            tool=asked.tool,
            arguments=asked.arguments,
            result=result,
            error=error,
            parts=tuple(heard.parts[:20]),
            took_ms=round(1_000 * (time.perf_counter() - began)),
            source=Source.RAN,
        )

    async def choice(self, asked: Delegation) -> Choice:
        """What a tester is told who chooses the outcome of work that is not done here."""
        tool = self._toolbox.get(asked.tool)
        if asked.brief is not None:
            why = "A language model would work on it; none is asked in a simulation."
        elif tool is None:
            why = f"There is no tool '{asked.tool}' here."
        else:
            why = f"'{asked.tool}' changes something; it is never run in a simulation."
        return Choice(
            task_id=asked.task_id,
            tool=asked.tool,
            step=asked.step,
            arguments=self.shown(asked),
            why=why,
            example=await self.example(asked),
            refused=self.refused(asked),
        )

    def refused(self, asked: Delegation) -> str | None:
        """Say why policy would not let this work be done; None: it would."""
        tool = self._toolbox.get(asked.tool)
        return refusal(tool, self._request(asked, "simulation")) if tool else None

    async def example(self, asked: Delegation) -> dict[str, Any]:
        """Make up what this work might answer.

        What it was asked with it answers with. A `customer_id` is that of the customer the arguments point to
        in the customer records, so that what is looked up for them later is there.
        """
        tool = self._toolbox.get(asked.tool)
        if asked.brief is not None:
            schema: Mapping[str, Any] = asked.brief.answer or {"properties": {"text": {"type": "string"}}}
        else:
            schema = tool.returns.json_schema(mode="serialization") if tool else {}
        made = example_of(schema, datetime.fromtimestamp(self._now_ms() / 1_000).astimezone())
        made |= {name: value for name, value in asked.arguments.items() if name in made}
        if _CUSTOMER in made and (customer_id := await self._customer(asked.arguments)):
            made[_CUSTOMER] = customer_id
        return made

    def shown(self, asked: Delegation) -> dict[str, Any]:
        """The arguments, without sensitive values."""
        tool = self._toolbox.get(asked.tool)
        return tool.shown(asked.arguments) if tool else dict(asked.arguments)

    def asked(self, asked: Delegation) -> Asked:
        """Describe work that was asked for."""
        tool = self._toolbox.get(asked.tool)
        return Asked(
            task_id=asked.task_id,
            tool=asked.tool,
            arguments=self.shown(asked),
            reads=tool.reads if tool else None,
            consent=asked.consent,
            identity=asked.identity.customer_id if asked.identity else None,
            goal=asked.brief.goal if asked.brief else None,
        )

    async def _customer(self, arguments: Mapping[str, Any]) -> str | None:
        records = cast("CustomerRecords | None", self._dependencies.get(CustomerRecords))
        if records is None:
            return None
        try:
            if number := arguments.get("order_number"):
                order = await records.order(str(number))
                return order.customer_id if order else None
            if phone := arguments.get("phone_number"):
                reached = await records.customers_with_phone(str(phone))
                return reached[0].id if reached else None
        except ToolError:
            return None
        return None

    def _request(self, asked: Delegation, call_id: str) -> TaskRequest:
        tool = self._toolbox.get(asked.tool)
        carried = {name: getattr(asked, name) for name in Delegation.model_fields if name != "step"}
        timeout_ms = tool.timeout_ms if tool else 0
        return TaskRequest(**carried, call_id=call_id, deadline_unix_ms=self._now_ms() + timeout_ms)


def trial_tools(settings: Settings, database: Database) -> TrialTools:
    """Make the tools of an installation ready to be tried: they send no messages to anybody.

    Raises:
        DeclarationError: an installed package's tools cannot be loaded.
    """
    return TrialTools(find_tools(settings), provided(settings, database))


class _Heard:
    """Keeps what a tool tells while it works (`agents.progress.Progress`)."""

    def __init__(self) -> None:
        self.parts: list[Part] = []

    async def partial(self, result: dict[str, Any]) -> None:
        self.parts.append(Part(result=result))

    async def say(self, sentence: str) -> None:
        self.parts.append(Part(says=sentence))


class _NoWrites:
    """Rows of writes where there may be none."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"a simulation reached for the rows of writes ({name})")
