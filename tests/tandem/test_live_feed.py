"""Live calls of two servers are followed without loss."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from admin.roles import Role
from agents.reports import connect
from config.live import CALLS_KEY, EVENTS_KEY, GONE_AFTER_S, call_events_key
from telephony.live.live_calls import LiveCalls
from tests.tandem.live_following import Feed
from tests.tandem.live_stage import Stage, running_stage

pytestmark = pytest.mark.service


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running_stage() as stage:
        yield stage


async def words_of(feed: Feed, call_id: str) -> list[str]:
    return [event.data["text"] for event in feed.of(call_id) if event.kind == "words"]


async def test_calls_of_all_servers_are_listed_until_they_end(stage: Stage) -> None:
    viewer = await stage.person(Role.VIEWER)
    feed = Feed(viewer)
    await feed.connect()
    one, two = stage.call("one", 0), stage.call("two", 1)
    two.micro_turn("hello")
    await feed.until(lambda e: e.kind == "words")
    await feed.until(lambda e: e.kind == "call_began" and e.data["call_id"] == "one")
    listed = (await viewer.get("/live/calls")).json()
    assert {call["id"]: call["caller_words"] for call in listed} == {"one": "", "two": "hello"}
    one.end()
    await feed.until(lambda e: e.kind == "call_ended")
    assert [call["id"] for call in (await viewer.get("/live/calls")).json()] == ["two"]
    await feed.cut()


async def test_a_reader_that_was_cut_goes_on_where_it_was_without_loss_or_doubles(stage: Stage) -> None:
    feed = Feed(await stage.person(Role.VIEWER))
    await feed.connect()
    call = stage.call("one")
    said = [f"word-{number}" for number in range(300)]
    for number, word in enumerate(said):
        call.micro_turn(word)
        if number % 100 == 50:
            await feed.until(lambda e, w=f"word-{number - 20}": e.data.get("text") == w)
            await feed.cut()
        if number % 100 == 70:
            await feed.connect()
    await feed.until(lambda e: e.data.get("text") == said[-1])
    await feed.cut()
    assert feed.connections == 4
    assert await words_of(feed, "one") == said


async def test_one_call_is_followed_from_its_beginning_by_who_comes_late(stage: Stage) -> None:
    viewer = await stage.person(Role.VIEWER)
    everything = Feed(viewer)
    await everything.connect()
    one, two = stage.call("one"), stage.call("two", 1)
    for number in range(5):
        one.micro_turn(f"one-{number}")
        two.micro_turn(f"two-{number}")
    await everything.until(lambda e: e.data.get("text") == "two-4")
    await everything.until(lambda e: e.data.get("text") == "one-4")
    late = Feed(viewer, "/live/events?call_id=one")
    await late.connect()
    await late.until(lambda e: e.data.get("text") == "one-4")
    assert late.events[0].kind == "call_began"
    assert {event.data["call_id"] for event in late.events} == {"one"}
    await late.cut()
    await everything.cut()


async def test_fifty_calls_at_once_reach_one_reader_with_nothing_dropped(stage: Stage) -> None:
    feed = Feed(await stage.person(Role.VIEWER))
    await feed.connect()
    calls = {f"call-{number}": stage.call(f"call-{number}", number % 2) for number in range(50)}
    turns = 50
    for turn in range(turns):
        for call in calls.values():
            call.micro_turn(f"word-{turn}")
        await asyncio.sleep(0)  # both publishers and the reader run beside
        if turn == turns // 2:
            await feed.until(lambda e: e.data.get("text") == "word-5")
            await feed.cut()
            await feed.connect()
    for call in calls.values():
        call.end()
    async with asyncio.timeout(60):
        for call_id in calls:
            await feed.until(lambda e, c=call_id: e.kind == "call_ended" and e.data["call_id"] == c)
    await feed.cut()
    for call_id, call in calls.items():
        sequences = [event.data["sequence"] for event in feed.of(call_id)]
        assert sequences == list(range(1, len(sequences) + 1))
        assert await words_of(feed, call_id) == [f"word-{turn}" for turn in range(turns)]
        assert call.index == turns


async def test_a_call_goes_on_without_redis_and_what_happened_is_told_afterwards(stage: Stage) -> None:
    call = stage.call("one")
    await stage.redis.stop()
    for number in range(20):
        call.micro_turn(f"word-{number}")
    assert call.index == 20
    await stage.redis.start()
    redis = connect(stage.settings.redis_url)
    async with asyncio.timeout(20):
        while len(entries := await redis.xrange(call_events_key("one"))) < 21:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await redis.aclose()
    kinds = [fields["kind"] for _, fields in entries]
    assert kinds == ["call_began", *["words"] * 20]


async def test_what_is_sent_again_is_entered_once(stage: Stage) -> None:
    call = stage.call("one")
    call.micro_turn("hello")
    publisher = stage.servers[0].publisher
    sent = list(publisher.waiting("one"))
    await publisher.send()
    for event in sent:  # the reply was lost
        publisher.tell(event, call.call.state)
    await publisher.send()
    redis = connect(stage.settings.redis_url)
    assert len(await redis.xrange(call_events_key("one"))) == len(sent)
    assert len(await redis.xrange(EVENTS_KEY)) == len(sent)
    await redis.aclose()


async def test_a_call_whose_server_died_is_told_to_be_lost_once(stage: Stage) -> None:
    redis = connect(stage.settings.redis_url)
    seconds, _ = await redis.time()
    await redis.zadd(CALLS_KEY, {"gone": seconds - GONE_AFTER_S - 1})
    feed = Feed(await stage.person(Role.VIEWER))
    await feed.connect()
    others = [LiveCalls(stage.settings.redis_url, lambda _tool: ()) for _ in range(3)]
    for each in others:
        each.start()
    lost = await feed.until(lambda e: e.kind == "call_ended")
    assert (lost.data["call_id"], lost.data["outcome"]) == ("gone", "lost")
    for each in others:
        await each.close()
    assert len(await redis.xrange(EVENTS_KEY)) == 1
    await redis.aclose()
    await feed.cut()


async def test_who_comes_back_too_late_is_told_that_something_is_missing(stage: Stage) -> None:
    feed = Feed(await stage.person(Role.VIEWER))
    feed.http.headers["Last-Event-ID"] = "1000-0"
    await feed.connect()
    await feed.until(lambda e: e.kind == "reset")
    await feed.cut()
