"""The MCP servers whose tools are used: `TANDEM_HOME/mcp.yaml`, for owners to write.

A server that is a command runs on this machine with this process's rights. Such entries are shown here, and
changed in the file only, by whoever may log in to the machine: no browser starts a program here.
"""

from pathlib import Path

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from admin.access import Who
from admin.audit.trail import Change, note
from admin.parts import AdminParts, Parts
from admin.problems import Problem
from admin.tools.files import IfMatch, etag, in_turn_with_files, kept, refuse_changed, replace
from admin.words import Body, Document
from agents.described import parse_described
from agents.errors import DeclarationError
from agents.mcp_tools.description import McpServer, McpServers

router = APIRouter(prefix="/mcp-servers", tags=["tools"])


class McpServersText(Body):
    yaml: Document


class McpServersBody(BaseModel):
    """The file; empty when there is none. The answer's ETag goes into If-Match when it is saved."""

    yaml: str
    problem: str | None
    """Why no server in it can be used. What is saved then takes its place; commands are put back there."""


@router.get("")
async def read_mcp_servers(parts: Parts, response: Response) -> McpServersBody:
    """Read which MCP servers are used. Credentials stand there by name only."""
    found = kept(_path(parts))
    response.headers["ETag"] = found.etag
    return McpServersBody(yaml=found.text or "", problem=_problem(found.text))


@router.put("")
async def save_mcp_servers(
    body: McpServersText,
    who: Who,
    parts: Parts,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> McpServersBody:
    """Say which MCP servers are used; an empty text: none. Those that are commands must stay as they are."""
    text = body.yaml if body.yaml.strip() else None
    if problem := _problem(text):
        raise Problem(422, "wrong-description", f"{problem} Nothing was changed.")
    async with in_turn_with_files(parts) as db:
        before = kept(_path(parts))
        refuse_changed(before, if_match)
        if _commands(before.text) != _commands(text):
            detail = (
                "A server that is a `command` starts a program on Tandem's machine. Change it in mcp.yaml "
                "there; here only servers with a `url` can be changed. Nothing was changed."
            )
            raise Problem(403, "command-server", detail)
        after = None if text is None else {"yaml": text}
        note(db, request, who, parts.now_ms(), Change("tool", "mcp.yaml", before.shown, after))
        await db.flush()
        replace(_path(parts), text)
    response.headers["ETag"] = etag(text)
    return McpServersBody(yaml=text or "", problem=None)


def _path(parts: AdminParts) -> Path:
    return parts.settings.home.resolve() / "mcp.yaml"


def _servers(text: str | None) -> McpServers:
    if text is None:
        return McpServers(servers={})
    return parse_described(text, "mcp.yaml", McpServers)


def _problem(text: str | None) -> str | None:
    """Why a text describes no servers; None: it does."""
    try:
        _servers(text)
    except DeclarationError as error:
        return str(error)
    return None


def _commands(text: str | None) -> dict[str, McpServer]:
    """The servers that are commands; none runs of a text that cannot be read."""
    try:
        servers = _servers(text).servers
    except DeclarationError:
        return {}
    return {name: server for name, server in servers.items() if server.command}
