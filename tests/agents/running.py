"""A runner with some tools, beside what stands for the stream and the outbox."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from agents.calling import ToolCaller
from agents.errors import ToolError
from agents.messages import Brief, Spent, TaskReport, TaskRequest
from agents.policy import refusal
from agents.reports import Start
from agents.runner import BriefWorker, CallTool, Runner, Say, TellSpent
from agents.tool import AnyTool, tool
from agents.tool_calls import SqlToolCalls
from config.database import Database
from config.tables import Table

NOW = 1_000_000


class Reports:
    """Stands for the stream; `over_after` beats of looking, nobody waits any more."""

    def __init__(self, run: int = 1, *, over: bool = False, over_after: int | None = None) -> None:
        self.start = Start(run=run, over=over)
        self.over_after = over_after
        self.looked = 0
        self.written: list[TaskReport] = []
        self.third_mention = asyncio.get_running_loop().create_future()

    async def begin(self, request: TaskRequest) -> Start:
        return self.start

    async def is_over(self, request: TaskRequest) -> bool:
        self.looked += 1
        return self.over_after is not None and self.looked > self.over_after

    async def mention(self, report: TaskReport) -> None:
        self.written.append(report)
        if len(self.written) == 3:
            self.third_mention.set_result(self.looked)

    async def settle(self, report: TaskReport, until_unix_ms: int) -> None:
        self.written.append(report)

    @property
    def last(self) -> TaskReport:
        return self.written[-1]


class Tasks:
    """Stands for the outbox."""

    def __init__(self) -> None:
        self.finished: list[TaskReport] = []

    async def finish(self, report: TaskReport) -> None:
        self.finished.append(report)


class Scene:
    """A runner with some tools, on the rows of a real database."""

    def __init__(self, database: Database) -> None:
        self.now_unix_ms = NOW
        self.rows = SqlToolCalls(database, lambda: self.now_unix_ms)
        self.tasks = Tasks()

    def runner(self, reports: Reports, *tools: AnyTool, brief_worker: BriefWorker | None = None) -> Runner:
        toolbox = {each.name: each for each in tools}
        caller = ToolCaller(toolbox, {}, self.rows, refusal, lambda: self.now_unix_ms)
        return Runner(caller, reports, self.tasks, lambda: self.now_unix_ms, brief_worker, pulse_ms=0)


@asynccontextmanager
async def scene_in(folder: Path) -> AsyncGenerator[Scene]:
    """A runner on a database in this folder."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'record.db'}")
    async with database.connection() as connection:
        await connection.run_sync(Table.metadata.create_all)
    yield Scene(database)
    await database.close()


def request_for(name: str, **changes: object) -> TaskRequest:
    fields: dict[str, object] = {
        "task_id": "t",
        "call_id": "c",
        "tool": name,
        "arguments": {"number": "4"},
        "attempt": 2,
        "deadline_unix_ms": NOW + 10_000,
    }
    return TaskRequest.model_validate(fields | changes)


async def run(scene: Scene, each: AnyTool, reports: Reports, **changes: object) -> None:
    await scene.runner(reports, each).run(request_for(each.name, **changes))


@tool(reads=True)
async def quick(number: str) -> dict[str, str]:
    """Answer at once."""
    return {"number": number}


SPENT = Spent(tokens=120, micro_usd=48)


class BriefTalker:
    """Works on briefs by a script: says a sentence, calls a tool, and another one it may not."""

    def __init__(self, *calls: str) -> None:
        self.calls = calls
        self.refused: list[str] = []

    async def work(
        self, request: TaskRequest, say: Say, call_tool: CallTool, tell_spent: TellSpent
    ) -> dict[str, Any]:
        tell_spent(SPENT)
        await say("One moment.")
        results: list[dict[str, Any]] = []
        for name in self.calls:
            try:
                results.append(await call_tool(name, {"number": "4"}))
            except ToolError as error:
                self.refused.append(error.word)
        return {"results": results}


def brief(*tools: str) -> dict[str, object]:
    return {"brief": Brief(goal="Find out.", tools=tools), "arguments": {}}
