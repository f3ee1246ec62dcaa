"""What one call has asked for and what has become of it. Pure: a ledger goes in, a ledger comes out.

Every task is settled exactly once: by its result, its failure, a cancellation, its deadline or hang-up.
Nothing after that counts. Times are Unix milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from agents.messages import ReportKind, TaskReport, TaskRequest

LOST_AFTER_MS: Final = 3_500
"""A running worker reports every second; after this long without news it is taken for dead."""
MOST_ATTEMPTS: Final = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One task.

    `reads`: it may be run again. `news_unix_ms`: when it was last sent out or heard of. `sending`: it is on
    its way to the queue, and silence means nothing yet.
    """

    request: TaskRequest
    reads: bool
    news_unix_ms: int
    sending: bool = True
    sequence: int = 0
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """All tasks of one call by id, the settled ones too."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def open_tasks(self) -> tuple[str, ...]:
        """Ids of what is not settled."""
        return tuple(task_id for task_id, entry in self.entries.items() if not entry.settled)


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is due now: requests to send out again, and reports of tasks whose time is up."""

    again: tuple[TaskRequest, ...] = ()
    lapsed: tuple[TaskReport, ...] = ()


def enter(ledger: Ledger, request: TaskRequest, *, reads: bool, now_unix_ms: int) -> Ledger:
    """Add a task. Entering one that is there already changes nothing."""
    if request.task_id in ledger.entries:
        return ledger
    return _with(ledger, Entry(request=request, reads=reads, news_unix_ms=now_unix_ms))


def sent(ledger: Ledger, task_id: str, now_unix_ms: int) -> Ledger:
    """Note that a task has left, or could not: from now on silence counts."""
    entry = ledger.entries[task_id]
    return _with(ledger, replace(entry, sending=False, news_unix_ms=now_unix_ms))


def apply(ledger: Ledger, report: TaskReport, now_unix_ms: int) -> tuple[Ledger, bool]:
    """Take a worker's report. Whether it is news: a repeated, late or unknown one is not."""
    entry = ledger.entries.get(report.task_id)
    if entry is None or entry.settled or report.sequence <= entry.sequence:
        return ledger, False
    heard = replace(entry, sequence=report.sequence, settled=report.kind.settles, news_unix_ms=now_unix_ms)
    return _with(ledger, heard), True


def settle(
    ledger: Ledger, task_id: str, kind: ReportKind, error: str | None = None, message: str = ""
) -> tuple[Ledger, TaskReport | None]:
    """Settle a task from this side; None when it is unknown or settled already.

    Args:
        ledger: the call's tasks.
        task_id: which.
        kind: FAILED or CANCELLED.
        error: the word of a failure.
        message: for logs.
    """
    entry = ledger.entries.get(task_id)
    if entry is None or entry.settled:
        return ledger, None
    report = TaskReport(
        task_id=task_id,
        call_id=entry.request.call_id,
        tool=entry.request.tool,
        kind=kind,
        sequence=entry.sequence + 1,
        attempt=entry.request.attempt,
        error=error,
        message=message,
    )
    return _with(ledger, replace(entry, sequence=report.sequence, settled=True)), report


def overdue(ledger: Ledger, now_unix_ms: int) -> tuple[Ledger, Overdue]:
    """Find what is due: tasks past their deadline fail, and reads whose worker has gone silent go out again.

    A write is never sent out again: whether it happened is not known here.
    """
    again: list[TaskRequest] = []
    lapsed: list[TaskReport] = []
    for task_id in ledger.open_tasks:
        entry = ledger.entries[task_id]
        if now_unix_ms >= entry.request.deadline_unix_ms:
            ledger, report = settle(ledger, task_id, ReportKind.FAILED, "timeout", "no answer in time")
            lapsed += [report] if report else []
        elif _is_lost(entry, now_unix_ms):
            request = entry.request.model_copy(update={"attempt": entry.request.attempt + 1})
            ledger = _with(ledger, replace(entry, request=request, sending=True))
            again.append(request)
    return ledger, Overdue(again=tuple(again), lapsed=tuple(lapsed))


def _is_lost(entry: Entry, now_unix_ms: int) -> bool:
    silent_ms = now_unix_ms - entry.news_unix_ms
    may_run_again = entry.reads and not entry.sending and entry.request.attempt < MOST_ATTEMPTS
    return may_run_again and silent_ms >= LOST_AFTER_MS


def _with(ledger: Ledger, entry: Entry) -> Ledger:
    return Ledger({**ledger.entries, entry.request.task_id: entry})
