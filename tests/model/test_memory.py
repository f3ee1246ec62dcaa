import pytest
import torch

from model.cache import RingCache
from model.memory import Memory, Remembered, renewal_mask
from model.sizes import SIZES

SIZE = SIZES["pocket"]


def memory() -> Memory:
    torch.manual_seed(2)
    made = Memory(SIZE)
    torch.nn.init.normal_(made.gate.weight, std=0.3)
    torch.nn.init.normal_(made.gate.bias, mean=-3.0)
    return made


def sequence(slots: int) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(slots)
    return torch.randn(2, slots, SIZE.width), torch.randn(2, SIZE.heads, slots, 2 * SIZE.head_width)


def nothing(calls: int) -> Remembered:
    shape = (calls, SIZE.heads, SIZE.memory_slots)
    return Remembered(torch.zeros(*shape, 2 * SIZE.head_width), torch.zeros(shape))


def test_whole_calls_and_steps_remember_the_same():
    made = memory()
    slots = 40 * SIZE.memory_every_slots
    x, keys_values = sequence(slots)
    renewed = made(x, keys_values)
    state = nothing(2)
    for k in range(0, slots, 4):
        if k and k % SIZE.memory_every_slots == 0:
            expected = renewed[:, :, k // SIZE.memory_every_slots - 1]
            assert torch.allclose(state.means, expected, atol=1e-5)
        state = made.step(x[:, k : k + 4], keys_values[:, :, k : k + 4], state)


def test_a_constant_is_remembered_as_it_is_from_the_first_renewal_on():
    made = memory()
    x, _ = sequence(3 * SIZE.memory_every_slots + 1)
    constant = torch.full((2, SIZE.heads, x.shape[1], 2 * SIZE.head_width), 0.7)
    assert torch.allclose(made(x, constant), torch.full((), 0.7), atol=1e-5)


def test_what_came_first_is_still_there_after_ten_minutes():
    made = Memory(SIZE)
    made.spread_gates()
    x = torch.zeros(1, 4, SIZE.width)
    state = nothing(1)
    fact = torch.zeros(1, SIZE.heads, 4, 2 * SIZE.head_width)
    state = made.step(x, fact + 1.0, state)
    for _ in range(3_000):
        state = made.step(x, fact, state)
    assert state.means.isfinite().all()
    assert state.means[0, 0, 0].max() < 1e-9
    assert state.means[0, 0, -1].min() > 1e-9


def test_a_slot_sees_the_latest_renewal_before_it_and_no_later_one():
    every = SIZE.memory_every_slots
    mask = renewal_mask(SIZE, 3 * every + 1, torch.device("cpu")).view(-1, 3, SIZE.memory_slots)
    assert not mask[:every].any()
    for slot, renewal in ((every, 0), (2 * every - 1, 0), (2 * every, 1), (3 * every, 2)):
        assert mask[slot].any(-1).nonzero().flatten().tolist() == [renewal]


def test_gradients_reach_back_beyond_the_window():
    made = memory()
    x, keys_values = sequence(2 * SIZE.window_slots)
    keys_values.requires_grad_()
    made(x, keys_values)[:, :, -1].sum().backward()
    assert keys_values.grad is not None
    assert (keys_values.grad[:, :, 0].abs() > 0).any()


def test_a_row_costs_a_fixed_number_of_bytes():
    assert RingCache(SIZE, 1).bytes_per_row == RingCache(SIZE, 5).bytes_per_row
    one = SIZE.layers * SIZE.heads * SIZE.head_width * 4
    ring = 2 * (SIZE.window_slots + SIZE.memory_slots) * one
    means = 2 * SIZE.memory_slots * one + SIZE.layers * SIZE.heads * SIZE.memory_slots * 4
    assert RingCache(SIZE, 1).bytes_per_row == ring + means


@pytest.mark.parametrize("micro_turns", [0, 3, 4, 15, 16, 200])
def test_memories_are_seen_from_the_first_renewal_on(micro_turns: int):
    visible = RingCache(SIZE, 1).visible(torch.tensor([micro_turns]))
    assert visible.shape == (1, 1, 4, SIZE.window_slots + SIZE.memory_slots)
    assert visible[..., SIZE.window_slots :].all() == (micro_turns >= SIZE.memory_micro_turns)
