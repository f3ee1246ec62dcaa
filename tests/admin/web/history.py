"""A month of calls that never were, in the record of a platform that shall look as if it had been used.

Every figure on the pages is counted from them as from real ones; only tapes they have none.
"""

import io
import random
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from admin.insights.latencies import written
from admin.insights.roll_up import add_once
from admin.insights.tables import CallMeasuresRow
from admin.numbers.tables import CanaryRow
from admin.times import at, ms
from config.database import Database
from config.settings import Settings
from config.tables import CallRow
from config.tape.measures import Ending
from config.units import WIRE_RATE_HZ
from tests.tapes import FakeTape

DAY_MS: Final = 86_400_000
OUTCOMES: Final = {
    Ending.CONTAINED: "completed",
    Ending.TRANSFERRED: "transferred",
    Ending.ABANDONED: "caller_hung_up",
    Ending.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Past:
    """Calls to a version of a flow. `contained`: share of them that the agent dealt with."""

    flow: str
    """`name@version`."""
    number: str
    calls: int
    from_days_ago: float
    to_days_ago: float
    contained: float = 0.8
    response_ms: int = 700
    tool_failures: float = 0.02
    satisfaction: float = 4.2


async def remember(settings: Settings, pasts: Sequence[Past], now_ms: int, seed: int = 7) -> None:
    """Write calls into the record, measured, as if they had been taken; the same each time."""
    chance = random.Random(seed)
    database = Database(settings.database_url)
    try:
        async with database.writing() as db:
            for past in pasts:
                for _ in range(past.calls):
                    row, measured = _call(past, now_ms, chance)
                    db.add(row)
                    await db.flush()
                    await add_once(db, measured)
    finally:
        await database.close()


async def remember_tape(settings: Settings, flow: str, days_ago: float = 60) -> str:
    """Write one call with its tape, too long ago to be in anybody's figures; return its id."""
    tape = FakeTape(f"{flow}@1")
    tape.step("greet")
    tape.agent("Thanks for calling. How can I help you today?")
    tape.caller("where is my order")
    tape.tool("order_status", order_number="104233")
    tape.agent("Your order is on its way with UPS.")
    tape.caller("thank you goodbye")
    tape.agent("Goodbye!")
    tape.end("completed")
    call_id = uuid4().hex
    began = datetime.now(UTC) - timedelta(days=days_ago)
    tape.write(settings.tapes / call_id, silent_wav(tape.now_ms))
    row = CallRow(
        id=call_id,
        carrier="twilio",
        carrier_call_id=f"CA{call_id}",
        from_number="+15035550199",
        to_number="+15035550142",
        flow=f"{flow}@1",
        began_at=began,
        ended_at=began + timedelta(milliseconds=tape.now_ms),
        outcome="completed",
        tape=call_id,
        micro_turns=tape.index,
    )
    database = Database(settings.database_url)
    try:
        async with database.writing() as db:
            db.add(row)
    finally:
        await database.close()
    return call_id


def silent_wav(duration_ms: int) -> bytes:
    """Two lanes of silence at the telephone's rate."""
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(WIRE_RATE_HZ)
        wav.writeframes(bytes(4 * WIRE_RATE_HZ * duration_ms // 1000))
    return out.getvalue()


async def begin_trial_earlier(settings: Settings, number: str, days: float) -> None:
    """Have the trial that a number runs begin so many days before it did."""
    database = Database(settings.database_url)
    try:
        async with database.writing() as db:
            trial = await db.get_one(CanaryRow, number)
            trial.began_at_ms -= round(days * DAY_MS)
    finally:
        await database.close()


def _call(past: Past, now_ms: int, chance: random.Random) -> tuple[CallRow, CallMeasuresRow]:
    ago = chance.uniform(past.to_days_ago, past.from_days_ago)
    began = at(round(now_ms - ago * DAY_MS))
    busy = began.replace(hour=min(23, max(7, round(chance.gauss(13, 3)))))
    began = busy if ago > 1 else began
    ending = Ending.CONTAINED
    if chance.random() > past.contained:
        ending = chance.choices([Ending.TRANSFERRED, Ending.ABANDONED, Ending.FAILED], [7, 3, 0.4])[0]
    duration_ms = round(chance.lognormvariate(11.3, 0.4))
    latencies = [max(200, round(chance.lognormvariate(0, 0.35) * past.response_ms)) for _ in range(4)]
    interruptions = chance.choices([0, 1, 2], [6, 3, 1])[0]
    tool_calls = chance.choices([0, 1, 2, 3], [1, 5, 3, 1])[0]
    caller = f"+1503555{chance.randrange(10_000):04d}"
    spanish = chance.random() < 0.2
    call_id = UUID(int=chance.getrandbits(128), version=4).hex
    row = CallRow(
        id=call_id,
        carrier="twilio",
        carrier_call_id=f"CA{call_id}",
        from_number=caller,
        to_number=past.number,
        flow=past.flow,
        began_at=began,
        ended_at=began + timedelta(milliseconds=duration_ms),
        outcome=OUTCOMES[ending],
        tape=f"{began:%Y-%m-%d}/{call_id}",
        micro_turns=duration_ms // 200,
    )
    rated = ending is Ending.CONTAINED and chance.random() < 0.4
    handed = ending is Ending.TRANSFERRED
    measured = CallMeasuresRow(
        call_id=call_id,
        began_at_ms=ms(began),
        flow=past.flow,
        outcome=row.outcome,
        ending=ending.value,
        duration_ms=duration_ms,
        language="es-MX" if spanish else "en-US",
        transferred_to="customer_care" if handed else "",
        transferred_by="to_a_person" if handed else "",
        transferred_from=chance.choice(["tell_order", "which_order", "greet"]) if handed else "",
        responses=len(latencies),
        unanswered=0,
        response_p50_ms=sorted(latencies)[1],
        slowest_ms=max(latencies),
        latencies=written(latencies),
        interruptions=interruptions,
        yielded=interruptions and chance.randint(interruptions - 1, interruptions),
        backchannels=chance.randrange(3),
        tool_calls=tool_calls,
        tool_failures=sum(chance.random() < past.tool_failures for _ in range(tool_calls)),
        satisfaction=min(5, max(1, round(chance.gauss(past.satisfaction, 0.8)))) if rated else None,
        cost_micro_usd=round(duration_ms / 60_000 * 14_000),
        model_tokens=0,
        model_micro_usd=0,
        from_tape=True,
    )
    return row, measured
