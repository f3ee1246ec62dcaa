import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.capacity import FEWEST_STEPS, LONGEST_STEP_MS, Capacity, Step, StepCost, cost_of


@given(st.floats(0, 40), st.floats(0.1, 10))
def test_the_cost_of_a_step_is_found_from_a_few(fixed_ms: float, per_call_ms: float) -> None:
    steps = [Step(calls, fixed_ms + per_call_ms * calls) for calls in (1, 1, 8, 8)]
    cost = cost_of(steps)
    assert cost.of(24) == pytest.approx(fixed_ms + per_call_ms * 24, rel=1e-6)


def test_steps_of_one_size_are_taken_to_cost_nothing_but_the_calls() -> None:
    assert cost_of([Step(2, 10.0), Step(2, 14.0)]) == StepCost(0.0, 6.0)


def test_a_larger_step_that_happened_to_be_quicker_makes_no_negative_cost() -> None:
    assert cost_of([Step(1, 9.0), Step(8, 5.0)]) == StepCost(7.0, 0.0)


def test_without_a_step_there_is_no_cost() -> None:
    with pytest.raises(ValueError, match="no step"):
        cost_of([])


@given(st.floats(0, 140), st.floats(0.1, 20), st.floats(0, 100))
def test_as_many_calls_fit_as_keep_the_slowest_steps_in_time(
    fixed: float, each: float, excess: float
) -> None:
    capacity = Capacity(StepCost(fixed, each), excess)
    assert capacity.calls == 1 or capacity.projected_ms(capacity.calls) <= LONGEST_STEP_MS + 1e-9
    assert capacity.projected_ms(capacity.calls + 1) > LONGEST_STEP_MS - 1e-9


def test_a_machine_that_others_use_too_takes_fewer_calls() -> None:
    capacity = Capacity(StepCost(6.0, 2.0))
    busy = capacity.lately([Step(4, 14.0 + (60.0 if k % 5 == 0 else 0.0)) for k in range(400)])
    assert busy.excess_ms == pytest.approx(60.0)
    assert busy.calls == capacity.calls - 30


def test_a_slow_moment_now_and_then_costs_no_room_but_is_told() -> None:
    capacity = Capacity(StepCost(6.0, 2.0))
    lately = capacity.lately([Step(4, 14.0 + (200.0 if k % 50 == 0 else 0.0)) for k in range(400)])
    assert lately.calls == capacity.calls
    assert lately.p99_ms == pytest.approx(214.0)


def test_a_handful_of_steps_changes_nothing() -> None:
    capacity = Capacity(StepCost(6.0, 2.0))
    assert capacity.lately([Step(1, 500.0)] * (FEWEST_STEPS - 1)) == capacity
