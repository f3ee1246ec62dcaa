"""What the model says at every slot."""

# B calls · S slots · D model width

from typing import Final, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from model.phones import PHONES
from model.sizes import ModelSize

FUTURE_BINS: Final = 4
"""Bins of one micro-turn each: activity over the next 0-0.2, 0.2-0.4, 0.4-0.6, 0.6-0.8 s."""
FUTURES: Final = 2 ** (2 * FUTURE_BINS)
DIGIT_COUNTS: Final = 12
"""Digits spoken so far in the caller's turn, 0..10, and more."""


class Readouts(NamedTuple):
    """Logits at every slot.

    `phones` and `digits_said` are there to teach the trunk to listen to what is said: without them the floor
    can only be learned from the length of silences. The rest is what a conversation is steered by.
    """

    voice: Float[Tensor, "B S 2"]
    """Speaking now: the caller, the agent."""
    futures: Float[Tensor, "B S 256"]
    """Joint future activity (Ekstedt and Skantze 2022): bit b is the caller in bin b, bit 4+b the agent."""
    turn_end: Float[Tensor, "B S"]
    """The caller's turn is over: the moment to speak is the agent's."""
    barge_in: Float[Tensor, "B S"]
    """The caller, speaking over the agent, wants the floor."""
    backchannel_due: Float[Tensor, "B S"]
    """A "mm-hm" of the agent would fit now."""
    phones: Float[Tensor, "B S P"]
    """What was being pronounced two slots ago."""
    digits_said: Float[Tensor, "B S 12"]


class Heads(nn.Module):
    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.voice = nn.Linear(size.width, 2)
        self.futures = nn.Linear(size.width, FUTURES)
        self.floor = nn.Linear(size.width, 3)
        self.phones = nn.Linear(size.width, len(PHONES))
        self.digits_said = nn.Linear(size.width, DIGIT_COUNTS)

    def forward(self, x: Float[Tensor, "B S D"]) -> Readouts:
        turn_end, barge_in, backchannel_due = self.floor(x).unbind(-1)
        return Readouts(
            voice=self.voice(x),
            futures=self.futures(x),
            turn_end=turn_end,
            barge_in=barge_in,
            backchannel_due=backchannel_due,
            phones=self.phones(x),
            digits_said=self.digits_said(x),
        )


def caller_soon(futures: Float[Tensor, "B S 256"]) -> Float[Tensor, "B S 4"]:
    """Probability of caller activity in each future bin, the agent's summed out."""
    bits = (torch.arange(FUTURES).unsqueeze(1) >> torch.arange(FUTURE_BINS)) & 1
    return futures.softmax(-1) @ bits.float()


def agent_soon(futures: Float[Tensor, "B S 256"]) -> Float[Tensor, "B S 4"]:
    """Probability of agent activity in each future bin, the caller's summed out."""
    bits = (torch.arange(FUTURES).unsqueeze(1) >> torch.arange(FUTURE_BINS, 2 * FUTURE_BINS)) & 1
    return futures.softmax(-1) @ bits.float()
