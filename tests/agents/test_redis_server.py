import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agents import redis_server
from agents.errors import RedisServerError
from agents.redis_server import RedisServer
from agents.reports import connect
from config.settings import Settings, load

pytestmark = pytest.mark.service

HOLD = """
import asyncio
from agents.redis_server import RedisServer
from config.settings import load

async def hold():
    server = RedisServer(load())
    await server.start()
    print(server.pid, flush=True)
    await server.wait()

asyncio.run(hold())
"""


async def test_it_answers_and_leaves_no_socket_behind(settings: Settings) -> None:
    server = RedisServer(settings)
    await server.start()
    client = connect(settings.redis_url)
    assert await client.ping()
    assert (await client.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"
    assert (await client.config_get("port"))["port"] == "0"
    await client.aclose()
    await server.stop()
    assert not settings.redis_socket.exists()
    assert not (settings.redis_socket.parent / "redis.pid").exists()


async def test_what_is_queued_outlives_a_restart(settings: Settings) -> None:
    server = RedisServer(settings)
    for _ in range(2):
        await server.start()
        client = connect(settings.redis_url)
        await client.lpush("queue", "task")
        queued = await client.llen("queue")
        await client.aclose()
        await server.stop()
    assert queued == 2


async def test_a_home_in_use_is_refused_and_the_user_named(redis: RedisServer, settings: Settings) -> None:
    second = RedisServer(settings)
    with pytest.raises(RedisServerError, match=rf"in use by another Tandem \(process {os.getpid()}\)"):
        await second.start()
    client = connect(settings.redis_url)
    assert await client.ping()  # the first one is undisturbed
    await client.aclose()


async def held_by_another_process(home: Path) -> tuple[asyncio.subprocess.Process, int]:
    holder = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        HOLD,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "TANDEM_HOME": str(home)},
    )
    assert holder.stdout is not None
    return holder, int(await holder.stdout.readline())


async def test_it_dies_with_its_parent_and_the_home_can_be_used_again(
    settings: Settings, home: Path, is_running: Callable[[int], bool]
) -> None:
    holder, orphan = await held_by_another_process(home)
    holder.kill()
    await holder.wait()
    server = RedisServer(settings)
    await server.start()  # at once: the old one may still be on its way out
    client = connect(settings.redis_url)
    assert await client.ping()
    await client.aclose()
    assert not is_running(orphan)
    await server.stop()


async def test_one_that_outlived_its_parent_is_ended(
    settings: Settings, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_server, "die_with", lambda parent: None)  # as on a system without it
    orphaned = RedisServer(settings)
    await orphaned.start()
    orphan = orphaned.pid
    orphaned._lock.close()  # what the system does when the parent is killed
    server = RedisServer(settings)
    await server.start()
    assert server.pid != orphan
    assert await asyncio.wait_for(orphaned.wait(), 5) == 0
    await server.stop()


async def test_a_socket_file_nobody_listens_on_is_removed(settings: Settings) -> None:
    settings.redis_socket.parent.mkdir(parents=True)
    server = await asyncio.start_unix_server(lambda reader, writer: None, settings.redis_socket)
    server.close()
    await server.wait_closed()
    assert settings.redis_socket.exists()
    server = RedisServer(settings)
    await server.start()
    await server.stop()


async def test_a_killed_server_can_be_started_again(settings: Settings) -> None:
    server = RedisServer(settings)
    await server.start()
    os.kill(server.pid, signal.SIGKILL)
    await server.wait()
    await server.stop()
    await server.start()
    client = connect(settings.redis_url)
    assert await client.ping()
    await client.aclose()
    await server.stop()


async def test_a_home_with_a_long_path_works_and_leaves_nothing_outside(tmp_path: Path) -> None:
    settings = load({"TANDEM_HOME": str(tmp_path / ("x" * 100)), "REDIS_URL": None})
    server = RedisServer(settings)
    await server.start()
    client = connect(settings.redis_url)
    assert await client.ping()
    await client.aclose()
    await server.stop()
    assert (settings.home / "redis" / "appendonly.aof").exists()
    assert not settings.redis_socket.parent.exists()


async def test_without_a_server_program_it_is_said_what_to_do(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_server, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RedisServerError, match="REDIS_URL"):
        await RedisServer(settings).start()


async def test_a_server_that_ends_at_once_is_told_with_its_log(settings: Settings, home: Path) -> None:
    (home / "redis").mkdir()
    (home / "redis" / "appendonly.aof").write_text("this is not an append-only file")
    with pytest.raises(RedisServerError, match=r"redis\.log"):
        await RedisServer(settings).start()
