"""The rules of the house: whether calls are recorded, what they say first, how long what is kept."""

import hashlib
import json
from typing import Annotated, Final, Self

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.house.tables import RuleRow
from admin.words import Body
from config.flow_text import Tag, Wording
from config.house import House

Days = Annotated[int, Field(ge=1, le=3_650)]
_LEAST_AUDIT_DAYS: Final = 30


class Rules(Body):
    """What holds for every call. Days count from a call's end; null: for ever."""

    recording: bool = True
    """Whether calls' sound is kept. Words and events always are."""
    notice: Annotated[dict[Tag, Wording], Field(max_length=8)] = Field(default_factory=dict[str, str])
    """What every call says first, by language; "This call is recorded." Empty: nothing."""
    keep_recordings_days: Days | None = None
    keep_tapes_days: Days | None = None
    """Words and events of a call, and its charts."""
    keep_calls_days: Days | None = None
    """The call's entry in the record, its measures with it."""
    keep_audit_days: Annotated[int, Field(ge=_LEAST_AUDIT_DAYS, le=3_650)] | None = None

    @model_validator(mode="after")
    def _what_hangs_on_more_goes_first(self) -> Self:
        for less, more in (
            ("keep_recordings_days", "keep_tapes_days"),
            ("keep_tapes_days", "keep_calls_days"),
        ):
            most: int | None = getattr(self, more)
            days: int | None = getattr(self, less)
            if most is not None and days is not None and days > most:
                raise ValueError(f"{less} is {days}, but with {more} they are gone after {most} days")
        if any("{" in text for text in self.notice.values()):
            raise ValueError("the notice is said before anything is known: it can have no blanks")
        return self

    def house(self) -> House:
        """As calls take it."""
        return House(self.recording, dict(self.notice))

    @property
    def etag(self) -> str:
        """What these rules are called in headers."""
        return f'"{hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]}"'


async def read_rules(db: AsyncSession) -> Rules:
    """Read what holds now. A rule that this version of Tandem does not know is left out."""
    kept = {row.name: json.loads(row.value) for row in await db.scalars(select(RuleRow))}
    return Rules.model_validate({name: kept[name] for name in Rules.model_fields if name in kept})


async def write_rules(db: AsyncSession, rules: Rules, now_ms: int) -> None:
    """Have these rules hold from now on."""
    for name, value in rules.model_dump(mode="json").items():
        row = await db.get(RuleRow, name) or RuleRow(name=name)
        row.value, row.changed_at_ms = json.dumps(value, ensure_ascii=False), now_ms
        db.add(row)
