"""A flow's versions: publishing the draft, reading and comparing, rolling back. What is published stays."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.access import Who
from admin.accounts.tables import PersonRow
from admin.audit.trail import Change, note
from admin.flows.chosen import flow_has_errors
from admin.flows.diff import Difference, difference
from admin.flows.findings import Finding
from admin.flows.store import (
    IfMatch,
    next_number,
    refuse_other_revision,
    revision_of,
    shipped_version,
    the_draft,
    the_version,
)
from admin.flows.tables import FlowVersionRow
from admin.flows.yaml_body import YAML_ANSWER, yaml_answer
from admin.numbers.canary import CanarySetting
from admin.numbers.tables import NumberRow
from admin.numbers.trials import try_out
from admin.paging import PAGE, Cursor, Limit, Page, Whole, cursor_of, place_of
from admin.parts import Parts
from admin.problems import Problem
from admin.times import At, at
from admin.words import Body, FlowName, Note

router = APIRouter(prefix="/flows/{name}", tags=["versions"])
_PLACE: TypeAdapter[tuple[int]] = TypeAdapter(tuple[Whole])
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Compared = Annotated[str, Query(pattern=r"^(draft|[1-9][0-9]{0,8})$", description="A number, or `draft`.")]


class Version(BaseModel):
    """A published version, without its text."""

    number: int
    note: str
    published_at: At
    published_by: str
    equal_to: int | None
    """After a roll-back: the version this is a copy of."""


class VersionText(Version):
    yaml: str


class Publication(Body):
    """Why this version is published, for those who look back; with a `canary`, to a share of calls only."""

    note: Note = Field(min_length=1)
    canary: CanarySetting | None = None


class RollBack(Body):
    to: int = Field(ge=1, le=2**31 - 1)
    note: Note = Field(min_length=1)


@router.post("/publish", status_code=201)
async def publish_flow(
    name: FlowName, body: Publication, who: Who, parts: Parts, request: Request, if_match: IfMatch = None
) -> Version:
    """Publish the draft as read: new calls run it from now on, calls under way keep theirs.

    With a canary, a share of the new calls does, to every number that runs the flow.

    Refused with the findings while there are any.
    """
    built_on = revision_of(if_match)
    async with parts.database.reading() as db:
        draft = await refuse_other_revision(db, name, built_on)
    _refuse(await parts.checks.errors(draft.yaml, name))
    shipped = await parts.apart.run(shipped_version, name)
    now_ms = parts.now_ms()
    async with parts.database.writing() as db:
        number = await next_number(db, name, shipped)
        await refuse_other_revision(db, name, built_on)
        version = FlowVersionRow(
            flow=name,
            number=number,
            yaml=draft.yaml,
            note=body.note,
            published_at_ms=now_ms,
            published_by=who.person_id,
            equal_to=None,
        )
        db.add(version)
        before = {"version": number - 1}
        after: dict[str, Any] = {"version": number, "note": body.note, "revision": built_on}
        if body.canary is not None:
            await db.flush()
            await _try_out_everywhere(db, version, body.canary, now_ms)
            after["canary"] = body.canary.model_dump(mode="json")
        note(db, request, who, now_ms, Change("flow", name, before, after))
    return _version(version, who.name)


async def _try_out_everywhere(
    db: AsyncSession, version: FlowVersionRow, canary: CanarySetting, now_ms: int
) -> None:
    numbers = list(await db.scalars(select(NumberRow).where(NumberRow.flow == version.flow)))
    if not numbers:
        detail = (
            f"No number runs '{version.flow}', so there are no calls to try it out on. "
            "Set a number to it first, or publish without a canary."
        )
        raise Problem(409, "no-number", detail)
    for number in numbers:
        await try_out(db, number, version.number, canary, now_ms)


@router.get("/versions")
async def list_versions(
    name: FlowName, parts: Parts, cursor: Cursor = None, limit: Limit = PAGE
) -> Page[Version]:
    """List versions, newest first."""
    wanted = (
        select(FlowVersionRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == FlowVersionRow.published_by)
        .where(FlowVersionRow.flow == name)
        .order_by(FlowVersionRow.number.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        wanted = wanted.where(FlowVersionRow.number < place_of(cursor, _PLACE)[0])
    async with parts.database.reading() as db:
        await the_draft(db, name)
        found = list(await db.execute(wanted))
    rows = [_version(version, published_by) for version, published_by in found]
    return Page(rows=rows[:limit], next=cursor_of(rows[limit - 1].number) if len(rows) > limit else None)


@router.get("/versions/{number}")
async def read_version(name: FlowName, number: Number, parts: Parts) -> VersionText:
    """Read a version with its text."""
    async with parts.database.reading() as db:
        version = await the_version(db, name, number)
        person = await db.get_one(PersonRow, version.published_by)
    return VersionText(**_version(version, person.name).model_dump(), yaml=version.yaml)


@router.get("/versions/{number}/yaml", response_class=Response, responses=YAML_ANSWER)
async def export_version(name: FlowName, number: Number, parts: Parts) -> Response:
    """Give out a version as a file, byte for byte as it was published."""
    async with parts.database.reading() as db:
        version = await the_version(db, name, number)
    return yaml_answer(version.yaml, f"{name}-{number}.yaml")


@router.get("/compare")
async def compare_versions(
    name: FlowName, parts: Parts, before: Compared, after: Compared = "draft"
) -> Difference:
    """Tell what differs between two versions, or between a version and the draft."""
    texts: list[str] = []
    async with parts.database.reading() as db:
        for which in (before, after):
            found = await (the_draft(db, name) if which == "draft" else the_version(db, name, int(which)))
            texts.append(found.yaml)
    return await parts.apart.run(difference, *texts)


@router.post("/roll-back", status_code=201)
async def roll_back_flow(name: FlowName, body: RollBack, who: Who, parts: Parts, request: Request) -> Version:
    """Publish a version equal to an old one. The draft stays as it is.

    Whether tools are installed is not asked: a way back must not be barred by what has changed around it.
    """
    async with parts.database.reading() as db:
        old = await the_version(db, name, body.to)
    _refuse(await parts.checks.errors(old.yaml, name, with_tools=False))
    shipped = await parts.apart.run(shipped_version, name)
    now_ms = parts.now_ms()
    async with parts.database.writing() as db:
        number = await next_number(db, name, shipped)
        version = FlowVersionRow(
            flow=name,
            number=number,
            yaml=old.yaml,
            note=body.note,
            published_at_ms=now_ms,
            published_by=who.person_id,
            equal_to=body.to,
        )
        db.add(version)
        after = {"version": number, "equal_to": body.to, "note": body.note}
        note(db, request, who, now_ms, Change("flow", name, {"version": number - 1}, after))
    return _version(version, who.name)


def _refuse(errors: list[Finding]) -> None:
    if errors:
        raise flow_has_errors([each.model_dump() for each in errors], "published")


def _version(row: FlowVersionRow, published_by: str) -> Version:
    return Version(
        number=row.number,
        note=row.note,
        published_at=at(row.published_at_ms),
        published_by=published_by,
        equal_to=row.equal_to,
    )
