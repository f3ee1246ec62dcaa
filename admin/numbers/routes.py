"""Which number runs which flow; `default` stands for every other number."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.access import Who
from admin.audit.trail import Change, note
from admin.flows.tables import FlowRow
from admin.numbers.canary import CanarySetting
from admin.numbers.tables import CanaryRow, NumberRow
from admin.numbers.trials import Canary, holds, latest_version, latest_versions, noted, shown, try_out
from admin.parts import Parts
from admin.problems import Problem, not_found
from admin.times import At, at
from admin.words import Body, Line
from config.flow_text import Name

router = APIRouter(prefix="/numbers", tags=["numbers"])
PhoneNumber = Annotated[str, Path(pattern=r"^(\+[1-9][0-9]{6,14}|default)$", examples=["+15035550123"])]


class Number(BaseModel):
    number: str
    flow: str
    label: str
    changed_at: At
    runs: int | None
    """The version its calls run, but for those that try another one out."""
    canary: Canary | None
    """Of the latest version; null: all calls run that."""


class NumberSetting(Body):
    """What a number runs.

    `canary` left out: it stays as it is. Null: all calls run the latest version, also one that was withdrawn.
    """

    flow: Name
    label: Annotated[Line, Field(max_length=128)] = ""
    canary: CanarySetting | None = None


@router.get("", response_model_exclude_unset=True)
async def list_numbers(parts: Parts) -> list[Number]:
    """List the numbers that run a flow of their own. All others run TANDEM_FLOW."""
    async with parts.database.reading() as db:
        rows = list(await db.scalars(select(NumberRow).order_by(NumberRow.number)))
        latest = await latest_versions(db)
        canaries = {row.number: row for row in await db.scalars(select(CanaryRow))}
        return [await _shown(db, row, latest.get(row.flow), canaries.get(row.number)) for row in rows]


@router.put("/{number}", response_model_exclude_unset=True)
async def set_number(
    number: PhoneNumber, body: NumberSetting, who: Who, parts: Parts, request: Request
) -> Number:
    """Have a number run a flow: its latest version, or that for a share of calls. New calls do so at once."""
    now_ms = parts.now_ms()
    async with parts.database.writing() as db:
        if await db.get(FlowRow, body.flow) is None:
            raise not_found(f"The flow '{body.flow}'")
        latest = await latest_version(db, body.flow)
        if latest is None:
            detail = f"'{body.flow}' has never been published, so no call can run it. Publish it first."
            raise Problem(409, "not-published", detail)
        row = await db.get(NumberRow, number, with_for_update=True)
        canary = await db.get(CanaryRow, number, with_for_update=True)
        before = None if row is None else _noted(row, canary)
        row = row or NumberRow(number=number)
        row.flow, row.label, row.changed_at_ms = body.flow, body.label, now_ms
        db.add(row)
        await db.flush()
        if body.canary is not None:
            canary = await try_out(db, row, latest, body.canary, now_ms)
        elif canary is not None and ("canary" in body.model_fields_set or canary.flow != body.flow):
            await db.delete(canary)
            canary = None
        await db.flush()
        note(db, request, who, now_ms, Change("number", number, before, _noted(row, canary)))
        return await _number(db, row)


@router.delete("/{number}", status_code=204)
async def forget_number(number: PhoneNumber, who: Who, parts: Parts, request: Request) -> None:
    """Have a number run what `default` runs, or TANDEM_FLOW."""
    async with parts.database.writing() as db:
        row = await db.get(NumberRow, number, with_for_update=True)
        if row is None:
            raise not_found(f"A setting of the number {number}")
        canary = await db.get(CanaryRow, number, with_for_update=True)
        before = _noted(row, canary)
        if canary is not None:
            await db.delete(canary)
            await db.flush()
        await db.delete(row)
        note(db, request, who, parts.now_ms(), Change("number", number, before, None))


async def _number(db: AsyncSession, row: NumberRow) -> Number:
    return await _shown(db, row, await latest_version(db, row.flow), await db.get(CanaryRow, row.number))


async def _shown(db: AsyncSession, row: NumberRow, latest: int | None, found: CanaryRow | None) -> Number:
    canary = found if found is not None and holds(row, found, latest) else None
    return Number(
        number=row.number,
        flow=row.flow,
        label=row.label,
        changed_at=at(row.changed_at_ms),
        runs=latest if canary is None else canary.instead_of,
        canary=None if canary is None else await shown(db, canary),
    )


def _noted(row: NumberRow, canary: CanaryRow | None) -> dict[str, Any]:
    return {"flow": row.flow, "label": row.label, "canary": noted(canary)}
