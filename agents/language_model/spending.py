"""What a task may use, and what it has used: steps, tokens, micro-dollars. Pure.

A micro-dollar is a millionth of a dollar: what a million tokens cost in dollars, one costs in micro-dollars.
"""

from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from agents.language_model.errors import LimitReached

_CHARACTERS_PER_TOKEN: Final = 3
"""Few, so that an estimate errs upwards (English has about four; OpenAI, "What are tokens")."""


@dataclass(frozen=True, slots=True)
class Price:
    """In micro-dollars a token, as `prompt` and `answer`; 0: nothing."""

    prompt: float = 0.0
    answer: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits of one task."""

    steps: int
    tokens: int
    micro_usd: float


@dataclass(frozen=True, slots=True)
class Used:
    """What a task has used so far."""

    steps: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0

    @property
    def tokens(self) -> int:
        """Of prompts and answers."""
        return self.prompt_tokens + self.answer_tokens

    def cost(self, price: Price) -> float:
        """In micro-dollars."""
        return self.prompt_tokens * price.prompt + self.answer_tokens * price.answer

    def with_step(self, prompt_tokens: int, answer_tokens: int) -> "Used":
        """Count one completion."""
        return replace(
            self,
            steps=self.steps + 1,
            prompt_tokens=self.prompt_tokens + prompt_tokens,
            answer_tokens=self.answer_tokens + answer_tokens,
        )


def tokens_in(text_characters: int) -> int:
    """Estimate how many tokens a text has, where the endpoint does not say."""
    return ceil(text_characters / _CHARACTERS_PER_TOKEN)


def room_for_answer(used: Used, prompt_tokens: int, limits: Limits, price: Price) -> int:
    """Tell how many tokens the next answer may have.

    Raises:
        LimitReached: there is no room for another step.
    """
    if used.steps >= limits.steps:
        raise LimitReached(f"not done after {limits.steps} steps")
    room = limits.tokens - used.tokens - prompt_tokens
    if room < 1:
        raise LimitReached(f"not done within {limits.tokens} tokens")
    if price.prompt or price.answer:
        left = limits.micro_usd - used.cost(price) - prompt_tokens * price.prompt
        if left <= 0:
            raise LimitReached(f"not done within {limits.micro_usd / 1e6:g} dollars")
        if price.answer:
            room = min(room, int(left / price.answer))
    if room < 1:
        raise LimitReached(f"not done within {limits.micro_usd / 1e6:g} dollars")
    return room
