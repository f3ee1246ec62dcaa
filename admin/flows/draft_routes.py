"""A flow's draft: reading it with its findings, and saving it on the revision that was read."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from admin.access import Who
from admin.accounts.sessions import SignedIn
from admin.accounts.tables import PersonRow
from admin.audit.trail import Change, note
from admin.flows.diff import Difference, difference
from admin.flows.findings import Finding
from admin.flows.foreign import PipecatFlow, for_pipecat
from admin.flows.store import IfMatch, Save, etag, revision_of, save, the_draft, title_of
from admin.flows.tables import DraftRow
from admin.flows.yaml_body import YAML_ANSWER, YAML_BODY, YamlText, yaml_answer
from admin.parts import AdminParts, Parts
from admin.problems import Problem, not_found
from admin.times import At, at
from admin.words import Body, Document, FlowName

router = APIRouter(prefix="/flows/{name}/draft", tags=["drafts"])


class Draft(BaseModel):
    """What is worked on. The answer's ETag goes into If-Match when it is saved."""

    name: str
    revision: int
    yaml: str
    saved_at: At
    saved_by: str
    findings: list[Finding]


class DraftText(Body):
    yaml: Document


class Saved(BaseModel):
    revision: int
    findings: list[Finding]


@router.get("")
async def read_draft(name: FlowName, parts: Parts, response: Response) -> Draft:
    """Read a draft and what is wrong with it."""
    wanted = select(DraftRow, PersonRow.name).join(PersonRow, PersonRow.id == DraftRow.saved_by)
    async with parts.database.reading() as db:
        found = (await db.execute(wanted.where(DraftRow.flow == name))).one_or_none()
    if found is None:
        raise not_found(f"The flow '{name}'")
    draft, saved_by = found
    response.headers["ETag"] = etag(draft.revision)
    return Draft(
        name=name,
        revision=draft.revision,
        yaml=draft.yaml,
        saved_at=at(draft.saved_at_ms),
        saved_by=saved_by,
        findings=await parts.checks.findings(draft.yaml, name),
    )


@router.put("")
async def save_draft(
    name: FlowName,
    body: DraftText,
    who: Who,
    parts: Parts,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Saved:
    """Save a draft, sound or not. If somebody else has saved since, 412 answers with both texts."""
    saved = await _save(name, body.yaml, revision_of(if_match), parts, Asking(who, request))
    response.headers["ETag"] = etag(saved.revision)
    return saved


@router.get("/yaml", response_class=Response, responses=YAML_ANSWER)
async def export_draft(name: FlowName, parts: Parts) -> Response:
    """Give out the draft as a file, byte for byte as it was saved."""
    async with parts.database.reading() as db:
        draft = await the_draft(db, name)
    answer = yaml_answer(draft.yaml, f"{name}.yaml")
    answer.headers["ETag"] = etag(draft.revision)
    return answer


@router.get("/pipecat")
async def export_draft_for_pipecat(name: FlowName, parts: Parts) -> PipecatFlow:
    """Give out the draft as pipecat's `FlowConfig`, with what that does not say. It must be a sound flow."""
    async with parts.database.reading() as db:
        draft = await the_draft(db, name)
    written = await parts.apart.run(for_pipecat, draft.yaml)
    if not isinstance(written, PipecatFlow):
        detail = f"The draft has {len(written)} things to mend before it can be written for pipecat."
        raise Problem(422, "flow-has-errors", detail, {"problems": list(written)})
    return written


@router.put("/yaml", openapi_extra=YAML_BODY)
async def import_draft(
    name: FlowName,
    text: YamlText,
    who: Who,
    parts: Parts,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Saved:
    """Replace the draft by a YAML file, as `save_draft` does."""
    saved = await _save(name, text, revision_of(if_match), parts, Asking(who, request))
    response.headers["ETag"] = etag(saved.revision)
    return saved


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and with which request."""

    who: SignedIn
    request: Request


async def _save(name: str, text: str, built_on: int, parts: AdminParts, asking: Asking) -> Saved:
    async with parts.database.reading() as db:
        old = (await the_draft(db, name)).yaml
    changes = await parts.apart.run(difference, old, text)
    title = await parts.apart.run(title_of, text, name)
    wanted = Save(name, text, built_on, title, asking.who.person_id, parts.now_ms())
    async with parts.database.writing() as db:
        revision = await save(db, wanted)
        note(db, asking.request, asking.who, wanted.now_ms, _change(wanted, revision, changes))
    return Saved(revision=revision, findings=await parts.checks.findings(text, name))


def _change(wanted: Save, revision: int, changes: Difference) -> Change:
    """What differs, with both values; the whole texts are in the versions."""
    fields = [
        *(
            (f"steps.{step.step}.{each.field}", each)
            for step in changes.steps_changed
            for each in step.fields
        ),
        *((each.field, each) for each in changes.elsewhere),
    ]
    before = {
        "revision": wanted.built_on,
        "steps_removed": changes.steps_removed,
        "fields": {name: each.before for name, each in fields},
    }
    after = {
        "revision": revision,
        "readable": changes.readable,
        "steps_added": changes.steps_added,
        "fields": {name: each.after for name, each in fields},
    }
    return Change("flow", wanted.flow, before, after)
