import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from config.units import MICRO_TURN_SAMPLES
from model.batcher import Batcher, BatcherClosedError
from model.turn import CallContext, Heard, OfferStarted, StepError, TurnEvent, TurnInput, TurnOutput

SILENT = np.zeros(MICRO_TURN_SAMPLES, np.int16)


@dataclass(eq=False)
class Call:
    name: str
    taken: list[int] = field(default_factory=list)
    turn: TurnInput | None = None

    def close(self) -> None: ...


@dataclass
class Stub:
    """An interlocutor that keeps who was stepped together; it can be held up, calls fail or lack words."""

    batches: list[list[str]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    go: threading.Event = field(default_factory=threading.Event)
    full: bool = False
    wordless: set[str] = field(default_factory=set)

    def open(self, call: CallContext) -> Call:
        self.threads.add(threading.get_ident())
        if self.full:
            raise RuntimeError("no room")
        return Call(call.call_id)

    def perceive(self, states: Sequence[Call], turns: Sequence[TurnInput]) -> None:
        self.threads.add(threading.get_ident())
        assert self.go.wait(10)
        self.batches.append([state.name for state in states])
        if any(state.name == "poison" for state in states):
            raise ValueError("poison")
        for state, turn in zip(states, turns, strict=True):
            state.turn = turn

    def awaits_words(self, state: Call) -> bool:
        return state.name in self.wordless

    def advance(self, states: Sequence[Call]) -> list[TurnOutput]:
        outcomes: list[TurnOutput | Exception] = []
        for state in states:
            assert state.turn is not None
            state.taken.append(state.turn.index)
            failed = state.name == "hoarse"
            outcomes.append(ValueError("hoarse") if failed else TurnOutput(state.turn.index, SILENT))
        if any(isinstance(outcome, Exception) for outcome in outcomes):
            raise StepError(outcomes)
        return [outcome for outcome in outcomes if isinstance(outcome, TurnOutput)]

    def reply(self, state: Call, events: Sequence[TurnEvent]) -> TurnOutput:
        self.threads.add(threading.get_ident())
        return TurnOutput(state.taken[-1], SILENT, acts=tuple(OfferStarted(str(event)) for event in events))


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
    assert max(step.calls for step in batcher.latest) >= 6


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


async def test_a_call_that_awaits_words_holds_nobody_and_goes_on_when_they_come() -> None:
    stub = Stub(wordless={"slow"})
    stub.go.set()
    batcher = Batcher(stub, words_wait_s=30.0)
    slow, quick = await batcher.open(CallContext("slow")), await batcher.open(CallContext("quick"))
    held = asyncio.create_task(batcher.step(slow, TurnInput(0, SILENT)))
    for index in range(3):
        await batcher.step(quick, TurnInput(index, SILENT))
    assert not held.done()
    stub.wordless.clear()
    assert (await held).index == 0
    await batcher.close()


async def test_words_that_do_not_come_are_not_waited_for_beyond_the_bound() -> None:
    stub = Stub(wordless={"slow"})
    stub.go.set()
    batcher = Batcher(stub, words_wait_s=0.0)
    slow = await batcher.open(CallContext("slow"))
    assert (await batcher.step(slow, TurnInput(0, SILENT))).index == 0
    await batcher.close()


async def test_a_call_held_for_words_is_released_by_its_own_next_micro_turn_and_by_closing() -> None:
    stub = Stub(wordless={"slow"})
    stub.go.set()
    batcher = Batcher(stub, words_wait_s=0.2)
    slow = await batcher.open(CallContext("slow"))
    steps = [asyncio.create_task(batcher.step(slow, TurnInput(k, SILENT))) for k in range(2)]
    await asyncio.sleep(0)
    await batcher.close()
    assert [(await step).index for step in steps] == [0, 1]
    assert slow.taken == [0, 1]


async def test_a_reply_is_voiced_on_the_models_thread_in_the_micro_turn_just_stepped() -> None:
    stub = Stub()
    stub.go.set()
    batcher = Batcher(stub)
    call = await batcher.open(CallContext("a"))
    await batcher.step(call, TurnInput(7, SILENT))
    output = await batcher.reply(call, [Heard(1)])
    await batcher.close()
    assert (output.index, len(output.acts), len(stub.threads)) == (7, 1, 1)


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


async def test_the_latest_steps_are_kept() -> None:
    stub = Stub()
    stub.go.set()
    batcher = Batcher(stub)
    assert batcher.latest == ()
    call = await batcher.open(CallContext("a"))
    for k in range(5):
        await batcher.step(call, TurnInput(k, SILENT))
    await batcher.close()
    assert [step.calls for step in batcher.latest] == [1] * 5
    assert all(step.took_ms > 0 for step in batcher.latest)
