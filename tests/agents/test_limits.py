"""What may be used in a day, counted in a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import BaseModel

from admin.migrate import upgrade
from agents.calling import Errand, ToolCaller
from agents.errors import LimitReached, Unavailable
from agents.language_model.spending import MICRO_USD, TOKENS, DayBudget, Price
from agents.limits import CallerLimits, Daily
from agents.messages import TaskRequest
from agents.policy import refusal
from agents.progress import Unheard
from agents.redis_server import RedisServer
from agents.reports import connect, unix_ms
from agents.tool import Key, tool
from agents.tool_calls import SqlToolCalls
from config.database import Database
from config.settings import Settings
from config.tables import CallRow

pytestmark = pytest.mark.service

MONDAY = date(2026, 11, 23)


class Done(BaseModel):
    runs: int


class Clock:
    day = MONDAY

    def __call__(self) -> date:
        return self.day


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def daily(settings: Settings, redis: RedisServer, clock: Clock) -> AsyncIterator[Daily]:
    counting = Daily(settings.redis_url, clock)
    yield counting
    await counting.close()


async def test_so_much_is_used_and_no_more_however_many_ask_at_once(daily: Daily) -> None:
    asked = await asyncio.gather(
        *(daily.spend("cups", 1, 10, of="ada") for _ in range(40)), return_exceptions=True
    )
    assert [type(each) for each in asked if each].count(LimitReached) == 30
    assert await daily.used("cups", of="ada") == 10
    await daily.spend("cups", 10, 10, of="bob")
    with pytest.raises(LimitReached, match="more cups than 10 a day"):
        await daily.spend("cups", 1, 10, of="bob")


async def test_a_new_day_begins_with_nothing_used(daily: Daily, clock: Clock) -> None:
    yesterday = daily.today()
    await daily.spend("cups", 10, 10)
    clock.day += timedelta(days=1)
    assert await daily.used("cups") == 0
    await daily.spend("cups", 10, 10)
    await daily.give_back("cups", 7, day=yesterday)
    assert await daily.used("cups") == 10


async def test_what_is_named_counts_once(daily: Daily) -> None:
    for _ in range(3):
        await daily.spend("cups", 1, 1, once="this very cup")
    with pytest.raises(LimitReached):
        await daily.spend("cups", 1, 1, once="another cup")
    with pytest.raises(LimitReached):
        await daily.spend("cups", 1, 1, once="another cup")


async def test_without_redis_nobody_is_let_by_uncounted(daily: Daily, redis: RedisServer) -> None:
    await redis.stop()
    with pytest.raises(Unavailable):
        await daily.spend("cups", 1, 10)
    with pytest.raises(Unavailable):
        await daily.used("cups")
    await daily.give_back("cups", 1, day=daily.today())


# --- callers ----------------------------------------------------------------------------------------


class Company:
    """A worker's tool caller, and what its tools did."""

    def __init__(self, settings: Settings, database: Database, daily: Daily) -> None:
        self.looked = self.noted = 0
        company = self

        @tool(reads=True)
        async def look() -> Done:
            """Look."""
            company.looked += 1
            return Done(runs=company.looked)

        @tool(writes=True)
        async def note(text: str, key: Key) -> Done:
            """Note."""
            company.noted += 1
            return Done(runs=company.noted)

        tools = {"look": look, "note": note}
        limits: Mapping[object, object] = {CallerLimits: CallerLimits(settings, database, daily)}
        self._caller = ToolCaller(tools, limits, SqlToolCalls(database, unix_ms), refusal, unix_ms)

    async def call(self, name: str, call_id: str, task_id: str = "t1", **arguments: str) -> dict[str, int]:
        until = unix_ms() + 20_000
        request = TaskRequest(
            task_id=task_id, call_id=call_id, tool=name, arguments=arguments, deadline_unix_ms=until
        )
        return await self._caller.call(name, Errand(request, arguments, Unheard(), until))


@pytest.fixture
async def company(settings: Settings, daily: Daily) -> AsyncIterator[Company]:
    await upgrade(settings)
    database = Database(settings.database_url)
    numbers = {"a1": "+15035550101", "a2": "+15035550101", "b": "+15035550102", "x": "anonymous", "y": ""}
    async with database.writing() as session:
        for call_id, number in numbers.items():
            session.add(
                CallRow(
                    id=call_id, carrier="test", carrier_call_id=call_id, from_number=number, to_number="+1",
                    flow="f@1", began_at=datetime.now(UTC), tape="",
                )
            )  # fmt: skip
    limited = settings.model_copy(update={"tool_calls_per_caller": 3, "changes_per_caller": 1})
    yield Company(limited, database, daily)
    await database.close()


