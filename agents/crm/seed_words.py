"""The words the demo company is made of (`demo.yaml`), and its calendar."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict


class Matter(BaseModel):
    """What a case is about. `notes`: the oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    notes: list[str]


class Words(BaseModel):
    """`demo.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_names: Annotated[list[str], BeforeValidator(str.split)]
    last_names: Annotated[list[str], BeforeValidator(str.split)]
    cities: dict[str, str]
    postcodes: dict[str, str]
    products: dict[str, int]
    carriers: dict[str, str]
    delays: list[str]
    cancellations: list[str]
    returns: list[str]
    visits: list[str]
    matters: list[Matter]

    @classmethod
    def load(cls) -> Self:
        """Read the file."""
        return cls.model_validate(yaml.safe_load(Path(__file__).with_name("demo.yaml").read_text("utf-8")))


def working_days_from(day: date, count: int) -> date:
    """Go `count` working days (Monday to Friday) forward, or back when negative; 0 from a weekend: Friday."""
    while day.isoweekday() > 5:  # Saturday is 6
        day -= timedelta(days=1)
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.isoweekday() > 5:
            day += step
    return day


def at_the_shop(day: date, hour: int, minute: int) -> datetime:
    """Return the moment the shop's clock, which is this machine's, shows this time."""
    shown = datetime.combine(day, time(hour, minute))
    return shown.astimezone(UTC)
