"""Look-ups begun before the caller has finished speaking: which, and what becomes of them. Pure.

While the caller speaks, the weave prepares the answer to the words so far. If that answer would have a tool
called that only reads, the call begins the look-up at once, under an id of its own. The dialogue knows
nothing of it, and what it reports waits here. When the dialogue then asks for the same look-up, the one begun
early is *adopted*: from that moment on its reports are the dialogue's, under the dialogue's task id. When the
words change it is dropped, and nothing of it is ever applied or spoken.

A number that is read back is still the number being asked for: what was begun for it is kept until the caller
has confirmed it or not.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Final, Literal

from agents.dialogue.state import Given
from agents.messages import Delegation, ReportKind, TaskReport
from config.flow_slots import DigitsSlot
from config.flow_steps import LookUp
from config.flow_text import BLANK
from telephony.weaving import Weave

MOST_ALIVE: Final = 2
MOST_PER_TURN: Final = 3
"""How many may be begun in one turn of the caller's, whatever becomes of them."""
FRESH_FOR_MS: Final = 30_000
"""An answer looked up longer ago is no longer used."""
_ANSWERS: Final = frozenset({"not_found", "invalid", "refused", "unsupported"})
"""Failures that asking again would not mend. With any other the look-up is made again, in earnest."""


@dataclass(frozen=True, slots=True)
class SpeculationFigures:
    """How early look-ups went in one call.

    Attributes:
        look_ups: asked for by the dialogue, of tools that may be begun early.
        begun: begun early.
        adopted: asked for later, as hoped.
        ready: of these, those that had their answer by then.
        wasted: begun early and not asked for.
    """

    look_ups: int = 0
    begun: int = 0
    adopted: int = 0
    ready: int = 0
    wasted: int = 0

    def as_row(self) -> dict[str, int]:
        """For the tape and the log."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A look-up the prepared answer would ask for. `whole`: a number in it has just got its last digit."""

    delegation: Delegation
    whole: bool


@dataclass(frozen=True, slots=True)
class Early:
    """A look-up begun early and not adopted. `confirming`: what it is for is being read back."""

    task_id: str
    delegation: Delegation
    begun_ms: int
    reports: tuple[TaskReport, ...] = ()
    confirming: bool = False

    @property
    def answered(self) -> bool:
        """Whether it has found what is to be found."""
        last = self.reports[-1] if self.reports else None
        return last is not None and _is_answer(last)

    def usable(self, now_ms: int) -> bool:
        """Whether it may stand for a look-up asked for now."""
        broken = any(each.kind.settles and not _is_answer(each) for each in self.reports)
        return not broken and now_ms - self.begun_ms <= FRESH_FOR_MS


@dataclass(frozen=True, slots=True)
class EarlyMark:
    """What happened to an early look-up, for the tape. `ready`: it had its answer when it was adopted."""

    what: Literal["begun", "adopted", "dropped"]
    task_id: str
    tool: str
    arguments: Mapping[str, object]
    adopted_as: str | None = None
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Speculation:
    """All early look-ups of one call.

    Attributes:
        alive: begun, neither adopted nor dropped.
        due: what the words so far ask for surely enough to be begun.
        seen: what the last transcript asked for.
        this_turn: how many were begun since the caller's last turn.
        names: the id of every one begun → the dialogue's id for it; None unless adopted.
    """

    alive: tuple[Early, ...] = ()
    due: tuple[Delegation, ...] = ()
    seen: tuple[Delegation, ...] = ()
    this_turn: int = 0
    names: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    figures: SpeculationFigures = SpeculationFigures()


@dataclass(frozen=True, slots=True)
class Speculated:
    """The state after an event, and what is to be done: tasks to begin and to cancel, marks for the tape."""

    speculation: Speculation
    begin: tuple[Delegation, ...] = ()
    cancel: tuple[str, ...] = ()
    marks: tuple[EarlyMark, ...] = ()


def wanted(weave: Weave, may_begin_early: Callable[[str], bool]) -> tuple[Wanted, ...]:
    """List the look-ups the prepared answer would ask for.

    Args:
        weave: after the words so far were overheard.
        may_begin_early: whether a tool of this name only reads, and may be called on a guess.
    """
    prepared = weave.prepared
    if prepared is None:
        return ()
    asked = (effect for effect in prepared.effects if isinstance(effect, Delegation))
    return tuple(
        Wanted(delegation, _just_whole(weave, delegation, prepared.state.slots))
        for delegation in asked
        if is_mere_look_up(delegation, may_begin_early)
    )


def is_mere_look_up(delegation: Delegation, may_begin_early: Callable[[str], bool]) -> bool:
    """Whether nothing comes of this work but an answer, for this call alone."""
    mere = delegation.brief is None and delegation.follow_up is None
    return mere and may_begin_early(delegation.tool)


def overheard(speculation: Speculation, asked: tuple[Wanted, ...]) -> Speculated:
    """Take in what the newest transcript asks for.

    What it no longer asks for is dropped. A look-up is due when its number is whole, or when two transcripts
    in a row have asked for it.
    """
    delegations = tuple(each.delegation for each in asked)
    stays = tuple(
        early for early in speculation.alive if early.confirming or _among(early.delegation, delegations)
    )
    due = tuple(each.delegation for each in asked if each.whole or _among(each.delegation, speculation.seen))
    after = _keep_only(speculation, stays)
    return replace(after, speculation=replace(after.speculation, due=due, seen=delegations))


