"""Finding calls by what was said in them: an index of words, the database's own.

On SQLite it is a table of FTS5, on PostgreSQL one with a `tsvector` (migration v0007). Both have a row for
each measured call, with the different words of each side as `plain` writes them, so that both find the same.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal

from sqlalchemy import ColumnElement, cast, column, delete, false, insert, select, table
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.ext.asyncio import AsyncSession

from admin.insights.tables import CallMeasuresRow

Side = Literal["caller", "agent"]
POSTGRESQL: Final = "postgresql"

_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 128
"""Characters of a word that count; PostgreSQL takes no word of more than 2 KB."""
_BEGUN: Final = 2
"""Characters from which on a last word may be only begun: nearly every call has words with any one letter."""
_MOST_WORDS: Final = 20_000
"""Of one side of a call; no one-hour call has as many different ones."""
_TABLE: Final = table(
    "call_words", column("rowid"), column("caller"), column("agent"), column("words", TSVECTOR)
)
_PLACES: Final = (("caller", "1A"), ("agent", "2B"))
"""What tells PostgreSQL the sides apart: a weight, and a place to carry it."""
_ALL_OF_IT: Final = column("call_words")
"""What FTS5 calls all columns together."""


def plain(said: str) -> list[str]:
    """List words in lower case, without accents and signs."""
    letters = unicodedata.normalize("NFKD", said.casefold())
    words = _WORD.findall("".join(each for each in letters if not unicodedata.combining(each)))
    return [word[:_LONGEST] for word in words]


async def keep(db: AsyncSession, number: int, caller: str, agent: str) -> None:
    """Enter what was said in a call, by its row's number in `call_measures`."""
    await keep_all(db, [(number, caller, agent)])


async def keep_all(db: AsyncSession, said: Sequence[tuple[int, str, str]]) -> None:
    """Enter what was said in calls: of each its number, the caller's words, the agent's."""
    postgresql = db.get_bind().dialect.name == POSTGRESQL
    rows: list[dict[str, object]] = []
    for number, caller, agent in said:
        sides = {"caller": _different(caller), "agent": _different(agent)}
        if postgresql:
            places = [f"'{word}':{place}" for side, place in _PLACES for word in sides[side]]
            rows.append({"rowid": number, "words": " ".join(places)})
        else:
            rows.append({"rowid": number, **{side: " ".join(words) for side, words in sides.items()}})
    await db.execute(insert(_TABLE), rows)


async def kept(db: AsyncSession, numbers: Sequence[int]) -> list[int]:
    """Tell of which calls it is kept what was said."""
    return list(await db.scalars(select(_TABLE.c.rowid).where(_TABLE.c.rowid.in_(numbers))))


async def forget(db: AsyncSession, numbers: Sequence[int]) -> None:
    """Remove what was said in calls."""
    await db.execute(delete(_TABLE).where(_TABLE.c.rowid.in_(numbers)))


def said_in_call(
    dialect: str, said: str, side: Side | None, *, sought_otherwise: bool = False
) -> ColumnElement[bool]:
    """Whether all these words were said in a call, the last of them, from two letters on, perhaps only begun.

    Args:
        dialect: the database's, `sqlite` or `postgresql`.
        said: words as somebody types them; without any, no call has them.
        side: who said them; None: either.
        sought_otherwise: something else of few calls holds, too. SQLite then reads calls in their order,
            instead of gathering and sorting all that have a common word.
    """
    words = plain(said)
    if not words:
        return false()
    begun = "*" if len(words[-1]) >= _BEGUN else ""
    if dialect == POSTGRESQL:
        weight = {"caller": "A", "agent": "B", None: "AB"}[side]
        wanted = [f"'{word}':{weight}" for word in words[:-1]] + [f"'{words[-1]}':{begun}{weight}"]
        matches = _TABLE.c.words.op("@@")(cast(" & ".join(wanted), TSQUERY))
    else:
        wanted = [f'"{word}"' for word in words[:-1]] + [f'"{words[-1]}"{begun}']
        among = f"{side} : " if side else ""
        matches = _ALL_OF_IT.op("MATCH")(f"{among}({' AND '.join(wanted)})")
    has_them = select(_TABLE.c.rowid).where(matches)
    if sought_otherwise and dialect != POSTGRESQL:
        return (CallMeasuresRow.number + 0).in_(has_them)  # which no index serves
    return CallMeasuresRow.number.in_(has_them)


def _different(said: str) -> list[str]:
    return sorted(set(plain(said)))[:_MOST_WORDS]
