import sys
from pathlib import Path

import pytest

from agents.errors import DeclarationError
from agents.toolbox import find_tools


def install(folder: Path, module: str, source: str) -> None:
    """Make a package with one module of tools, as pip would leave it."""
    (folder / f"{module}.py").write_text(source)
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[tandem.tools]\n{module} = {module}\n")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for module in set(sys.modules) - before:
        del sys.modules[module]


TOOL = '''
from agents.tool import tool

@tool(reads=True)
async def {name}() -> dict[str, str]:
    """Do something."""
    return {{}}
'''


def test_the_shipped_tools_are_found() -> None:
    assert "order_status" in find_tools()


def test_the_tools_of_an_installed_package_are_found(packages: Path) -> None:
    install(packages, "acme", TOOL.format(name="warranty"))
    assert {"order_status", "warranty"} <= set(find_tools())


def test_two_tools_of_one_name_are_refused_and_both_places_named(packages: Path) -> None:
    install(packages, "acme", TOOL.format(name="order_status"))
    with pytest.raises(DeclarationError, match=r"order_status.*agents\.tools\.order_status.*acme"):
        find_tools()


def test_a_package_that_does_not_load_is_named(packages: Path) -> None:
    install(packages, "acme", "import no_such_module")
    with pytest.raises(DeclarationError, match=r"acme.*no_such_module"):
        find_tools()
