from collections.abc import AsyncIterator

import pytest

from tests.agents.http_tools.shop import Names, Shop, opened


@pytest.fixture
def names() -> Names:
    return Names(shop_example=["127.0.0.1"])


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async for each in opened(Shop()):
        yield each


@pytest.fixture
async def other() -> AsyncIterator[Shop]:
    """Another server, where nobody should arrive who was not allowed to."""
    async for each in opened(Shop()):
        yield each
