"""What is seen of a task that really ran: log lines, spans, figures. And what is not."""

import io
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from admin.migrate import upgrade
from agents.crm.seed import seed_demo
from agents.dispatch import Dispatcher
from agents.messages import Delegation, ReportKind, SaidWords
from agents.redis_server import RedisServer
from agents.toolbox import find_tools
from config import logs, tracing
from config.settings import load
from tandem.platform import free_port
from telephony.task_traces import TaskTraces
from tests.agents.conftest import Call

pytestmark = pytest.mark.service

ORDER, PHONE, CARD, WORDS = "104233", "+15035550188", "4111111111111111", "grandmother"
TOOLS = '''
import logging

from agents.tool import tool


@tool(reads=True, sensitive=["card"])
async def breaks_with(phone: str, card: str) -> dict[str, str]:
    """Break, and quote everything while at it."""
    logging.getLogger("foreign").warning("paying with %s", card)
    raise RuntimeError(f"cannot pay with {card}, call {phone}")
'''


@dataclass
class Seen:
    """Where to look."""

    home: Path
    call: Call
    own: io.StringIO
    metrics_url: str

    def worker_lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.worker_text().splitlines()]

    def worker_text(self) -> str:
        return (self.home / "logs" / "worker.log").read_text()

    def own_lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.own.getvalue().splitlines()]


@pytest.fixture
def own_lines() -> Iterator[io.StringIO]:
    """This process's lines, as a server would write them."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield text
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
async def seen(
    home: Path, redis: RedisServer, tmp_path: Path, own_lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Seen]:
    (tmp_path / "seen_tools.py").write_text(TOOLS)
    package = tmp_path / "seen_tools-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: seen-tools\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[tandem.tools]\nseen = seen_tools\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    port = free_port()
    variables = {
        "TANDEM_HOME": str(home),
        "TANDEM_LOG_LEVEL": "debug",
        "TANDEM_TRACES": "file",
        "TANDEM_WORKER_METRICS_PORT": str(port),
        "TANDEM_METRICS_TOKEN": "let-me-see",
    }
    settings = load({**variables, "REDIS_URL": None, "DATABASE_URL": None})
    await upgrade(settings)
    await seed_demo(settings)
    tracing.begin("server", settings)
    dispatcher = Dispatcher(settings, find_tools())
    await dispatcher.start()
    worker = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "tandem.main", "worker"],
        env={**os.environ, **variables, "PYTHONPATH": f"{tmp_path}:{Path.cwd()}"},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    call = Call(await dispatcher.open("call-1", "demo@1"))
    log = home / "logs" / "worker.log"
    await call.until(lambda: log.exists() and "worker ready" in log.read_text(), 120)
    yield Seen(home, call, own_lines, f"http://127.0.0.1:{port}/metrics")
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    await dispatcher.close()
    tracing.end()


def _outside_personal(line: dict[str, object]) -> str:
    return json.dumps({key: value for key, value in line.items() if not key.startswith("pii_")})


async def test_a_task_that_ran_is_seen_by_its_ids_and_nobody_is_seen_by_theirs(seen: Seen):
    said = (SaidWords(speaker="caller", text=f"it is for my {WORDS}", start_ms=0, end_ms=900),)
    traces = TaskTraces("call-1")
    found = Delegation(
        task_id="t1", tool="order_status", arguments={"order_number": ORDER}, conversation=said
    )
    broke = Delegation(
        task_id="t2", tool="breaks_with", arguments={"phone": PHONE, "card": CARD}, conversation=said
    )
    for delegation in (found, broke):
        await seen.call.desk.delegate(traces.delegated(delegation))
    assert (await seen.call.answer("t1", 40)).kind is ReportKind.RESULT
    failed = await seen.call.answer("t2", 40)
    assert failed.error == "internal"
    traces.applied((await seen.call.answer("t1")), [])
    traces.close()

    lines = seen.worker_lines()
    about = {str(line.get("task")) for line in lines if line.get("call") == "call-1"}
    assert about == {"t1", "t2"}
    assert any(line["room"] == "foreign" and line["task"] == "t2" for line in lines)
    assert PHONE in json.dumps([line.get("pii_error") for line in lines])
    for line in (*lines, *seen.own_lines()):
        for personal in (ORDER, PHONE, WORDS):
            assert personal not in _outside_personal(line)
    assert CARD not in seen.worker_text() + seen.own.getvalue()
    assert "paying with (hidden)" in seen.worker_text()

    await _spans_are_whole(seen)
    await _figures_are_shown(seen)


async def _spans_are_whole(seen: Seen) -> None:
    path = seen.home / "logs" / "traces.jsonl"

    def spans() -> list[dict[str, object]]:
        lines = path.read_text().splitlines() if path.exists() else []
        return [span for span in map(json.loads, lines) if span["task"] == "t1"]

    tracing.end()
    await seen.call.until(lambda: {"delegation", "run", "tool"} <= {span["name"] for span in spans()})
    by_name = {str(span["name"]): span for span in spans()}
    assert {"delegation", "dispatch", "run", "tool", "report"} == set(by_name)
    assert len({span["trace"] for span in spans()}) == 1
    assert by_name["dispatch"]["parent"] == by_name["run"]["parent"] == by_name["delegation"]["span"]
    assert by_name["tool"]["parent"] == by_name["report"]["parent"] == by_name["run"]["span"]
    assert by_name["run"]["process"] == "worker"
    assert {span["call"] for span in spans()} == {"call-1"}
    text = path.read_text()
    assert not any(personal in text for personal in (ORDER, PHONE, CARD, WORDS))


async def _figures_are_shown(seen: Seen) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(seen.metrics_url)).status_code == 401
        token = {"Authorization": "Bearer let-me-see"}
        shown = (await client.get(seen.metrics_url, headers=token)).text.splitlines()
        assert 'tandem_run_seconds_count{outcome="result",tool="order_status"} 1.0' in shown
        assert 'tandem_run_seconds_count{outcome="internal",tool="breaks_with"} 1.0' in shown
        elsewhere = await client.get(seen.metrics_url.removesuffix("metrics"), headers=token)
        assert elsewhere.status_code == 404
