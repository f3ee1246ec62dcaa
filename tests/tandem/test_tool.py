import json
import os
import pty
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

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
        (["order_status", "--order", "104233"], "takes no --order. Its arguments: --order-number."),
        (["order_status", "--order-number", "{104233"], "begins like JSON"),
        (["order_status", "--order-number", "1", "--order-number=2"], "given twice"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_with_the_reason(tandem, words: list[str], fault: str) -> None:
    answer = tandem("call", *words)
    assert answer.exit_code == 2
    assert fault in answer.stderr


def test_a_result_and_a_failure_are_one_line_of_json_when_asked(tandem) -> None:
    answer = tandem("call", "order_status", "--order-number", "104233", "--json")
    assert (answer.exit_code, answer.stdout.count("\n")) == (0, 1)
    assert json.loads(answer.stdout)["order_number"] == "104233"
    answer = tandem("call", "order_status", "--order-number", "999999", "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout) == {"error": "not_found", "message": "no order has this number"}
    answer = tandem("call", "dance", "--json")
    assert answer.exit_code == 2
    assert json.loads(answer.stdout)["error"] == "invalid"


def test_what_is_for_verified_customers_is_called_for_the_one_who_is_named(tandem) -> None:
    answer = tandem("call", "explain_invoice")
    assert answer.exit_code == 2
    assert "for verified customers. Say for which one with --as CUSTOMER" in answer.stderr
    shown = ("--order-number", "104233", "--postcode", "83702", "--yes")
    customer = json.loads(tandem("call", "verify_customer", *shown).stdout)["customer_id"]
    invoice = json.loads(tandem("call", "explain_invoice", "--as", customer).stdout)
    assert invoice["total"]["cents"] == sum(line["price"]["cents"] for line in invoice["lines"])
    answer = tandem("call", "explain_invoice", "--as", "nobody")
    assert (answer.exit_code, answer.stderr) == (
        2,
        "tandem: there is no customer 'nobody' to be taken for. Nothing was done.\n",
    )


def test_tries_from_the_terminal_are_each_a_call_of_their_own_unless_named(tandem) -> None:
    wrong = ("call", "verify_customer", "--order-number", "104233", "--postcode", "99999", "--yes")
    assert [tandem(*wrong).stderr.partition(":")[0] for _ in range(4)] == ["not_found"] * 4
    named = [tandem(*wrong, "--call", "mine").stderr.partition(":")[0] for _ in range(4)]
    assert named == ["not_found", "not_found", "refused", "refused"]


def test_a_chart_belongs_to_the_call_it_was_drawn_in(tandem) -> None:
    shown = ("--order-number", "104233", "--postcode", "83702", "--yes")
    customer = json.loads(tandem("call", "verify_customer", *shown).stdout)["customer_id"]
    drawn = tandem("call", "bill_history", "--as", customer, "--call", "mine").stdout
    send = ("call", "send_chart", "--chart-id", json.loads(drawn)["chart_id"], "--as", customer, "--yes")
    assert tandem(*send).stderr == "not_found: this call has no such chart\n"
    assert tandem(*send, "--call", "mine").stderr.startswith("unsupported: ")


def test_a_tool_tells_what_it_takes(tandem) -> None:
    told = tandem("call", "send_chart", "--help")
    assert told.exit_code == 0
    for words in (
        "needs consent, needs identity",
        "--chart-id",
        "(may be left out)",
        "--as CUSTOMER",
        "--yes",
    ):
        assert words in told.stdout
    assert "--order-number" in tandem("call", "order_status", "--help").stdout
    assert "--yes" in tandem("call", "--help").stdout
    assert "name a tool" in tandem("call").stderr


def test_who_did_not_agree_is_told_how(tandem) -> None:
    answer = tandem("call", "open_case", "--subject", "A lamp", "--note", "It is dark.")
    assert (answer.exit_code, answer.stderr) == (
        2,
        "tandem: open_case changes something, and nobody agreed. Say --yes to agree. Nothing was done.\n",
    )


HTTP_TOOL = """
name: {name}
description: Keep a lamp for somebody.
{kind}: true
method: POST
url: http://127.0.0.1:{port}/reserve
arguments: {{number: {{type: integer}}, pin: {{sensitive: true}}}}
body: {{number: "{{number}}"}}
"""


@pytest.fixture
def shop():
    """A server that says yes to everything; its list is what it was asked."""
    asked: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"kept": true}')

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def reserve(tmp_path: Path, shop, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """A home with an HTTP tool that writes; what its server was asked."""
    port, asked = shop
    monkeypatch.setenv("TANDEM_HTTP_TOOLS_ALLOW", f"127.0.0.1:{port}")
    tools = tmp_path / "home" / "tools"
    tools.mkdir(parents=True)
    (tools / "reserve.yaml").write_text(HTTP_TOOL.format(name="reserve", kind="writes", port=port))
    return asked


def test_what_changes_something_is_not_done_without_a_yes(tandem, reserve: list[bytes]) -> None:
    answer = tandem("call", "reserve", "--number", "7", "--pin", "4929")
    assert answer.exit_code == 2
    assert "Nothing was done" in answer.stderr
    assert reserve == []


def test_a_yes_may_be_given_beforehand(tandem, reserve: list[bytes]) -> None:
    answer = tandem("call", "reserve", "--number", "7", "--pin", "4929", "--yes")
    assert json.loads(answer.stdout) == {"kept": True}
    assert reserve == [b'{"number": 7}']


@pytest.mark.parametrize(("typed", "done"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_a_terminal_is_asked_and_shown_no_secrets(
    reserve: list[bytes], tmp_path, typed: str, done: bool
) -> None:
    controller, terminal = pty.openpty()
    os.write(controller, typed.encode())
    words = ["tool", "call", "reserve", "--number", "7", "--pin", "4929"]
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tandem.main", *words], stdin=terminal, capture_output=True, text=True,
        check=False, env={**os.environ, "TANDEM_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    os.close(controller)
    os.close(terminal)
    assert "reserve changes something: number='7' pin='(hidden)'. Go ahead?" in ran.stderr
    assert (ran.returncode == 0) is done
    assert (reserve == [b'{"number": 7}']) is done


def test_all_kinds_are_listed_with_what_they_demand(tandem, reserve: list[bytes]) -> None:
    listed = {each["name"]: each for each in json.loads(tandem("list", "--json").stdout)}
    assert (listed["order_status"]["kind"], listed["order_status"]["reads"]) == ("python", True)
    assert (listed["reserve"]["kind"], listed["reserve"]["reads"]) == ("http", False)
    assert listed["reserve"]["origin"].endswith("tools/reserve.yaml")
    assert listed["reserve"]["sensitive"] == ["pin"]
    assert "writes" in tandem("list").stdout


def test_a_description_that_is_wrong_is_told_and_the_others_are_listed(
    tandem, tmp_path: Path, reserve
) -> None:
    (tmp_path / "home" / "tools" / "bad.yaml").write_text("name: [")
    answer = tandem("list", "--json")
    assert answer.exit_code == 1
    assert "bad.yaml, line 1" in answer.stderr
    assert {"order_status", "reserve"} <= {each["name"] for each in json.loads(answer.stdout)}


@pytest.mark.parametrize("writes", [True, False])
@pytest.mark.parametrize("in_checkout", [True, False])
def test_a_new_tool_passes_its_own_test(tmp_path: Path, in_checkout: bool, writes: bool) -> None:
    if in_checkout:
        (tmp_path / "agents" / "tools").mkdir(parents=True)
    written = write_new_tool("warranty", tmp_path, writes=writes)
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
