"""What is told of a call while it runs, to whoever watches: a manager's page, the browser it comes from.

Times are call time in ms.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from pydantic import ValidationError

from agents.charts.chart import Chart, described
from agents.messages import Delegation, ReportKind, TaskReport
from config.units import MICRO_TURN_MS
from model.turn import TurnOutput, Word
from telephony.interpreting.people import Interpreted, InterpreterNews, Told
from telephony.line import LineTurn
from telephony.utterances import Utterance, Utterances

logger = logging.getLogger(__name__)

Side = Literal["caller", "agent", "person"]
"""`person`: whom the caller speaks with through an interpreter; the interpreter is the agent."""
TaskStatus = Literal["asked", "progress", "result", "failed", "cancelled"]

_STATUS: Final[Mapping[ReportKind, TaskStatus]] = {
    ReportKind.PROGRESS: "progress",
    ReportKind.PARTIAL: "progress",
    ReportKind.RESULT: "result",
    ReportKind.FAILED: "failed",
    ReportKind.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class CallBegan:
    """A call is up. `flow` is its label, `name@version`."""

    call_id: str
    carrier: str
    from_number: str
    to_number: str
    flow: str
    language: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class WordsSaid:
    """One utterance so far: it replaces what was told of the same utterance before, until it is final.

    The caller's final words are those that stand for the turn; the agent's are those that were *heard*: fewer
    than were told before where the agent was cut off, and none where nothing of it was heard.
    `utterance` is unique within the call. `language`: a BCP 47 tag; empty: the call's.
    """

    side: Side
    utterance: str
    words: tuple[Word, ...]
    final: bool
    language: str = ""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class TaskNews:
    """What a background agent is doing. `text` is for people who watch; it may be empty."""

    task_id: str
    tool: str
    status: TaskStatus
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChartMade:
    """A task has drawn a chart (`telephony.chart_route`), described by `sentence`."""

    chart_id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class StepReached:
    """The dialogue has come to another step, or goes on in another language."""

    step: str
    language: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over."""

    outcome: str


Happening = (
    CallBegan | WordsSaid | Interpreted | InterpreterNews | TaskNews | ChartMade | StepReached | CallEnded
)


@dataclass(frozen=True, slots=True)
class Where:
    """Where a call is after a micro-turn.

    Attributes:
        step, language: of the dialogue.
        under_way: what the agent says and the caller has not heard to its end.
        offset_ms: call time minus agent time.
    """

    step: str
    language: str
    under_way: Utterances
    offset_ms: int


class Watcher(Protocol):
    """Follows a call."""

    def saw(self, at_ms: int, happening: Happening) -> None:
        """Take in what happened, at call time `at_ms`, without waiting: the call goes on after this."""
        ...


class Watch:
    """Tells one call's watchers what happens. A watcher that fails is left out from then on."""

    def __init__(self, watchers: Sequence[Watcher] = ()) -> None:
        self._watchers = list(watchers)
        self._at: tuple[str, str] = ("", "")
        self._told: dict[str, tuple[Word, ...]] = {}
        """Words of the agent's utterances under way, as last told."""
        self._turns = 0
        self._small = 0

    def tell(self, at_ms: int, happening: Happening) -> None:
        """Tell all watchers."""
        for watcher in list(self._watchers):
            try:
                watcher.saw(at_ms, happening)
            except Exception:  # whoever watches must not disturb the call
                logger.exception("a watcher failed")
                self._watchers.remove(watcher)

    def micro_turn(
        self,
        turn: LineTurn,
        output: TurnOutput,
        where: Where,
        delegations: Sequence[Delegation],
        reports: Sequence[TaskReport],
    ) -> None:
        """Tell what a micro-turn brought."""
        if not self._watchers:
            return
        at_ms = (turn.index + 1) * MICRO_TURN_MS
        if (where.step, where.language) != self._at:
            self._at = (where.step, where.language)
            self.tell(at_ms, StepReached(where.step, where.language))
        self._words(at_ms, output, where)
        self._tasks(at_ms, delegations, reports, where.language)

    def _words(self, at_ms: int, output: TurnOutput, where: Where) -> None:
        if (heard := output.transcript) is not None:
            self.tell(at_ms, WordsSaid("caller", f"caller-{self._turns}", heard.words, heard.final))
            self._turns += heard.final
        if output.agent_words and output.voicing is None:  # "mm-hm": said without taking the floor
            self._small += 1
            words = _later(output.agent_words, where.offset_ms)
            self.tell(at_ms, WordsSaid("agent", f"small-{self._small}", words, final=True))
        for utterance in where.under_way:
            if utterance.words != self._told.get(utterance.offer_id, ()):
                self._told[utterance.offer_id] = utterance.words
                words = _later(utterance.words, where.offset_ms)
                self.tell(at_ms, WordsSaid("agent", utterance.offer_id, words, final=False))

    def interpreted(self, at_ms: int, told: Told) -> None:
        """Tell what was interpreted, what the other person says, and whether an interpreter is there."""
        for news in told.news:
            self.tell(at_ms, news)
        for said in told.words:
            self.tell(at_ms, WordsSaid("person", said.utterance, said.words, said.final, said.language))
        for row in told.rows:
            self.tell(at_ms, row)

    def heard(self, at_ms: int, utterance: Utterance, offset_ms: int) -> None:
        """Tell which words of an utterance that is over the caller has heard."""
        self._told.pop(utterance.offer_id, None)
        words = _later(utterance.words, offset_ms)
        self.tell(at_ms, WordsSaid("agent", utterance.offer_id, words, final=True))

    def _tasks(
        self, at_ms: int, delegations: Sequence[Delegation], reports: Sequence[TaskReport], language: str
    ) -> None:
        for asked in delegations:
            self.tell(at_ms, TaskNews(asked.task_id, asked.tool, "asked"))
        for report in reports:
            text = report.says or report.message or report.error or ""
            self.tell(at_ms, TaskNews(report.task_id, report.tool, _STATUS[report.kind], text))
            if chart := _chart_of(report, language):
                self.tell(at_ms, chart)


def _later(words: tuple[Word, ...], by_ms: int) -> tuple[Word, ...]:
    return tuple(Word(word.text, word.start_ms + by_ms, word.end_ms + by_ms) for word in words)


def _chart_of(report: TaskReport, language: str) -> ChartMade | None:
    """Find the chart a tool says it has drawn and kept."""
    result = report.result or {}
    chart_id = result.get("chart_id")
    if report.kind is not ReportKind.RESULT or not isinstance(chart_id, str) or "chart" not in result:
        return None
    try:
        chart = Chart.model_validate(result["chart"])
        return ChartMade(chart_id, described(chart, language))
    except ValidationError:
        return None
    except Exception:  # a sentence for those who watch must not disturb the call
        logger.exception("a chart cannot be described")
        return None