def begin_due(speculation: Speculation, now_ms: int) -> Speculated:
    """Begin what is due and not under way, within the limits. The ids are the look-ups' own."""
    begin: list[Delegation] = []
    marks: list[EarlyMark] = []
    for delegation in speculation.due:
        has_room = len(speculation.alive) < MOST_ALIVE and speculation.this_turn < MOST_PER_TURN
        if not has_room or _among(delegation, tuple(each.delegation for each in speculation.alive)):
            continue
        task_id = f"{delegation.task_id}-early-{len(speculation.names) + 1}"
        early = Early(task_id, delegation, now_ms)
        figures = speculation.figures
        speculation = replace(
            speculation,
            alive=(*speculation.alive, early),
            this_turn=speculation.this_turn + 1,
            names={**speculation.names, task_id: None},
            figures=replace(figures, begun=figures.begun + 1),
        )
        begin.append(delegation.model_copy(update={"task_id": task_id, "speculative": True}))
        marks.append(_mark("begun", early))
    return Speculated(speculation, tuple(begin), marks=tuple(marks))


def reported(speculation: Speculation, report: TaskReport) -> tuple[Speculation, TaskReport | None]:
    """Take a report: hold it back, forget it, or give it on under the dialogue's id."""
    if report.task_id not in speculation.names:
        return speculation, report
    adopted_as = speculation.names[report.task_id]
    if adopted_as is not None:
        return speculation, _renamed(report, adopted_as)
    alive = tuple(
        replace(early, reports=(*early.reports, report)) if early.task_id == report.task_id else early
        for early in speculation.alive
    )
    return replace(speculation, alive=alive), None


def adopt(
    speculation: Speculation, delegation: Delegation, now_ms: int
) -> tuple[Speculation, EarlyMark | None, tuple[TaskReport, ...]]:
    """Let an early look-up stand for one the dialogue now asks for.

    Returns the state, the mark, and the reports held back, under the dialogue's id; the mark is None when
    there is none that can stand for it, and the look-up must be begun.
    """
    figures = replace(speculation.figures, look_ups=speculation.figures.look_ups + 1)
    same = (each for each in speculation.alive if _same(each.delegation, delegation) and each.usable(now_ms))
    early = next(same, None)
    if early is None:
        return replace(speculation, figures=figures), None, ()
    figures = replace(figures, adopted=figures.adopted + 1, ready=figures.ready + early.answered)
    adopted = replace(
        speculation,
        alive=tuple(each for each in speculation.alive if each is not early),
        names={**speculation.names, early.task_id: delegation.task_id},
        figures=figures,
    )
    mark = replace(_mark("adopted", early), adopted_as=delegation.task_id, ready=early.answered)
    return adopted, mark, tuple(_renamed(report, delegation.task_id) for report in early.reports)


def turn_over(speculation: Speculation, doubt: str | None, now_ms: int) -> Speculated:
    """The caller's turn has been taken in: drop what was not asked for.

    Args:
        speculation: after what was asked for was adopted.
        doubt: the value now being read back; what was begun for it is kept.
        now_ms: call time.
    """
    stays = tuple(
        replace(early, confirming=True)
        for early in speculation.alive
        if doubt is not None and doubt in early.delegation.arguments.values() and early.usable(now_ms)
    )
    after = _keep_only(speculation, stays)
    return replace(after, speculation=replace(after.speculation, due=(), seen=(), this_turn=0))


def drop_all(speculation: Speculation) -> Speculated:
    """The call is over: nothing will be asked for any more."""
    return _keep_only(speculation, ())


def runs_as(speculation: Speculation, task_id: str) -> str:
    """Find the id under which a task of the dialogue's is running."""
    return next((own for own, adopted in speculation.names.items() if adopted == task_id), task_id)


def _keep_only(speculation: Speculation, stays: tuple[Early, ...]) -> Speculated:
    kept = {early.task_id for early in stays}
    dropped = [early for early in speculation.alive if early.task_id not in kept]
    figures = replace(speculation.figures, wasted=speculation.figures.wasted + len(dropped))
    unsettled = (early for early in dropped if not any(each.kind.settles for each in early.reports))
    return Speculated(
        replace(speculation, alive=stays, figures=figures),
        cancel=tuple(early.task_id for early in unsettled),
        marks=tuple(_mark("dropped", early) for early in dropped),
    )


def _mark(what: Literal["begun", "adopted", "dropped"], early: Early) -> EarlyMark:
    return EarlyMark(what, early.task_id, early.delegation.tool, early.delegation.arguments)


def _renamed(report: TaskReport, task_id: str) -> TaskReport:
    return report.model_copy(update={"task_id": task_id})


def _is_answer(report: TaskReport) -> bool:
    return report.kind is ReportKind.RESULT or (report.kind is ReportKind.FAILED and report.error in _ANSWERS)


def _same(one: Delegation, other: Delegation) -> bool:
    """Whether two delegations are the same look-up, for the same customer."""
    return (one.tool, one.arguments, one.identity) == (other.tool, other.arguments, other.identity)


def _among(delegation: Delegation, others: tuple[Delegation, ...]) -> bool:
    return any(_same(delegation, other) for other in others)


def _just_whole(weave: Weave, delegation: Delegation, slots: Mapping[str, Given]) -> bool:
    """Whether these words have just given the last digit of a number, and nothing else is open about it.

    Other slots may still change with the next word ("Tuesday... the twenty-fourth").
    """
    step = weave.flow.steps.get(delegation.step)
    if not isinstance(step, LookUp):
        return False
    blanks = {blank[0] for value in step.arguments.values() for blank in BLANK.findall(str(value))}
    before = weave.dialogue.slots
    given = blanks & slots.keys()
    new = [name for name in given if name not in before or before[name].value != slots[name].value]
    return bool(new) and all(isinstance(weave.flow.slots.get(name), DigitsSlot) for name in new)
