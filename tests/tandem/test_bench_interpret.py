"""What `tandem bench interpret` makes of a server's figures, and the talks it measures with."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from config.flow_file import load_flow
from config.units import WIRE_RATE_HZ
from tandem.bench_interpret_load import percentile_ms
from tandem.bench_interpret_people import COMPANY, FLOW, talks
from telephony.simulator.script import CallScript, Play
from telephony.simulator.wav import read_wav

STEPS = {0.02: 10.0, 0.04: 60.0, 0.2: 99.0, 1.0: 100.0, float("inf"): 100.0}


@pytest.mark.parametrize(("share", "ms"), [(0.1, 20.0), (0.5, 36.0), (0.99, 200.0), (1.0, 1_000.0)])
def test_a_percentile_lies_between_the_bounds_of_its_share(share: float, ms: float) -> None:
    assert percentile_ms(STEPS, share) == pytest.approx(ms)


def test_what_took_longer_than_the_last_bound_counts_as_that() -> None:
    assert percentile_ms({**STEPS, float("inf"): 200.0}, 0.9) == pytest.approx(1_000.0)


def test_the_flow_joins_a_caller_with_the_company(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
    flow = load_flow(str(tmp_path / "flow.yaml"))
    assert flow.destinations["company"].number == COMPANY
    assert flow.steps[flow.start].kind == "interpret"


def test_two_people_talk_in_turn_for_long_enough_and_no_talk_is_anothers(tmp_path: Path) -> None:
    callers, company = talks(tmp_path, 5, 12.0)
    heard = [(_sound(one), _sound(other)) for one, other in zip(callers, company, strict=True)]
    for caller, other in heard:
        assert caller.size == other.size >= 12 * WIRE_RATE_HZ
        assert not np.logical_and(np.abs(caller) > 500, np.abs(other) > 500).any()
        assert np.abs(other).max() > 500
    for (caller, _), (another, _) in pairwise(heard):
        assert not np.array_equal(caller, another)


def _sound(script: CallScript) -> np.ndarray:
    (step,) = script.steps
    assert isinstance(step, Play)
    return read_wav(step.path).astype(np.int32)
