"""Flows as a list: which there are, new ones from a shipped flow or from YAML, and checking a text."""

import asyncio
import re
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.access import Who
from admin.accounts.sessions import SignedIn
from admin.audit.trail import Change, note
from admin.flows.findings import Finding
from admin.flows.foreign import taken_over
from admin.flows.store import etag, first_revision, title_of
from admin.flows.tables import DraftRow, FlowRow, FlowVersionRow
from admin.flows.yaml_body import YAML_BODY, YamlText
from admin.flows.yaml_tree import below, read_tree
from admin.numbers.tables import NumberRow
from admin.paging import PAGE, Cursor, Limit, Page, cursor_of, place_of
from admin.parts import AdminParts, Parts
from admin.problems import Problem, not_found
from admin.times import At, at
from admin.words import Body, Document, FlowName, Sought
from config.flow_file import FLOWS, load_flow, shipped_flows
from config.flow_text import NAME_PATTERN, Name

router = APIRouter(prefix="/flows", tags=["flows"])
_PLACE: TypeAdapter[tuple[Name]] = TypeAdapter(tuple[Name])
CalledQuery = Annotated[Name | None, Query(description="What it is called, above what the file says.")]
_NAME_LINE: Final = re.compile(r"^name:[^\n]*$", re.MULTILINE)


class FlowSummary(BaseModel):
    """A flow in a list."""

    name: str
    title: str
    created_at: At
    draft_revision: int
    draft_saved_at: At
    published: int | None
    """The number of the version calls run; null: none yet."""
    published_at: At | None
    has_changes: bool
    """The draft differs from what is published."""
    numbers: list[str]
    """Which run it."""


class ShippedFlow(BaseModel):
    name: str
    title: str
    version: int


class NewFlow(Body):
    """Give `shipped` or `yaml`.

    `name` stands above the one in the text; before a flow is published, the text must give the same.
    """

    name: Name | None = None
    shipped: str | None = Field(default=None, max_length=64)
    yaml: Document | None = None


class FlowText(Body):
    yaml: Document


class Findings(BaseModel):
    """Empty: the flow can be published."""

    findings: list[Finding]


class CreatedFlow(Findings):
    name: str
    revision: int
    read_through: list[str] = Field(default_factory=list[str])
    """Of a flow of pipecat's: what was lost or guessed, one line for each thing."""


@router.get("")
async def list_flows(
    parts: Parts, search: Sought = None, cursor: Cursor = None, limit: Limit = PAGE
) -> Page[FlowSummary]:
    """List flows by name; `search` looks into names and titles."""
    wanted = select(FlowRow.name).order_by(FlowRow.name).limit(limit + 1)
    if search:
        wanted = wanted.where(
            FlowRow.name.icontains(search, autoescape=True) | FlowRow.title.icontains(search, autoescape=True)
        )
    if cursor is not None:
        wanted = wanted.where(FlowRow.name > place_of(cursor, _PLACE)[0])
    async with parts.database.reading() as db:
        names = list(await db.scalars(wanted))
        rows = await _summaries(db, names[:limit])
    return Page(rows=rows, next=cursor_of(names[limit - 1]) if len(names) > limit else None)


@router.get("/shipped")
async def list_shipped_flows(parts: Parts) -> list[ShippedFlow]:
    """List the flows that come with Tandem, to begin from."""
    return await parts.apart.run(_shipped_flows)


@router.post("/validate")
async def validate_flow(body: FlowText, parts: Parts) -> Findings:
    """List what is wrong with a text, without keeping it."""
    return Findings(findings=await parts.checks.findings(body.yaml))


@router.post("", status_code=201)
async def create_flow(
    body: NewFlow, who: Who, parts: Parts, request: Request, response: Response
) -> CreatedFlow:
    """Begin a flow from a shipped one or from YAML; it is a draft until it is published."""
    if (body.shipped is None) == (body.yaml is None):
        raise Problem(422, "wrong-fields", "Give either 'shipped', the name of a shipped flow, or 'yaml'.")
    text = body.yaml if body.yaml is not None else await asyncio.to_thread(_shipped, body.shipped, body.name)
    created = await _create(text, body.name, who, parts, request)
    response.headers["ETag"] = etag(created.revision)
    return created


@router.post("/import", status_code=201, openapi_extra=YAML_BODY)
async def import_flow(
    text: YamlText, who: Who, parts: Parts, request: Request, response: Response, name: CalledQuery = None
) -> CreatedFlow:
    """Begin a flow from a YAML file, kept byte for byte. It is called what the file calls it.

    pipecat's `FlowConfig`, as YAML or JSON, is taken over too: as a draft of ours under `name`.
    """
    taken = await parts.apart.run(taken_over, text, name)
    if taken.problems:
        detail = f"This looks like a flow of pipecat's, but is none: {taken.problems[0]}."
        raise Problem(422, "no-flow", detail, {"problems": list(taken.problems)})
    created = await _create(taken.text, taken.name or name, who, parts, request)
    response.headers["ETag"] = etag(created.revision)
    return created.model_copy(update={"read_through": list(taken.notes)})


