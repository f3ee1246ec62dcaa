"""The model in any pipecat pipeline, run by pipecat's own runner against a scripted interlocutor."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    TextFrame,
    TranscriptionFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from model.turn import CallContext, OfferMade, Transcript, TurnInput, TurnOutput, Word, Yielded
from telephony.clock import settle
from telephony.interaction_processor import InteractionProcessor
from telephony.solo_conversation import SoloConversation
from tests.telephony.peers import Echo


class Scripted:
    """An interlocutor that hears one word in micro-turn 1, is sure of it in 2, and yields in 3."""

    def __init__(self) -> None:
        self.turns: list[TurnInput] = []
        self.closed = False

    async def open(self, context: CallContext) -> "Scripted":
        return self

    async def step(self, state: object, turn: TurnInput) -> TurnOutput:
        self.turns.append(turn)
        words = (Word("hello", 200, 400),)
        transcript = {1: Transcript(words, final=False), 2: Transcript(words, final=True)}.get(turn.index)
        acts = (Yielded("solo-1"),) if turn.index == 3 else ()
        return TurnOutput(turn.index, np.full(3_200, turn.index, np.int16), transcript, acts=acts)

    def close(self) -> None:
        self.closed = True

    def offers(self) -> list[str]:
        return [e.offer.text for turn in self.turns for e in turn.events if isinstance(e, OfferMade)]


class Sink(FrameProcessor):
    """Keeps what reaches the end of the pipeline."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Frame] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.frames.append(frame)
        await self.push_frame(frame, direction)

    def of(self, *kinds: type[Frame]) -> list[Frame]:
        return [frame for frame in self.frames if isinstance(frame, kinds)]


async def run(processor: InteractionProcessor, frames: Sequence[Frame], done: int) -> Sink:
    """Run the frames through a pipeline until `done` micro-turns have come out, then end it."""
    sink = Sink()
    worker = PipelineWorker(Pipeline([processor, sink]), enable_rtvi=False, idle_timeout_secs=None)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    for frame in frames:  # one by one: audio is a system frame, which overtakes text
        await worker.queue_frame(frame)
        await settle(1 if isinstance(frame, InputAudioRawFrame) else 200)
    for _ in range(20_000):
        if len(sink.of(OutputAudioRawFrame)) >= done or running.done():
            break
        await asyncio.sleep(0)
    await worker.queue_frame(EndFrame())
    await asyncio.wait_for(running, 5)
    return sink


def heard(ms: int, rate_hz: int = 16_000, channels: int = 1) -> InputAudioRawFrame:
    return InputAudioRawFrame(bytes(ms * rate_hz // 1_000 * 2 * channels), rate_hz, channels)


@pytest.mark.parametrize(("rate_hz", "channels"), [(16_000, 1), (8_000, 1), (48_000, 2), (24_000, 1)])
@pytest.mark.parametrize("frame_ms", [10, 20, 30, 200, 1_000])
async def test_audio_of_any_size_and_rate_is_gathered_to_micro_turns(frame_ms, rate_hz, channels):
    model = Scripted()
    processor = InteractionProcessor(SoloConversation(model, CallContext("c")))
    frames = [heard(frame_ms, rate_hz, channels)] * (1_000 // frame_ms + 1)
    sink = await run(processor, frames, done=5)
    audio = sink.of(OutputAudioRawFrame)
    assert [np.frombuffer(frame.audio, np.int16)[0] for frame in audio][:5] == [0, 1, 2, 3, 4]
    assert all(frame.sample_rate == 16_000 and len(frame.audio) == 6_400 for frame in audio)
    assert all(turn.caller_audio.shape == (3_200,) for turn in model.turns)
    assert model.closed


async def test_text_becomes_offers_and_the_callers_words_become_transcriptions():
    model = Scripted()
    said = [TTSSpeakFrame("Good morning."), TextFrame("How can I help?")]
    sink = await run(
        InteractionProcessor(SoloConversation(model, CallContext("c"))), [*said, heard(1_000)], 5
    )
    assert model.offers() == ["Good morning.", "How can I help?"]
    assert [frame.text for frame in sink.of(InterimTranscriptionFrame)] == ["hello"]
    assert [frame.text for frame in sink.of(TranscriptionFrame)] == ["hello"]


async def test_a_language_models_words_are_offered_sentence_by_sentence():
    model = Scripted()
    words = [LLMTextFrame(word) for word in ("It", " left", " today", ". It", " comes", " on Friday")]
    frames = [*words, LLMFullResponseEndFrame(), heard(400)]
    await run(InteractionProcessor(SoloConversation(model, CallContext("c"))), frames, 2)
    assert model.offers() == ["It left today.", "It comes on Friday"]


async def test_where_the_model_yields_what_was_given_out_is_interrupted():
    sink = await run(InteractionProcessor(SoloConversation(Scripted(), CallContext("c"))), [heard(1_000)], 5)
    kinds = [type(frame) for frame in sink.of(InterruptionFrame, OutputAudioRawFrame)]
    assert kinds.count(InterruptionFrame) == 1
    assert kinds.index(InterruptionFrame) <= 3


async def test_keys_reach_the_model():
    conversation = Echo()
    await run(InteractionProcessor(conversation), [InputDTMFFrame(KeypadEntry.FIVE), heard(400)], 2)
    assert conversation.turns[0].keys == ("5",)


async def test_a_conversation_that_ends_ends_the_pipeline():
    conversation = Echo(end_at=1)
    sink = await run(InteractionProcessor(conversation), [heard(2_000)], done=99)
    assert len(sink.of(OutputAudioRawFrame)) == 2
    assert conversation.closed == ["stop"]


async def test_a_conversation_that_fails_ends_the_pipeline_and_says_why():
    conversation = Echo(fail_at=1)
    processor = InteractionProcessor(conversation)
    await run(processor, [heard(2_000)], done=99)
    assert isinstance(processor.failure, ValueError)
    assert conversation.closed == ["failed"]
