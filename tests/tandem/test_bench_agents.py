"""`tandem bench agents` on real processes, small."""

import json
import subprocess
import sys

import pytest


@pytest.mark.service
@pytest.mark.slow
def test_every_task_is_answered_and_nothing_is_left_behind():
    options = ("--tasks", "100", "--calls", "4", "--no-kills", "--json")
    bench = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tandem.main", "bench", "agents", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert bench.returncode == 0, bench.stderr
    figures = json.loads(bench.stdout)
    assert figures["delays"]["tasks"] == 8
    assert 0 < figures["delays"]["first_p50_ms"] <= figures["delays"]["result_p99_ms"]
    assert figures["load"]["tasks"] == 80
    assert figures["load"]["queued"] == 0
    assert figures["load"]["lasting_keys_after"] == figures["load"]["lasting_keys_before"]
    assert figures["redelivery"] is None
    assert figures["machine"]["cores"] >= 1
