"""Beginning, changing and showing canaries of numbers."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.calls.sought import CallFilter
from admin.flows.tables import FlowVersionRow
from admin.numbers.canary import CanarySetting, Guardrail, Metric, Observed
from admin.numbers.canary_watch import guardrail_of, observe
from admin.numbers.tables import CanaryRow, NumberRow
from admin.problems import Problem
from admin.times import At, at


class Canary(BaseModel):
    """A version that a share of a number's calls tries out, or tried out until it was withdrawn."""

    version: int
    instead_of: int
    """What the other calls run; all of them, once it is withdrawn."""
    share: float
    guardrail: Guardrail
    state: Literal["running", "withdrawn"]
    began_at: At
    withdrawn_at: At | None
    value: float | None
    """The guardrail's metric now, or as it was when it was withdrawn."""
    calls: int
    """How many calls it is measured by."""
    filter: Annotated[CallFilter, Field(description="`GET /calls` lists the calls it is measured by.")]


async def latest_version(db: AsyncSession, flow: str, before: int | None = None) -> int | None:
    """The latest published version of a flow, or the latest before one; None if there is none."""
    wanted = select(func.max(FlowVersionRow.number)).where(FlowVersionRow.flow == flow)
    if before is not None:
        wanted = wanted.where(FlowVersionRow.number < before)
    return await db.scalar(wanted)


async def latest_versions(db: AsyncSession) -> dict[str, int]:
    """The latest published version of every flow that has one."""
    newest = func.max(FlowVersionRow.number).label("number")
    found = await db.execute(select(FlowVersionRow.flow, newest).group_by(FlowVersionRow.flow))
    return {row.flow: row.number for row in found}


async def try_out(
    db: AsyncSession, number: NumberRow, latest: int, setting: CanarySetting, now_ms: int
) -> CanaryRow:
    """Have a share of a number's calls run the latest version of its flow; the others what ran before.

    One of the same version that runs already is changed; its calls so far count on.

    Raises:
        Problem: 409, there is no version before.
    """
    row = await db.get(CanaryRow, number.number, with_for_update=True)
    begun = row is not None and (row.flow, row.version) == (number.flow, latest)
    if row is None or not begun:
        before = await latest_version(db, number.flow, latest)
        if before is None:
            detail = (
                f"'{number.flow}' has one version only, so there is nothing the other calls could run. "
                "Publish a second version first."
            )
            raise Problem(409, "no-version-before", detail)
        kept = row is not None and (row.flow, row.version) == (number.flow, before)
        instead_of = row.instead_of if row is not None and kept else before
        row = row or CanaryRow(number=number.number)
        row.flow, row.version, row.instead_of = number.flow, latest, instead_of
    if not begun or row.withdrawn_at_ms is not None:
        row.began_at_ms = now_ms
        row.withdrawn_at_ms = row.withdrawn_at_value = row.withdrawn_after_calls = None
    row.share = setting.share
    row.metric = setting.guardrail.metric.value
    row.threshold, row.after_calls = setting.guardrail.threshold, setting.guardrail.after_calls
    db.add(row)
    return row


def holds(number: NumberRow, row: CanaryRow | None, latest: int | None) -> bool:
    """Whether a canary is of what the number runs now: its flow's latest version."""
    return row is not None and (row.flow, row.version) == (number.flow, latest)


def noted(row: CanaryRow | None) -> dict[str, Any] | None:
    """A canary as the audit log keeps it."""
    if row is None:
        return None
    names = ("version", "instead_of", "share", "metric", "threshold", "after_calls")
    return {name: getattr(row, name) for name in names} | {"withdrawn": row.withdrawn_at_ms is not None}


async def shown(db: AsyncSession, row: CanaryRow) -> Canary:
    """A canary, and how it does."""
    if row.withdrawn_at_ms is None:
        observed = await observe(db, row)
    else:
        observed = Observed(row.withdrawn_at_value, row.withdrawn_after_calls or 0)
    sought = CallFilter(
        measured=True, flow=f"{row.flow}@{row.version}", since=at(row.began_at_ms), called=row.number
    )
    return Canary(
        version=row.version,
        instead_of=row.instead_of,
        share=row.share,
        guardrail=guardrail_of(row),
        state="running" if row.withdrawn_at_ms is None else "withdrawn",
        began_at=at(row.began_at_ms),
        withdrawn_at=None if row.withdrawn_at_ms is None else at(row.withdrawn_at_ms),
        value=None if observed.value is None else round(observed.value, 4),
        calls=observed.calls,
        filter=sought.and_(**_SAYS_SOMETHING[Metric(row.metric)]),
    )


_SAYS_SOMETHING: Final[dict[Metric, dict[str, bool]]] = {
    Metric.CONTAINMENT: {},
    Metric.TOOL_FAILURES: {"tools": True},
    Metric.RESPONSE_P95_MS: {"answered": True},
    Metric.SATISFACTION: {"rated": True},
}
"""What holds of the calls that say something about a metric."""
