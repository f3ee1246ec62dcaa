"""A media stream as a pipecat transport: 200 ms frames in and out, marks, clear, and exact pacing.

pipecat's own WebSocket transport sleeps half a packet between packets, starts its clock anew whenever it is
late, sends no marks and does not act on `stop`. This one keeps its base classes and its frames; the audio's
way between them is the `MediaLine`. It joins any pipeline; with an `InteractionProcessor` it also hands
over what the line knows (keys, the heard position).
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from pipecat.frames.frames import (
    CancelFrame,
    CancelWorkerFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    OutputTransportReadyFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams

from config.units import SAMPLE_RATE_HZ
from model.turn import Audio
from telephony.any_rate import AnyRate
from telephony.clock import Clock
from telephony.interaction_processor import LineTurnFrame
from telephony.line import LineAnswer
from telephony.media_line import MediaLine
from telephony.messages import FromCarrier, ToCarrier

logger = logging.getLogger(__name__)


class MediaSocket(Protocol):
    """A carrier's socket after its `start`."""

    async def receive(self) -> FromCarrier | None:
        """Wait for the next message; None once the socket is closed."""
        ...

    async def send(self, messages: Sequence[ToCarrier]) -> bool:
        """Send in order; False if the socket is closed or does not take it."""
        ...


class MediaTransport(BaseTransport):
    """One call's media stream. `over` is set, with `reason`, when the carrier's side has ended.

    `reason` is `stop` (the carrier said so), `lost` (the connection broke) or `silent` (nothing came any
    more).
    """

    def __init__(self, socket: MediaSocket, line: MediaLine, clock: Clock) -> None:
        super().__init__(name="media")
        self.reason: str | None = None
        self.over = asyncio.Event()
        self._socket = socket
        self._line = line
        self._clock = clock
        self._sleep: asyncio.Future[None] | None = None
        self._armed_ns = 0
        params = TransportParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_in_sample_rate=SAMPLE_RATE_HZ,
            audio_out_sample_rate=SAMPLE_RATE_HZ,
        )
        self._input = _Input(self, params)
        self._output = _Output(self, params)

    def input(self) -> "_Input":
        return self._input

    def output(self) -> "_Output":
        return self._output

    @property
    def line(self) -> MediaLine:
        return self._line

    # --- what both sides do with the line -----------------------------------------------------------

    async def listen(self) -> None:
        """Read the socket until the carrier's side is over."""
        while (message := await self._socket.receive()) is not None:
            now_ns = self._clock.now_ns()
            self._line.receive(message, now_ns)
            if self._line.stopped:
                break
            if (wake_ns := self._line.wake_ns()) <= now_ns:
                await self.go_on()
            elif wake_ns < self._armed_ns and self._sleep is not None:
                self._sleep.cancel()
        await self._finish("stop" if self._line.stopped else "lost")

    async def watch(self) -> None:
        """Act when time has passed and nothing came."""
        while not self.over.is_set():
            self._armed_ns = self._line.wake_ns()
            self._sleep = asyncio.ensure_future(self._clock.sleep_until(self._armed_ns))
            try:
                await asyncio.wait([self._sleep])
            finally:
                self._sleep.cancel()
            if self._line.is_silent(self._clock.now_ns()):
                await self._finish("silent")
            else:
                await self.go_on()

    async def go_on(self) -> None:
        """Do whatever the line has become ready for."""
        now_ns = self._clock.now_ns()
        if (turn := self._line.take_turn(now_ns)) is not None:
            await self._input.push_frame(
                LineTurnFrame(turn.caller_audio.tobytes(), SAMPLE_RATE_HZ, num_channels=1, turn=turn)
            )
        await self._send(self._line.send_due(now_ns))
        if self._sleep is not None and self._line.wake_ns() < self._armed_ns:
            self._sleep.cancel()

    async def play(self, audio: Audio) -> None:
        """Give the line agent audio, int16[n] at 16 kHz, to sound after all that was given before."""
        now_ns = self._clock.now_ns()
        if self._line.limits.in_step:
            await self._send(self._line.answer(LineAnswer(audio), now_ns))
        else:
            await self._send(self._line.play(audio, now_ns))
        await self.go_on()

    async def flush(self) -> None:
        """Have the carrier drop everything the caller has not heard yet."""
        await self._send(self._line.clear(self._clock.now_ns()))

    async def _send(self, messages: Sequence[ToCarrier]) -> None:
        if messages and not self.over.is_set() and not await self._socket.send(messages):
            await self._finish("lost")

    async def _finish(self, reason: str) -> None:
        if self.over.is_set():
            return
        self.reason = reason
        self.over.set()
        await self._input.push_frame(CancelWorkerFrame(reason=reason), FrameDirection.UPSTREAM)


class _Input(BaseInputTransport):
    """Pushes micro-turns. Its two tasks (socket, clock) begin with the pipeline and end with it."""

    def __init__(self, transport: MediaTransport, params: TransportParams) -> None:
        super().__init__(params, name="media-input")
        self._transport = transport
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        if not self._tasks:
            self._tasks = [
                self.create_task(self._transport.listen(), "listen"),
                self.create_task(self._transport.watch(), "watch"),
            ]

    async def stop(self, frame: EndFrame) -> None:
        await super().stop(frame)
        await self._end_tasks()

    async def cancel(self, frame: CancelFrame) -> None:
        await super().cancel(frame)
        await self._end_tasks()

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._end_tasks()

    async def push_audio_frame(self, frame: InputAudioRawFrame) -> None:
        """Audio pushed in from elsewhere goes on as it is: the line has done what a queue would do."""
        if not self._paused:
            await self.push_frame(frame)

    async def _end_tasks(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            if task is not asyncio.current_task():
                await self.cancel_task(task)


class _Output(BaseOutputTransport):
    """Plays what it is given. Paced by the line, so it needs no sender of its own."""

    def __init__(self, transport: MediaTransport, params: TransportParams) -> None:
        super().__init__(params, name="media-output")
        self._transport = transport
        self._any_rate = AnyRate()

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.push_frame(OutputTransportReadyFrame(), FrameDirection.UPSTREAM)

    async def _handle_frame(self, frame: Frame) -> None:
        match frame:
            case OutputAudioRawFrame():
                await self._transport.play(self._any_rate.take(frame))
            case InterruptionFrame():
                self._any_rate.forget()
                await self._transport.flush()
            case _:
                await self.push_frame(frame)
