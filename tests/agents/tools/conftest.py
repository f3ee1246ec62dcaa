"""Tools on real customer records: the company of `tests.agents.crm.company` in a database of its own."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.crm.attempts import SqlVerificationAttempts, VerificationAttempts
from agents.crm.port import CustomerRecords
from agents.crm.sql import SqlCustomerRecords
from agents.crm.tables import SlotRow
from agents.messages import Identity, SaidWords, TaskRequest
from agents.tool import AnyTool, IdempotencyKey
from config.database import Database
from tests.agents.crm.company import filled


@dataclass
class Desk:
    """Calls tools as a worker would.

    Attributes:
        database: where the records are.
        records: the customer records.
        call_id: of the call the tools are called in.
        customer_id: whom the caller has shown to be; None: nobody yet.
        said: the conversation so far.
    """

    database: Database
    records: CustomerRecords
    call_id: str = "call-1"
    customer_id: str | None = "C1"
    said: tuple[SaidWords, ...] = ()
    slots: Mapping[str, str] = field(default_factory=dict[str, str])
    keys: int = 0

    async def call(self, tool: AnyTool, key: str | None = None, **arguments: object) -> dict[str, Any]:
        """Call a tool; with a new key, unless one is given."""
        self.keys += 1
        identity = (
            None if self.customer_id is None else Identity(customer_id=self.customer_id, verified_by="test")
        )
        request = TaskRequest(
            task_id=f"task-{self.keys}",
            call_id=self.call_id,
            tool=tool.name,
            arguments=arguments,
            conversation=self.said,
            slots=dict(self.slots),
            identity=identity,
            consent=True,
            deadline_unix_ms=0,
        )
        return await tool.run(
            arguments,
            {
                CustomerRecords: self.records,
                VerificationAttempts: SqlVerificationAttempts(self.database),
                TaskRequest: request,
                IdempotencyKey: IdempotencyKey(key or f"key-{self.keys}"),
            },
        )


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    database = await filled(f"sqlite+aiosqlite:///{tmp_path / 'tandem.db'}")
    yield Desk(database, SqlCustomerRecords(database))
    await database.close()


@pytest.fixture
async def times(desk: Desk) -> list[str]:
    """Ids of free times for a lamp repair on the next two days, the earliest first."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    ids = [f"T{index}" for index in range(4)]
    async with desk.database.writing() as session:
        for index, id_ in enumerate(ids):
            starts_at = noon + timedelta(days=1 + index // 2, hours=index % 2)
            session.add(SlotRow(id=id_, kind="lamp repair", starts_at=starts_at))
    return ids
