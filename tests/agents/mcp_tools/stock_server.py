"""A small MCP server: over its standard input, or over HTTP when given a port.

Without the file `changed` in its folder it has the tools as written; with it, `levels` takes another argument
and `reserve` is gone.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.types import ToolAnnotations

FOLDER = Path(os.environ["STOCK_FOLDER"])
server = MCPServer("stock")


def note(what: str) -> None:
    with (FOLDER / "calls").open("a", encoding="utf-8") as calls:
        calls.write(f"{what}\n")


if (FOLDER / "changed").exists():

    @server.tool(name="levels", annotations=ToolAnnotations(read_only_hint=True))
    def other_levels(article: str) -> dict[str, Any]:
        """Say how many there are of an article."""
        return {"article": article}

else:

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    def levels(product: str, least: int = 0) -> dict[str, Any]:
        """Say how many there are of a product."""
        note(f"levels {product}")
        return {"product": product, "level": 7, "least": least, "token": os.environ.get("STOCK_TOKEN", "")}

    @server.tool()
    def reserve(product: str, quantity: int) -> dict[str, Any]:
        """Keep some of a product for somebody."""
        note(f"reserve {quantity} {product}")
        return {"reserved": quantity}


@server.tool(structured_output=False)
def words() -> str:
    """Say something that is no object."""
    return "plenty"


@server.tool(structured_output=False)
def much() -> str:
    """Say too much."""
    return "x" * 5_000


@server.tool()
def fail() -> dict[str, Any]:
    """Fail."""
    raise ValueError("s3cret of the server")


@server.tool()
async def hang() -> dict[str, Any]:
    """Never answer."""
    note("hang")
    await asyncio.sleep(3_600)
    return {}


@server.tool()
def die() -> dict[str, Any]:
    """End the server's process, the first time; then answer."""
    note("die")
    if (FOLDER / "calls").read_text().count("die") == 1:
        os._exit(3)
    return {"alive": True}


@server.tool()
async def lose(context: Context) -> dict[str, Any]:
    """Take `words` away."""
    server.remove_tool("words")
    await context.session.send_tool_list_changed()
    return {}


note("started")
if len(sys.argv) > 1:
    server.run("streamable-http", port=int(sys.argv[1]))
else:
    server.run()
