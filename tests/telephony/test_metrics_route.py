"""Who may read the server's figures, and that they are figures."""

import httpx
from fastapi import FastAPI

from config import metrics
from config.settings import load
from telephony.metrics_route import Reading, metrics_router


async def _get(
    token: str | None = None, peer: str = "127.0.0.1", headers: dict[str, str] | None = None
) -> httpx.Response:
    async def read() -> tuple[Reading, ...]:
        return (Reading("calls_up", "Calls that are up.", 3),)

    app = FastAPI()
    app.include_router(metrics_router(load({"TANDEM_METRICS_TOKEN": token}), read))
    transport = httpx.ASGITransport(app, client=(peer, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://tandem") as client:
        return await client.get("/metrics", headers=headers)


async def test_a_scrape_shows_counters_and_what_is_read_at_that_moment():
    metrics.task_seconds.labels("a_tool_of_this_test", "result").observe(0.02)
    answer = await _get()
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert "tandem_calls_up 3.0" in lines
    assert 'tandem_task_seconds_bucket{le="0.025",outcome="result",tool="a_tool_of_this_test"} 1.0' in lines
    named = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(named) == len(set(named))


async def test_without_a_token_only_this_machine_is_served_and_nothing_a_proxy_hands_on():
    assert (await _get(peer="::1")).status_code == 200
    assert (await _get(peer="203.0.113.9")).status_code == 403
    assert (await _get(headers={"X-Forwarded-For": "203.0.113.9"})).status_code == 403


async def test_with_a_token_anybody_is_served_who_brings_it_and_nobody_else():
    right = {"Authorization": "Bearer let-me-see"}
    assert (await _get("let-me-see", "203.0.113.9", right)).status_code == 200
    assert (await _get("let-me-see", "203.0.113.9", {"Authorization": "Bearer let-me"})).status_code == 401
    assert (await _get("let-me-see", headers={"Authorization": "Basic let-me-see"})).status_code == 401
    assert (await _get("let-me-see")).status_code == 401


def test_outcomes_are_a_short_list_whatever_word_a_tool_brings():
    assert metrics.outcome_label("result", None) == "result"
    assert metrics.outcome_label("failed", "not_found") == "not_found"
    assert metrics.outcome_label("failed", None) == "internal"
    assert metrics.outcome_label("failed", "order 104233") == "other"
