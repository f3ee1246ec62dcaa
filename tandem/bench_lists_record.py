"""A record as large as a busy year leaves it: calls with measures, sums and words, people, flows, changes."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from admin.accounts import sessions
from admin.accounts.tables import PersonRow
from admin.audit.tables import AuditRow
from admin.flows.tables import DraftRow, FlowRow, FlowVersionRow
from admin.insights import words
from admin.insights.latencies import percentile, written
from admin.insights.roll_up import Summed, Sums, add_up
from admin.insights.tables import BlockRow, CallMeasuresRow, RollUpRow
from admin.numbers.tables import NumberRow
from admin.roles import Role
from admin.times import ms
from config.database import Database
from config.flow_file import source_of
from config.tables import CallRow, Table

DAYS: Final = 365
"""So long do the calls go back, evenly."""
PEOPLE: Final = 200
FLOWS: Final = 200
RARE: Final = "zebra"
"""Said by the caller in one call of 5,000."""
COMMON: Final = "order"
"""Said by the caller in every call."""
AGENTS: Final = "thanks"
"""Said by the agent in every call."""
_AT_ONCE: Final = 5_000
_VERSIONS: Final = 5
_VOCABULARY: Final = [f"{first}{last}" for first in "abcdefghij" for last in range(400)]
_OFTEN: Final = list(accumulate(1 / rank for rank in range(1, len(_VOCABULARY) + 1)))
"""Zipf's law: the second word is said half as often as the first."""
_OUTCOMES: Final = ("completed", "transferred", "caller_hung_up", "failed")
_ENDINGS: Final = {"completed": "contained", "transferred": "transferred", "failed": "failed"}


async def fill(
    database: Database, calls: int, now: datetime, progress: Callable[[int], None] = lambda _: None
) -> str:
    """Fill a migrated, empty record; the token of a manager's session comes back.

    Args:
        database: the record.
        calls: how many, over the year before `now`; and as many changes in the audit log.
        now: when the last of them ended.
        progress: told how many calls more are in the record.
    """
    chance = random.Random(7)
    async with database.writing() as db:
        await _people_and_flows(db, now)
        token = await sessions.begin(db, _person(0), "127.0.0.1", ms(now))
    sums: dict[Summed, Sums] = {}
    for first in range(0, calls, _AT_ONCE):
        count = min(_AT_ONCE, calls - first)
        made = [_call(chance, first + at, calls, now) for at in range(count)]
        async with database.writing() as db:
            await db.execute(insert(CallRow), [call for call, _ in made])
            await db.execute(insert(CallMeasuresRow), [measures for _, measures in made])
            await words.keep_all(db, [(row["number"], *_said(chance, row["number"])) for _, row in made])
            await db.execute(insert(AuditRow), [_change(first + at, calls, now) for at in range(count)])
        for _, measures in made:
            add_up(sums, CallMeasuresRow(**measures))
        progress(count)
    async with database.writing() as db:
        for table in (BlockRow, RollUpRow):
            rows = [
                {"slot": slot, "flow": flow, **each} for (of, slot, flow), each in sums.items() if of is table
            ]
            for some in _parts(rows):
                await db.execute(insert(table), some)
    async with database.connection() as connection:
        await connection.exec_driver_sql("ANALYZE")
    return token


async def _people_and_flows(db: AsyncSession, now: datetime) -> None:
    at_ms = ms(now - timedelta(days=DAYS))
    people = [
        {
            "id": _person(at),
            "email": f"person{at}@example.com",
            "name": f"Person {at}",
            "role": (Role.OWNER if at == 0 else Role.AGENT).value,
            "password_hash": "",
            "active": True,
            "created_at_ms": at_ms,
        }
        for at in range(PEOPLE)
    ]
    yaml, by = source_of("order_status"), _person(0)
    names = [_flow(at) for at in range(FLOWS)]
    tables: Mapping[type[Table], Sequence[Mapping[str, Any]]] = {
        PersonRow: people,
        FlowRow: [{"name": each, "title": each, "created_at_ms": at_ms, "created_by": by} for each in names],
        DraftRow: [
            {"flow": each, "revision": 7, "yaml": yaml, "saved_at_ms": at_ms, "saved_by": by}
            for each in names
        ],
        FlowVersionRow: [
            {
                "flow": each,
                "number": number,
                "yaml": yaml,
                "note": "better",
                "published_at_ms": at_ms,
                "published_by": by,
            }
            for each in names
            for number in range(1, _VERSIONS + 1)
        ],
        NumberRow: [
            {"number": f"+1503555{at:04d}", "flow": each, "label": "", "changed_at_ms": at_ms}
            for at, each in enumerate(names)
        ],
    }
    for table, rows in tables.items():
        await db.execute(insert(table), rows)


