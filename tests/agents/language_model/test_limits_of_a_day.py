"""A language model stops where the day's budget ends; counted in a real Redis."""

import pytest

from agents.errors import LimitReached, ToolError
from agents.language_model.agent import LanguageModelAgent
from agents.language_model.chosen import brief_worker
from agents.language_model.spending import TOKENS, DayBudget, Spend
from agents.limits import Daily
from agents.messages import Brief, TaskRequest
from agents.redis_server import RedisServer
from agents.reports import unix_ms
from config.settings import Settings, load
from tests.agents.language_model.conftest import CUT, PlayedEndpoint, Reply, asks, chunk, says

pytestmark = pytest.mark.service

LOOK_UP = ("order_status", '{"order_number": "104233"}')


@pytest.fixture
async def daily(settings: Settings, redis: RedisServer):
    counting = Daily(settings.redis_url)
    yield counting
    await counting.close()


async def test_steps_of_all_tasks_are_counted_as_the_endpoint_bills_them(
    daily: Daily, open_desk, played: PlayedEndpoint
) -> None:
    desk = open_desk(spend=Spend(day=DayBudget(daily, most_tokens=100_000)))
    desk.results["order_status"] = {"status": "shipped"}
    played.replies = [asks(LOOK_UP), says("It has shipped."), says("It has shipped.")]
    await desk.work("order_status")
    await desk.work("order_status")
    assert await daily.used(TOKENS) == (60 + 20) + (50 + 10) + (50 + 10)


async def test_when_the_day_is_used_up_the_endpoint_is_not_asked(
    daily: Daily, open_desk, played: PlayedEndpoint
) -> None:
    await daily.spend(TOKENS, 99_990, 100_000)
    desk = open_desk(spend=Spend(day=DayBudget(daily, most_tokens=100_000)))
    with pytest.raises(LimitReached) as caught:
        await desk.work()
    assert caught.value.word == "limit"
    assert played.requests == []
    assert await daily.used(TOKENS) == 99_990


async def test_the_last_tokens_of_a_day_bound_the_answer(
    daily: Daily, open_desk, played: PlayedEndpoint
) -> None:
    await daily.spend(TOKENS, 98_000, 100_000)
    desk = open_desk(spend=Spend(day=DayBudget(daily, most_tokens=100_000)))
    played.replies = [says("It has shipped.")]
    await desk.work()
    asked = played.requests[0]
    assert 0 < asked.get("max_completion_tokens", asked.get("max_tokens")) < 2_000


async def test_a_step_that_broke_off_gives_back_what_it_did_not_use(
    daily: Daily, open_desk, played: PlayedEndpoint
) -> None:
    desk = open_desk(spend=Spend(day=DayBudget(daily, most_tokens=100_000)))
    played.replies = [Reply((chunk(content="It has "), CUT)), says("It has shipped.")]
    await desk.work()
    assert await daily.used(TOKENS) < 2_000


async def test_an_endpoint_that_refuses_costs_nothing_of_the_day(
    daily: Daily, open_desk, played: PlayedEndpoint
) -> None:
    desk = open_desk(spend=Spend(day=DayBudget(daily, most_tokens=100_000)))
    played.replies = [Reply(status=401)]
    with pytest.raises(ToolError):
        await desk.work()
    assert await daily.used(TOKENS) == 0


@pytest.mark.parametrize(
    "limit",
    [{"LLM_MOST_TOKENS_PER_DAY": "50"}, {"LLM_MOST_USD_PER_DAY": "0.00001", "LLM_INPUT_PRICE_USD": "5"}],
)
async def test_the_settings_limit_the_day(
    settings: Settings, redis: RedisServer, played: PlayedEndpoint, limit: dict[str, str]
) -> None:
    given = {"LLM_BASE_URL": played.url, "LLM_MODEL": "m", "TANDEM_HOME": str(settings.home), **limit}
    request = TaskRequest(
        task_id="t1", call_id="c1", tool="language_model", arguments={},
        brief=Brief(goal="Say hello."), deadline_unix_ms=unix_ms() + 10_000,
    )  # fmt: skip

    async def nothing(*_: object) -> dict[str, object]:
        raise AssertionError("nothing is to be said or called")

    agent = brief_worker(load(given), {}, unix_ms)
    assert isinstance(agent, LanguageModelAgent)
    with pytest.raises(LimitReached):
        await agent.work(request, nothing, nothing, lambda _: None)
    assert played.requests == []
    await agent.close()
