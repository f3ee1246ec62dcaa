"""Calling one tool: what a scripted request does once and a language-model agent as often as it likes.

Reads run and may be broken off. Writes are claimed, committed and kept alive in their rows
(`agents.tool_calls`) and are never broken off: a write that has begun is seen to its end.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, assert_never, cast

from sqlalchemy.exc import SQLAlchemyError

from agents.errors import (
    Invalid,
    LimitReached,
    NotFound,
    Refused,
    TimedOut,
    ToolError,
    Unavailable,
    Unknown,
    Unsupported,
)
from agents.limits import CallerLimits
from agents.messages import LANGUAGE_MODEL, Identity, TaskRequest
from agents.progress import Progress
from agents.tool import AnyTool, Dependencies, IdempotencyKey
from agents.tool_calls import Claimed, Settled, State, Taken, ToolCalls, Withdrawn, Write, write_of
from agents.toolbox import Toolbox
from config import tracing

logger = logging.getLogger(__name__)

T = TypeVar("T")

RENEW_S: Final = 1.0
_LOOK_AGAIN_S: Final = 0.25
"""How often one looks what became of a write somebody else is at."""
_PAUSES_S: Final = (0.3, 1.0)
"""Before a write that was not answered is tried again with its key."""
_NOTE_TRIES: Final = 3

Policy = Callable[[AnyTool, TaskRequest], str | None]
"""Why this request may not call this tool; None: it may."""


class Gone(Exception):  # noqa: N818 - not a fault
    """Nobody wants this write any more, and it has not begun."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One call of a tool: for whom, with what, how long, and who hears of it.

    `within`: the claim of the work this is part of, if that may write.
    """

    request: TaskRequest
    arguments: Mapping[str, Any]
    progress: Progress
    until_unix_ms: int
    within: Claimed | None = None


class ToolCaller:
    """Calls tools.

    Args:
        toolbox: the tools at hand.
        dependencies: what tools are given by type; request, progress and key are added. With `CallerLimits`
            among them, callers are held to these.
        tool_calls: the rows of writes.
        policy: what a request may call.
        unix_ms: the clock deadlines are on.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        dependencies: Dependencies,
        tool_calls: ToolCalls,
        policy: Policy,
        unix_ms: Callable[[], int],
    ) -> None:
        self.toolbox = toolbox
        self.rows = tool_calls
        self._dependencies = dependencies
        self._policy = policy
        self._limits = cast("CallerLimits | None", dependencies.get(CallerLimits))
        self._unix_ms = unix_ms

    async def call(self, name: str, errand: Errand) -> dict[str, Any]:
        """Call a tool and return its result as JSON.

        Raises:
            ToolError: one of its kinds; `Unknown` when a write may or may not have happened.
            Gone: the write was withdrawn before it began.
            Exception: whatever else a read raises; it is foreign code.
        """
        tool = self.toolbox.get(name)
        if tool is None:
            raise Invalid(f"this worker has no tool {name}")
        if (why := self._policy(tool, errand.request)) is not None:
            raise Refused(why)
        if tool.reads:
            await self._admit(tool, errand)
            return await self._run(tool, errand, None)
        write = write_of(errand.request.call_id, errand.request.task_id, name, errand.arguments)
        await self._admit(tool, errand, write.key)
        repeatable = IdempotencyKey in tool.dependencies.values()
        return await self.guarded(
            write,
            lambda: (
                self._insist(tool, errand, write.key) if repeatable else self._run(tool, errand, write.key)
            ),
            errand.until_unix_ms,
            repeatable=repeatable,
            within=errand.within,
        )

    async def _admit(self, tool: AnyTool, errand: Errand, key: str = "") -> None:
        if self._limits is not None:
            await self._limits.admit(tool, errand.request, key)

    async def guarded(
        self,
        write: Write,
        work: Callable[[], Awaitable[dict[str, Any]]],
        until_unix_ms: int,
        *,
        repeatable: bool,
        within: Claimed | None = None,
    ) -> dict[str, Any]:
        """Do a write once, whoever else tries: or return what it has come to elsewhere.

        A cancellation waits until the write has ended, and then goes on.
        """
        claimed = await self.claim(write, until_unix_ms, repeatable=repeatable, within=within)
        if isinstance(claimed, Settled):
            return outcome_of(claimed)
        doing = asyncio.create_task(self._do(claimed, work))
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            await asyncio.wait({doing})
            with contextlib.suppress(Exception):
                doing.result()  # the row has it
            raise

    async def claim(
        self, write: Write, until_unix_ms: int, *, repeatable: bool, within: Claimed | None = None
    ) -> Claimed | Settled:
        """Make a write ours, or learn what it came to; waits while somebody else is at it.

        Raises:
            Unavailable: the record does not answer; nothing is written without it.
            Unknown: somebody else is still at it at the end.
            Gone: it was withdrawn.
        """
        while True:
            try:
                answer = await self.rows.claim(write, repeatable=repeatable, within=within)
            except (SQLAlchemyError, OSError) as error:
                raise Unavailable("the record does not answer; nothing is written without it") from error
            match answer:
                case Claimed() | Settled():
                    return answer
                case Withdrawn():
                    raise Gone
                case Taken():
                    if self._unix_ms() >= until_unix_ms:
                        raise Unknown("somebody else is at it still")
                    await asyncio.sleep(_LOOK_AGAIN_S)
                case _:
                    assert_never(answer)

    async def hold(self, claimed: Claimed, work: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """Keep a claim alive while work goes on that only calls tools; it may be broken off."""
        running = asyncio.ensure_future(work())
        try:
            while not running.done():
                await asyncio.wait({running}, timeout=RENEW_S)
                if not running.done():
                    await self._renew(claimed)
            result = running.result()
        except asyncio.CancelledError:
            running.cancel()
            await asyncio.wait({running})
            await self._note(claimed, State.FAILED, error="cancelled")
            raise
        except Exception as error:
            await self._note(claimed, State.FAILED, error=getattr(error, "word", ToolError.word))
            raise
        await self._note(claimed, State.DONE, result=result)
        return result

    async def _do(self, claimed: Claimed, work: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """Run a claimed write to its end, its claim kept alive, and note what became of it."""
        running = asyncio.ensure_future(work())
        while not running.done():
            await asyncio.wait({running}, timeout=RENEW_S)
            if not running.done():
                await self._renew(claimed)
        try:
            result = running.result()
        except (NotFound, Refused, Invalid, Unsupported) as error:  # the system said no: nothing has changed
            await self._note(claimed, State.FAILED, error=error.word)
            raise
        except Exception as error:
            await self._note(claimed, State.UNKNOWN, error=Unknown.word)
            if not isinstance(error, ToolError):
                logger.exception("task %s: tool %s broke", claimed.write.task_id, claimed.write.tool)
            raise Unknown(f"it may have happened: {type(error).__name__}") from error
        await self._note(claimed, State.DONE, result=result)
        return result

    async def _run(self, tool: AnyTool, errand: Errand, key: IdempotencyKey | None) -> dict[str, Any]:
        """Run the tool within its patience and the deadline."""
        patience_ms = min(tool.timeout_ms, errand.until_unix_ms - self._unix_ms())
        given: dict[object, object] = {TaskRequest: errand.request, Progress: errand.progress}
        if errand.request.identity is not None:
            given[Identity] = errand.request.identity
        if key is not None:
            given[IdempotencyKey] = key
        limit = asyncio.timeout(patience_ms / 1_000)
        try:
            ids = {"call": errand.request.call_id, "task": errand.request.task_id, "tool": tool.name}
            with tracing.start("tool", errand.request.trace, **ids):
                async with limit:
                    return await tool.run(errand.arguments, {**self._dependencies, **given})
        except TimeoutError:
            if limit.expired():
                raise TimedOut(f"not done after {patience_ms} ms") from None
            raise Unavailable("something the tool asked did not answer") from None

    async def _insist(self, tool: AnyTool, errand: Errand, key: IdempotencyKey) -> dict[str, Any]:
        """Run a write that was not answered again, with the same key: that changes nothing more."""
        for pause_s in _PAUSES_S:
            try:
                return await self._run(tool, errand, key)
            except Unavailable as error:
                if self._unix_ms() + pause_s * 1_000 >= errand.until_unix_ms:
                    raise
                logger.info(
                    "task %s: %s again", errand.request.task_id, tool.name, extra={"pii_why": str(error)}
                )
            await asyncio.sleep(pause_s)
        return await self._run(tool, errand, key)

    async def _renew(self, claimed: Claimed) -> None:
        try:
            await self.rows.renew(claimed)
        except (SQLAlchemyError, OSError) as error:
            logger.warning("task %s: its claim was not renewed: %r", claimed.write.task_id, error)

    async def _note(
        self, claimed: Claimed, state: State, result: dict[str, Any] | None = None, error: str | None = None
    ) -> None:
        """Write down what became of it. If the record does not take it, the row becomes unknown later."""
        for _ in range(_NOTE_TRIES):
            try:
                await self.rows.settle(claimed, state, result, error)
            except (SQLAlchemyError, OSError) as fault:
                logger.warning("task %s: its end was not noted: %r", claimed.write.task_id, fault)
                await asyncio.sleep(_LOOK_AGAIN_S)
            else:
                return


def may_write(request: TaskRequest, toolbox: Toolbox) -> bool:
    """Whether this request can change anything: its tool does, or one of those its brief allows."""
    names = request.brief.tools if request.brief is not None else (request.tool,)
    return any(not tool.reads for name in names if (tool := toolbox.get(name)))


def brief_write(request: TaskRequest) -> Write:
    """Name the work on a brief as a whole, so that of two workers one works on it."""
    goal = request.brief.goal if request.brief else ""
    return write_of(request.call_id, request.task_id, LANGUAGE_MODEL, {"goal": goal})


_KINDS: Final[Mapping[str, type[ToolError]]] = {
    kind.word: kind for kind in (NotFound, Unavailable, Refused, Invalid, Unsupported, LimitReached)
}


def outcome_of(settled: Settled) -> dict[str, Any]:
    """Return or raise what a write came to when it was done."""
    match settled.state:
        case State.DONE:
            return settled.result or {}
        case State.FAILED:
            kind = _KINDS.get(settled.error or "", ToolError)
            raise kind("it was tried before, and failed")
        case State.UNKNOWN | State.PENDING:
            raise Unknown("whoever was at it has died; it may have happened")
        case _:
            assert_never(settled.state)
