import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tandem.new_tool import write_new_tool
from tandem.tool import app


@pytest.fixture
def tandem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def tool(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return tool


def test_tools_are_listed_with_their_arguments(tandem) -> None:
    listed = tandem("list").stdout
    assert "order_status" in listed
    assert "--order-number" in listed


def test_tools_are_listed_as_json_with_their_schema(tandem) -> None:
    [order_status] = [
        each for each in json.loads(tandem("list", "--json").stdout) if each["name"] == "order_status"
    ]
    assert order_status["arguments"]["required"] == ["order_number"]


@pytest.mark.parametrize("words", [["--order-number", "104233"], ["--order-number=104233"]])
def test_a_tool_is_called_on_the_demo_company_of_a_new_home(tandem, words: list[str]) -> None:
    answer = tandem("call", "order_status", *words)
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["status"] == "shipped"


def test_what_a_tool_does_not_find_ends_with_its_word(tandem) -> None:
    answer = tandem("call", "order_status", "--order-number", "999999")
    assert (answer.exit_code, answer.stderr) == (1, "not_found: no order has this number\n")


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["dance"], "no tool dance"),
        (["order_status", "--order-number", "12"], "order_number"),
        (["order_status", "--order-number"], "needs a value"),
        (["order_status", "104233"], "not an option"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_with_the_reason(tandem, words: list[str], fault: str) -> None:
    answer = tandem("call", *words)
    assert answer.exit_code == 2
    assert fault in answer.stderr


@pytest.mark.parametrize("in_checkout", [True, False])
def test_a_new_tool_passes_its_own_test(tmp_path: Path, in_checkout: bool) -> None:
    if in_checkout:
        (tmp_path / "agents" / "tools").mkdir(parents=True)
    written = write_new_tool("warranty", tmp_path)
    [module] = [path for path in written.files if path.name in ("warranty.py", "warranty_tool.py")]
    [test] = [path for path in written.files if path.name.startswith("test_")]
    source = test.read_text().replace(
        "agents.tools.warranty", "warranty"
    )  # the checkout here is a pretended one
    test.write_text(source)
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null",
         "--rootdir", str(tmp_path), "-o", f"pythonpath={module.parent} {Path.cwd()}", str(test)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout


def test_a_new_package_names_its_entry_point(tmp_path: Path) -> None:
    written = write_new_tool("warranty", tmp_path)
    [project] = [path for path in written.files if path.name == "pyproject.toml"]
    assert '[project.entry-points."tandem.tools"]\nwarranty = "warranty_tool"' in project.read_text()


def test_a_new_tool_never_overwrites(tandem, tmp_path: Path) -> None:
    assert tandem("new", "warranty", "--into", str(tmp_path)).exit_code == 0
    again = tandem("new", "warranty", "--into", str(tmp_path))
    assert again.exit_code == 2
    assert "is there already" in again.stderr


@pytest.mark.parametrize("name", ["Warranty", "war-ranty", "1st", "class", "../x", ""])
def test_a_name_that_cannot_be_a_tools_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a tool's name"):
        write_new_tool(name, tmp_path)
    assert list(tmp_path.iterdir()) == []
