"""Tools that take as long as a test wants: each notes that it began, then waits for a file called `go`."""

import asyncio
import os
from pathlib import Path

import httpx

from agents.crm.port import Crm
from agents.errors import NotFound, Unavailable
from agents.tool import Key, Request, tool
from agents.tools.order_status import OrderNumber, OrderStatus, order_status


async def _wait(request: Request) -> None:
    folder = Path(os.environ["EXAMPLE_TOOLS_FOLDER"])
    with (folder / "begun").open("a", encoding="ascii") as begun:
        begun.write(f"{request.tool} {request.attempt} {os.getpid()}\n")
    while not (folder / "go").exists():  # noqa: ASYNC110 - a file rings no bell
        await asyncio.sleep(0.01)


@tool(reads=True, timeout_ms=20_000)
async def slow_order_status(order_number: OrderNumber, crm: Crm, request: Request) -> OrderStatus:
    """Look up where an order is, when told to go on."""
    await _wait(request)
    return await order_status(order_number, crm)


@tool(writes=True, timeout_ms=20_000)
async def slow_write(request: Request) -> dict[str, str]:
    """Change something, when told to go on."""
    await _wait(request)
    return {"changed": "yes"}


@tool(reads=True, timeout_ms=20_000)
async def ends_its_process() -> dict[str, str]:
    """Take the whole pool process down, as a fault in a library written in C would."""
    os.abort()


@tool(reads=True)
async def instant(number: int) -> dict[str, int]:
    """Answer at once."""
    if number < 0:
        raise NotFound("no number is below zero")
    return {"number": number}


@tool(writes=True, timeout_ms=25_000)
async def case_then_wait(request: Request, crm: Crm, key: Key) -> dict[str, str]:
    """Open a case, and come to an end when told to go on."""
    case = await crm.open_case(None, "from a test", "a note", key)
    await _wait(request)
    return {"case": case.id}


@tool(writes=True, timeout_ms=3_000)
async def ask_company(key: Key) -> dict[str, str]:
    """Change something in a system that does not always answer."""
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.post(os.environ["EXAMPLE_COMPANY_URL"], headers={"Idempotency-Key": key})
    except httpx.HTTPError as error:
        raise Unavailable("the company does not answer") from error
    if answer.status_code != httpx.codes.OK:
        raise Unavailable(f"the company says {answer.status_code}")
    return {"number": answer.text}
