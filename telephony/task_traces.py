"""Follows each task of one call from its delegation to the first word voiced of what came of it.

Spans (`config.tracing`): `delegation` is the whole; `offer` its last part, from the report's being applied to
the first word voiced. What lies between is recorded where it happens, under the same trace.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agents.messages import Delegation, TaskReport
from config import metrics, tracing
from config.tracing import Span
from model.turn import OfferMade, OfferWithdrawn, TurnEvent
from telephony.weaving import dialogue_id


@dataclass(frozen=True, slots=True)
class _Awaited:
    """An offer that tells a result and has not been begun. `since_s`: when the result was applied."""

    whole: Span
    offer: Span
    since_s: float


class TaskTraces:
    """One call's. Every method costs next to nothing while spans are off."""

    def __init__(self, call_id: str, now_s: Callable[[], float] = time.monotonic) -> None:
        self._call_id = call_id
        self._now_s = now_s
        self._open: dict[str, Span] = {}
        self._awaited: dict[str, _Awaited] = {}

    def delegated(self, delegation: Delegation) -> Delegation:
        """Begin to follow a task; gives the delegation with the trace it belongs to."""
        span = tracing.start(
            "delegation",
            call=self._call_id,
            task=delegation.task_id,
            tool=delegation.tool,
            speculative=delegation.speculative,
        )
        self._open[delegation.task_id] = span
        return delegation.model_copy(update={"trace": span.traceparent})

    def adopted(self, early_id: str, task_id: str) -> None:
        """A task begun early now stands for one of the dialogue's; reports of it come under that id."""
        if span := self._open.pop(early_id, None):
            span.note(adopted_as=task_id)
            self._open[task_id] = span

    def dropped(self, task_id: str) -> None:
        """Nobody waits for this task any more."""
        if span := self._open.pop(task_id, None):
            span.note(outcome="dropped")
            span.end()

    def applied(self, report: TaskReport, events: Iterable[TurnEvent]) -> None:
        """A report was applied; `events` are what the dialogue answered to it."""
        if not report.kind.settles or (whole := self._open.pop(report.task_id, None)) is None:
            return
        outcome = metrics.outcome_label(report.kind, report.error)
        whole.note(outcome=outcome, attempt=report.attempt)
        made = next((event.offer.id for event in events if isinstance(event, OfferMade)), None)
        if made is None:
            whole.end()
            return
        offer = tracing.start(
            "offer", whole.traceparent, call=self._call_id, task=report.task_id, outcome=outcome, offer=made
        )
        self._awaited[dialogue_id(made)] = _Awaited(whole, offer, self._now_s())

    def voiced(self, offer_id: str) -> None:
        """The first word of this offer is given out."""
        if awaited := self._awaited.pop(dialogue_id(offer_id), None):
            metrics.result_voiced_seconds.observe(self._now_s() - awaited.since_s)
            awaited.offer.end()
            awaited.whole.end()

    def unvoiced(self, events: Iterable[TurnEvent]) -> None:
        """Take in what is withdrawn: an offer not begun by now never is."""
        for event in events:
            if isinstance(event, OfferWithdrawn):
                self._give_up(dialogue_id(event.offer_id))

    def close(self) -> None:
        """The call is over."""
        for offer_id in list(self._awaited):
            self._give_up(offer_id)
        for task_id in list(self._open):
            self.dropped(task_id)

    def _give_up(self, offer_id: str) -> None:
        if awaited := self._awaited.pop(offer_id, None):
            metrics.results_unvoiced.inc()
            awaited.offer.note(voiced=False)
            awaited.offer.end()
            awaited.whole.end()
