"""HTTP tools: described in YAML, one file each in `TANDEM_HOME/tools`, for owners to write.

Where a request may go is not theirs to decide: `TANDEM_HTTP_TOOLS_ALLOW` is.
"""

import asyncio
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from admin.access import Who
from admin.audit.trail import Change, note
from admin.parts import AdminParts, Parts
from admin.problems import Problem, not_found
from admin.tools.files import IfMatch, etag, in_turn_with_files, kept, refuse_changed, replace
from admin.words import Body, Document
from agents.credentials import credentials_of
from agents.described import parse_described
from agents.errors import DeclarationError
from agents.http_tools.description import HttpTool
from agents.http_tools.http_tool import http_tool
from agents.http_tools.network import Network
from agents.toolbox import Kind, search_tools

router = APIRouter(prefix="/http-tools", tags=["tools"])
HttpToolName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class HttpToolText(Body):
    yaml: Document


class HttpToolBody(BaseModel):
    """A described tool. The answer's ETag goes into If-Match when it is saved."""

    name: str
    yaml: str


@router.get("/{name}")
async def read_http_tool(name: HttpToolName, parts: Parts, response: Response) -> HttpToolBody:
    """Read a tool's description. Credentials stand in it by name only."""
    found = kept(_path(name, parts))
    if found.text is None:
        raise not_found(f"The HTTP tool '{name}'")
    response.headers["ETag"] = found.etag
    return HttpToolBody(name=name, yaml=found.text)


@router.put("/{name}")
async def save_http_tool(
    name: HttpToolName,
    body: HttpToolText,
    who: Who,
    parts: Parts,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> HttpToolBody:
    """Describe a tool; calls use it within seconds. What cannot be used is not kept."""
    path = _path(name, parts)
    refuse_changed(kept(path), if_match)
    await asyncio.to_thread(_check, name, body.yaml, parts)
    async with in_turn_with_files(parts) as db:
        before = kept(path)
        refuse_changed(before, if_match)
        note(db, request, who, parts.now_ms(), Change("tool", name, before.shown, {"yaml": body.yaml}))
        await db.flush()
        replace(path, body.yaml)
    response.headers["ETag"] = etag(body.yaml)
    return HttpToolBody(name=name, yaml=body.yaml)


@router.delete("/{name}", status_code=204)
async def delete_http_tool(
    name: HttpToolName, who: Who, parts: Parts, request: Request, if_match: IfMatch = None
) -> None:
    """Remove a tool. Flows that name it can be published no more until they do not."""
    path = _path(name, parts)
    async with in_turn_with_files(parts) as db:
        before = kept(path)
        if before.text is None:
            raise not_found(f"The HTTP tool '{name}'")
        refuse_changed(before, if_match)
        note(db, request, who, parts.now_ms(), Change("tool", name, before.shown, None))
        await db.flush()
        replace(path, None)


def _path(name: str, parts: AdminParts) -> FilePath:
    return parts.settings.home.resolve() / "tools" / f"{name}.yaml"


def _check(name: str, text: str, parts: AdminParts) -> None:
    """Refuse a description no tool can be made of.

    Raises:
        Problem: 422, with the line and the reason; 409, its name is taken by a tool of another kind.
    """
    try:
        described = parse_described(text, f"{name}.yaml", HttpTool)
        http_tool(described, credentials_of(parts.settings), Network(parts.settings.http_tools_allow))
    except DeclarationError as error:
        raise Problem(422, "wrong-description", f"{error} Nothing was changed.") from None
    if described.name != name:
        detail = (
            f"The tool is called '{described.name}' in its description. Write name: {name}, or save it there."
        )
        raise Problem(422, "wrong-name", detail)
    other = search_tools(parts.settings).found.get(name)
    if other is not None and (other.kind is not Kind.HTTP or FilePath(other.origin).stem != name):
        detail = f"A tool '{name}' is there already ({other.kind.value}). Choose another name."
        raise Problem(409, "name-taken", detail)
