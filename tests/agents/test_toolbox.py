import sys
from pathlib import Path

import pytest

from agents.errors import DeclarationError
from agents.toolbox import Kind, find_tools, search_tools
from config.settings import Settings, load

EXAMPLE_PACKAGE = Path(__file__).parent / "example_package"


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


def test_the_example_package_is_found_as_pip_would_leave_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLE_PACKAGE))
    instant = search_tools().found["instant"]
    assert (instant.kind, instant.origin) == (Kind.PYTHON, "example_tools (example-tools)")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "tools").mkdir()
    return load({"TANDEM_HOME": str(tmp_path)})


def describe(settings: Settings, file: str, name: str, **more: str) -> None:
    lines = {"name": name, "description": "Do it.", "reads": "true", "url": "https://shop.example/", **more}
    text = "".join(f"{key}: {value}\n" for key, value in lines.items())
    (settings.home / "tools" / file).write_text(text)


def test_tools_described_in_the_home_are_found(settings: Settings) -> None:
    describe(settings, "parcel.yaml", "parcel")
    search = search_tools(settings)
    assert search.problems == ()
    parcel = search.found["parcel"]
    assert (parcel.kind, parcel.origin) == (Kind.HTTP, str(settings.home / "tools" / "parcel.yaml"))
    assert "parcel" in find_tools(settings)
    assert "parcel" not in find_tools()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("name: [", "line 1"),
        ("- a", "should be"),
        ("name: x", "description: Field required"),
        ("a: &a [1]\nb: *a", "anchors"),
        ("\x00", "not YAML"),
        ("#" * 300_000, "larger than"),
        ("name: x\ndescription: y\nreads: true\nurl: https://{host}/\n", "url"),
    ],
)
def test_a_description_that_is_wrong_is_one_line_and_takes_nothing_else_down(
    settings: Settings, content: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    describe(settings, "good.yaml", "good")
    (settings.home / "tools" / "bad.yaml").write_text(content)
    found = find_tools(settings)
    assert {"good", "order_status"} <= set(found)
    [problem] = search_tools(settings).problems
    assert "bad.yaml" in problem
    assert fault in problem
    assert "\n" not in problem
    assert problem in caplog.text


def test_a_description_cannot_take_the_name_of_a_tool(settings: Settings) -> None:
    describe(settings, "a.yaml", "order_status")
    describe(settings, "b.yaml", "twice")
    describe(settings, "c.yaml", "twice")
    search = search_tools(settings)
    assert search.found["order_status"].kind is Kind.PYTHON
    assert search.found["twice"].origin.endswith("b.yaml")
    assert ["a.yaml" in each or "c.yaml" in each for each in search.problems] == [True, True]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("servers: 3", ["mcp.yaml"]),
        ("servers: {x: {}}", ["mcp.yaml"]),
        ("servers: {x: {command: a, url: https://b.example/}}", ["mcp.yaml"]),
        ("servers: {x: {command: no-such-command}, y: {command: no-such}}", ["server x", "server y"]),
        ("servers: {x: {url: 'http://127.0.0.1:9/mcp'}}", ["TANDEM_HTTP_TOOLS_ALLOW"]),
    ],
)
def test_a_server_that_is_wrong_is_one_line_and_takes_nothing_else_down(
    settings: Settings, content: str, faults: list[str]
) -> None:
    describe(settings, "good.yaml", "good")
    (settings.home / "mcp.yaml").write_text(content)
    search = search_tools(settings)
    assert {"good", "order_status"} <= set(search.found)
    assert len(search.problems) == len(faults)
    for problem, fault in zip(search.problems, faults, strict=True):
        assert fault in problem
        assert "\n" not in problem
