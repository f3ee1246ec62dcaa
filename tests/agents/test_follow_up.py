from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from agents.calling import ToolCaller
from agents.crm.sql import SqlCustomerRecords
from agents.crm.tables import CaseNoteRow
from agents.errors import Refused, ToolError, Unavailable
from agents.follow_up import FollowUps
from agents.messages import FollowUp, ReportKind, TaskReport, TaskRequest
from agents.messenger import Messenger
from agents.outbox import Outbox
from agents.policy import refusal
from agents.tables import OutboxRow, ToolCallRow
from agents.tool_calls import SqlToolCalls
from config.database import Database
from config.tables import CallRow, Table

FOLLOW_UP = FollowUp(sms="Your order {order_number} is {result.status}.", case="Order after hang-up")


class Telephone:
    """Stands for the carrier."""

    def __init__(self, *faults: ToolError) -> None:
        self.sent: list[tuple[str, str]] = []
        self._faults = list(faults)

    async def send(self, to: str, text: str, pictures: Sequence[str] = ()) -> str:
        assert not pictures
        self.sent.append((to, text))
        if self._faults:
            raise self._faults.pop(0)
        return "SM1"


class Scene:
    """A call that has ended with work of its own, in a real database with the built-in customer records."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now_unix_ms = 1_000_000
        self.outbox = Outbox(database, self.clock, "server")
        self.records = SqlCustomerRecords(database)

    def clock(self) -> int:
        return self.now_unix_ms

    async def ends(self, kind: ReportKind, error: str | None = None, follow_up: FollowUp = FOLLOW_UP) -> None:
        """The caller hangs up, then the work ends like this."""
        request = TaskRequest(
            task_id="t",
            call_id="c",
            tool="look",
            arguments={},
            slots={"order_number": "104233"},
            follow_up=follow_up,
            deadline_unix_ms=2_000_000,
        )
        await self.outbox.put(request)
        await self.outbox.leave("t")
        result = (
            {"status": "on its way", "paid": "4.05", "day": "2026-11-24"}
            if kind is ReportKind.RESULT
            else None
        )
        await self.outbox.finish(
            TaskReport(
                task_id="t", call_id="c", tool="look", kind=kind, sequence=1, result=result, error=error
            )
        )

    async def follow_up(self, messenger: Messenger | None) -> None:
        caller = ToolCaller({}, {}, SqlToolCalls(self.database, self.clock), refusal, self.clock)
        await FollowUps(self.database, caller, self.records, messenger, self.clock).run("t")

    async def notes(self) -> list[str]:
        """The notes of every case there is."""
        async with self.database.reading() as session:
            return [row.text for row in await session.scalars(select(CaseNoteRow))]

    async def is_followed(self) -> bool:
        async with self.database.reading() as session:
            row = await session.get(OutboxRow, "t")
        return row is not None and row.followed_at_ms is not None and row.request is None

    async def states(self) -> dict[str, str]:
        async with self.database.reading() as session:
            return {row.tool: row.state for row in await session.scalars(select(ToolCallRow))}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'record.db'}")
    async with database.connection() as connection:
        await connection.run_sync(Table.metadata.create_all)
    async with database.writing() as session:
        session.add(
            CallRow(
                id="c",
                carrier="twilio",
                carrier_call_id="CA1",
                from_number="+15035550123",
                to_number="+15035550100",
                flow="demo@1",
                began_at=datetime.now(UTC),
                tape="c",
            )
        )
    yield Scene(database)
    await database.close()


async def test_a_result_after_hang_up_is_texted_and_noted_once(scene: Scene) -> None:
    telephone = Telephone()
    await scene.ends(ReportKind.RESULT)
    for _ in range(3):
        await scene.follow_up(telephone)
    assert telephone.sent == [("+15035550123", "Your order 104233 is on its way.")]
    [note] = await scene.notes()
    assert "was done after the caller had hung up" in note
    assert await scene.is_followed()


async def test_a_failure_after_hang_up_is_noted_and_nothing_untrue_is_texted(scene: Scene) -> None:
    telephone = Telephone()
    await scene.ends(ReportKind.FAILED, "unavailable")
    await scene.follow_up(telephone)
    assert telephone.sent == []
    [note] = await scene.notes()
    assert "could not be done" in note


async def test_what_may_have_happened_is_noted_as_that(scene: Scene) -> None:
    await scene.ends(ReportKind.FAILED, "unknown")
    await scene.follow_up(None)
    [note] = await scene.notes()
    assert "may or may not have been done" in note


async def test_a_text_that_may_have_gone_out_is_not_sent_again(scene: Scene) -> None:
    telephone = Telephone(Unavailable("no answer"))
    await scene.ends(ReportKind.RESULT)
    await scene.follow_up(telephone)
    await scene.follow_up(telephone)
    assert len(telephone.sent) == 1
    [note] = await scene.notes()
    assert "not known" in note
    assert (await scene.states())["follow_up.sms"] == "unknown"


async def test_a_text_the_carrier_refuses_is_said_in_the_case(scene: Scene) -> None:
    await scene.ends(ReportKind.RESULT)
    await scene.follow_up(Telephone(Refused("a landline")))
    [note] = await scene.notes()
    assert "No text could be sent" in note


async def test_records_that_do_not_answer_are_asked_again_later_and_no_text_goes_out_twice(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    telephone = Telephone()
    await scene.ends(ReportKind.RESULT)

    async def away(*_: object) -> None:
        raise Unavailable("the system is down")

    with monkeypatch.context() as outage:
        outage.setattr(scene.records, "open_case", away)
        await scene.follow_up(telephone)
    assert not await scene.is_followed()
    await scene.follow_up(telephone)
    assert (len(telephone.sent), len(await scene.notes())) == (1, 1)
    assert await scene.is_followed()
    assert set((await scene.states()).values()) == {"done"}


async def test_the_text_is_worded_in_the_language_of_the_call(scene: Scene) -> None:
    sms = "Su reembolso de {result.paid:money} llega {result.day:when}."
    spanish = FollowUp(sms=sms, language="es-US", currency="EUR")
    telephone = Telephone()
    await scene.ends(ReportKind.RESULT, follow_up=spanish)
    await scene.follow_up(telephone)
    ((_, text),) = telephone.sent
    assert text.startswith("Su reembolso de 4 euros con 5 céntimos llega ")
    assert text.endswith("martes 24 de noviembre.")
    assert await scene.is_followed()
