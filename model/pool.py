"""All calls of a process: a row each of everything kept between micro-turns, and two ways to step them.

`step_rows` steps the rows there are, as a CPU does. `WholePool` steps every row every time, in tensors that
stay where they are: its shapes never change, so that a GPU records it once and replays it, and a call always
has the same place in the same kernels whoever else is on the line.
"""

# B calls of a step · P rows of the pool · N samples

from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from config.units import MICRO_TURN_SAMPLES, SLOT_SAMPLES, SLOTS_PER_MICRO_TURN
from model.cache import RingCache
from model.frontend import FrontEndState
from model.graph import recorded
from model.heads import Readouts
from model.interaction import InteractionModel
from model.ring_step import PoolAtOnce, RowsInPlace, keep
from model.streams import SPEAKING_POWER, History, Slots, clock_bucket


class Turns(NamedTuple):
    """One micro-turn of some calls."""

    sound: Int[Tensor, "B 2 N"]
    """The caller's and the agent's, 16 bits."""
    awaited: Int[Tensor, "B 2"]
    """`Slots.kind` and `digits`."""
    own: Int[Tensor, "B 3 4"]
    """`Slots.said`, `act` and `told`."""
    micro_turns: Int[Tensor, " B"]
    """How many micro-turns each call has lasted."""


class Pool:
    """What is kept of each call. The agents' sound lies behind the callers', `rows` further on."""

    def __init__(self, model: InteractionModel, rows: int) -> None:
        self.rows = rows
        self.device = model.front_end.hann.device
        self.ring = RingCache(model.size, rows, self.device)
        self.sound = model.front_end.begin(2 * rows)
        self.history = model.streams.begin(rows)
        self._fresh = (model.front_end.begin(1), model.streams.begin(1))

    def begin(self, row: int) -> None:
        """Forget the row's last call."""
        fresh_sound, fresh_history = self._fresh
        for side in (row, self.rows + row):
            for kept, fresh in zip(self.sound, fresh_sound, strict=True):
                kept[side] = fresh[0]
        for kept, fresh in zip(self.history, fresh_history, strict=True):
            kept[row] = fresh[0]
        self.ring.begin(row)


def step_rows(model: InteractionModel, pool: Pool, turns: Turns, rows: list[int]) -> Readouts:
    """Read the next micro-turn of the calls in these rows."""
    ring = RowsInPlace(pool.ring, rows, turns.micro_turns.tolist())
    sides = torch.cat((ring.at, ring.at + pool.rows))
    slots, sound = _heard(model, turns, FrontEndState(*(kept[sides] for kept in pool.sound)))
    for kept, new in zip(pool.sound, sound, strict=True):
        kept[sides] = new
    readouts, history = model.step(slots, History(*(kept[ring.at] for kept in pool.history)), ring)
    for kept, new in zip(pool.history, history, strict=True):
        kept[ring.at] = new
    return readouts


class WholePool:
    """Steps all rows at once; those that nobody steps keep what they had."""

    def __init__(self, model: InteractionModel, pool: Pool) -> None:
        """Take the tensors of a step; on a GPU, record it. No call may be up yet."""
        self._model, self._pool = model, pool
        rows, device = pool.rows, pool.device
        self._turns = Turns(
            sound=torch.zeros(rows, 2, MICRO_TURN_SAMPLES, dtype=torch.int16, device=device),
            awaited=torch.zeros(rows, 2, dtype=torch.long, device=device),
            own=torch.zeros(rows, 3, SLOTS_PER_MICRO_TURN, dtype=torch.long, device=device),
            micro_turns=torch.zeros(rows, dtype=torch.long, device=device),
        )
        self._present = torch.zeros(rows, dtype=torch.bool, device=device)
        self._run = recorded(self.run, device) if device.type == "cuda" else self.run

    def step(self, turns: Turns, rows: list[int]) -> Readouts:
        """Read the next micro-turn of the calls in these rows."""
        at = torch.tensor(rows, device=self._pool.device)
        for kept, new in zip(self._turns, turns, strict=True):
            kept[at] = new
        self._present.zero_()
        self._present[at] = True
        return Readouts(*(readout[at] for readout in self._run()))

    def run(self) -> Readouts:
        """Step what has been put in place: the part that is recorded."""
        pool, present = self._pool, self._present
        ring = PoolAtOnce(pool.ring, self._turns.micro_turns, present)
        slots, sound = _heard(self._model, self._turns, pool.sound)
        sides = torch.cat((present, present))
        keep(pool.sound.tail, sound.tail, sides.unsqueeze(1))
        keep(pool.sound.level, sound.level, sides)
        readouts, history = self._model.step(slots, pool.history, ring)
        for kept, new in zip(pool.history, history, strict=True):
            keep(kept, new, present.view(-1, 1, 1))
        return readouts


def _heard(model: InteractionModel, turns: Turns, before: FrontEndState) -> tuple[Slots, FrontEndState]:
    """Both sides' sound through the front end, and what the other streams say."""
    calls = len(turns.micro_turns)
    sound = turns.sound.transpose(0, 1).flatten(0, 1).float() / 32_768
    features, after = model.front_end(sound, before)
    power = sound[calls:].view(calls, SLOTS_PER_MICRO_TURN, SLOT_SAMPLES).square().mean(-1)
    kind, digits = turns.awaited.unsqueeze(-1).expand(-1, -1, SLOTS_PER_MICRO_TURN).unbind(1)
    said, act, told = turns.own.unbind(1)
    slots = torch.arange(SLOTS_PER_MICRO_TURN, device=sound.device)
    return (
        Slots(
            caller=features[:calls],
            agent=features[calls:],
            speaking=(power > SPEAKING_POWER).long(),
            said=said,
            act=act,
            told=told,
            kind=kind,
            digits=digits,
            clock=clock_bucket(turns.micro_turns.unsqueeze(1) * SLOTS_PER_MICRO_TURN + slots),
        ),
        after,
    )
