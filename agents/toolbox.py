"""All tools at hand: those shipped in `agents.tools` and those of installed packages.

A package offers tools through the entry-point group `tandem.tools`; each entry names a module, or one tool:

    [project.entry-points."tandem.tools"]
    warranty = "acme_tools.warranty"
"""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType, ModuleType
from typing import Any, Final, cast

from agents import tools as shipped_tools
from agents.errors import DeclarationError
from agents.tool import AnyTool, Tool

ENTRY_POINTS: Final = "tandem.tools"

Toolbox = Mapping[str, AnyTool]


def find_tools() -> Toolbox:
    """Find every tool, by name, in alphabetical order.

    Raises:
        DeclarationError: an installed package's tools cannot be loaded, or two tools have one name.
    """
    found: dict[str, AnyTool] = {}
    origins: dict[str, str] = {}
    for origin, each in (*_shipped(), *_installed()):
        if found.setdefault(each.name, each) is not each:
            raise DeclarationError(
                f"Two tools are called {each.name}: in {origins[each.name]} and in {origin}. Rename one."
            )
        origins.setdefault(each.name, origin)
    return MappingProxyType(dict(sorted(found.items())))


def _shipped() -> Iterator[tuple[str, AnyTool]]:
    for module in pkgutil.iter_modules(shipped_tools.__path__, f"{shipped_tools.__name__}."):
        yield from _tools_in(module.name, import_module(module.name))


def _installed() -> Iterator[tuple[str, AnyTool]]:
    for entry in entry_points(group=ENTRY_POINTS):
        origin = f"{entry.value} ({entry.dist.name if entry.dist else 'unknown package'})"
        try:
            offered = entry.load()
        except Exception as error:  # foreign code: whatever it raises, its name must be told
            raise DeclarationError(
                f"The tools in {origin} cannot be loaded: {error!r}. Mend or uninstall that package."
            ) from error
        yield from _tools_in(origin, offered)


def _tools_in(origin: str, offered: object) -> Iterator[tuple[str, AnyTool]]:
    if isinstance(offered, Tool):
        yield origin, cast("AnyTool", offered)
    elif isinstance(offered, ModuleType):
        members: dict[str, Any] = vars(offered)
        yield from ((origin, cast("AnyTool", each)) for each in members.values() if isinstance(each, Tool))
    else:
        raise DeclarationError(f"{origin} is neither a tool nor a module with tools.")
