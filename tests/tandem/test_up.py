"""`tandem up` as a person uses it: real processes, a real terminal command, signals."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest

pytestmark = [pytest.mark.service, pytest.mark.slow]

STARTS_WITHIN_S = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Up:
    """A running `tandem up`."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TANDEM_", "TWILIO_")) and name not in ("REDIS_URL", "DATABASE_URL")
        }
        environment |= {"TANDEM_HOME": str(home), "TANDEM_PORT": str(port)}
        self.printed = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tandem.main", "up"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ready(self) -> dict[str, object]:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.process.communicate()[0]
            try:
                answer = httpx.get(f"{self.url}/health", timeout=2.0, trust_env=False)
            except httpx.TransportError:
                time.sleep(0.2)
                continue
            if answer.is_success:
                self._read_where_it_answers()
                return answer.json()
        raise AssertionError("not ready in time")

    def _read_where_it_answers(self) -> None:
        """What it prints comes a moment after it answers."""
        assert self.process.stdout
        while "╰" not in self.printed and (line := self.process.stdout.readline()):
            self.printed += line

    def end(self, how: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(how)
        output, _ = self.process.communicate(timeout=40)
        return self.process.returncode, self.printed + output


def belonging_to(home: Path) -> dict[int, str]:
    """Every process whose environment or command names this home (Linux)."""
    found: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if str(home).encode() in told and int(folder.name) != os.getpid():
            found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


@pytest.fixture
def start(tmp_path: Path) -> Generator[Callable[[int], Up]]:
    started: list[Up] = []

    def begin(port: int) -> Up:
        started.append(Up(tmp_path / "home", port))
        return started[-1]

    yield begin
    for up in started:
        if up.process.poll() is None:
            up.process.kill()
            up.process.communicate()


def test_one_ctrl_c_ends_everything_and_a_second_start_works(start: Callable[[int], Up]) -> None:
    port = free_port()
    for how in (signal.SIGINT, signal.SIGTERM):
        up = start(port)
        assert up.ready()["status"] == "ok"
        assert len(belonging_to(up.home)) >= 4
        code, output = up.end(how)
        assert code == 0, output
        assert belonging_to(up.home) == {}
        assert not list(up.home.rglob("*.sock"))
        assert f"http://127.0.0.1:{port}" in output
        assert "Development mode" in output


def test_a_busy_port_and_a_home_in_use_are_said_in_one_line(
    start: Callable[[int], Up], tmp_path: Path
) -> None:
    port = free_port()
    up = start(port)
    up.ready()
    same_port = Up(tmp_path / "other", port)
    output, _ = same_port.process.communicate(timeout=60)
    assert same_port.process.returncode == 2
    assert re.search(rf"^tandem: port {port} .*TANDEM_PORT={port + 1}$", output.strip(), re.MULTILINE)
    same_home = Up(up.home, free_port())
    output, _ = same_home.process.communicate(timeout=60)
    assert same_home.process.returncode == 2
    assert "TANDEM_HOME" in output
    assert len(output.strip().splitlines()) == 1
    up.end(signal.SIGTERM)


def test_nothing_outlives_a_platform_that_was_killed(start: Callable[[int], Up]) -> None:
    port = free_port()
    up = start(port)
    up.ready()
    up.end(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while belonging_to(up.home) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert belonging_to(up.home) == {}
    again = start(port)
    assert again.ready()["status"] == "ok"
    again.end(signal.SIGTERM)


def test_a_worker_or_server_that_dies_is_started_again(start: Callable[[int], Up]) -> None:
    up = start(free_port())
    up.ready()
    before = {
        pid for pid, command in belonging_to(up.home).items() if re.search(r"main (worker|serve) ", command)
    }
    assert len(before) >= 2
    for pid in before:
        os.kill(pid, signal.SIGKILL)

    async def back() -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            while True:
                try:
                    if (await client.get(f"{up.url}/health")).is_success:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.2)

    asyncio.run(asyncio.wait_for(back(), STARTS_WITHIN_S))
    code, output = up.end(signal.SIGTERM)
    assert code == 0, output
    assert belonging_to(up.home) == {}
