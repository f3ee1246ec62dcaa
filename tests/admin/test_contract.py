"""The API holds to its own contract, whatever it is sent: schemathesis over real HTTP, as the owner."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from admin.app import openapi
from admin.roles import Role
from tests.admin.office import Office, settings_at

NEVER_ENDS = {"follow_live_calls"}
ENDS_THE_SESSION = {"log_out", "log_out_everywhere", "change_person"}
_OFFICE: dict[str, Any] = {}


@pytest.fixture(scope="module", autouse=True)
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An API on a port, whose owner is logged in."""
    home = tmp_path_factory.mktemp("contract")
    shutil.copy(sqlite_template, home / "tandem.db")
    up, end = threading.Event(), threading.Event()

    async def serve() -> None:
        office = Office(settings_at(home))
        owner = await office.person(Role.OWNER)
        _OFFICE["headers"] = {
            "X-Tandem-CSRF": owner.headers["X-Tandem-CSRF"],
            "Cookie": "; ".join(f"{name}={value}" for name, value in owner.cookies.items()),
        }
        config = uvicorn.Config(office.app, port=0, log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn sets no event
            await asyncio.sleep(0.01)
        _OFFICE["url"] = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        up.set()
        await asyncio.to_thread(end.wait)
        server.should_exit = True
        await serving
        await office.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert up.wait(60)
    yield
    end.set()
    thread.join()


def _contract() -> Any:
    """Every route but those that never end, and those that would end the owner's session."""
    office = Office(settings_at(Path("nowhere"), DATABASE_URL="sqlite+aiosqlite:///:memory:"))
    schema = schemathesis.openapi.from_dict(openapi(office.app))
    return schema.exclude(operation_id=sorted(NEVER_ENDS | ENDS_THE_SESSION))


@_contract().parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.service
def test_every_answer_is_one_the_contract_names(case: Any) -> None:
    answer = case.call(base_url=_OFFICE["url"], headers=_OFFICE["headers"])
    assert answer.status_code < 500 or answer.status_code == 503, answer.text  # 503: Redis is not there
    case.validate_response(
        answer,
        checks=[
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
