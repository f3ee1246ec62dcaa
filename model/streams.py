"""The streams of a call, fused: each slot's position is the sum of what every stream says then."""

# B calls · S slots · E features of a slot · D model width · H slots of history · M mel bands

from typing import Final, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from config.expectation import AnswerKind, Expectation
from model.pieces import TOLD_TOKENS
from model.sizes import FrontEndSize, ModelSize

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
    said: Int[Tensor, "B S"]
    """Index of `AGENT_TEXT`: what the agent began to say."""
    act: Int[Tensor, "B S"]
    """Index of `ACTS`: what the agent did."""
    told: Int[Tensor, "B S"]
    """A token of injected text (role, offers, withdrawals, reports; see `model.pieces`), 0 for none."""
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


class _Stacked(nn.Module):
    """A few slots of continuous features, through a small perceptron."""

    def __init__(self, size: FrontEndSize, width: int) -> None:
        super().__init__()
        self.stacked = size.stacked_slots
        self.rise = nn.Linear(size.features * size.stacked_slots, width)
        self.settle = nn.Linear(width, width, bias=False)

    def forward(self, known: Float[Tensor, "B H+S E"]) -> Float[Tensor, "B S D"]:
        slots = known.shape[1] - self.stacked + 1
        stacked = torch.cat([known[:, k : k + slots] for k in range(self.stacked)], dim=-1)
        return self.settle(nn.functional.silu(self.rise(stacked)))


class _Levels(nn.Module):
    """A row of the table for each band's level, summed and normalised."""

    def __init__(self, size: FrontEndSize, width: int) -> None:
        super().__init__()
        self.size = size
        self.table = nn.EmbeddingBag(size.mels * size.levels, width, mode="sum")
        self.norm = nn.RMSNorm(width, eps=1e-6)

    def forward(self, levels: Float[Tensor, "B S M"]) -> Float[Tensor, "B S D"]:
        bands = torch.arange(self.size.mels, device=levels.device) * self.size.levels
        rows = self.table((levels.long() + bands).flatten(0, 1))
        return self.norm(rows).view(*levels.shape[:2], -1)


class Streams(nn.Module):
    """Sums the streams into one position per slot."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.size = size
        sound = _Stacked if size.front_end.kind == "continuous" else _Levels
        self.caller = sound(size.front_end, size.width)
        self.agent = sound(size.front_end, size.width)
        self.speaking = nn.Embedding(2, size.width)
        self.said = nn.Embedding(len(AGENT_TEXT), size.width)
        self.act = nn.Embedding(len(ACTS), size.width)
        self.told = nn.Embedding(TOLD_TOKENS, size.width)
        self.kind = nn.Embedding(16, size.width)
        self.digits = nn.Embedding(DIGITS_ANY + 1, size.width)
        self.clock = nn.Embedding(CLOCK_BUCKETS, size.width)

    def begin(self, calls: int) -> History:
        """The history of calls that have just begun."""
        front_end = self.size.front_end
        shape = (calls, front_end.stacked_slots - 1, front_end.features)
        return History(self.clock.weight.new_zeros(shape), self.clock.weight.new_zeros(shape))

    def forward(self, slots: Slots, history: History) -> tuple[Float[Tensor, "B S D"], History]:
        caller = torch.cat((history.caller, slots.caller), dim=1)
        agent = torch.cat((history.agent, slots.agent), dim=1)
        own = self.speaking(slots.speaking) + self.said(slots.said) + self.act(slots.act)
        awaited = self.kind(slots.kind) + self.digits(slots.digits)
        around = self.told(slots.told) + awaited + self.clock(slots.clock)
        count = slots.kind.shape[1]
        after = History(caller[:, count:], agent[:, count:])
        return self.caller(caller) + self.agent(agent) + own + around, after
