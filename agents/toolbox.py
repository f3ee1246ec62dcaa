"""All tools at hand: the shipped ones, those of installed packages, and what is described in `TANDEM_HOME`.

A package offers tools through the entry-point group `tandem.tools`; each entry names a module, or one tool:

    [project.entry-points."tandem.tools"]
    warranty = "acme_tools.warranty"

HTTP tools are described in `TANDEM_HOME/tools/*.yaml` (`agents.http_tools`), MCP servers in
`TANDEM_HOME/mcp.yaml` (`agents.mcp_tools`).

Code that cannot be loaded stops whoever asks: it is a fault of the installation. What is described in data is
changed while others work, so a file or a server that is wrong is one line in `Toolbox.problems` and takes
nothing else down; nor can it take the name of a tool that is there already.
"""

import logging
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Final, cast

from agents import tools as shipped_tools
from agents.credentials import credentials_of
from agents.described import read_described
from agents.errors import DeclarationError
from agents.http_tools.description import HttpTool
from agents.http_tools.http_tool import http_tool
from agents.http_tools.network import Network
from agents.tool import AnyTool, Tool
from config.settings import Settings

logger = logging.getLogger(__name__)

ENTRY_POINTS: Final = "tandem.tools"

Toolbox = Mapping[str, AnyTool]


class Kind(StrEnum):
    """What a tool is made of."""

    PYTHON = "python"
    HTTP = "http"
    MCP = "mcp"


@dataclass(frozen=True, slots=True)
class Found:
    """A tool and where it comes from: a module, a package, a file, a server."""

    tool: AnyTool
    kind: Kind
    origin: str


def described(found: Found) -> dict[str, Any]:
    """Tell everything known of a tool, as plain JSON values."""
    tool = found.tool
    return {
        "name": tool.name,
        "description": tool.description,
        "kind": found.kind.value,
        "origin": found.origin,
        "reads": tool.reads,
        "consent": tool.consent,
        "identity": tool.identity,
        "timeout_ms": tool.timeout_ms,
        "retries": tool.retries,
        "says": tool.says,
        "sensitive": sorted(tool.sensitive),
        "arguments": tool.schema,
    }


@dataclass(frozen=True, slots=True)
class Search:
    """What was found, in alphabetical order, and what is wrong with the rest, one line each."""

    found: Mapping[str, Found]
    problems: tuple[str, ...]

    @property
    def toolbox(self) -> Toolbox:
        """The tools by name."""
        return MappingProxyType({name: each.tool for name, each in self.found.items()})


def find_tools(settings: Settings | None = None) -> Toolbox:
    """Find every tool, by name, in alphabetical order. Problems of descriptions are logged as warnings.

    Args:
        settings: of the installation; without them only tools that are code are found.

    Raises:
        DeclarationError: an installed package's tools cannot be loaded, or two of them have one name.
    """
    search = search_tools(settings)
    for problem in search.problems:
        logger.warning(problem)
    return search.toolbox


def search_tools(settings: Settings | None = None) -> Search:
    """Find every tool and every problem. See `find_tools`."""
    found: dict[str, Found] = {}
    for each in (*_shipped(), *_installed()):
        other = found.setdefault(each.tool.name, each)
        if other.tool is not each.tool:
            raise DeclarationError(
                f"Two tools are called {each.tool.name}: in {other.origin} and in {each.origin}. Rename one."
            )
    problems: list[str] = []
    for described in (*_http_tools(settings), *_mcp_tools(settings)) if settings else ():
        try:
            more = described()
        except DeclarationError as error:
            problems.append(" ".join(str(error).split()))
            continue
        for each in more:
            if other := found.get(each.tool.name):
                problems.append(
                    f"{each.origin}: a tool {each.tool.name} is there already, in {other.origin}. Rename one."
                )
            else:
                found[each.tool.name] = each
    return Search(MappingProxyType(dict(sorted(found.items()))), tuple(problems))


def _shipped() -> Iterator[Found]:
    for module in pkgutil.iter_modules(shipped_tools.__path__, f"{shipped_tools.__name__}."):
        yield from _tools_in(module.name, import_module(module.name))


def _installed() -> Iterator[Found]:
    for entry in entry_points(group=ENTRY_POINTS):
        origin = f"{entry.value} ({entry.dist.name if entry.dist else 'unknown package'})"
        try:
            offered = entry.load()
        except Exception as error:  # foreign code: whatever it raises, its name must be told
            raise DeclarationError(
                f"The tools in {origin} cannot be loaded: {error!r}. Mend or uninstall that package."
            ) from error
        yield from _tools_in(origin, offered)


def _tools_in(origin: str, offered: object) -> Iterator[Found]:
    if isinstance(offered, Tool):
        yield Found(cast("AnyTool", offered), Kind.PYTHON, origin)
    elif isinstance(offered, ModuleType):
        members: dict[str, Any] = vars(offered)
        for each in members.values():
            if isinstance(each, Tool):
                yield Found(cast("AnyTool", each), Kind.PYTHON, origin)
    else:
        raise DeclarationError(f"{origin} is neither a tool nor a module with tools.")


def _http_tools(settings: Settings) -> Iterator[Callable[[], Sequence[Found]]]:
    credentials, network = credentials_of(settings), Network(settings.http_tools_allow)
    for path in sorted((settings.home.resolve() / "tools").glob("*.yaml")):

        def make(path: Path = path) -> Sequence[Found]:
            try:
                tool = http_tool(read_described(path, HttpTool), credentials, network)
            except DeclarationError as error:
                text = str(error)
                raise DeclarationError(text if str(path) in text else f"{path}: {text}") from None
            return [Found(tool, Kind.HTTP, str(path))]

        yield make


def _mcp_tools(settings: Settings) -> Iterator[Callable[[], Sequence[Found]]]:
    path = settings.home.resolve() / "mcp.yaml"
    if not path.exists():
        return
    from agents.mcp_tools.description import McpServer, McpServers  # heavy: only where there are servers
    from agents.mcp_tools.mcp_tool import McpPlace, mcp_tools

    place = McpPlace(
        credentials_of(settings),
        Network(settings.http_tools_allow),
        listings=settings.home.resolve() / "mcp",
        logs=settings.logs,
    )

    def found(name: str, server: McpServer) -> Sequence[Found]:
        return [Found(tool, Kind.MCP, f"MCP server {name}") for tool in mcp_tools(name, server, place)]

    try:
        servers = read_described(path, McpServers).servers
    except DeclarationError as error:
        fault = error

        def fail() -> Sequence[Found]:
            raise fault

        yield fail
        return
    for name, server in servers.items():
        yield lambda name=name, server=server: found(name, server)
