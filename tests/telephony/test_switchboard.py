"""Who is let in: as many calls as are allowed, and no more than the model has time for."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.migrate import upgrade
from config.database import Database
from config.dials import VoiceDials
from config.flow import Flow
from config.flow_file import load_flow
from config.settings import load
from config.tables import CallRow
from model.capacity import Capacity, StepCost
from model.turn import CallContext, VoiceChoice
from telephony.clock import NS_PER_MS
from telephony.line import IncomingCall
from telephony.switchboard import Exchange, Switchboard
from telephony.tape import read_rows


class Engine:
    """Measured as it is told."""

    def __init__(self, per_call_ms: float) -> None:
        self.per_call_ms = per_call_ms
        self.opened: list[CallContext] = []

    def capacity(self) -> Capacity:
        return Capacity(StepCost(10.0, self.per_call_ms))

    async def open(self, context: CallContext) -> None:
        """A side nobody steps."""
        self.opened.append(context)


class Desks:
    """Knows which flow each call's desk was opened for."""

    def __init__(self) -> None:
        self.flows: list[str] = []
        self.closed = 0

    async def open(self, _call_id: str, flow: str) -> "Desks":
        self.flows.append(flow)
        return self

    async def close(self) -> None:
        self.closed += 1

    def sensitive_of(self, _tool: str) -> tuple[str, ...]:
        return ()


class Published:
    """One number has a flow of its own."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    async def of(self, number: str, call: str) -> Flow | None:
        return self.flow if number == "+15035550100" else None


class Busy(Switchboard):
    """One with so many calls up."""

    def __init__(self, calls: int, *, per_call_ms: float = 2.0, allowed: int = 16) -> None:
        settings = load({"TANDEM_MAX_CALLS": str(allowed)})
        super().__init__(Exchange(settings, None, Engine(per_call_ms), None, None, None))  # type: ignore[arg-type]
        self._up = calls

    @property
    def calls(self) -> int:
        return self._up


@pytest.mark.parametrize(("calls", "room"), [(0, True), (15, True), (16, False)])
def test_no_more_calls_are_taken_than_are_allowed(calls: int, room: bool) -> None:
    assert Busy(calls).has_room() is room


@pytest.mark.parametrize(("calls", "room"), [(0, True), (6, True), (7, False), (12, False)])
def test_no_more_calls_are_taken_than_there_is_time_for(calls: int, room: bool) -> None:
    switchboard = Busy(calls, per_call_ms=20.0)
    assert switchboard.has_room() is room
    assert switchboard.capacity == 7


def test_the_first_call_is_always_tried() -> None:
    assert Busy(0, per_call_ms=1_000.0).has_room()


def test_the_log_says_why_there_is_no_room(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Busy(7, per_call_ms=20.0).has_room()
        Busy(16).has_room()
    assert [record.getMessage() for record in caplog.records] == [
        "7 calls are up; with one more a step could take 170 ms, and 150 is the most",
        "16 calls are up, which is all TANDEM_MAX_CALLS allows",
    ]


def test_calls_opened_at_the_same_moment_begin_with_different_silences() -> None:
    switchboard = Busy(0)
    now_ns = 5_000 * NS_PER_MS
    silences = {
        switchboard.lead_in_ms(IncomingCall("twilio", f"CA{k}", "+1", "+2"), now_ns) for k in range(10)
    }
    assert len(silences) == 10


async def test_a_call_runs_what_is_published_for_its_number_and_else_the_default_flow(tmp_path: Path) -> None:
    settings = load({"TANDEM_HOME": str(tmp_path)})
    await upgrade(settings)
    database, desks, default = Database(settings.database_url), Desks(), load_flow("order_status")
    published = Published(default.model_copy(update={"version": 7}))
    exchange = Exchange(settings, default, Engine(1.0), desks, database, None, published)  # type: ignore[arg-type]
    switchboard = Switchboard(exchange)
    for at, number in enumerate(("+15035550100", "+15035550101")):
        call = await switchboard.open(IncomingCall("twilio", f"CA{at}", "+15035550199", number))
        call.tape.close("stopped")
    async with database.reading() as session:
        flows = list(await session.scalars(select(CallRow.flow).order_by(CallRow.carrier_call_id)))
    await database.close()
    assert flows == desks.flows == ["order_status@7", default.key]


async def test_a_call_begins_with_its_flows_language_and_voice_and_the_tape_says_so(tmp_path: Path) -> None:
    settings = load({"TANDEM_HOME": str(tmp_path)})
    await upgrade(settings)
    database, engine = Database(settings.database_url), Engine(1.0)
    voice = VoiceDials(name="fay", speed=0.9, pitch=0.4)
    flow = load_flow("refund").speaking("es-MX").model_copy(update={"voice": voice})
    exchange = Exchange(settings, flow, engine, Desks(), database, None)  # type: ignore[arg-type]
    call = await Switchboard(exchange).open(IncomingCall("twilio", "CA1", "+15035550199", "+15035550100"))
    call.tape.close("stopped")
    await database.close()
    (context,) = engine.opened
    assert context.language == "es-MX"
    assert context.voice == VoiceChoice("fay", 0.9, 0.4)
    header = next(read_rows(call.tape.folder))
    assert (header["language"], header["engine"]) == ("es-MX", "native")
    assert header["voice"] == {"name": "fay", "speed": 0.9, "pitch": 0.4}


class Broken(Engine):
    async def open(self, context: CallContext) -> None:
        raise ValueError("scripted")


async def test_a_call_that_cannot_be_opened_is_over_in_the_record_and_on_its_tape(tmp_path: Path) -> None:
    settings = load({"TANDEM_HOME": str(tmp_path)})
    await upgrade(settings)
    database, desks = Database(settings.database_url), Desks()
    exchange = Exchange(settings, load_flow("refund"), Broken(1.0), desks, database, None)  # type: ignore[arg-type]
    switchboard = Switchboard(exchange)
    with pytest.raises(ValueError, match="scripted"):
        await switchboard.open(IncomingCall("twilio", "CA1", "+15035550199", "+15035550100"))
    async with database.reading() as session:
        (row,) = await session.scalars(select(CallRow))
    await database.close()
    assert (row.outcome, row.ended_at is not None, desks.closed, switchboard.calls) == ("failed", True, 1, 0)
    assert list(read_rows(settings.tapes / row.tape))[-1]["outcome"] == "failed"
