"""Flows in the record: reading them, and saving so that of two people none overwrites the other."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Header
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from admin.accounts.tables import PersonRow
from admin.audit.tables import AuditRow
from admin.flows.tables import DraftRow, FlowRow, FlowVersionRow
from admin.flows.yaml_tree import below, read_tree
from admin.problems import Problem, not_found
from admin.times import at
from config.flow_file import load_flow, shipped_flows

_ETAG: Final = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')
_TITLE_CHARACTERS: Final = 200

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=64, description="The draft's ETag this builds on.", examples=['"7"']),
]


@dataclass(frozen=True, slots=True)
class Save:
    """A draft's next text, the revision it builds on, and who saves it."""

    flow: str
    yaml: str
    built_on: int
    title: str
    """Of the text."""
    person_id: str
    now_ms: int


def etag(revision: int) -> str:
    """What a draft's revision is called in headers."""
    return f'"{revision}"'


def revision_of(if_match: str | None) -> int:
    """Read the revision a request builds on.

    Raises:
        Problem: 428, it does not say; 400, it is no ETag of ours.
    """
    if if_match is None:
        detail = "Say in If-Match which revision of the draft you built on: the ETag it was read with."
        raise Problem(428, "no-revision", detail)
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        detail = f"If-Match is {if_match!r}, which is no draft's ETag. Take it from the answer you read."
        raise Problem(400, "wrong-revision", detail)
    return int(found[1])


async def the_draft(db: AsyncSession, flow: str) -> DraftRow:
    """Read a draft.

    Raises:
        Problem: 404, there is no such flow.
    """
    draft = await db.get(DraftRow, flow)
    if draft is None:
        raise not_found(f"The flow '{flow}'")
    return draft


async def the_version(db: AsyncSession, flow: str, number: int) -> FlowVersionRow:
    """Read a version.

    Raises:
        Problem: 404, there is none.
    """
    version = await db.get(FlowVersionRow, (flow, number))
    if version is None:
        raise not_found(f"Version {number} of the flow '{flow}'")
    return version


async def first_revision(db: AsyncSession, flow: str) -> int:
    """Number the first draft of a flow: above those of one that had this name and was removed.

    Who still has that one open builds on no revision of this.
    """
    removed = (
        select(AuditRow.before)
        .where(AuditRow.subject_kind == "flow", AuditRow.subject == flow, AuditRow.action == "delete_flow")
        .order_by(AuditRow.id.desc())
        .limit(1)
    )
    before = await db.scalar(removed)
    return int(json.loads(before)["revision"]) + 1 if before else 1


async def save(db: AsyncSession, wanted: Save) -> int:
    """Save a draft and return its new revision.

    Raises:
        Problem: 404; or 412 with both texts, because somebody has saved since.
    """
    saving = (
        update(DraftRow)
        .where(DraftRow.flow == wanted.flow, DraftRow.revision == wanted.built_on)
        .values(
            yaml=wanted.yaml,
            revision=DraftRow.revision + 1,
            saved_at_ms=wanted.now_ms,
            saved_by=wanted.person_id,
        )
        .returning(DraftRow.revision)
    )
    revision = await db.scalar(saving)
    if revision is None:
        raise await _conflict(db, wanted)
    await db.execute(update(FlowRow).where(FlowRow.name == wanted.flow).values(title=wanted.title))
    return revision


async def refuse_other_revision(db: AsyncSession, flow: str, built_on: int) -> DraftRow:
    """Read the draft, if it is still the revision somebody has looked at.

    Raises:
        Problem: 404; or 412, because somebody has saved since.
    """
    draft = await the_draft(db, flow)
    if draft.revision != built_on:
        raise await _conflict(db, Save(flow, "", built_on, "", "", 0))
    return draft


async def next_number(db: AsyncSession, flow: str, shipped: int) -> int:
    """Give the number of a flow's next version; others who publish it wait until this is done.

    A flow that has the name of a shipped one begins above that one's version, `shipped`: `name@number`, which
    calls keep, is one thing.

    Raises:
        Problem: 404, there is no such flow.
    """
    locked = select(FlowRow.name).where(FlowRow.name == flow).with_for_update()
    if await db.scalar(locked) is None:
        raise not_found(f"The flow '{flow}'")
    newest = (
        select(FlowVersionRow.number)
        .where(FlowVersionRow.flow == flow)
        .order_by(FlowVersionRow.number.desc())
        .limit(1)
    )
    last = await db.scalar(newest)
    return (shipped if last is None else last) + 1


def shipped_version(flow: str) -> int:
    """The version of the shipped flow of this name; 0 if none has it."""
    return load_flow(flow).version if flow in shipped_flows() else 0


def title_of(yaml: str, otherwise: str) -> str:
    """The title a text gives its flow, or another."""
    tree = read_tree(yaml)
    node = below(tree, ["title"]) if tree else None
    title = node.value if node and isinstance(node.value, str) else ""
    return " ".join(title.replace("\0", "").split())[:_TITLE_CHARACTERS] or otherwise


async def _conflict(db: AsyncSession, wanted: Save) -> Problem:
    theirs = await the_draft(db, wanted.flow)
    person = await db.get_one(PersonRow, theirs.saved_by)
    more: dict[str, Any] = {
        "yours": {"built_on": wanted.built_on, "yaml": wanted.yaml},
        "theirs": {
            "revision": theirs.revision,
            "yaml": theirs.yaml,
            "saved_by": person.name,
            "saved_at": at(theirs.saved_at_ms).isoformat(),
        },
    }
    detail = (
        f"{person.name} has saved revision {theirs.revision} since you read revision {wanted.built_on}. "
        "Both texts are below: put them together, then save on theirs."
    )
    return Problem(412, "draft-conflict", detail, more, {"ETag": etag(theirs.revision)})
