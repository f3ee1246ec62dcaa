import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from config.units import MICRO_TURN_SAMPLES
from model.batcher import Batcher, BatcherClosedError
from model.turn import CallContext, StepError, TurnInput, TurnOutput

SILENT = np.zeros(MICRO_TURN_SAMPLES, np.int16)


@dataclass(eq=False)
class Call:
    name: str
    taken: list[int] = field(default_factory=list)

    def close(self) -> None: ...


@dataclass
class Stub:
    """An interlocutor that keeps who was stepped together; it can be held up, and calls can fail."""

    batches: list[list[str]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    go: threading.Event = field(default_factory=threading.Event)
    full: bool = False

    def open(self, call: CallContext) -> Call:
        self.threads.add(threading.get_ident())
        if self.full:
            raise RuntimeError("no room")
        return Call(call.call_id)

    def step(self, states: Sequence[Call], turns: Sequence[TurnInput]) -> list[TurnOutput]:
        self.threads.add(threading.get_ident())
        assert self.go.wait(10)
        self.batches.append([state.name for state in states])
        if any(state.name == "poison" for state in states):
            raise ValueError("poison")
        outcomes: list[TurnOutput | Exception] = []
        for state, turn in zip(states, turns, strict=True):
            state.taken.append(turn.index)
            failed = state.name == "hoarse"
            outcomes.append(ValueError("hoarse") if failed else TurnOutput(turn.index, SILENT))
        if any(isinstance(outcome, Exception) for outcome in outcomes):
            raise StepError(outcomes)
        return [outcome for outcome in outcomes if isinstance(outcome, TurnOutput)]


async def gathered(
    batcher: Batcher[Call], stub: Stub, names: Sequence[str]
) -> list[TurnOutput | BaseException]:
    """Step these calls at once: they become pending while the thread is held up by another."""
    first = await batcher.open(CallContext("first"))
    calls = [await batcher.open(CallContext(name)) for name in names]
    ahead = asyncio.create_task(batcher.step(first, TurnInput(0, SILENT)))
    await asyncio.sleep(0)
    steps = [asyncio.create_task(batcher.step(call, TurnInput(0, SILENT))) for call in calls]
    await asyncio.sleep(0)
    stub.go.set()
    await ahead
    return await asyncio.gather(*steps, return_exceptions=True)


async def test_micro_turns_pending_at_a_moment_are_stepped_together() -> None:
    stub = Stub()
    batcher = Batcher(stub)
    outputs = await gathered(batcher, stub, [f"{k}" for k in range(6)])
    await batcher.close()
    assert all(isinstance(output, TurnOutput) for output in outputs)
    assert sum(len(batch) for batch in stub.batches) == 7
    assert len(stub.batches) <= 2
    assert batcher.times.most_calls >= 6


async def test_one_thread_opens_and_steps() -> None:
    stub = Stub()
    batcher = Batcher(stub)
    await gathered(batcher, stub, ["a"])
    await batcher.close()
    assert len(stub.threads) == 1
    assert threading.get_ident() not in stub.threads


async def test_a_call_that_fails_fails_alone() -> None:
    stub = Stub()
    batcher = Batcher(stub)
    outputs = await gathered(batcher, stub, ["a", "hoarse", "b"])
    await batcher.close()
    assert [type(output) for output in outputs] == [TurnOutput, ValueError, TurnOutput]


async def test_a_step_that_fails_as_a_whole_is_taken_again_call_by_call() -> None:
    stub = Stub()
    batcher = Batcher(stub)
    outputs = await gathered(batcher, stub, ["a", "poison", "b"])
    await batcher.close()
    assert [type(output) for output in outputs] == [TurnOutput, ValueError, TurnOutput]


async def test_two_micro_turns_of_one_call_are_taken_one_after_the_other() -> None:
    stub = Stub()
    batcher = Batcher(stub)
    call = await batcher.open(CallContext("a"))
    steps = [asyncio.create_task(batcher.step(call, TurnInput(k, SILENT))) for k in range(3)]
    await asyncio.sleep(0)
    stub.go.set()
    assert [output.index for output in await asyncio.gather(*steps)] == [0, 1, 2]
    await batcher.close()
    assert call.taken == [0, 1, 2]
    assert all(len(set(batch)) == len(batch) for batch in stub.batches)


async def test_no_room_is_told_to_the_one_who_asked() -> None:
    batcher = Batcher(Stub(full=True))
    with pytest.raises(RuntimeError, match="no room"):
        await batcher.open(CallContext("a"))
    await batcher.close()


async def test_closing_ends_the_thread_after_what_is_pending_and_refuses_the_rest() -> None:
    stub = Stub()
    stub.go.set()
    batcher = Batcher(stub)
    call = await batcher.open(CallContext("a"))
    step = asyncio.create_task(batcher.step(call, TurnInput(0, SILENT)))
    await asyncio.sleep(0)
    await batcher.close()
    await batcher.close()
    assert (await step).index == 0
    assert not any(thread.name == "model" for thread in threading.enumerate())
    with pytest.raises(BatcherClosedError):
        await batcher.step(call, TurnInput(1, SILENT))


async def test_step_times_are_kept() -> None:
    stub = Stub()
    stub.go.set()
    batcher = Batcher(stub)
    assert batcher.times.steps == 0
    call = await batcher.open(CallContext("a"))
    for k in range(5):
        await batcher.step(call, TurnInput(k, SILENT))
    await batcher.close()
    times = batcher.times
    assert (times.steps, times.mean_calls, times.most_calls) == (5, 1.0, 1)
    assert 0 < times.p50_ms <= times.p99_ms