async def test_a_caller_has_so_many_calls_of_tools_a_day_over_all_their_calls(
    company: Company, clock: Clock
) -> None:
    for call_id in ("a1", "a2", "a1"):
        await company.call("look", call_id)
    with pytest.raises(LimitReached):
        await company.call("look", "a2")
    assert company.looked == 3
    await company.call("look", "b")
    clock.day += timedelta(days=1)
    await company.call("look", "a2")


async def test_changes_are_counted_apart_and_one_delivered_again_has_not_reached_its_limit(
    company: Company,
) -> None:
    assert await company.call("note", "a1", text="rang") == {"runs": 1}
    with pytest.raises(LimitReached) as caught:
        await company.call("note", "a1", "t2", text="rang again")
    assert caught.value.word == "limit"
    assert await company.call("note", "a1", text="rang") == {"runs": 1}
    assert company.noted == 1
    assert await company.call("look", "a1") == {"runs": 1}


async def test_who_hides_their_number_is_counted_call_by_call(company: Company) -> None:
    for _ in range(3):
        await company.call("look", "x")
    with pytest.raises(LimitReached):
        await company.call("look", "x")
    await company.call("look", "y")


async def test_what_is_no_call_of_anybodys_has_no_limits(company: Company) -> None:
    for _ in range(5):
        await company.call("look", "terminal")
    assert company.looked == 5


async def test_nobodys_number_stands_in_redis_and_every_key_goes_away(
    company: Company, settings: Settings
) -> None:
    await company.call("note", "a1", text="rang")
    client = connect(settings.redis_url)
    keys = [key async for key in client.scan_iter("*")]
    assert len(keys) == 4
    for key in keys:
        assert "5035550101" not in key
        assert 0 < await client.ttl(key) <= 2 * 24 * 3_600
    await client.aclose()


async def test_without_limits_nothing_is_counted(settings: Settings, redis: RedisServer) -> None:
    await upgrade(settings)
    database = Database(settings.database_url)
    await CallerLimits(settings, database).admit(_look, _request())
    client = connect(settings.redis_url)
    assert await client.dbsize() == 0
    await client.aclose()
    await database.close()


@tool(reads=True)
async def _look() -> Done:
    """Look."""
    return Done(runs=1)


def _request() -> TaskRequest:
    return TaskRequest(task_id="t", call_id="a1", tool="look", arguments={}, deadline_unix_ms=0)


# --- language models --------------------------------------------------------------------------------

PRICE = Price(prompt=1.0, answer=4.0)


async def test_a_step_takes_what_it_may_come_to_and_gives_back_the_rest(daily: Daily) -> None:
    budget = DayBudget(daily, most_tokens=1_000, most_micro_usd=10_000)
    taken = await budget.take(100, 500, PRICE)
    assert taken.room == 500
    assert (await daily.used(TOKENS), await daily.used(MICRO_USD)) == (600, 2_100)
    await budget.settle(taken, (90, 10), PRICE)
    assert (await daily.used(TOKENS), await daily.used(MICRO_USD)) == (100, 130)


async def test_the_last_tokens_and_dollars_of_a_day_make_a_short_answer_and_then_none(daily: Daily) -> None:
    tokens = DayBudget(daily, most_tokens=150)
    assert (await tokens.take(100, 500, PRICE)).room == 50
    with pytest.raises(LimitReached):
        await tokens.take(1, 1, PRICE)
    dollars = DayBudget(daily, most_micro_usd=300)
    assert (await dollars.take(100, 500, PRICE)).room == 50
    with pytest.raises(LimitReached):
        await dollars.take(1, 1, PRICE)


async def test_what_a_refused_step_took_of_one_it_gives_back(daily: Daily) -> None:
    budget = DayBudget(daily, most_tokens=1_000, most_micro_usd=10)
    with pytest.raises(LimitReached):
        await budget.take(100, 500, PRICE)
    assert (await daily.used(TOKENS), await daily.used(MICRO_USD)) == (0, 0)
