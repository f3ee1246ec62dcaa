"""A caller that measures: sends by the clock, plays what comes back, compares what it said and heard."""

import asyncio
import base64
import json
import time
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import websockets

from telephony import mulaw

PACKET_BYTES: Final = 160
PACKET_S: Final = 0.020
RATE_HZ: Final = 8_000
WINDOW_S: Final = 0.2
WINDOW_SAMPLES: Final = 8_000
MOST_DELAY_SAMPLES: Final = 8_000


@dataclass(frozen=True, slots=True)
class Heard:
    """What one call's caller measured.

    Attributes:
        delay_ms: from a sound at the caller's mouth to its echo at the caller's ear, one figure a second.
        ahead_ms: how much sound was still waiting when it was least, in every 200 ms; its spread is how
            unevenly the sound came.
        dry_ms: how long the caller's ear was without sound it should have had.
    """

    delay_ms: tuple[float, ...]
    ahead_ms: tuple[float, ...]
    dry_ms: float


def speech_like(seconds: float, seed: int) -> npt.NDArray[np.int16]:
    """Noise in the telephone band that swells and fades like speech, and never repeats."""
    random = np.random.default_rng(seed)
    samples = int(seconds * RATE_HZ)
    spectrum = np.fft.rfft(random.standard_normal(samples))
    hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    spectrum[(hz < 300) | (hz > 3_000)] = 0
    band = np.fft.irfft(spectrum, samples)
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 1.7 * np.arange(samples) / RATE_HZ)
    return np.rint(band / np.abs(band).max() * 20_000 * swell).astype(np.int16)


async def call(url: str, call_id: str, seconds: float, seed: int) -> Heard:
    """Speak for so long, and listen as long as there is something to be echoed."""
    spoken = speech_like(seconds, seed)
    wire = mulaw.encode(spoken)
    arrivals: list[tuple[float, bytes]] = []
    async with websockets.connect(url, compression=None, max_queue=None) as socket:
        await socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        begin = {"streamSid": "MZ-bench", "callSid": call_id, "accountSid": "AC-bench"}
        await socket.send(json.dumps({"event": "start", "sequenceNumber": "1", "start": begin}))
        listening = asyncio.create_task(_listen(socket, arrivals))
        began = time.monotonic() + 0.3
        for number in range(len(wire) // PACKET_BYTES):
            await asyncio.sleep(began + (number + 1) * PACKET_S - time.monotonic())
            sound = base64.b64encode(wire[number * PACKET_BYTES : (number + 1) * PACKET_BYTES]).decode()
            media = {"track": "inbound", "chunk": str(number + 1), "payload": sound}
            await socket.send(
                json.dumps({"event": "media", "sequenceNumber": str(number + 2), "media": media})
            )
        await asyncio.sleep(0.5)
        await socket.send(json.dumps({"event": "stop", "sequenceNumber": "0", "stop": {"callSid": call_id}}))
        listening.cancel()
    in_time = [(at - began, sound) for at, sound in arrivals if at - began <= seconds]
    return _measure(spoken, in_time)


async def _listen(socket: websockets.ClientConnection, arrivals: list[tuple[float, bytes]]) -> None:
    async for text in socket:
        message = json.loads(text)
        if message["event"] == "media":
            arrivals.append((time.monotonic(), base64.b64decode(message["media"]["payload"])))
        elif message["event"] == "mark":
            asyncio.get_running_loop().call_later(
                0.2, lambda mark=message: asyncio.ensure_future(_give_back(socket, mark))
            )


async def _give_back(socket: websockets.ClientConnection, mark: dict[str, object]) -> None:
    if socket.state is websockets.State.OPEN:
        await socket.send(json.dumps({"event": "mark", "sequenceNumber": "0", "mark": mark["mark"]}))


def _measure(spoken: npt.NDArray[np.int16], arrivals: list[tuple[float, bytes]]) -> Heard:
    ear = np.zeros(spoken.size + 2 * RATE_HZ, np.float64)
    free_s, dry_s, played = arrivals[0][0], 0.0, 0.0
    least: dict[int, float] = {}
    for at, sound in arrivals:
        dry_s += max(0.0, at - free_s)
        starts = max(at, free_s)
        free_s = starts + len(sound) / RATE_HZ
        ahead_ms = (arrivals[0][0] + played - at) * 1_000
        window = int((at - arrivals[0][0]) / WINDOW_S)
        least[window] = min(least.get(window, ahead_ms), ahead_ms)
        played += len(sound) / RATE_HZ
        first = round(starts * RATE_HZ)
        heard = mulaw.decode(sound)[: max(0, ear.size - first)]
        ear[first : first + heard.size] = heard
    return Heard(tuple(_delays_ms(spoken.astype(np.float64), ear)), tuple(least.values()), dry_s * 1_000)


def _delays_ms(spoken: npt.NDArray[np.float64], ear: npt.NDArray[np.float64]) -> list[float]:
    """By cross-correlation, second for second; the first two seconds are left out."""
    delays: list[float] = []
    for start in range(2 * RATE_HZ, spoken.size - WINDOW_SAMPLES - MOST_DELAY_SAMPLES, WINDOW_SAMPLES):
        said = spoken[start : start + WINDOW_SAMPLES]
        heard = ear[start : start + WINDOW_SAMPLES + MOST_DELAY_SAMPLES]
        size = WINDOW_SAMPLES + heard.size
        likeness = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
        delays.append(int(likeness[:MOST_DELAY_SAMPLES].argmax()) * 1_000 / RATE_HZ)
    return delays
