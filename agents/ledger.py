"""What one call has asked for and what has become of it. Pure: a ledger goes in, a ledger comes out.

Every task is settled exactly once: by its result, its failure, a cancellation, its deadline or hang-up.
Nothing after that counts. Times are Unix milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from agents.errors import Unknown
from agents.messages import ReportKind, TaskReport, TaskRequest

LOST_AFTER_MS: Final = 3_500
"""A running worker reports every second; after this long without news it is taken for dead."""
MOST_ATTEMPTS: Final = 4
UNKNOWN: Final = Unknown.word
SEND_AGAIN_MS: Final = 400
"""How long after the queue has refused a request it is offered again."""
SEND_PATIENCE_MS: Final = 5_000
"""How long it is offered: a Redis that is only restarted is back by then."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One task.

    `reads`: it changes nothing. `began_unix_ms`: when it was delegated. `news_unix_ms`: when it was last sent
    out, refused or heard of. `sending`: it is on its way to the queue, and silence means nothing yet.
    `refused`: the queue did not take it the last time. `unwanted`: it was cancelled after it had begun to
    change something; it is settled by how that ends.
    """

    request: TaskRequest
    reads: bool
    began_unix_ms: int
    news_unix_ms: int
    sending: bool = True
    refused: bool = False
    unwanted: bool = False
    sequence: int = 0
    settled: bool = False


@dataclass(frozen=True)
class Ledger:
    """All tasks of one call by id, the settled ones too."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    @cached_property
    def open_tasks(self) -> tuple[str, ...]:
        """Ids of what is not settled."""
        return tuple(task_id for task_id, entry in self.entries.items() if not entry.settled)


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is due now.

    `again`: requests whose worker has fallen silent, with the next attempt's number. `unsent`: requests the
    queue has refused, to be offered once more. `given_up`: ids of those that were offered long enough.
    `lapsed`: reports of tasks whose time is up.
    """

    again: tuple[TaskRequest, ...] = ()
    unsent: tuple[TaskRequest, ...] = ()
    given_up: tuple[str, ...] = ()
    lapsed: tuple[TaskReport, ...] = ()


def enter(ledger: Ledger, request: TaskRequest, *, reads: bool, now_unix_ms: int) -> Ledger:
    """Add a task. Entering one that is there already changes nothing."""
    if request.task_id in ledger.entries:
        return ledger
    return _with(ledger, Entry(request, reads, began_unix_ms=now_unix_ms, news_unix_ms=now_unix_ms))


def sent(ledger: Ledger, task_id: str, now_unix_ms: int) -> Ledger:
    """Note that the queue has a task: from now on silence counts."""
    entry = ledger.entries[task_id]
    return _with(ledger, replace(entry, sending=False, refused=False, news_unix_ms=now_unix_ms))


def refused(ledger: Ledger, task_id: str, now_unix_ms: int) -> Ledger:
    """Note that the queue did not take a task."""
    entry = ledger.entries[task_id]
    return _with(ledger, replace(entry, sending=False, refused=True, news_unix_ms=now_unix_ms))


def unwant(ledger: Ledger, task_id: str) -> Ledger:
    """Note that nobody wants a task any more that may be changing something just now."""
    entry = ledger.entries.get(task_id)
    return ledger if entry is None else _with(ledger, replace(entry, unwanted=True))


def apply(ledger: Ledger, report: TaskReport, now_unix_ms: int) -> tuple[Ledger, TaskReport | None]:
    """Take a worker's report. Returns what is news of it: nothing, if it is repeated, late or unknown.

    How an unwanted task ended is told as a cancellation that says what had happened; on the way it is silent.
    """
    entry = ledger.entries.get(report.task_id)
    if entry is None or entry.settled or report.sequence <= entry.sequence:
        return ledger, None
    heard = replace(
        entry,
        sequence=report.sequence,
        settled=report.kind.settles,
        sending=False,
        refused=False,
        news_unix_ms=now_unix_ms,
    )
    return _with(ledger, heard), _as_unwanted(report) if entry.unwanted else report


def _as_unwanted(report: TaskReport) -> TaskReport | None:
    if not report.kind.settles:
        return None
    if report.kind is ReportKind.RESULT:
        happened = {"kind": ReportKind.CANCELLED, "message": "it had happened before it was cancelled"}
        return report.model_copy(update=happened)
    error = UNKNOWN if report.error == UNKNOWN else None
    return report.model_copy(update={"kind": ReportKind.CANCELLED, "error": error})


def settle(
    ledger: Ledger,
    task_id: str,
    kind: ReportKind,
    error: str | None = None,
    message: str = "",
    result: dict[str, Any] | None = None,
) -> tuple[Ledger, TaskReport | None]:
    """Settle a task from this side; None when it is unknown or settled already.

    Args:
        ledger: the call's tasks.
        task_id: which.
        kind: FAILED or CANCELLED.
        error: the word of a failure.
        message: for logs.
        result: what had happened before a cancellation.
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
        result=result,
        error=error,
        message=message,
    )
    return _with(ledger, replace(entry, sequence=report.sequence, settled=True)), report


def overdue(ledger: Ledger, now_unix_ms: int) -> tuple[Ledger, Overdue]:
    """Find what is due: tasks past their deadline fail, what was refused or has gone silent goes out again.

    Writes too: the rows of `agents.tool_calls` see to it that they happen once.
    """
    again: list[TaskRequest] = []
    unsent: list[TaskRequest] = []
    given_up: list[str] = []
    lapsed: list[TaskReport] = []
    for task_id in ledger.open_tasks:
        entry = ledger.entries[task_id]
        if now_unix_ms >= entry.request.deadline_unix_ms:
            ledger, report = _lapse(ledger, entry)
            lapsed += [report] if report else []
        elif entry.refused and entry.request.attempt == 1:
            if now_unix_ms - entry.began_unix_ms >= SEND_PATIENCE_MS:
                ledger = _with(ledger, replace(entry, sending=True, refused=False))
                given_up.append(task_id)
            elif now_unix_ms - entry.news_unix_ms >= SEND_AGAIN_MS:
                ledger = _with(ledger, replace(entry, sending=True, refused=False))
                unsent.append(entry.request)
        elif _is_lost(entry, now_unix_ms):
            request = entry.request.model_copy(update={"attempt": entry.request.attempt + 1})
            ledger = _with(ledger, replace(entry, request=request, sending=True))
            again.append(request)
    return ledger, Overdue(tuple(again), tuple(unsent), tuple(given_up), tuple(lapsed))


def _lapse(ledger: Ledger, entry: Entry) -> tuple[Ledger, TaskReport | None]:
    task_id = entry.request.task_id
    if entry.unwanted:
        return settle(ledger, task_id, ReportKind.CANCELLED, UNKNOWN, "cancelled; it may have happened")
    if entry.reads:
        return settle(ledger, task_id, ReportKind.FAILED, "timeout", "no answer in time")
    return settle(ledger, task_id, ReportKind.FAILED, UNKNOWN, "no answer in time; it may have happened")


def _is_lost(entry: Entry, now_unix_ms: int) -> bool:
    silent_ms = now_unix_ms - entry.news_unix_ms
    may_run_again = not entry.unwanted and not entry.sending and entry.request.attempt < MOST_ATTEMPTS
    return may_run_again and silent_ms >= LOST_AFTER_MS


def _with(ledger: Ledger, entry: Entry) -> Ledger:
    return Ledger({**ledger.entries, entry.request.task_id: entry})
