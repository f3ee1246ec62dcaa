"""What a desk counts of its tasks for Prometheus."""

from collections.abc import Callable, Mapping
from typing import Any

from agents.ledger import Entry
from agents.messages import LANGUAGE_MODEL, TaskReport
from config import metrics


class TaskFigures:
    """One desk's. `names`: of the tools there are; what else is asked for counts as one."""

    def __init__(self, names: Mapping[str, Any], unix_ms: Callable[[], int]) -> None:
        self._names = names
        self._unix_ms = unix_ms
        self._since_unix_ms: dict[str, int] = {}

    def tool(self, name: str) -> str:
        """Name a tool as a label."""
        return name if name in self._names or name == LANGUAGE_MODEL else metrics.UNKNOWN

    def delegated(self, task_id: str) -> None:
        """A task begins."""
        self._since_unix_ms[task_id] = self._unix_ms()

    def heard(self, before: Entry | None) -> None:
        """A report of this task is applied; `before` is how the ledger had it."""
        if before is not None and before.sequence == 0 and before.request.attempt == 1 and not before.sending:
            metrics.task_wait_seconds.observe(max(0, self._unix_ms() - before.news_unix_ms) / 1_000)

    def handed_on(self, report: TaskReport) -> None:
        """A report goes to the call; the one that settles its task ends the count."""
        if not report.kind.settles or (since := self._since_unix_ms.pop(report.task_id, None)) is None:
            return
        outcome = metrics.outcome_label(report.kind, report.error)
        seconds = max(0, self._unix_ms() - since) / 1_000
        metrics.task_seconds.labels(self.tool(report.tool), outcome).observe(seconds)
