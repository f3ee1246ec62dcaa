"""A speech-to-text service of pipecat as the ears, in pipecat's own pipeline."""

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.workers.runner import WorkerRunner

from config.settings import Settings, load
from model.turn import HeardWords, Word
from telephony.clock import settle
from telephony.interaction_processor import InteractionProcessor
from telephony.line import LineAnswer, LineTurn
from telephony.outside_ears import EarsError, make_service, words_of

SILENCE = np.zeros(3_200, np.int16)


class Dictation(STTService):
    """Understands the same sentence in every third piece of audio; `suffix` shows that options arrive."""

    def __init__(self, suffix: str = "") -> None:
        super().__init__(settings=STTSettings(model=None, language=None))
        self._suffix = suffix
        self._pieces = 0

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None]:
        self._pieces += 1
        if self._pieces == 3:
            yield TranscriptionFrame(f"My order number is 104{self._suffix}.", "caller", "now")
        else:
            yield None


class NoService:
    pass


def settings(ears: str, options: str | None = None) -> Settings:
    return load({"TANDEM_EARS": ears, "TANDEM_EARS_OPTIONS": options})


def test_the_embedded_ears_need_no_service() -> None:
    assert make_service(settings("pocketsphinx")) is None


@pytest.mark.parametrize(
    ("ears", "options", "says"),
    [
        ("deepgram", None, "cannot be loaded"),
        ("no.such.module:Ears", None, "cannot be loaded"),
        (f"{__name__}:NoService", None, "no pipecat speech-to-text service"),
        (f"{__name__}:Dictation", "{", "no JSON"),
        (f"{__name__}:Dictation", "[1]", "JSON object"),
        (f"{__name__}:Dictation", '{"colour": "blue"}', "does not take"),
    ],
)
def test_ears_that_cannot_be_used_are_said_in_one_line(ears: str, options: str | None, says: str) -> None:
    with pytest.raises(EarsError) as raised:
        make_service(settings(ears, options))
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_transcribed_numbers_become_digit_words_and_punctuation_goes() -> None:
    words = words_of(TranscriptionFrame("It's 10-4, double four!", "caller", "now"), index=9)
    assert [word.text for word in words.words] == ["it's", "one", "zero", "four", "four", "four"]
    assert words.final
    assert words.words[-1].end_ms == 2_000
    assert not words_of(InterimTranscriptionFrame("hello", "caller", "now"), index=0).final


async def test_what_a_service_understands_reaches_the_conversation_with_the_next_micro_turn() -> None:
    turns: list[LineTurn] = []

    class Listening:
        async def micro_turn(self, turn: LineTurn) -> LineAnswer:
            turns.append(turn)
            return LineAnswer(SILENCE)

        async def close(self, reason: str) -> None:
            pass

    service = make_service(settings(f"{__name__}:Dictation", '{"suffix": "233"}'))
    assert service is not None
    pipeline = Pipeline([service, InteractionProcessor(Listening())])
    worker = PipelineWorker(pipeline, enable_rtvi=False, idle_timeout_secs=None)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    for _ in range(6):
        await worker.queue_frame(InputAudioRawFrame(SILENCE.tobytes(), 16_000, 1))
        await settle(500)
    await worker.queue_frame(EndFrame())
    await asyncio.wait_for(running, 10)
    told = [turn.words for turn in turns if turn.words is not None]
    assert len(told) == 1
    assert isinstance(told[0], HeardWords)
    text = " ".join(word.text for word in told[0].words)
    assert text == "my order number is one zero four two three three"
    assert all(isinstance(word, Word) for word in told[0].words)
