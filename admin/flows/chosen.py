"""Which flow is meant: a text as it stands, a draft, a published version, or a shipped flow."""

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from admin.flows.store import the_draft, the_version
from admin.flows.tables import FlowVersionRow
from admin.parts import AdminParts
from admin.problems import Problem, not_found
from admin.words import Body, Document
from config.flow_file import shipped_flows, source_of
from config.flow_text import Name


class FlowDocument(Body):
    """A flow as it is being edited, saved or not."""

    yaml: Document


class NamedFlow(Body):
    """A flow by its name: its draft, what is published, a version's number, or as it is shipped."""

    name: Name
    which: Literal["draft", "published", "shipped"] | Annotated[int, Field(ge=1, le=2**31 - 1)] = "draft"


FlowChoice = FlowDocument | NamedFlow


async def text_of(choice: FlowChoice, parts: AdminParts) -> tuple[str, int | None]:
    """Read the YAML of the flow that is meant, and its version where it is a published one.

    Raises:
        Problem: 404, there is none.
    """
    if isinstance(choice, FlowDocument):
        return choice.yaml, None
    async with parts.database.reading() as db:
        match choice.which:
            case "draft":
                return (await the_draft(db, choice.name)).yaml, None
            case "published":
                newest = select(FlowVersionRow).where(FlowVersionRow.flow == choice.name)
                version = await db.scalar(newest.order_by(FlowVersionRow.number.desc()).limit(1))
                if version is None:
                    raise not_found(f"A published version of the flow '{choice.name}'")
                return version.yaml, version.number
            case "shipped":
                if choice.name not in shipped_flows():
                    raise not_found(f"A shipped flow '{choice.name}'")
                return source_of(choice.name), None
            case number:
                return (await the_version(db, choice.name, number)).yaml, number


def flow_has_errors(findings: list[dict[str, object]], what: str) -> Problem:
    """Refuse a flow that cannot be run, as publishing does: with what is wrong, step by step."""
    count = f"{len(findings)} things keep" if len(findings) > 1 else "One thing keeps"
    detail = f"{count} this flow from being {what}. Each finding says what to do."
    return Problem(422, "flow-has-errors", detail, {"findings": findings})
