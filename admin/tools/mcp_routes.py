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
from admin.tools.files import IfMatch, etag, refuse_changed, replace, text_of
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


@router.get("")
async def read_mcp_servers(parts: Parts, response: Response) -> McpServersBody:
    """Read which MCP servers are used. Credentials stand there by name only."""
    text = text_of(_path(parts))
    response.headers["ETag"] = etag(text)
    return McpServersBody(yaml=text or "")


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
    before = text_of(_path(parts))
    refuse_changed(before, if_match)
    text = body.yaml if body.yaml.strip() else None
    if _commands(before) != _commands(text):
        detail = (
            "A server that is a `command` starts a program on Tandem's machine. Change it in mcp.yaml there; "
            "here only servers with a `url` can be changed. Nothing was changed."
        )
        raise Problem(403, "command-server", detail)
    replace(_path(parts), text)
    change = Change("tool", "mcp.yaml", _shown(before), _shown(text))
    async with parts.database.writing() as db:
        note(db, request, who, parts.now_ms(), change)
    response.headers["ETag"] = etag(text)
    return McpServersBody(yaml=text or "")


def _shown(text: str | None) -> dict[str, str] | None:
    return None if text is None else {"yaml": text}


def _path(parts: AdminParts) -> Path:
    return parts.settings.home.resolve() / "mcp.yaml"


def _commands(text: str | None) -> dict[str, McpServer]:
    """The servers that are commands.

    Raises:
        Problem: 422, the text describes no servers.
    """
    if text is None:
        return {}
    try:
        servers = parse_described(text, "mcp.yaml", McpServers).servers
    except DeclarationError as error:
        raise Problem(422, "wrong-description", f"{error} Nothing was changed.") from None
    return {name: server for name, server in servers.items() if server.command}
