import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from admin.insights import roll_up
from admin.insights.measuring import Measuring
from admin.roles import Role
from config.tables import CallRow
from tests.admin.office import APART, Office
from tests.tapes import FakeTape

BEGAN = datetime(2026, 10, 23, 22, 10, tzinfo=UTC)
"""Two days before the clock is changed in Europe."""
SPAN = {"since": "2026-10-20T00:00:00Z", "until": "2026-11-20T00:00:00Z"}


def measuring(office: Office, **settings: Any) -> Measuring:
    return Measuring(office.settings.model_copy(update=settings), office.database, APART, office.clock)


async def call(office: Office, number: int, tape: FakeTape | None, **given: Any) -> str:
    call_id = f"20261023-2210-{number:04d}"
    began_at = BEGAN + timedelta(hours=7 * number)
    end = tape.rows[-1] if tape else {"outcome": "completed"}
    row = {
        "carrier": "twilio",
        "flow": tape.flow if tape else "order_status@1",
        "began_at": began_at,
        "ended_at": began_at + timedelta(minutes=1),
        "outcome": end["outcome"],
    } | given
    async with office.database.writing() as db:
        db.add(
            CallRow(
                id=call_id,
                carrier_call_id=f"CA{number:032x}",
                from_number=f"+1503555{number % 3:04d}",
                to_number="+15035559999",
                tape=call_id,
                micro_turns=1,
                **row,
            )
        )
    if tape:
        tape.write(office.settings.tapes / call_id)
    return call_id


def tapes(count: int) -> Iterator[FakeTape]:
    """Calls of every kind."""
    chance = random.Random(7)
    for at in range(count):
        tape = FakeTape(flow=f"order_status@{1 + at // 8}" if at % 5 else "refund@draft")
        tape.step("ask_order_number", "es-MX" if at % 4 == 0 else "en-US")
        tape.agent("how can I help")
        for _ in range(chance.randrange(4)):
            tape.caller("where is my order", taken_after_ms=200 * chance.randint(1, 8))
            tape.agent("let me see" if at % 2 else "un momento señor")
        if at % 3 == 0:
            tape.tool("order_status", chance.choice(("result", "failed")))
        if at % 4 == 1:
            tape.row(acts=[{"act": "CallerSpoke", "at_ms": tape.now_ms}])
            tape.row(acts=[{"act": "Yielded", "offer_id": "offer-1"}])
        tape.step(chance.choice(("to_person", "goodbye")))
        if at % 7 == 2:
            spent = {"tokens": 100 + at, "micro_usd": 1_000_000 * at if at % 2 else None}
            tape.row(
                reports=[{"task_id": f"m{at}", "tool": "language_model", "kind": "result", "spent": spent}]
            )
        outcome = chance.choice(("completed", "transferred", "caller_hung_up", "failed"))
        figures = {"transferred_to": "support"} if outcome == "transferred" and at % 2 else {}
        yield tape.end(outcome, **figures)


async def record(office: Office, count: int = 40, **settings: Any) -> list[str]:
    ids = [await call(office, number, tape) for number, tape in enumerate(tapes(count))]
    assert await measuring(office, **settings).measure_all() == count
    return ids


