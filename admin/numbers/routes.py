"""Which number runs which flow; `default` stands for every other number."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from sqlalchemy import select

from admin.access import Who
from admin.audit.trail import Change, note
from admin.flows.tables import FlowRow, FlowVersionRow
from admin.numbers.tables import NumberRow
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


class NumberSetting(Body):
    flow: Name
    label: Annotated[Line, Field(max_length=128)] = ""


@router.get("")
async def list_numbers(parts: Parts) -> list[Number]:
    """List the numbers that run a flow of their own. All others run TANDEM_FLOW."""
    async with parts.database.reading() as db:
        return [_number(row) for row in await db.scalars(select(NumberRow).order_by(NumberRow.number))]


@router.put("/{number}")
async def set_number(
    number: PhoneNumber, body: NumberSetting, who: Who, parts: Parts, request: Request
) -> Number:
    """Have a number run a flow: always its latest version. New calls do so at once."""
    now_ms = parts.now_ms()
    async with parts.database.writing() as db:
        if await db.get(FlowRow, body.flow) is None:
            raise not_found(f"The flow '{body.flow}'")
        published = select(FlowVersionRow.number).where(FlowVersionRow.flow == body.flow).limit(1)
        if await db.scalar(published) is None:
            detail = f"'{body.flow}' has never been published, so no call can run it. Publish it first."
            raise Problem(409, "not-published", detail)
        row = await db.get(NumberRow, number, with_for_update=True)
        before = None if row is None else {"flow": row.flow, "label": row.label}
        row = row or NumberRow(number=number)
        row.flow, row.label, row.changed_at_ms = body.flow, body.label, now_ms
        db.add(row)
        note(db, request, who, now_ms, Change("number", number, before, body.model_dump()))
        return _number(row)


@router.delete("/{number}", status_code=204)
async def forget_number(number: PhoneNumber, who: Who, parts: Parts, request: Request) -> None:
    """Have a number run what `default` runs, or TANDEM_FLOW."""
    async with parts.database.writing() as db:
        row = await db.get(NumberRow, number)
        if row is None:
            raise not_found(f"A setting of the number {number}")
        before = {"flow": row.flow, "label": row.label}
        await db.delete(row)
        note(db, request, who, parts.now_ms(), Change("number", number, before, None))


def _number(row: NumberRow) -> Number:
    return Number(number=row.number, flow=row.flow, label=row.label, changed_at=at(row.changed_at_ms))
