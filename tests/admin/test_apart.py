import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from admin.apart import Apart

ALONE = """
import asyncio, os, time
from admin.apart import Apart

async def begin() -> None:
    print(await Apart().run(os.getpid), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    asyncio.run(begin())
"""


async def test_work_is_done_elsewhere_and_gives_way_to_calls() -> None:
    apart = Apart()
    elsewhere = await apart.run(os.getpid)
    assert elsewhere != os.getpid()
    assert await apart.run(os.getpriority, os.PRIO_PROCESS, 0) > os.getpriority(os.PRIO_PROCESS, 0)
    with pytest.raises(ZeroDivisionError):
        await apart.run(divmod, 1, 0)
    os.kill(elsewhere, signal.SIGKILL)
    assert await apart.run(os.getpid) not in (elsewhere, os.getpid())
    apart.close()
    apart.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends children on Linux only")
def test_nothing_is_left_of_a_server_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "alone.py"
    script.write_text(ALONE, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    server = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment)  # noqa: S603
    assert server.stdout is not None
    child = int(server.stdout.readline())
    server.kill()
    server.wait()
    server.stdout.close()
    deadline = time.monotonic() + 60
    while runs(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(child)


def runs(process_id: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return False
