"""Which flows a browser may call, and what of them a call runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import yaml
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.flows.store import the_draft
from admin.flows.tables import DraftRow, FlowRow, FlowVersionRow
from admin.problems import Problem, not_found
from config.flow import Flow
from config.flow_file import as_written, load_flow, source_of
from config.flow_languages import tags_of

DRAFT: Final = "draft"


@dataclass(frozen=True, slots=True)
class Text:
    """A flow's text, and its number where it is published or ships; None for a draft."""

    name: str
    yaml: str
    version: int | None

    @property
    def label(self) -> str:
        """What the record calls a call that runs it."""
        return f"{self.name}@{DRAFT if self.version is None else self.version}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A flow in a list. `version`: the published one; `revision`: the draft's; None: there is none."""

    name: str
    title: str
    version: int | None
    revision: int | None


async def the_draft_of(db: AsyncSession, name: str) -> Text:
    """Find a flow's draft.

    Raises:
        Problem: 404, there is no such flow.
    """
    return Text(name, (await the_draft(db, name)).yaml, None)


async def latest_version(db: AsyncSession, name: str) -> Text | None:
    """Find what is published of a flow; None: nothing."""
    row = await db.scalar(
        select(FlowVersionRow)
        .where(FlowVersionRow.flow == name)
        .order_by(FlowVersionRow.number.desc())
        .limit(1)
    )
    return None if row is None else Text(name, row.yaml, row.number)


async def not_published(db: AsyncSession, name: str) -> Problem:
    """Say why a flow's published version cannot be called."""
    if await db.get(FlowRow, name) is None:
        return not_found(f"The flow '{name}'")
    return Problem(409, "not-published", f"'{name}' was never published. Publish it, or call its draft.")


async def listed(db: AsyncSession) -> list[Listed]:
    """List the flows there are, by title."""
    published = (
        select(FlowVersionRow.flow, func.max(FlowVersionRow.number).label("number"))
        .group_by(FlowVersionRow.flow)
        .subquery()
    )
    rows = await db.execute(
        select(FlowRow.name, FlowRow.title, published.c.number, DraftRow.revision)
        .join(DraftRow, DraftRow.flow == FlowRow.name, isouter=True)
        .join(published, published.c.flow == FlowRow.name, isouter=True)
        .order_by(FlowRow.title, FlowRow.name)
    )
    return [Listed(name, title, number, revision) for name, title, number, revision in rows]


# --- apart ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Default:
    """The flow that numbers run for which nothing is published, TANDEM_FLOW."""

    text: Text
    title: str
    flow: Flow


def default_flow(name_or_path: str) -> Default:
    """Read the default flow.

    Raises:
        FlowError: it is not valid.
    """
    flow = load_flow(name_or_path)
    return Default(Text(flow.name, source_of(name_or_path), flow.version), flow.title, flow)


def languages_of(text: str) -> tuple[str, ...]:
    """List the tags of the languages a text is in, the one calls begin in first; none: it cannot be told."""
    try:
        content = as_written(text)
    except (yaml.YAMLError, ValueError):
        return ()
    if not isinstance(content, Mapping):
        return ()
    own = content.get("language")
    return tags_of(content) or (own if isinstance(own, str) else "en-US",)
