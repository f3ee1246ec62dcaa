import pytest
import torch
from typer.testing import CliRunner

from model.device import DeviceError
from tandem.bench_model_load import Arrivals, measure_load
from tandem.main import app


def test_calls_that_come_in_unison_are_stepped_together_and_spread_ones_are_not() -> None:
    unison, spread = (
        measure_load(4, arrivals, 5, True, "cpu") for arrivals in (Arrivals.UNISON, Arrivals.SPREAD)
    )
    assert unison.calls_per_step > spread.calls_per_step >= 1
    for load in (unison, spread):
        assert 0 < load.step_p50_ms <= load.step_p99_ms
        assert load.wait_p50_ms >= load.step_p50_ms
        assert load.busy > 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_said() -> None:
    told = CliRunner().invoke(app, ["bench", "model", "--device", "cuda"])
    assert isinstance(told.exception, DeviceError)
    assert "has no CUDA" in str(told.exception)
