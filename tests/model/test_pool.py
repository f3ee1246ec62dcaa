"""Two ways to step the calls of a process, which agree; the one for GPUs runs here on the CPU."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_SAMPLES, SLOTS_PER_MICRO_TURN
from model.interaction import InteractionModel
from model.pool import Pool, WholePool
from model.sizes import DMEL, SIZES, ModelSize
from model.streaming import ModelReadings, ModelState, ModelTurn, StreamingModel

POCKET = SIZES["pocket"]
on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
SHAPES = (
    POCKET,
    replace(POCKET, chosen=2),
    replace(POCKET, memory_slots=0, experts=1),
    replace(POCKET, front_end=DMEL),
)


def made(size: ModelSize = POCKET) -> InteractionModel:
    """Nothing it does is close to nothing: matrices are larger than before training."""
    torch.manual_seed(3)
    model = InteractionModel(size).eval()
    with torch.no_grad():
        for parameter in model.blocks.parameters():
            parameter.mul_(3.0)
    return model


def turn(call: int, index: int) -> ModelTurn:
    """Loud, soft or silent; the agent's side, the expectation and the tokens differ too."""
    rng = np.random.default_rng((call, index))
    caller, agent = (
        (rng.uniform(-1, 1, MICRO_TURN_SAMPLES) * rng.choice([0, 200, 9_000])).astype(np.int16)
        for _ in range(2)
    )
    awaited = Expectation(AnswerKind.DIGITS, 6) if call % 2 else Expectation(AnswerKind.YES_NO)
    return ModelTurn(caller, agent, awaited, said=(index % 3, 0, 2, 0), told=(call, 0, 7, 0))


def numbers(readings: ModelReadings) -> npt.NDArray[np.float32]:
    values = (readings.caller_voice, readings.turn_end, readings.barge_in, readings.caller_soon)
    return np.concatenate([np.ravel(each) for each in (*values, readings.agent_text, readings.acts)])


def busy(live: StreamingModel, micro_turns: int) -> Iterator[list[npt.NDArray[np.float32]]]:
    """Three calls that come and go: every third of a call's micro-turns is late, one call is replaced."""
    calls: dict[int, ModelState] = {}
    taken: dict[int, int] = {}
    for k in range(micro_turns):
        if k == micro_turns // 2:
            calls.pop(1).close()
        for call in range(3) if k < micro_turns // 2 else (0, 2, 3):
            if call not in calls:
                calls[call], taken[call] = live.open(), 0
        due = [call for call in sorted(calls, reverse=bool(k % 2)) if k == 0 or (k + call) % 3]
        read = live.step([calls[call] for call in due], [turn(call, taken[call]) for call in due])
        for call in due:
            taken[call] += 1
        yield [numbers(each) for each in read]


@pytest.mark.parametrize("size", SHAPES)
def test_the_whole_pool_reads_what_its_rows_one_by_one_read(size: ModelSize):
    model, count = made(size), 4 * size.window_micro_turns
    rows = list(busy(StreamingModel(model, 4), count))
    pool = list(busy(StreamingModel(model, 4, whole_pool=True), count))
    for one, other in zip(rows, pool, strict=True):
        np.testing.assert_allclose(np.stack(other), np.stack(one), atol=1e-5)
    assert (np.stack([each[0] for each in rows]).std(0) > 1e-3).all()


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=on_a_gpu)])
def test_in_the_whole_pool_a_call_reads_the_same_bit_for_bit_whoever_else_is_on_the_line(device: str):
    model = made().to(device)
    alone, shared = (StreamingModel(model, 4, whole_pool=True) for _ in range(2))
    own, other = alone.open(), [shared.open() for _ in range(4)]
    for k in range(2 * POCKET.window_micro_turns):
        present = other if k % 3 else [other[3], other[0]]
        (read,) = alone.step([own], [turn(0, k)])
        turns = [turn(0 if call is other[0] else 5 + call.row, k) for call in present]
        among = shared.step(present, turns)[present.index(other[0])]
        assert np.array_equal(numbers(among), numbers(read))


def kept(pool: Pool, row: int) -> list[Tensor]:
    ring = pool.ring
    layers = (ring.keys, ring.values, ring.sums, ring.weights)
    sides = [each[side].clone() for each in pool.sound for side in (row, pool.rows + row)]
    return [*(each[:, row].clone() for each in layers), *sides, *(each[row].clone() for each in pool.history)]


def test_rows_that_nobody_steps_keep_what_they_had():
    live = StreamingModel(made(), 2, whole_pool=True)
    still, stepped = live.open(), live.open()
    for k in range(POCKET.memory_micro_turns + 1):
        live.step([still, stepped], [turn(0, k), turn(1, k)])
    before, moved = kept(live._pool, still.row), kept(live._pool, stepped.row)
    for k in range(2 * POCKET.memory_micro_turns):
        live.step([stepped], [turn(1, k)])
    assert all(torch.equal(a, b) for a, b in zip(kept(live._pool, still.row), before, strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(kept(live._pool, stepped.row), moved, strict=True))


class NothingFromElsewhere(TorchDispatchMode):
    """Fails at an operation on a tensor of another device: a copy that a graph would not repeat."""

    def __init__(self, device: str) -> None:
        super().__init__()
        self.device = device

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        tensors = [each for each in tree_leaves((args, kwargs)) if isinstance(each, Tensor)]
        assert all(each.device.type == self.device for each in tensors), func
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("size", SHAPES)
def test_what_is_recorded_asks_for_no_value_and_takes_nothing_from_another_device(
    size: ModelSize, monkeypatch: pytest.MonkeyPatch
):
    # On a device whose tensors have shapes and no numbers, so that asking for one, or a shape that depends
    # on one, raises.
    model = InteractionModel(size).eval().to("meta")
    whole = WholePool(model, Pool(model, 3))
    monkeypatch.delattr(torch, "tensor")  # it would copy what is written in the code, unseen
    with NothingFromElsewhere("meta"), torch.inference_mode():
        readouts = whole.run()
    assert {each.device.type for each in readouts} == {"meta"}
    assert readouts.acts.shape[:2] == (3, SLOTS_PER_MICRO_TURN)


@on_a_gpu
@pytest.mark.parametrize("size", SHAPES)
def test_replayed_on_a_gpu_a_step_reads_what_it_reads_on_the_cpu(size: ModelSize):
    count = 2 * size.window_micro_turns
    rows = list(busy(StreamingModel(made(size), 4), count))
    replayed = list(busy(StreamingModel(made(size).to("cuda"), 4), count))
    for one, other in zip(rows, replayed, strict=True):
        np.testing.assert_allclose(np.stack(other), np.stack(one), atol=1e-4)
