"""Two servers that echo a Twilio caller, for `tandem bench media`: Tandem's media path, and pipecat's own.

Each runs in a process of its own, so that what it costs can be told apart; `/usage` says how much that is.
"""

import contextlib
import json
import resource
import socket
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.frames.frames import Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.workers.runner import WorkerRunner

from config.settings import load
from config.units import SAMPLE_RATE_HZ
from telephony.line import IncomingCall, LineAnswer, LineTurn
from telephony.twilio.routes import twilio_router

STATM: Final = Path("/proc/self/statm")
UNSET: Final = dict.fromkeys(
    ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TANDEM_PUBLIC_URL", "DATABASE_URL", "REDIS_URL")
)


class _Echo:
    """Says what it hears: the least a conversation can do."""

    async def micro_turn(self, turn: LineTurn) -> LineAnswer:
        return LineAnswer(turn.caller_audio)

    async def close(self, reason: str) -> None:
        pass


class _Room:
    """A switchboard that always has room."""

    def has_room(self) -> bool:
        return True

    def lead_in_ms(self, call: IncomingCall, now_ns: int) -> int:
        return 0

    async def open(self, call: IncomingCall) -> _Echo:
        return _Echo()


class _EchoProcessor(FrameProcessor):
    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            frame = OutputAudioRawFrame(frame.audio, frame.sample_rate, frame.num_channels)
        await self.push_frame(frame, direction)


async def _pipecat_call(websocket: WebSocket) -> None:
    """Echo in pipecat's documented way: its FastAPI transport and Twilio serializer with their defaults."""
    await websocket.accept()
    await websocket.receive_text()
    start = json.loads(await websocket.receive_text())
    serializer = TwilioFrameSerializer(
        stream_sid=start["start"]["streamSid"], params=TwilioFrameSerializer.InputParams(auto_hang_up=False)
    )
    transport = FastAPIWebsocketTransport(
        websocket,
        FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True, serializer=serializer),
    )
    worker = PipelineWorker(
        Pipeline([transport.input(), _EchoProcessor(), transport.output()]),
        params=PipelineParams(audio_in_sample_rate=SAMPLE_RATE_HZ, audio_out_sample_rate=SAMPLE_RATE_HZ),
    )

    async def gone(_transport: FastAPIWebsocketTransport, _websocket: WebSocket) -> None:
        await worker.cancel()

    transport.add_event_handler("on_client_disconnected", gone)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


async def _usage() -> dict[str, float]:
    """CPU seconds of this process so far, and the memory it holds."""
    return {"cpu_s": time.process_time(), "held_bytes": float(_held_bytes())}


def _held_bytes() -> int:
    """Resident memory now; where the system does not say (macOS), the most there ever was."""
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def serve(path: str, port: int, ready: Connection) -> None:
    """Serve `tandem` or `pipecat` on a loopback port until the process is terminated."""
    logger.remove()
    app = FastAPI()
    if path == "tandem":
        app.include_router(twilio_router(load({**UNSET, "TANDEM_PORT": str(port)}), _Room()))
    else:
        app.add_api_websocket_route("/media", _pipecat_call)
    app.add_api_route("/usage", _usage)
    config = uvicorn.Config(
        app, port=port, log_level="error", access_log=False, ws_per_message_deflate=False, lifespan="off"
    )
    with contextlib.suppress(KeyboardInterrupt):
        _Server(config, ready).run()


class _Server(uvicorn.Server):
    """Says when it takes connections."""

    def __init__(self, config: uvicorn.Config, ready: Connection) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.send(self.started)
