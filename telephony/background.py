"""What of a call is with background agents: work handed over, and look-ups begun early.

Which look-ups are begun early, adopted and dropped is decided in `telephony.speculation`; here it is done.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from agents.messages import Delegation, TaskReport
from telephony import speculation
from telephony.call_parts import Desk
from telephony.speculation import EarlyMark, Speculated, Speculation, SpeculationFigures, Wanted
from telephony.task_traces import TaskTraces


class Background:
    """The background agents of one call.

    `whole` adds the conversation so far to a look-up begun early; `mark` is told what becomes of it, for the
    tape.
    """

    def __init__(
        self,
        desk: Desk,
        traces: TaskTraces,
        whole: Callable[[Delegation], Delegation],
        mark: Callable[[EarlyMark], None],
    ) -> None:
        self._desk = desk
        self._traces = traces
        self._whole = whole
        self._mark = mark
        self._speculation = Speculation()
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def figures(self) -> SpeculationFigures:
        """How early look-ups went, if the call ended now."""
        return speculation.drop_all(self._speculation).speculation.figures

    def may_begin_early(self, tool: str) -> bool:
        """Whether a tool may be called on words still being spoken."""
        return self._desk.may_begin_early(tool)

    def delegate(self, whole: Delegation, now_ms: int) -> tuple[TaskReport, ...]:
        """Hand work over, or adopt it where it was begun early; gives what is known of it already."""
        if speculation.is_mere_look_up(whole, self._desk.may_begin_early):
            self._speculation, mark, known = speculation.adopt(self._speculation, whole, now_ms)
            if mark is not None:
                self._mark(mark)
                self._traces.adopted(mark.task_id, whole.task_id)
                return known
        self._errand(self._desk.delegate(self._traces.delegated(whole)))
        return ()

    def cancel(self, task_id: str) -> None:
        """Say that a task is no longer wanted."""
        self._traces.dropped(task_id)
        self._errand(self._desk.cancel(speculation.runs_as(self._speculation, task_id)))

    def reports(self) -> Iterator[TaskReport]:
        """Give what is new for the dialogue: reports of early look-ups are not yet, or never."""
        for report in self._desk.reports():
            self._speculation, news = speculation.reported(self._speculation, report)
            if news is not None:
                yield news

    def overheard(self, asked: tuple[Wanted, ...]) -> None:
        """Take in what the words so far would ask for."""
        self._follow(speculation.overheard(self._speculation, asked))

    def begin_due(self, now_ms: int) -> None:
        """Begin what is surely enough asked for."""
        self._follow(speculation.begin_due(self._speculation, now_ms))

    def turn_over(self, doubt: str | None, now_ms: int) -> None:
        """Drop what the caller's turn, now over, has not asked for; `doubt` is being read back."""
        self._follow(speculation.turn_over(self._speculation, doubt, now_ms))

    async def stop(self) -> None:
        """Leave what is being handed over where it is."""
        for errand in list(self._errands):
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)

    async def close(self) -> list[TaskReport]:
        """Settle what is open; gives the last news."""
        await self._desk.close()
        return list(self.reports())

    def _follow(self, done: Speculated) -> None:
        self._speculation = done.speculation
        for delegation in done.begin:
            self._errand(self._desk.delegate(self._traces.delegated(self._whole(delegation))))
        for mark in done.marks:
            self._mark(mark)
            if mark.what == "dropped":
                self._traces.dropped(mark.task_id)
        for task_id in done.cancel:
            self._errand(self._desk.cancel(task_id))

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        errand = asyncio.create_task(work)
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)
