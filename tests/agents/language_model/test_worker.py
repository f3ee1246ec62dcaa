"""A brief on its whole way: desk, outbox, Celery worker, model at the played endpoint, tool, Redis, desk."""

import pytest

from agents.messages import LANGUAGE_MODEL, Brief, Delegation, ReportKind
from tests.agents.conftest import Bench
from tests.agents.language_model.conftest import STALL, PlayedEndpoint, Reply, asks, chunk, says

pytestmark = pytest.mark.service


@pytest.fixture
async def with_model(bench: Bench, played: PlayedEndpoint, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A worker that is at work already: one that starts slowly is sent a task twice."""
    monkeypatch.setenv("LLM_BASE_URL", played.url)
    monkeypatch.setenv("LLM_MODEL", "m")
    bench.start_worker()
    await bench.call.delegate("warm", "order_status", order_number="104233")
    await bench.call.answer("warm", within_s=60)
    return bench


async def delegate(bench: Bench, task_id: str) -> None:
    brief = Brief(goal="Tell the caller where the order is.", tools=("order_status",))
    await bench.call.desk.delegate(
        Delegation(task_id=task_id, tool=LANGUAGE_MODEL, slots={"order_number": "104233"}, brief=brief)
    )


async def test_sentences_reach_the_call_in_order_before_the_result(
    with_model: Bench, played: PlayedEndpoint
) -> None:
    played.replies = [
        asks(("order_status", '{"order_number": "104233"}'), words="Let me look."),
        says("It has shipped. It comes on Wednesday."),
    ]
    await delegate(with_model, "t1")
    last = await with_model.call.answer("t1", within_s=60)
    assert last.kind is ReportKind.RESULT
    assert last.result == {"words": "It has shipped. It comes on Wednesday."}
    said = [each.says for each in with_model.call.news if each.says]
    assert said == ["Let me look.", "It has shipped.", "It comes on Wednesday."]
    assert '"status": "shipped"' in played.requests[1]["messages"][-1]["content"]


async def test_a_limit_ends_with_an_honest_word(with_model: Bench, played: PlayedEndpoint) -> None:
    played.replies = [asks(("order_status", '{"order_number": "104233"}'))] * 8
    await delegate(with_model, "t1")
    last = await with_model.call.answer("t1", within_s=60)
    assert (last.kind, last.error) == (ReportKind.FAILED, "limit")


async def test_a_model_that_is_not_wanted_any_more_is_hung_up_on(
    with_model: Bench, played: PlayedEndpoint
) -> None:
    played.replies = [Reply((chunk(content="It has shipped. It "), STALL))]
    await delegate(with_model, "t1")
    await with_model.call.until(lambda: any(each.says for each in with_model.call.news), within_s=60)
    await with_model.call.desk.cancel("t1")
    await with_model.call.until(lambda: played.hung_up, within_s=10)
    assert [each.kind for each in with_model.call.settled("t1")] in ([], [ReportKind.CANCELLED])
