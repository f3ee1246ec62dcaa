"""`tandem bench agents` on real processes, small."""

import json
import subprocess
import sys

import pytest

from tandem.bench_agents_voice import first_heard_ms
from telephony.simulator.ear import Span


@pytest.mark.service
@pytest.mark.slow
def test_every_task_is_answered_and_nothing_is_left_behind():
    options = ("--tasks", "100", "--calls", "4", "--no-kills", "--voiced", "1", "--json")
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
    assert figures["load"]["keys_after"] <= figures["load"]["keys_before"]
    assert figures["load"]["lasting_keys_after"] == figures["load"]["lasting_keys_before"]
    assert figures["load"]["rows_after"] == 0
    assert figures["voiced"]["results"] == 1
    assert 0 < figures["voiced"]["longest_ms"] <= 3_000
    assert figures["redelivery"] is None
    assert figures["machine"]["cores"] >= 1


def test_a_result_is_heard_with_the_first_sound_after_it_if_the_floor_was_free():
    spans = (Span(1_000, 2_000), Span(5_000, 6_000))
    assert first_heard_ms(spans, 4_800) == 200
    assert first_heard_ms(spans, 1_500) is None  # the agent was speaking
    assert first_heard_ms(spans, 2_299) is None  # it may have been between two words
    assert first_heard_ms(spans, 2_300) == 2_700
    assert first_heard_ms(spans, 1_999.5) is None
    assert first_heard_ms(spans, 7_000) is None
    assert first_heard_ms((Span(9_000, 9_500),), 4_000) is None  # that was something else
