"""The voice of the house: espeak-ng, shaped to be easy to listen to on a telephone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from config.units import SAMPLES_PER_MS
from model.espeak import EspeakSpeech, EspeakVoice, synthesise
from model.turn import AS_USUAL, VoiceChoice, Word
from model.voice.clauses import Clause, clauses
from model.voice.shaping import Shaped, shape
from model.voice.voice import Speech

HOUSE: Final = EspeakVoice(language="en-us", variant="adam", rate_wpm=163, pitch=50, pitch_range=55)
"""Who speaks: of espeak-ng's variants the best understood on a telephone (a Klatt voice: no buzz)."""

HOUSE_SPANISH: Final = EspeakVoice(language="es-419", variant="Gene2", rate_wpm=163, pitch=42, pitch_range=55)
"""Who speaks Spanish: "adam" is badly understood in it. Of his sounds our ears mistake 31 % on a telephone,
of this man's, who is as deep, 15 %."""


_OTHERS: Final[Mapping[str, str]] = {"mike": "Mike", "paul": "paul", "fay": "f2", "fern": "f5"}
"""The voices beside those of the house, by name (`config.dials.VOICES`): espeak-ng variants whose sounds our
ears mistake least on a telephone, of those tried 17 to 20 % in English (adam 24) and 10 to 14 in Spanish."""
_HIGHEST_PITCH: Final = 99
_PITCH_REACH: Final = 60
"""Steps of espeak-ng's pitch between the dial's two ends."""


@dataclass(frozen=True, slots=True)
class HouseVoice:
    """Voices text clause by clause; about 4 ms of one core for the first clause of a usual sentence.

    English (British where that is asked for) and Spanish (Latin America's unless Spain's is asked for). Word
    times are the synthesiser's own. Stateless, so any number of calls may share it.
    """

    english: EspeakVoice = HOUSE
    spanish: EspeakVoice = HOUSE_SPANISH

    def speak(self, text: str, language: str = "en-US", choice: VoiceChoice = AS_USUAL) -> Iterator[Speech]:
        """Yield the clauses of `text`; each but the last ends with the pause its sign asks for.

        Raises:
            EspeakError: espeak-ng or the voice is missing.
        """
        tag = language.lower()
        match tag.partition("-")[0]:
            case "es":
                speaker = replace(self.spanish, language="es") if tag == "es-es" else self.spanish
            case _:
                speaker = replace(self.english, language="en") if tag == "en-gb" else self.english
        speaker = _chosen(speaker, choice)
        breaths = clauses(text, "es" if tag.startswith("es") else "en")
        for k, clause in enumerate(breaths):
            raw = synthesise(clause.text, speaker)
            last = k == len(breaths) - 1
            yield _speech(clause, raw, shape(raw.audio), pause_ms=0 if last else clause.pause_ms)


def _chosen(speaker: EspeakVoice, choice: VoiceChoice) -> EspeakVoice:
    """The speaker of a language, or the other that was chosen, at the speed and pitch that were."""
    if variant := _OTHERS.get(choice.name):
        speaker = replace(speaker, variant=variant, pitch=HOUSE.pitch)
    pitch = speaker.pitch + round((choice.pitch - 0.5) * _PITCH_REACH)
    return replace(
        speaker, rate_wpm=round(speaker.rate_wpm * choice.speed), pitch=min(max(pitch, 0), _HIGHEST_PITCH)
    )


def _speech(clause: Clause, raw: EspeakSpeech, shaped: Shaped, *, pause_ms: int) -> Speech:
    spoken_ms = len(shaped.audio) // SAMPLES_PER_MS
    starts = _starts_ms(clause, raw, shaped.cut_ms, spoken_ms)
    words = tuple(
        Word(text, start_ms, end_ms)
        for text, (start_ms, end_ms) in zip(clause.words, pairwise((*starts, spoken_ms)), strict=True)
    )
    silence = np.zeros(pause_ms * SAMPLES_PER_MS, np.int16)
    return Speech(np.concatenate((shaped.audio, silence)), words)


def _starts_ms(clause: Clause, raw: EspeakSpeech, cut_ms: int, spoken_ms: int) -> list[int]:
    """When each word begins, rising, within the shaped sound.

    espeak-ng says one event for some pairs ("of the") and several for a number: a word's start is its first
    event, and words without one share the time up to the next that has one by their letters.
    """
    offsets: list[int] = []
    offset = 0
    for spoken in clause.spoken:
        offsets.append(offset)
        offset += len(spoken) + 1
    known: dict[int, int] = {0: 0}
    for event in raw.words:
        k = max(0, sum(begin <= event.offset for begin in offsets) - 1)
        known.setdefault(k, min(max(0, event.ms - cut_ms), spoken_ms))
    known[len(offsets)] = spoken_ms
    starts: list[int] = []
    for (k, begin_ms), (after, end_ms) in pairwise(sorted(known.items())):
        letters = [max(1, len(spoken)) for spoken in clause.spoken[k:after]]
        done = 0
        for count in letters:
            at_ms = begin_ms + (end_ms - begin_ms) * done // sum(letters)
            starts.append(max(at_ms, starts[-1] if starts else 0))
            done += count
    return starts
