"""What a server's tools look like, kept in `TANDEM_HOME/mcp/SERVER.json`, so that every process knows them.

A server is asked for its tools once, when there is no listing for its description; later each worker that
connects compares, and keeps what it finds for the next start.
"""

import hashlib
from pathlib import Path
from typing import Any

from mcp.types import Tool as McpTool
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.mcp_tools.description import McpServer


class ListedTool(BaseModel):
    """One tool as its server describes it."""

    model_config = ConfigDict(frozen=True)

    name: str
    description: str = ""
    read_only: bool = False
    arguments: dict[str, Any] = Field(default_factory=dict)
    """JSON schema."""


class Listing(BaseModel):
    """A server's tools. `of` names the description of the server it was made with."""

    model_config = ConfigDict(frozen=True)

    of: str
    tools: tuple[ListedTool, ...]


def listed(tool: McpTool) -> ListedTool:
    """Keep of a tool what counts here."""
    hints = tool.annotations
    return ListedTool(
        name=tool.name,
        description=" ".join((tool.description or tool.title or tool.name).split()),
        read_only=bool(hints and hints.read_only_hint),
        arguments=tool.input_schema,
    )


def fingerprint(server: McpServer) -> str:
    """Name a description, so that a listing made with another one is not used."""
    return hashlib.sha256(server.model_dump_json().encode()).hexdigest()


def read_listing(path: Path, server: McpServer) -> Listing | None:
    """Return the listing kept for this server; None: there is none, or it is of another description."""
    try:
        listing = Listing.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return listing if listing.of == fingerprint(server) else None


def keep_listing(path: Path, listing: Listing) -> None:
    """Keep a listing; whoever reads meanwhile sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(listing.model_dump_json(), encoding="utf-8")
    fresh.replace(path)
