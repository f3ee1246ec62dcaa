"""What tools say: amounts and times in words, ready to be spoken."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from agents.dialogue.wording import spoken_date, spoken_money


class Money(BaseModel):
    """An amount. A flow whose currency is not the dollar says `{x.amount:money}` instead of `{x.words}`."""

    cents: int
    amount: str
    """In whole units: "48.50"."""
    words: str
    """As said: "48 dollars and 50 cents"."""


def money(cents: int) -> Money:
    """Put an amount into words."""
    amount = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
    return Money(cents=cents, amount=amount, words=spoken_money(amount, "USD") or amount)


def at_the_company(moment: datetime) -> datetime:
    """Show a moment on the company's clock, which is this machine's (`TZ`)."""
    return moment.astimezone()


def spoken_moment(moment: datetime) -> str:
    """Say a day and a time: "Tuesday the 24th of November at 9 30 in the morning"."""
    shown = at_the_company(moment)
    return f"{spoken_date(shown.date())} at {_spoken_time(shown)}"


def _spoken_time(shown: datetime) -> str:
    if (shown.hour, shown.minute) == (12, 0):
        return "noon"
    hour = (shown.hour + 11) % 12 + 1
    minute = f" oh {shown.minute}" if 0 < shown.minute < 10 else f" {shown.minute}" if shown.minute else ""
    part = "morning" if shown.hour < 12 else "afternoon" if shown.hour < 18 else "evening"
    return f"{hour}{minute} in the {part}"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Say several things in one breath: "a lamp, a shade and a bulb"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
