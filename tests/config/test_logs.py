"""What a log line shows, and what it never does."""

import asyncio
import json
import logging
import sys
from pathlib import Path

import pytest

from config import logs


def _line(text: str = "looked up", *, error: Exception | None = None, **extra: object) -> dict[str, object]:
    return json.loads(logs.JsonLines().format(_record(text, error, extra)))


def _record(text: str, error: Exception | None, extra: dict[str, object]) -> logging.LogRecord:
    raised = None
    if error is not None:
        try:
            _raise(error)
        except Exception:
            raised = sys.exc_info()
    record = logging.LogRecord("agents.runner", logging.INFO, __file__, 1, text, (), raised)
    vars(record).update(extra)
    return record


def _raise(error: Exception) -> None:
    raise error


def test_a_line_says_which_call_and_task_it_is_about():
    with logs.about(call="call-1"), logs.about(task="task-2"):
        inside = _line(took_ms=12)
    assert (inside["call"], inside["task"], inside["took_ms"]) == ("call-1", "task-2", 12)
    assert "call" not in _line()


async def test_what_one_task_is_about_is_not_what_another_is():
    async def work(call: str) -> tuple[dict[str, object], dict[str, object]]:
        logs.bind(call=call)
        await asyncio.sleep(0)
        return _line(), await asyncio.create_task(inner())

    async def inner() -> dict[str, object]:
        return _line()

    first, second = await asyncio.gather(work("call-1"), work("call-2"))
    assert [each["call"] for each in first] == ["call-1", "call-1"]
    assert [each["call"] for each in second] == ["call-2", "call-2"]


def test_a_field_given_with_the_line_stands_above_what_it_is_about():
    with logs.about(call="call-1"):
        assert _line(call="call-9")["call"] == "call-9"


def test_the_words_of_an_exception_and_its_cause_are_personal_and_their_kinds_are_not():
    number = str(104_233)
    error = ValueError(f"no order {number}")
    error.__cause__ = KeyError(number)
    line = _line(error=error)
    personal = {key: line.pop(key) for key in list(line) if key.startswith("pii_")}
    assert number not in json.dumps(line)
    assert "KeyError" in str(line["error"])
    assert str(line["error"]).endswith("ValueError")
    assert f"no order {number}" in str(personal["pii_error"])


def test_hidden_values_are_shown_nowhere_whoever_writes_the_line():
    card = "4111111111111111"
    with logs.hiding([card, 9876]):
        line = _line(
            f"paying with {card}",
            error=ValueError(f"{card} was refused"),
            pii_arguments={"card": card, "parts": [card, 1]},
            pin=9876,
            count=3,
            nothing=None,
        )
        record = _record(f"paying with {card}", ValueError(f"{card} was refused"), {})
        on_terminal = logs.TerminalLines("worker").format(record)
    assert card not in json.dumps(line)
    assert "9876" not in json.dumps(line["pin"])
    assert line["text"] == "paying with (hidden)"
    assert (line["count"], line["nothing"]) == (3, None)
    assert card not in on_terminal
    assert _line(f"paying with {card}")["text"] == f"paying with {card}"


def test_the_terminal_shows_where_an_exception_came_from_without_its_words():
    words = "".join(("no order ", "104233"))
    shown = logs.TerminalLines("worker").format(_record("it broke", ValueError(words), {}))
    assert shown.startswith("worker: INFO agents.runner: it broke\n")
    assert shown.endswith("ValueError")
    assert words not in shown


def test_libraries_are_heard_from_warnings_on_and_our_rooms_as_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    named = ("", "agents", "celery", "uvicorn.error", "uvicorn.access", *logs.OURS)
    before = {name: logging.getLogger(name).level for name in named}
    root = logging.getLogger()
    handlers = root.handlers[:]
    try:
        logs.begin("worker", tmp_path, "debug")
        logging.getLogger("agents.runner").debug("ours")
        logging.getLogger("aiosqlite").debug("executing with 104233")
        logging.getLogger("celery.worker").info("useful")
        logging.getLogger("aiosqlite").warning("trouble")
        for handler in root.handlers:
            handler.close()
    finally:
        root.handlers[:] = handlers
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    lines = [json.loads(line)["text"] for line in (tmp_path / "worker.log").read_text().splitlines()]
    assert lines == ["ours", "useful", "trouble"]
    assert capsys.readouterr().err == "worker: WARNING aiosqlite: trouble\n"