async def insights(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get("/insights", params=SPAN | query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(client: httpx.AsyncClient, sought: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    query = sought | {"limit": 7}
    while True:
        answer = await client.get("/calls", params=query)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["rows"]
        if answer.json()["next"] is None:
            return rows
        query["cursor"] = answer.json()["next"]


def figures_in(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every figure of an answer, with where it stands."""
    for name, figure in found["totals"].items():
        yield f"totals {name}", figure
    for group, key in (("by_day", "day"), ("by_version", "flow")):
        for each in found[group]:
            for name, figure in each["figures"].items():
                yield f"{each[key]} {name}", figure
    for each in found["transfers"]:
        yield f"transfers {each['to']} {each['reason']}", each["figure"]


@pytest.mark.parametrize(
    "query", [{}, {"timezone": "Europe/Rome", "drafts": True}, {"flow": "order_status@2"}, {"flow": "refund"}]
)
async def test_behind_every_figure_are_the_calls_its_filter_lists(
    office: Office, query: dict[str, Any]
) -> None:
    await record(office, carrier_usd_per_minute=0.0085)
    viewer = await office.person(Role.VIEWER)
    found = await insights(viewer, **query)
    walked = dict(figures_in(found))
    assert len(walked) > 13 * 31
    totals = found["totals"]
    measures = [each["measures"] for each in await listed(viewer, totals["calls"]["filter"])]
    costs = [each["cost_usd"] for each in measures if each["cost_usd"] is not None]
    assert (totals["cost_usd"]["value"] or 0) == pytest.approx(sum(costs))
    assert totals["model_tokens"]["value"] == sum(each["model_tokens"] for each in measures)
    known: dict[str, int] = {}
    for place, figure in walked.items():
        key = str(sorted(figure["filter"].items()))
        if key not in known:
            known[key] = len(await listed(viewer, figure["filter"]))
        assert figure["calls"] == known[key], place


async def test_totals_days_and_versions_agree(office: Office) -> None:
    await record(office)
    viewer = await office.person(Role.VIEWER)
    found = await insights(viewer, timezone="America/St_Johns")
    days, versions = found["by_day"], found["by_version"]
    for name in ("calls", "contained", "transferred", "abandoned", "failed", "tool_failures"):
        total = found["totals"][name]["calls"]
        assert sum(each["figures"][name]["calls"] for each in days) == total
        assert sum(each["figures"][name]["calls"] for each in versions) == total
    shares = [found["totals"][name]["value"] for name in ("contained", "transferred", "abandoned", "failed")]
    assert sum(shares) == pytest.approx(1, abs=1e-3)
    assert [each["flow"] for each in versions] == [f"order_status@{number}" for number in (5, 4, 3, 2, 1)]
    assert found["totals"]["cost_usd"]["value"] is None
    assert found["totals"]["calls"]["value"] == 32


async def test_days_are_those_of_the_timezone_also_where_the_clock_is_changed(office: Office) -> None:
    for number in range(4):
        tape = FakeTape().end("completed")
        await call(
            office,
            number,
            tape,
            began_at=datetime(2026, 10, 24, 21, 30, tzinfo=UTC) + timedelta(hours=number),
        )
    await measuring(office).measure_all()
    viewer = await office.person(Role.VIEWER)
    query = {"since": "2026-10-23T22:00:00Z", "until": "2026-10-26T23:00:00Z", "timezone": "Europe/Rome"}
    found = await insights(viewer, **query)
    assert [(each["day"], each["figures"]["calls"]["value"]) for each in found["by_day"]] == [
        ("2026-10-24", 1),
        ("2026-10-25", 3),
        ("2026-10-26", 0),
    ]
    sunday = found["by_day"][1]["figures"]["calls"]["filter"]
    assert (sunday["since"], sunday["until"]) == ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")


async def test_a_percentile_is_that_of_all_responses_and_lists_the_calls_with_slower_ones(
    office: Office,
) -> None:
    for number in range(20):
        tape = FakeTape()
        tape.caller("hello", taken_after_ms=200 * (number + 1))
        tape.agent("hello")
        await call(office, number, tape.end("completed"))
    await measuring(office).measure_all()
    viewer = await office.person(Role.VIEWER)
    totals = (await insights(viewer))["totals"]
    latencies = [200 * (number + 1) + 300 for number in range(20)]
    assert totals["response_p50_ms"]["value"] == latencies[10]
    assert totals["response_p95_ms"]["value"] == latencies[19]
    slower = await listed(viewer, totals["response_p50_ms"]["filter"])
    assert sorted(row["measures"]["slowest_ms"] for row in slower) == latencies[11:]


async def test_measuring_again_changes_nothing_and_finds_nothing_to_do(office: Office) -> None:
    await record(office, 6)
    viewer = await office.person(Role.VIEWER)
    before = await insights(viewer, drafts=True)
    assert await measuring(office).measure_all() == 0
    assert await insights(viewer, drafts=True) == before


async def test_a_call_is_measured_once_by_however_many_servers(office: Office) -> None:
    await call(office, 1, FakeTape().end("completed"))
    first, second = measuring(office), measuring(office)
    assert await first.measure_all() + await second.measure_all() == 1
    viewer = await office.person(Role.VIEWER)
    assert (await insights(viewer))["totals"]["calls"]["value"] == 1


async def test_a_call_whose_tape_another_server_has_is_left_to_it_for_a_while(office: Office) -> None:
    office.clock.now_ms = int((BEGAN + timedelta(minutes=5)).timestamp() * 1_000)
    await call(office, 0, None)
    assert await measuring(office).measure_all() == 0
    office.clock.now_ms += 3_600_000
    assert await measuring(office).measure_all() == 1
    viewer = await office.person(Role.VIEWER)
    measures = (await viewer.get("/calls/20261023-2210-0000")).json()["measures"]
    assert (measures["from_tape"], measures["duration_ms"], measures["response_p50_ms"]) == (
        False,
        60_000,
        None,
    )


async def test_a_tape_that_cannot_be_read_holds_up_no_other(office: Office) -> None:
    broken = await call(office, 0, FakeTape().end("completed"))
    (office.settings.tapes / broken / "tape.jsonl").write_text('{"kind": "turn"}\n', encoding="utf-8")
    await call(office, 1, FakeTape().end("completed"))
    assert await measuring(office).measure_all() == 2
    viewer = await office.person(Role.VIEWER)
    rows = await listed(viewer, {})
    assert [row["measures"]["from_tape"] for row in rows] == [True, False]


async def test_what_was_said_finds_calls_whoever_said_it_however_it_is_written(office: Office) -> None:
    await record(office, 16)
    viewer = await office.person(Role.VIEWER)

    async def found(said: str, **more: Any) -> set[int]:
        rows = await listed(viewer, {"said": said, **more})
        return {int(row["id"][-4:]) for row in rows}

    spanish = await found("SEÑOR!")
    assert spanish
    assert all(number % 2 == 0 for number in spanish)
    assert await found("senor momento") == spanish
    assert await found("mom") == spanish
    assert await found("señor", said_by="caller") == set()
    assert await found("señor", said_by="agent") == spanish
    assert await found("order", said_by="caller") == await found("where order")
    assert await found("señor see") == set()
    assert await found("señor", language="es-MX") <= spanish
    assert await found("momento", measured=False) == set()
    for nothing in ('"', "' OR 1", "*", "caller:order AND", "NOT help", "\\", "a" * 128):
        assert await found(nothing) == set()


async def test_calls_that_are_forgotten_are_in_no_figure_and_no_search(office: Office) -> None:
    ids = await record(office, 16)
    viewer = await office.person(Role.VIEWER)
    async with office.database.writing() as db:
        await roll_up.forget(db, ids[4:])
    forgotten = await insights(viewer, drafts=True)
    assert forgotten["totals"]["calls"]["value"] == 4
    in_rome = await insights(viewer, drafts=True, timezone="Europe/Rome")  # whose days cut blocks of sums
    assert in_rome["totals"] == forgotten["totals"]
    assert await listed(viewer, {"said": "order", "search": ids[9]}) == []
    await measuring(office).forget_all()
    assert (await insights(viewer, drafts=True))["totals"]["calls"]["value"] == 0
    assert await measuring(office).measure_all() == 16


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Mars/Base"},
        {"since": "2026-11-21T00:00:00Z"},
        {"since": "2001-01-01T00:00:00Z"},
        {"until": "tomorrow"},
    ],
)
async def test_a_wrong_question_is_named(office: Office, wrong: dict[str, str]) -> None:
    viewer = await office.person(Role.VIEWER)
    answer = await viewer.get("/insights", params=SPAN | wrong)
    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.json()["detail"]


async def test_an_unknown_filter_of_calls_is_refused_not_overlooked(office: Office) -> None:
    viewer = await office.person(Role.VIEWER)
    answer = await viewer.get("/calls", params={"tool_fialed": "true"})
    assert answer.status_code == 422
    assert "tool_fialed" in answer.json()["detail"]


async def test_a_calls_timeline_is_told_on_one_clock_with_sensitive_arguments_hidden(office: Office) -> None:
    tape = FakeTape()
    tape.agent("how can I help")
    tape.caller("where is my order")
    tape.agent("let me see")
    tape.tool("verify_customer", order_number="104233", postcode="97201")
    call_id = await call(office, 0, tape.end("completed"))
    viewer = await office.person(Role.VIEWER)
    told = (await viewer.get(f"/calls/{call_id}/timeline")).json()
    assert [(line["who"], line["start_ms"]) for line in told["lines"]] == [
        ("agent", 300),
        ("caller", 1_200),
        ("agent", 2_700),
    ]
    assert told["responses"] == [
        {"began_ms": 1_200, "ended_ms": 2_000, "answered_ms": 2_700, "latency_ms": 700}
    ]
    assert "97201" not in str(told["tools"])
    assert (await viewer.get("/calls/nothing/timeline")).status_code == 404


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/insights", {"until": "9999-12-31T23:59:59Z"}, "until"),
        ("/insights", {"until": "9999-12-31T23:59:59-14:00", "timezone": "Pacific/Kiritimati"}, "until"),
        ("/insights", {"since": "0001-01-01T00:00:00+14:00"}, "since"),
        ("/insights", {"until": "0001-01-01T00:00:00Z"}, "until"),
        ("/insights", {"since": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"}, "until"),
        ("/insights", {"since": "2026-11-02T00:00:00Z", "until": "2026-11-02T00:00:00Z"}, "until"),
        ("/insights", {"since": "2016-11-02T00:00:00Z", "until": "2026-11-02T00:00:00Z"}, "since"),
        *(
            ("/insights", {"timezone": name}, "timezone")
            for name in ("Europe/Atlantis", "", "../../etc/passwd", "/etc/passwd", "Europe", "a\0b", "é")
        ),
        ("/calls", {"since": "0001-01-01T00:00:00+14:00"}, "since"),
        ("/calls", {"until": "9999-12-31T23:59:59-14:00", "ending": "failed"}, "until"),
        ("/audit", {"since": "0001-01-01T00:00:00+14:00"}, "since"),
    ],
)
async def test_a_span_that_cannot_be_is_refused_in_words(
    office: Office, path: str, query: dict[str, str], field: str
) -> None:
    viewer = await office.person(Role.MANAGER)
    answer = await viewer.get(path, params=query)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:tandem:wrong-fields")
    assert answer.json()["detail"].startswith(f"{field}: ")


@pytest.mark.parametrize("until", ["9998-12-31T23:59:59Z", "1971-01-01T00:00:00Z"])
async def test_the_last_and_the_first_span_there_is_have_no_calls(office: Office, until: str) -> None:
    viewer = await office.person(Role.VIEWER)
    answer = await viewer.get("/insights", params={"until": until, "timezone": "Pacific/Kiritimati"})
    assert (answer.status_code, answer.json()["totals"]["calls"]["value"]) == (200, 0)


async def test_a_call_costs_the_line_and_the_language_model_where_both_are_known(office: Office) -> None:
    spends = ({"tokens": 500, "micro_usd": 2_000}, {"tokens": 70, "micro_usd": None}, None)
    for number, spent in enumerate(spends):
        tape = FakeTape()
        tape.row(reports=[{"task_id": "t", "tool": "language_model", "kind": "failed", "spent": spent}])
        await call(office, number, tape.end("completed"))
    await measuring(office, carrier_usd_per_minute=0.0085).measure_all()
    viewer = await office.person(Role.VIEWER)
    rows = [each["measures"] for each in (await viewer.get("/calls")).json()["rows"]]
    told = [(each["model_tokens"], each["model_cost_usd"], each["cost_usd"]) for each in reversed(rows)]
    assert told == [(500, 0.002, 0.0105), (70, None, None), (0, 0.0, 0.0085)]
    totals = (await insights(viewer))["totals"]
    assert (totals["model_tokens"]["value"], totals["model_tokens"]["calls"]) == (570, 2)
    assert (totals["cost_usd"]["value"], totals["cost_usd"]["calls"]) == (0.019, 2)
