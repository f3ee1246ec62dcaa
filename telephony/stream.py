"""One media stream from its first sound to its last: put together here, and taken down here.

`stop`, a broken connection, silence, the end of the conversation and its failure all end here, and each frees
everything the call holds within two seconds.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.services.stt_service import STTService
from pipecat.workers.runner import WorkerRunner

from config.units import SAMPLE_RATE_HZ
from telephony.clock import Clock
from telephony.interaction_processor import InteractionProcessor
from telephony.line import Conversation
from telephony.media_line import MediaLine
from telephony.transport import MediaSocket, MediaTransport

logger = logging.getLogger(__name__)

TEARDOWN_S: Final = 1.0
"""A pipeline that is not down by then is left to itself; what it held has been freed."""


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """Why a stream ended (`stop`, `lost`, `silent`, `ended` or `failed`), and who is to be rung then."""

    reason: str
    transfer_to: str | None


async def run_stream(
    socket: MediaSocket,
    conversation: Conversation,
    line: MediaLine,
    clock: Clock,
    ears: STTService | None = None,
) -> StreamEnd:
    """Join a started socket to a conversation until either is over.

    `ears`: a speech-to-text service that hears the caller first.
    """
    transport = MediaTransport(socket, line, clock)
    processor = InteractionProcessor(conversation, closes=False)
    worker = PipelineWorker(
        Pipeline([transport.input(), *([ears] if ears else []), processor, transport.output()]),
        params=PipelineParams(
            audio_in_sample_rate=SAMPLE_RATE_HZ, audio_out_sample_rate=SAMPLE_RATE_HZ, enable_heartbeats=False
        ),
        cancel_timeout_secs=TEARDOWN_S,
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run(), name="call pipeline")
    over = asyncio.create_task(transport.over.wait(), name="call over")
    reason = "stop"
    try:
        await asyncio.wait({running, over}, return_when=asyncio.FIRST_COMPLETED)
        reason = transport.reason or ("failed" if processor.failure else "ended")
    finally:
        await conversation.close(reason)
        await asyncio.wait({running}, timeout=TEARDOWN_S)
        over.cancel()
        running.cancel()
        await asyncio.gather(over, running, return_exceptions=True)
    logger.info("media stream over: %s", reason, extra={"line": line.counts})
    return StreamEnd(reason, processor.transfer_to)
