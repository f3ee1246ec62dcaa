"""What tools answer with instead of words: amounts and moments. The dialogue words them in its language."""

from datetime import datetime

from pydantic import BaseModel, Field


class Money(BaseModel):
    """An amount, in the company's currency. Flows say it as `{x:money}`."""

    cents: int = Field(examples=[4_850])
    amount: str = Field(examples=["48.50"])
    """In whole units: "48.50"."""


def money(cents: int) -> Money:
    """Write an amount given in cents."""
    return Money(cents=cents, amount=f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}")


def at_the_company(moment: datetime) -> datetime:
    """Show a moment on the company's clock, which is this machine's (`TZ`). Flows say it as `{x:moment}`."""
    return moment.astimezone()