def _call(chance: random.Random, at: int, calls: int, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """One call, in the order of time, and its measures."""
    apart_s = DAYS * 86_400 / calls
    began = now - timedelta(seconds=(calls - at - chance.random()) * apart_s)
    call_id = f"{began.astimezone(UTC):%Y%m%d-%H%M%S}-{at:08x}"
    outcome = chance.choices(_OUTCOMES, (60, 20, 20, 1))[0]
    ending = _ENDINGS.get(outcome) or chance.choice(("contained", "abandoned"))
    flow = "refund@draft" if at % 10 == 0 else f"{_flow(0)}@{1 + at * _VERSIONS // calls}"
    duration_ms = chance.randint(8_000, 300_000)
    latencies = [int(chance.lognormvariate(6.3, 0.5)) for _ in range(chance.randint(0, 9))]
    tools, interruptions, handed = chance.randint(0, 3), chance.choice((0, 0, 1, 2)), outcome == "transferred"
    call = {
        "id": call_id,
        "carrier": "twilio",
        "carrier_call_id": f"CA{at:032x}",
        "from_number": f"+1971{chance.randint(1_000_000, 1_009_999)}",
        "to_number": f"+1503555{at % 4:04d}",
        "flow": flow,
        "began_at": began,
        "ended_at": began + timedelta(milliseconds=duration_ms),
        "outcome": outcome,
        "tape": call_id,
        "micro_turns": duration_ms // 200,
    }
    measures = {
        "number": at + 1,
        "call_id": call_id,
        "began_at_ms": ms(began),
        "flow": flow,
        "outcome": outcome,
        "ending": ending,
        "duration_ms": duration_ms,
        "language": chance.choice(("en-US", "es-MX")),
        "transferred_to": "customer_care" if handed else "",
        "transferred_by": "to_person" if handed else "",
        "transferred_from": chance.choice(("greet", "ask")) if handed else "",
        "responses": len(latencies),
        "unanswered": 0,
        "response_p50_ms": percentile(sorted(latencies), 0.5),
        "slowest_ms": max(latencies, default=None),
        "latencies": written(latencies),
        "interruptions": interruptions,
        "yielded": min(interruptions, 1),
        "backchannels": 2,
        "tool_calls": tools,
        "tool_failures": min(tools, int(chance.random() < 0.02)),
        "satisfaction": chance.choice((None, None, 1, 2, 3, 4, 5)),
        "cost_micro_usd": 8_500 * (1 + duration_ms // 60_000),
        "model_tokens": 900 if at % 7 == 0 else 0,
        "model_micro_usd": 360 if at % 7 == 0 else 0,
        "from_tape": True,
    }
    return call, measures


def _said(chance: random.Random, number: int) -> tuple[str, str]:
    """What both sides of a call said: some words often, most seldom."""
    caller = [COMMON, *chance.choices(_VOCABULARY, cum_weights=_OFTEN, k=40)]
    agent = [AGENTS, *chance.choices(_VOCABULARY, cum_weights=_OFTEN, k=100)]
    if number % 5_000 == 7:
        caller.append(RARE)
    return " ".join(caller), " ".join(agent)


def _change(at: int, calls: int, now: datetime) -> dict[str, Any]:
    began_ms = ms(now) - round((calls - at) * DAYS * 86_400_000 / calls)
    person = _person(at % PEOPLE)
    return {
        "at_ms": began_ms,
        "person_id": person,
        "person_email": f"person{at % PEOPLE}@example.com",
        "address": "10.0.0.1",
        "action": "log_in" if at % 5 else "publish_flow",
        "subject_kind": "session" if at % 5 else "flow",
        "subject": person if at % 5 else _flow(at % FLOWS),
        "before": None,
        "after": json.dumps({"version": at, "note": "better"}),
    }


def _parts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    return (rows[first : first + _AT_ONCE] for first in range(0, len(rows), _AT_ONCE))


def _person(at: int) -> str:
    return f"{at:032x}"


def _flow(at: int) -> str:
    return f"flow_{at:03d}"