@router.get("/{name}")
async def read_flow(name: FlowName, parts: Parts) -> FlowSummary:
    """Read what the list says of one flow."""
    async with parts.database.reading() as db:
        found = await _summaries(db, [name])
    if not found:
        raise not_found(f"The flow '{name}'")
    return found[0]


@router.delete("/{name}", status_code=204)
async def delete_flow(name: FlowName, who: Who, parts: Parts, request: Request) -> None:
    """Remove a flow that was never published. Published ones stay: calls in the record ran them."""
    async with parts.database.writing() as db:
        draft = await db.get(DraftRow, name, with_for_update=True)
        if draft is None:
            raise not_found(f"The flow '{name}'")
        if await db.scalar(select(FlowVersionRow.number).where(FlowVersionRow.flow == name).limit(1)):
            detail = f"'{name}' has been published, and calls in the record ran it: it stays."
            raise Problem(409, "published", detail)
        before = {"revision": draft.revision, "yaml": draft.yaml}
        await db.execute(delete(DraftRow).where(DraftRow.flow == name))
        await db.execute(delete(FlowRow).where(FlowRow.name == name))
        note(db, request, who, parts.now_ms(), Change("flow", name, before, None))


async def _create(
    text: str, name: str | None, who: SignedIn, parts: AdminParts, request: Request
) -> CreatedFlow:
    name = name or await parts.apart.run(_name_in, text)
    findings = await parts.checks.findings(text, name)
    if name is None:
        detail = (
            "The text has no usable name. Write `name: order_status` (small letters, digits, _) at its top."
        )
        raise Problem(422, "no-name", detail, Findings(findings=findings).model_dump())
    now_ms = parts.now_ms()
    title = await parts.apart.run(title_of, text, name)
    async with parts.database.writing() as db:
        if await db.get(FlowRow, name) is not None:
            detail = f"There is a flow '{name}' already. Open it to change it, or give this one another name."
            raise Problem(409, "name-taken", detail)
        db.add(FlowRow(name=name, title=title, created_at_ms=now_ms, created_by=who.person_id))
        await db.flush()
        revision = await first_revision(db, name)
        db.add(DraftRow(flow=name, revision=revision, yaml=text, saved_at_ms=now_ms, saved_by=who.person_id))
        note(db, request, who, now_ms, Change("flow", name, None, {"revision": revision, "yaml": text}))
    return CreatedFlow(name=name, revision=revision, findings=findings)


def _shipped_flows() -> list[ShippedFlow]:
    flows = [load_flow(name) for name in shipped_flows()]
    return [ShippedFlow(name=flow.name, title=flow.title, version=flow.version) for flow in flows]


def _shipped(shipped: str | None, name: str | None) -> str:
    if shipped not in shipped_flows():
        raise Problem(404, "not-found", f"No flow that comes with Tandem is called '{shipped}'.")
    text = (FLOWS / f"{shipped}.yaml").read_text(encoding="utf-8")
    return text if name is None else _NAME_LINE.sub(f"name: {name}", text, count=1)


def _name_in(text: str) -> str | None:
    tree = read_tree(text)
    node = below(tree, ["name"]) if tree else None
    name = node.value if node else None
    return name if isinstance(name, str) and re.fullmatch(NAME_PATTERN, name) else None


async def _summaries(db: AsyncSession, names: list[str]) -> list[FlowSummary]:
    newest = (
        select(FlowVersionRow.flow, func.max(FlowVersionRow.number).label("number"))
        .where(FlowVersionRow.flow.in_(names))
        .group_by(FlowVersionRow.flow)
        .subquery()
    )
    wanted = (
        select(FlowRow, DraftRow.revision, DraftRow.saved_at_ms, FlowVersionRow.number)
        .add_columns(FlowVersionRow.published_at_ms, (DraftRow.yaml != FlowVersionRow.yaml).label("changed"))
        .join(DraftRow, DraftRow.flow == FlowRow.name)
        .outerjoin(newest, newest.c.flow == FlowRow.name)
        .outerjoin(
            FlowVersionRow,
            (FlowVersionRow.flow == FlowRow.name) & (FlowVersionRow.number == newest.c.number),
        )
        .where(FlowRow.name.in_(names))
        .order_by(FlowRow.name)
    )
    numbers: dict[str, list[str]] = {}
    for row in await db.scalars(
        select(NumberRow).where(NumberRow.flow.in_(names)).order_by(NumberRow.number)
    ):
        numbers.setdefault(row.flow, []).append(row.number)
    return [
        FlowSummary(
            name=flow.name,
            title=flow.title,
            created_at=at(flow.created_at_ms),
            draft_revision=revision,
            draft_saved_at=at(saved_at_ms),
            published=number,
            published_at=None if published_at_ms is None else at(published_at_ms),
            has_changes=number is None or bool(changed),
            numbers=numbers.get(flow.name, []),
        )
        for flow, revision, saved_at_ms, number, published_at_ms, changed in await db.execute(wanted)
    ]
