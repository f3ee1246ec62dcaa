"""Follow the platform's tape of a running call: `GET {server}/calls/{CallSid}/tape`, server-sent events.

Each event's data is one row of `tape.jsonl`. The request is signed like a webhook.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final

import httpx

from telephony.simulator.webhooks import Credentials, signature, trust

_TRIES: Final = 25
_TRY_EVERY_S: Final = 0.2
_CONNECT_TIMEOUT_S: Final = 5.0


async def follow(
    server: str, call_sid: str, credentials: Credentials | None
) -> AsyncIterator[dict[str, Any]]:
    """Yield the tape's rows as they are written, until its last or until the server ends it.

    Yields nothing when the server has no such tape or does not show it.
    """
    url = f"{server}/calls/{call_sid}/tape"
    timeout = httpx.Timeout(_CONNECT_TIMEOUT_S, read=None)
    async with httpx.AsyncClient(timeout=timeout, trust_env=False, verify=trust()) as http:
        for _ in range(_TRIES):
            try:
                async with http.stream("GET", url, headers=signature(credentials, url, {})) as answer:
                    if answer.status_code == HTTPStatus.OK:
                        async for row in _rows(answer):
                            yield row
                        return
                    if answer.status_code not in (HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE):
                        return
            except httpx.HTTPError:
                return
            await asyncio.sleep(_TRY_EVERY_S)  # the tape begins with the first micro-turn


async def _rows(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.aiter_lines():
        if not line.startswith("data:"):
            continue
        try:
            row: object = json.loads(line[5:])
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row
            if row.get("kind") == "end":
                return
