"""What the model says at every slot."""

# B calls · S slots · D model width · P sounds and silence · W word pieces and blank

from typing import Final, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from model.pieces import CLASSES
from model.sizes import ModelSize
from model.streams import ACTS, AGENT_TEXT, LANGUAGES
from model.synthesis.phones import PHONES

FUTURE_BINS: Final = 4
"""Bins of one micro-turn each: activity over the next 0-0.2, 0.2-0.4, 0.4-0.6, 0.6-0.8 s."""
FUTURES: Final = 2 ** (2 * FUTURE_BINS)
DIGIT_COUNTS: Final = 12
"""Digits spoken so far in the caller's turn, 0..10, and more."""
SOUNDS: Final = 1 + len(PHONES)
"""Silence (0), and `1 + i` for the i-th of `PHONES`."""


class Readouts(NamedTuple):
    """Logits at every slot.

    The floor decision is three answers, because they are asked at different times: `turn_end` decides
    between holding and taking the floor, `barge_in` between going on and yielding it, `backchannel_due`
    whether to say a small word without taking it; `model.floor` draws the conclusions, the dials shift them.
    `phones`, `digits_said` and `words` teach the trunk to listen to what is said: without them the floor can
    only be learned from the length of silences.
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
    words: Float[Tensor, "B S W"]
    """The caller's words in pieces, or blank, in the sense of CTC (Graves et al. 2006)."""
    language: Float[Tensor, "B S 3"]
    """Of the caller's speech: `LANGUAGES`."""
    agent_text: Float[Tensor, "B S 8"]
    """What the agent should begin to say: `AGENT_TEXT`."""
    acts: Float[Tensor, "B S 6"]
    """What the agent should do: `ACTS`."""


class Heads(nn.Module):
    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.voice = nn.Linear(size.width, 2)
        self.futures = nn.Linear(size.width, FUTURES)
        self.floor = nn.Linear(size.width, 3)
        self.phones = nn.Linear(size.width, SOUNDS)
        self.digits_said = nn.Linear(size.width, DIGIT_COUNTS)
        self.words = nn.Linear(size.width, CLASSES)
        self.language = nn.Linear(size.width, len(LANGUAGES))
        self.agent_text = nn.Linear(size.width, len(AGENT_TEXT))
        self.acts = nn.Linear(size.width, len(ACTS))

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
            words=self.words(x),
            language=self.language(x),
            agent_text=self.agent_text(x),
            acts=self.acts(x),
        )


def caller_soon(futures: Float[Tensor, "B S 256"]) -> Float[Tensor, "B S 4"]:
    """Probability of caller activity in each future bin, the agent's summed out."""
    return _soon(futures, 0)


def agent_soon(futures: Float[Tensor, "B S 256"]) -> Float[Tensor, "B S 4"]:
    """Probability of agent activity in each future bin, the caller's summed out."""
    return _soon(futures, FUTURE_BINS)


def _soon(futures: Float[Tensor, "B S 256"], first_bit: int) -> Float[Tensor, "B S 4"]:
    # Summed, not multiplied: in so narrow a GEMM a row's last bit depends on how many rows there are.
    bins = torch.arange(first_bit, first_bit + FUTURE_BINS, device=futures.device)
    bits = (torch.arange(FUTURES, device=futures.device) >> bins.unsqueeze(1)) & 1
    return (futures.softmax(-1).unsqueeze(-2) * bits).sum(-1)
