import asyncio

import pytest

from agents.redis_server import RedisServer
from agents.reports import connect
from config.settings import Settings

pytestmark = pytest.mark.service


async def test_hundreds_of_commands_at_once_wait_for_a_connection_and_are_all_answered(
    redis: RedisServer, settings: Settings
):
    client = connect(settings.redis_url)
    answers = await asyncio.gather(*(client.incr("counted") for _ in range(400)))
    assert sorted(answers) == list(range(1, 401))
    assert len(await client.client_list()) <= 40
    await client.aclose()
