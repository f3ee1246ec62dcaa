"""The background agents of a replay: what was answered on the recorded call is answered again, as late.

What was not asked for then is looked up now, if that only reads; what would change something is never done:
an example is made up instead. Time is the replay's own.
"""

import asyncio
from collections.abc import Sequence

from agents.messages import Delegation, ReportKind, TaskReport
from agents.simulation.events import Ended, Outcome, Source
from agents.simulation.trial_tools import TrialTools
from telephony.replay.recorded import RecordedTask, canonical

CALL_ID = "replay"
"""What tools are told: no call of the record, so nothing is counted against its caller."""
_MADE_UP_MS = 1_000


class ReplayDesk:
    """A call's desk (`telephony.call_parts.Desk`) in virtual time.

    Args:
        call_id: whose reports these are.
        tasks: what the recorded call asked for.
        tools: what is looked up now.
    """

    def __init__(self, call_id: str, tasks: Sequence[RecordedTask], tools: TrialTools) -> None:
        self.now_ms = 0
        """Call time, set by whoever steps the call."""
        self.sources: dict[str, Source] = {}
        """By task, where its outcome is from."""
        self._call_id = call_id
        self._tasks = list(tasks)
        self._tools = tools
        self._due: list[tuple[int, TaskReport]] = []
        self._open: dict[str, Delegation] = {}
        self._sequence = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._at_work = 0

    async def settled(self) -> None:
        """Wait until all that was asked for has its answer; time stands still meanwhile."""
        await asyncio.sleep(0)  # what was asked for a moment ago begins
        await self._idle.wait()

    async def delegate(self, delegation: Delegation) -> None:
        """See `Desk`. The answer is known when this returns; it is given out when it is due."""
        if delegation.task_id in self.sources:
            return
        self._at_work += 1
        self._idle.clear()
        try:
            await self._answer(delegation, self.now_ms)
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._idle.set()

    async def _answer(self, delegation: Delegation, asked_ms: int) -> None:
        self._open[delegation.task_id] = delegation
        if (task := self._recorded(delegation)) is not None:
            self.sources[delegation.task_id] = Source.RECORDED
            for delay_ms, report in task.reports:
                self._give(asked_ms + delay_ms, delegation, report)
            return
        self.sources[delegation.task_id] = Source.RAN
        if self._tools.runs(delegation):
            outcome = await self._tools.run(delegation, CALL_ID)
        else:
            self.sources[delegation.task_id] = Source.MADE_UP
            outcome = await self._made_up(delegation)
        due_ms = asked_ms + outcome.took_ms
        for part in outcome.parts:
            self._report(
                due_ms,
                delegation,
                ReportKind.PARTIAL,
                Outcome.model_copy(outcome, update={"result": part.result}),
                part.says,
            )
        kind = ReportKind.RESULT if outcome.ended is Ended.SUCCEEDED else ReportKind.FAILED
        self._report(due_ms, delegation, kind, outcome)

    def may_begin_early(self, tool: str) -> bool:
        """See `Desk`."""
        return self._tools.may_begin_early(tool)

    async def cancel(self, task_id: str) -> None:
        """See `Desk`."""
        if (delegation := self._open.pop(task_id, None)) is not None:
            self._due = [each for each in self._due if each[1].task_id != task_id]
            self._cancelled(delegation)

    def reports(self) -> Sequence[TaskReport]:
        """See `Desk`: what is due by now, in order."""
        news = [report for due_ms, report in self._due if due_ms <= self.now_ms]
        self._due = [each for each in self._due if each[0] > self.now_ms]
        for report in news:
            if report.kind.settles:
                self._open.pop(report.task_id, None)
        return news

    async def close(self) -> None:
        """See `Desk`."""
        self._due = []
        for delegation in self._open.values():
            self._cancelled(delegation)
        self._open = {}

    def _recorded(self, asked: Delegation) -> RecordedTask | None:
        """What the same tool answered to the same arguments then; each time it was asked, in turn."""
        arguments = canonical(asked.arguments)
        same = [task for task in self._tasks if (task.tool, task.arguments) == (asked.tool, arguments)]
        if asked.brief is not None or not same:
            return None
        if len(same) > 1:
            self._tasks.remove(same[0])
        return same[0]

    async def _made_up(self, asked: Delegation) -> Outcome:
        if self._tools.refused(asked) is not None:
            ended, result = Ended.REFUSED, None
        else:
            ended, result = Ended.SUCCEEDED, await self._tools.example(asked)
        error = "refused" if ended is Ended.REFUSED else None
        return Outcome(
            task_id=asked.task_id,
            ended=ended,
            result=result,
            error=error,
            took_ms=_MADE_UP_MS,
            source=Source.MADE_UP,
        )

    def _give(self, due_ms: int, asked: Delegation, report: TaskReport) -> None:
        self._sequence += 1
        own = {"task_id": asked.task_id, "call_id": self._call_id, "sequence": self._sequence, "trace": ""}
        self._due.append((due_ms, report.model_copy(update=own)))

    def _report(
        self, due_ms: int, asked: Delegation, kind: ReportKind, outcome: Outcome, says: str = ""
    ) -> None:
        error = None if kind is not ReportKind.FAILED else outcome.error
        report = TaskReport(
            task_id=asked.task_id,
            call_id=self._call_id,
            tool=asked.tool,
            kind=kind,
            sequence=1,
            result=outcome.result,
            error=error,
            says=says,
        )
        self._give(due_ms, asked, report)

    def _cancelled(self, asked: Delegation) -> None:
        outcome = Outcome(task_id=asked.task_id, ended=Ended.FAILED)
        self._report(self.now_ms, asked, ReportKind.CANCELLED, outcome)
