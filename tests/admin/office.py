"""The web application over a record of its own, a clock that stands still, and people who use it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from admin.accounts import sessions
from admin.accounts.passwords import Passwords
from admin.accounts.tables import PersonRow
from admin.apart import Apart
from admin.app import create_app
from admin.flows.findings import FlowChecks
from admin.parts import AdminParts
from admin.roles import Role
from config.database import Database
from config.flow_file import FLOWS
from config.settings import Settings, load

URL = "http://127.0.0.1:8000"
PASSWORD = "correct horse battery"
SHIPPED = (FLOWS / "order_status.yaml").read_text(encoding="utf-8")
BEGAN_MS = 1_790_000_000_000


@dataclass
class Clock:
    now_ms: int = BEGAN_MS

    def __call__(self) -> int:
        return self.now_ms


class CountingPasswords(Passwords):
    """Real hashes, made quickly; counts how often one is checked."""

    def __init__(self) -> None:
        super().__init__(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.checked = 0

    def _verify(self, password: str, password_hash: str) -> bool:
        self.checked += 1
        return super()._verify(password, password_hash)


APART = Apart()
"""One for all tests: a process takes a second to begin."""


@dataclass
class Office:
    settings: Settings
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.database = Database(self.settings.database_url)
        self.passwords = CountingPasswords()
        parts = AdminParts(
            self.settings, self.database, self.passwords, FlowChecks(self.settings, APART), APART, self.clock
        )
        self.app: FastAPI = create_app(parts)
        self._clients: list[httpx.AsyncClient] = []

    def stranger(self, address: str = "10.0.0.1", **headers: str) -> httpx.AsyncClient:
        """A browser that is not logged in."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 1))
        client = httpx.AsyncClient(transport=transport, base_url=URL, headers=headers)
        self._clients.append(client)
        return client

    async def person(self, role: Role, name: str | None = None) -> httpx.AsyncClient:
        """Somebody new with a role, logged in."""
        return await self.logged_in(await self.hire(role, name))

    async def hire(self, role: Role, name: str | None = None) -> str:
        person_id = uuid4().hex
        name = name or role.value.title()
        async with self.database.writing() as db:
            db.add(
                PersonRow(
                    id=person_id,
                    email=f"{name.lower()}-{person_id[:6]}@example.com",
                    name=name,
                    role=role.value,
                    password_hash=await self.passwords.hash(PASSWORD),
                    active=True,
                    created_at_ms=self.clock(),
                )
            )
        return person_id

    async def logged_in(self, person_id: str) -> httpx.AsyncClient:
        async with self.database.writing() as db:
            token = await sessions.begin(db, person_id, "10.0.0.1", self.clock())
        client = self.stranger()
        client.cookies.set(sessions.cookie_name(self.settings), token)
        client.headers[sessions.CSRF_HEADER] = (await client.get("/session")).json()["csrf_token"]
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()
        await self.database.close()


def settings_at(home: Path, **variables: str) -> Settings:
    return load({"TANDEM_HOME": str(home), "TANDEM_PORT": "8000", **variables})


async def published(client: httpx.AsyncClient, yaml: str = SHIPPED, note: str = "first") -> dict[str, Any]:
    """Have the flow of a text published by somebody who may."""
    made = await client.post("/flows", json={"yaml": yaml})
    assert made.status_code == 201, made.text
    name = made.json()["name"]
    answer = await client.post(f"/flows/{name}/publish", json={"note": note}, headers={"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text
    return answer.json()
