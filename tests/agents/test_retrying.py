from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import NotFound, Unavailable
from agents.retrying import FIRST_PAUSE_MS, LONGEST_PAUSE_MS, Waiting, ask, pauses_ms


class Clock:
    """Time that passes when somebody waits, or is told to."""

    def __init__(self, chance: float = 1.0) -> None:
        self.now_ms = 0.0
        self.pauses: list[float] = []
        self.waiting = Waiting(lambda: self.now_ms, self._sleep, lambda: chance)

    async def _sleep(self, pause_ms: float) -> None:
        self.pauses.append(pause_ms)
        self.now_ms += pause_ms


class Flaps:
    """Fails as told, taking so long each time, then answers."""

    def __init__(self, clock: Clock, faults: Sequence[Exception], takes_ms: float = 0) -> None:
        self.faults, self.clock, self.takes_ms = list(faults), clock, takes_ms
        self.asked = 0

    async def __call__(self) -> str:
        self.asked += 1
        self.clock.now_ms += self.takes_ms
        if self.faults:
            raise self.faults.pop(0)
        return "here"


async def test_what_does_not_answer_is_asked_again_after_longer_and_longer_pauses() -> None:
    clock = Clock()
    system = Flaps(clock, [Unavailable("away")] * 3)
    assert await ask(system, 3, 10_000, clock.waiting) == "here"
    assert clock.pauses == [100, 200, 400]


async def test_after_the_last_retry_the_last_reason_is_given() -> None:
    clock = Clock()
    system = Flaps(clock, [Unavailable("first"), Unavailable("second"), Unavailable("third")])
    with pytest.raises(Unavailable, match="third"):
        await ask(system, 2, 10_000, clock.waiting)
    assert system.asked == 3


async def test_any_other_failure_is_final() -> None:
    clock = Clock()
    system = Flaps(clock, [NotFound("no such thing")])
    with pytest.raises(NotFound):
        await ask(system, 3, 10_000, clock.waiting)
    assert system.asked == 1


async def test_without_retries_it_is_asked_once() -> None:
    clock = Clock()
    system = Flaps(clock, [Unavailable("away")])
    with pytest.raises(Unavailable):
        await ask(system, 0, 10_000, clock.waiting)
    assert (system.asked, clock.pauses) == (1, [])


async def test_no_pause_is_begun_that_would_outlast_the_patience() -> None:
    clock = Clock()
    system = Flaps(clock, [Unavailable("away")] * 9, takes_ms=450)
    with pytest.raises(Unavailable):
        await ask(system, 5, 1_000, clock.waiting)
    assert (system.asked, clock.now_ms) == (2, 1_000)


@given(retries=st.integers(0, 12), chance=st.floats(0, 1, exclude_max=True))
def test_each_pause_is_from_half_to_all_of_what_it_may_be(retries: int, chance: float) -> None:
    pauses = list(pauses_ms(retries, lambda: chance))
    assert len(pauses) == retries
    for index, pause_ms in enumerate(pauses):
        longest_ms = min(FIRST_PAUSE_MS * 2**index, LONGEST_PAUSE_MS)
        assert longest_ms / 2 <= pause_ms <= longest_ms
