"""The streams of a call, fused: each slot's position is the sum of what every stream says then."""

# B calls · S slots · E features of a slot · D model width · H slots of history

from typing import Final, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from config.expectation import AnswerKind, Expectation
from model.sizes import ModelSize

KINDS: Final = tuple(AnswerKind)
DIGITS_ANY: Final = 17
"""Index of "digits, however many"; 0 is "no digits awaited", 1..16 that many."""
CLOCK_BUCKETS: Final = 16
LANGUAGES: Final = ("none", "en", "es")
"""Of the caller's speech in a slot; "none" while the caller is silent."""
AGENT_TEXT: Final = ("nothing", "word", "mm-hm", "uh-huh", "i see", "okay", "right", "one moment")
"""What the agent says in a slot: nothing new, the next word of what it is saying, or a small utterance."""
ACTS: Final = ("none", "delegate", "cancel", "remind", "transfer", "hang_up")
"""What the agent does in a slot."""
SPEAKING_POWER: Final = 1e-5
"""Mean power above which a slot of the agent's own sound counts as speaking (-50 dB of full scale)."""


class Slots(NamedTuple):
    """What reaches the model in S slots. The agent's side is what it gave out one micro-turn before."""

    caller: Float[Tensor, "B S E"]
    agent: Float[Tensor, "B S E"]
    speaking: Int[Tensor, "B S"]
    """1 where the agent was giving out sound."""
    kind: Int[Tensor, "B S"]
    """Index of the awaited `AnswerKind`."""
    digits: Int[Tensor, "B S"]
    """0, 1..16 or `DIGITS_ANY`."""
    clock: Int[Tensor, "B S"]
    """Bucket of the time since the call began."""


class History(NamedTuple):
    """Features of the slots before, for stacking."""

    caller: Float[Tensor, "B H E"]
    agent: Float[Tensor, "B H E"]


def kind_index(expectation: Expectation) -> int:
    """Index of the awaited kind of answer."""
    return KINDS.index(expectation.kind)


def digits_index(expectation: Expectation) -> int:
    """How many digits are awaited: 0 for none, 1..16, `DIGITS_ANY`."""
    if expectation.kind is not AnswerKind.DIGITS:
        return 0
    return DIGITS_ANY if expectation.digits is None else min(max(expectation.digits, 1), 16)


def clock_bucket(slot: Int[Tensor, "..."]) -> Int[Tensor, "..."]:
    """The octave of the time since the call began: slot 0, 1, 2-3, 4-7, ..."""
    return (slot + 1).log2().floor().long().clamp_max(CLOCK_BUCKETS - 1)


class _Sound(nn.Module):
    """One sound stream: a few slots of features stacked, through a small perceptron."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.stacked = size.stacked_slots
        self.rise = nn.Linear(size.front_end.features * size.stacked_slots, size.width)
        self.settle = nn.Linear(size.width, size.width, bias=False)

    def forward(
        self, features: Float[Tensor, "B S E"], history: Float[Tensor, "B H E"]
    ) -> tuple[Float[Tensor, "B S D"], Float[Tensor, "B H E"]]:
        known = torch.cat((history, features), dim=1)
        slots = features.shape[1]
        stacked = torch.cat([known[:, k : k + slots] for k in range(self.stacked)], dim=-1)
        return self.settle(nn.functional.silu(self.rise(stacked))), known[:, slots:]


class Streams(nn.Module):
    """Sums the streams into one position per slot."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.size = size
        self.caller = _Sound(size)
        self.agent = _Sound(size)
        self.speaking = nn.Embedding(2, size.width)
        self.kind = nn.Embedding(16, size.width)
        self.digits = nn.Embedding(DIGITS_ANY + 1, size.width)
        self.clock = nn.Embedding(CLOCK_BUCKETS, size.width)

    def begin(self, calls: int) -> History:
        """The history of calls that have just begun."""
        shape = (calls, self.size.stacked_slots - 1, self.size.front_end.features)
        return History(self.clock.weight.new_zeros(shape), self.clock.weight.new_zeros(shape))

    def forward(self, slots: Slots, history: History) -> tuple[Float[Tensor, "B S D"], History]:
        caller, caller_history = self.caller(slots.caller, history.caller)
        agent, agent_history = self.agent(slots.agent, history.agent)
        told = self.speaking(slots.speaking) + self.kind(slots.kind) + self.digits(slots.digits)
        return caller + agent + told + self.clock(slots.clock), History(caller_history, agent_history)
