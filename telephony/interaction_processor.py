"""The interaction model, or any conversation, as one processor of a pipecat pipeline.

Audio in, audio out, every 200 ms, at the same time: between a transport's input and its output this one
processor takes the place of voice activity detection, turn detection, speech recognition, and speech
synthesis.

    transport.input() ──► InteractionProcessor ──► transport.output()

What goes in: `InputAudioRawFrame` of any size and rate, `InputDTMFFrame`; text to be said (`TTSSpeakFrame`,
`TextFrame`), where the conversation takes any. What comes out: `OutputAudioRawFrame` of 200 ms at 16 kHz,
`InterruptionFrame` where what was given out must be flushed, transcription frames, and `EndWorkerFrame`
once the conversation is over. All other frames pass.
"""

import asyncio
import logging
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Protocol, runtime_checkable

import numpy as np
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    EndWorkerFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    StartFrame,
    TextFrame,
    TranscriptionFrame,
    TTSSpeakFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ
from model.turn import Transcript
from telephony.any_rate import AnyRate
from telephony.line import Conversation, LineTurn
from telephony.outside_ears import words_of

logger = logging.getLogger(__name__)

_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")


@dataclass
class LineTurnFrame(InputAudioRawFrame):
    """A whole micro-turn from a transport of ours: the audio, and what else the line knows."""

    turn: LineTurn | None = None


@runtime_checkable
class TextConversation(Protocol):
    """A conversation that takes text to be said and tells what it understood."""

    def offer(self, text: str) -> None:
        """Have a sentence said, word for word, when its time has come."""
        ...

    def take_transcripts(self) -> tuple[Transcript, ...]:
        """What was understood since the last time."""
        ...


class InteractionProcessor(FrameProcessor):
    """Feeds a conversation micro-turn by micro-turn, and closes it in the end unless `closes` is False.

    A conversation that fails ends the pipeline; `failure` then says why.
    """

    def __init__(self, conversation: Conversation, *, closes: bool = True) -> None:
        super().__init__(name="interaction")
        self.failure: Exception | None = None
        self.transfer_to: str | None = None
        """Where the conversation, once it has ended, wants the caller handed to."""
        self._closes = closes
        self._conversation = conversation
        self._text = conversation if isinstance(conversation, TextConversation) else None
        self._gathering = Gathering()
        self._turns: asyncio.Queue[LineTurn] = asyncio.Queue()
        self._talk: asyncio.Task[None] | None = None
        self._begun = ""
        self._overheard: TranscriptionFrame | InterimTranscriptionFrame | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case LineTurnFrame(turn=LineTurn() as turn):
                self._turns.put_nowait(turn)
            case InputAudioRawFrame():
                for turn in self._gathering.take(frame):
                    self._turns.put_nowait(turn)
            case InputDTMFFrame():
                self._gathering.press(frame.button.value)
            case TTSSpeakFrame() if self._text:
                self._text.offer(frame.text)
            case TranscriptionFrame() | InterimTranscriptionFrame():
                self._overheard = frame
                await self.push_frame(frame, direction)
            case LLMTextFrame() if self._text:
                self._offer_sentences(frame.text)
            case LLMFullResponseEndFrame() if self._text:
                self._offer_sentences("", at_end=True)
                await self.push_frame(frame, direction)
            case TextFrame() if self._text:
                self._text.offer(frame.text)
            case StartFrame():
                await self.push_frame(frame, direction)
                self._talk = self._talk or self.create_task(self._converse(), "conversation")
            case EndFrame() | CancelFrame():
                await self._hush()
                await self.push_frame(frame, direction)
            case _:
                await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._hush()
        if self._closes:
            await self._conversation.close("failed" if self.failure else "stop")

    def _offer_sentences(self, text: str, at_end: bool = False) -> None:
        """A language model's text comes word by word; it is offered sentence by sentence."""
        *whole, self._begun = _SENTENCE_END.split(self._begun + text)
        if at_end:
            whole, self._begun = [*whole, self._begun], ""
        if self._text:
            for sentence in whole:
                self._text.offer(sentence)

    async def _converse(self) -> None:
        """One micro-turn at a time, in order, in a task of its own: an end never waits behind a slow step."""
        while True:
            turn = await self._turns.get()
            if self._overheard is not None:
                turn = replace(turn, words=words_of(self._overheard, turn.index))
                self._overheard = None
            try:
                answer = await self._conversation.micro_turn(turn)
            except Exception as error:  # whatever a conversation raises, the call must be freed
                logger.exception("the conversation failed")
                self.failure = error
                await self.push_frame(EndWorkerFrame(reason="failed"), FrameDirection.UPSTREAM)
                return
            if answer.clear:
                await self.push_frame(InterruptionFrame())
            await self.push_frame(
                OutputAudioRawFrame(answer.agent_audio.tobytes(), SAMPLE_RATE_HZ, num_channels=1)
            )
            for transcript in self._text.take_transcripts() if self._text else ():
                await self.push_frame(_transcription(transcript))
            if answer.end:
                self.transfer_to = answer.transfer_to
                await self.push_frame(EndWorkerFrame(reason="ended"), FrameDirection.UPSTREAM)
                return

    async def _hush(self) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            await self.cancel_task(talk)


class Gathering:
    """Gathers a foreign transport's audio to micro-turns.

    Such a transport does not say what was heard: what was given out is taken to be heard 200 ms later.
    """

    def __init__(self) -> None:
        self._waiting = np.empty(0, np.int16)
        self._any_rate = AnyRate()
        self._keys: tuple[str, ...] = ()
        self._index = 0

    def press(self, key: str) -> None:
        """A keypad digit, for the next micro-turn."""
        self._keys = (*self._keys, key)

    def take(self, frame: InputAudioRawFrame) -> list[LineTurn]:
        """Take in a frame; every micro-turn that it completes."""
        self._waiting = np.concatenate([self._waiting, self._any_rate.take(frame)])
        turns: list[LineTurn] = []
        while self._waiting.size >= MICRO_TURN_SAMPLES:
            audio, self._waiting = self._waiting[:MICRO_TURN_SAMPLES], self._waiting[MICRO_TURN_SAMPLES:]
            heard_ms = max(0, self._index - 1) * MICRO_TURN_MS
            turns.append(LineTurn(self._index, audio, self._keys, heard_ms))
            self._keys = ()
            self._index += 1
        return turns


def _transcription(transcript: Transcript) -> TranscriptionFrame | InterimTranscriptionFrame:
    spoken_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    kind = TranscriptionFrame if transcript.final else InterimTranscriptionFrame
    return kind(transcript.text, "caller", spoken_at)
