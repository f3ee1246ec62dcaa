import subprocess
import sys

import pytest

from agents.broker import HARD_LIMIT_S, kombu_url, make_app
from agents.tool import LONGEST_TIMEOUT_MS
from config.settings import load


@pytest.mark.parametrize(
    ("redis", "kombu"),
    [
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("unix:///run/redis.sock?virtual_host=2", "redis+socket:///run/redis.sock?virtual_host=2"),
        ("redis://127.0.0.1:6379/1", "redis://127.0.0.1:6379/1"),
        ("rediss://example.com", "rediss://example.com"),
    ],
)
def test_redis_addresses_are_said_the_way_kombu_wants_them(redis: str, kombu: str) -> None:
    assert kombu_url(redis) == kombu


def test_no_task_can_outlive_the_time_after_which_it_is_delivered_again() -> None:
    options = make_app(load({})).conf.broker_transport_options
    assert LONGEST_TIMEOUT_MS / 1_000 < HARD_LIMIT_S < options["visibility_timeout"]


@pytest.mark.parametrize("module", ["agents.worker", "agents.dispatch"])
def test_background_agents_load_without_torch(module: str) -> None:
    seen = f"import {module}, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0  # noqa: S603
