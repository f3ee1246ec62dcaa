"""The tools `tandem bench agents` measures with; the worker finds them as it finds an installed package's."""

import asyncio
import os
from pathlib import Path

from agents.tool import Request, tool

HOLD_MS = 60_000
WRITE_MS = 1_000
LATER_MS = 2_200
LATER_DIGITS = 3


@tool(reads=True)
async def bench_instant(number: int) -> dict[str, int]:
    """Answer at once."""
    return {"number": number}


@tool(reads=True, timeout_ms=2 * LATER_MS)
async def bench_later(number: str) -> dict[str, str]:
    """Answer after a while, and `number` milliseconds more: who asked has fallen silent by then."""
    await asyncio.sleep((LATER_MS + int(number)) / 1_000)
    return {"number": number}


@tool(reads=True, timeout_ms=HOLD_MS)
async def bench_hold(folder: str, request: Request) -> dict[str, int]:
    """Hold the first time and answer at once when run again; `folder/held` tells whose process it is."""
    await _hold_once(folder)
    return {"attempt": request.attempt}


@tool(writes=True, timeout_ms=WRITE_MS)
async def bench_hold_write(folder: str) -> dict[str, int]:
    """Hold as if in the middle of a write."""
    await _hold_once(folder)
    return {}


async def _hold_once(folder: str) -> None:
    held = Path(folder) / "held"
    if not held.exists():
        await asyncio.to_thread(held.write_text, str(os.getppid()))
        await asyncio.sleep(HOLD_MS / 1_000)
