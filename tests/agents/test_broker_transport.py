import pytest

from agents.broker import make_app
from agents.redis_server import RedisServer
from agents.reports import connect
from config.settings import Settings

pytestmark = pytest.mark.service

LISTS = ("unacked", "unacked_index")


async def on_the_lists(settings: Settings) -> int:
    """Count what Redis has of messages nobody has acknowledged."""
    client = connect(settings.redis_url)
    count = await client.hlen(LISTS[0]) + await client.zcard(LISTS[1])
    await client.aclose()
    return count


async def test_what_is_delivered_is_kept_until_it_is_acknowledged(
    redis: RedisServer, settings: Settings
) -> None:
    with make_app(settings).connection_for_read() as connection, connection.SimpleQueue("q") as queue:
        queue.put({"number": 1})
        message = queue.get(timeout=5)
        assert (message.payload, await on_the_lists(settings)) == ({"number": 1}, 2)
        message.ack()
        assert await on_the_lists(settings) == 0


async def test_what_is_given_back_is_delivered_again(redis: RedisServer, settings: Settings) -> None:
    with make_app(settings).connection_for_read() as connection, connection.SimpleQueue("q") as queue:
        queue.put({"number": 1})
        queue.get(timeout=5).requeue()
        again = queue.get(timeout=5)
        assert again.payload == {"number": 1}
        again.ack()


async def test_what_is_acknowledged_while_redis_is_away_is_so_when_it_is_back(
    redis: RedisServer, settings: Settings
) -> None:
    with make_app(settings).connection_for_read() as connection, connection.SimpleQueue("q") as queue:
        queue.put({"number": 1})
        message = queue.get(timeout=5)
        await redis.stop()
        message.ack()
        await redis.start()
        assert await on_the_lists(settings) == 2
        connection.default_channel.qos.restore_visible()
        assert await on_the_lists(settings) == 0
