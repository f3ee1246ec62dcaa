"""What a task may use, and what it has used: steps, tokens, micro-dollars; and what all tasks use in a day.

A micro-dollar is a millionth of a dollar: what a million tokens cost in dollars, one costs in micro-dollars.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil
from typing import Final

from agents.errors import ToolError
from agents.language_model.errors import LimitReached
from agents.limits import Daily
from agents.messages import Spent

_CHARACTERS_PER_TOKEN: Final = 3
"""Few, so that an estimate errs upwards (English has about four; OpenAI, "What are tokens")."""


@dataclass(frozen=True, slots=True)
class Price:
    """In micro-dollars a token, as `prompt` and `answer`; 0: nothing."""

    prompt: float = 0.0
    answer: float = 0.0

    def of(self, used: "Used") -> Spent:
        """What was used, and what it costs; where no price is set, that is not known."""
        priced = bool(self.prompt or self.answer)
        return Spent(tokens=used.tokens, micro_usd=ceil(used.cost(self)) if priced else None)


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


TOKENS: Final = "tokens"
MICRO_USD: Final = "micro-dollars"


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken of a day for one step: tokens of its prompt, and room for its answer."""

    day: date
    prompt_tokens: int
    room: int


@dataclass(frozen=True, slots=True)
class DayBudget:
    """What all tasks of a day may use together; None: as much as they like.

    Before a step as much is taken as it may come to; what it did not come to is given back after it. So
    workers that step at the same time never use more than the day has.
    """

    daily: Daily
    most_tokens: int | None = None
    most_micro_usd: int | None = None

    async def take(self, prompt_tokens: int, room: int, price: Price) -> Taken:
        """Take what a step may come to, its answer at most `room` tokens.

        Raises:
            LimitReached: today's tokens or dollars are used up.
            Unavailable: it cannot be counted.
        """
        day = self.daily.today()
        if self.most_tokens is not None:
            left = self.most_tokens - await self.daily.used(TOKENS)
            room = min(room, max(1, left - prompt_tokens))
        if self.most_micro_usd is not None and price.answer:
            left_micro_usd = self.most_micro_usd - await self.daily.used(MICRO_USD)
            room = min(room, max(1, int((left_micro_usd - prompt_tokens * price.prompt) / price.answer)))
        if self.most_tokens is not None:
            await self.daily.spend(TOKENS, prompt_tokens + room, self.most_tokens, day=day)
        if self.most_micro_usd is not None:
            cost = _cost(prompt_tokens, room, price)
            try:
                await self.daily.spend(MICRO_USD, cost, self.most_micro_usd, day=day)
            except ToolError:
                await self._give_back(day, prompt_tokens + room, 0)
                raise
        return Taken(day, prompt_tokens, room)

    async def settle(self, taken: Taken, used: tuple[int, int], price: Price) -> None:
        """Give back what a step did not come to. `used`: tokens of its prompt and its answer."""
        tokens = taken.prompt_tokens + taken.room - sum(used)
        cost = _cost(taken.prompt_tokens, taken.room, price) - _cost(*used, price)
        await self._give_back(taken.day, tokens, cost)

    async def _give_back(self, day: date, tokens: int, micro_usd: int) -> None:
        if self.most_tokens is not None and tokens:
            await self.daily.give_back(TOKENS, tokens, day=day)
        if self.most_micro_usd is not None and micro_usd:
            await self.daily.give_back(MICRO_USD, micro_usd, day=day)


@dataclass(frozen=True, slots=True)
class Spend:
    """What an operator lets one task cost, and all of a day; with no price, tokens are the only limit."""

    price: Price = field(default_factory=Price)
    most_micro_usd: float = 0.0
    day: DayBudget | None = None


def _cost(prompt_tokens: int, answer_tokens: int, price: Price) -> int:
    return ceil(prompt_tokens * price.prompt + answer_tokens * price.answer)


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
