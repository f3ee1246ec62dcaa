"""A PostgreSQL server of the tests' own, where the machine has one installed."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server on a free port, stop it afterwards; gives its address without a database.

    It refuses to run as root: then it runs as nobody. Skips the test where PostgreSQL is not installed.
    """
    initdb, pg_ctl = shutil.which("initdb"), shutil.which("pg_ctl")
    if not initdb or not pg_ctl:
        pytest.skip("there is no PostgreSQL here")
    folder = Path(tempfile.mkdtemp(prefix="tandem-pg-"))
    options: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        options |= {"user": nobody.pw_uid, "group": nobody.pw_gid}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, server = folder / "data", f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    subprocess.run([initdb, "-D", data, "-A", "trust", "-U", "tandem"], **options)  # noqa: S603
    subprocess.run([pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", server, "start"], **options)  # noqa: S603
    yield f"postgresql+psycopg://tandem@127.0.0.1:{port}"
    subprocess.run([pg_ctl, "-D", data, "-w", "-m", "immediate", "stop"], **options)  # noqa: S603
    shutil.rmtree(folder)
