"""The tools at hand, and trying one."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from admin.access import Who
from admin.audit.trail import Change, note
from admin.parts import AdminParts, Parts
from admin.problems import Problem, not_found
from admin.words import Body, Line
from agents.calling import Errand, ToolCaller
from agents.errors import DeclarationError, Invalid, ToolError
from agents.messages import Identity, TaskRequest
from agents.policy import refusal
from agents.progress import Unheard
from agents.provided import provided
from agents.tool import AnyTool
from agents.tool_calls import SqlToolCalls
from agents.toolbox import Found, described, search_tools

router = APIRouter(prefix="/tools", tags=["tools"])
ToolName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_HTTP_TOOL: Final = re.compile(r"tools/([a-z][a-z0-9_]{0,63})\.yaml\b")
"""How a line on the file of an HTTP tool begins."""
_CLAIM_MS: Final = 5_000
"""What a write gets beyond its tool's timeout: to be claimed in the record."""


class ToolBody(BaseModel):
    """A tool that flows and language-model agents may use."""

    name: str
    description: str
    kind: str
    """`python`, `http` or `mcp`."""
    origin: str
    reads: bool
    """It changes nothing. Otherwise it writes."""
    consent: bool
    identity: bool
    timeout_ms: int
    retries: int
    says: str
    sensitive: list[str]
    arguments: dict[str, Any]
    """JSON schema."""


class BrokenTool(BaseModel):
    """A file of an HTTP tool that cannot be used; it can be read and saved by its name, or removed."""

    name: str
    problem: str


class Tools(BaseModel):
    tools: list[ToolBody]
    problems: list[str]
    """Descriptions that cannot be used, one line each."""
    broken: list[BrokenTool]
    """... of these, the files of HTTP tools."""


class Trial(Body):
    arguments: dict[str, Any] = Field(default_factory=dict)
    customer: Annotated[Line, Field(max_length=128)] | None = None
    """Id of the customer it is tried for, as if verified."""
    agreed: bool = False
    """What writes is done only after this."""


class Tried(BaseModel):
    """What came of it: a result, or the word and text of a failure as flows see it."""

    result: dict[str, Any] | None
    error: str | None
    message: str | None
    took_ms: int


@router.get("")
async def list_tools(parts: Parts) -> Tools:
    """List every tool of this installation, by name, and what is wrong with described ones."""
    search = await asyncio.to_thread(search_tools, parts.settings)
    tools = [ToolBody(**described(each)) for each in search.found.values()]
    problems = [_without_home(each, parts) for each in search.problems]
    return Tools(tools=tools, problems=problems, broken=_broken(problems))


@router.post("/{name}/try")
async def try_tool(name: ToolName, body: Trial, who: Who, parts: Parts, request: Request) -> Tried:
    """Call a tool here and now, in earnest: what writes changes something, and the audit log has it."""
    found = (await asyncio.to_thread(search_tools, parts.settings)).found.get(name)
    if found is None:
        raise not_found(f"The tool '{name}'")
    tool = found.tool
    if tool.identity and not body.customer:
        detail = f"'{name}' is for verified customers. Say in `customer` for which one it is tried."
        raise Problem(422, "no-customer", detail)
    if not tool.reads and not body.agreed:
        detail = f"'{name}' changes something in earnest. Send `agreed`: true to do it. Nothing was done."
        raise Problem(409, "not-agreed", detail)
    try:
        tool.arguments.validate(body.arguments, tool.sensitive)
    except Invalid as error:
        raise Problem(422, "wrong-arguments", f"{error}. Nothing was done.") from None
    if not tool.reads:
        after = {"arguments": tool.shown(body.arguments), "customer": body.customer}
        async with parts.database.writing() as db:
            note(db, request, who, parts.now_ms(), Change("tool", name, None, after))
    return await _tried(found, body, f"{who.name} of this installation", parts)


async def _tried(found: Found, body: Trial, by: str, parts: AdminParts) -> Tried:
    tool = found.tool
    given = provided(parts.settings, parts.database)
    caller = ToolCaller(
        {tool.name: tool}, given, SqlToolCalls(parts.database, parts.now_ms), refusal, parts.now_ms
    )
    asked = _request(tool, body, by, parts.now_ms)
    began = time.perf_counter()

    def done(result: dict[str, Any] | None, error: str | None = None, message: str | None = None) -> Tried:
        took_ms = round((time.perf_counter() - began) * 1_000)
        return Tried(result=result, error=error, message=message, took_ms=took_ms)

    try:
        errand = Errand(asked, asked.arguments, Unheard(), asked.deadline_unix_ms)
        return done(json.loads(json.dumps(await caller.call(tool.name, errand), default=str)))
    except ToolError as error:
        return done(None, error.word, str(error))
    except DeclarationError as error:
        return done(None, "internal", str(error))


def _request(tool: AnyTool, body: Trial, by: str, now_ms: Callable[[], int]) -> TaskRequest:
    task_id = uuid4().hex
    return TaskRequest(
        task_id=task_id,
        call_id=f"trial-{task_id[:12]}",
        tool=tool.name,
        arguments=body.arguments,
        identity=Identity(customer_id=body.customer, verified_by=by) if body.customer else None,
        consent=body.agreed,
        deadline_unix_ms=now_ms() + tool.timeout_ms + _CLAIM_MS,
    )


def _broken(problems: list[str]) -> list[BrokenTool]:
    found = ((_HTTP_TOOL.match(problem), problem) for problem in problems)
    return [BrokenTool(name=file[1], problem=problem) for file, problem in found if file]


def _without_home(problem: str, parts: AdminParts) -> str:
    """Where this installation lies is nobody's business but its machine's."""
    return problem.replace(f"{parts.settings.home.resolve()}/", "")
