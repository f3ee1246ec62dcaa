"""Interpreted calls kept to be listened to: a stereo WAV (speakers left, translation right), their story."""

import json
import wave
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np

from config.units import MICRO_TURN_MS, SAMPLE_RATE_HZ, SAMPLES_PER_MS
from model.evaluate.agent_lines import tag_of
from model.evaluate.translation.figures import System
from model.evaluate.translation.interpreted import Interpreted
from model.turn import Audio, VoiceChoice
from model.voice.house import HouseVoice

SCENARIO: Final = "translation"


def folder_of(system: System) -> str:
    """Where the calls of a way of interpreting are kept: "simultaneous-ears"."""
    return f"{system.way}-{system.words}"


def path_of(folder: Path, system: System, turn: Interpreted) -> Path:
    """The path of the call a turn is of, without suffix."""
    return folder / folder_of(system) / turn.call


def keep(folder: Path, system: System) -> list[Path]:
    """Keep every call; gives the paths, as `path_of` does."""
    kept: list[Path] = []
    for _, of_call in groupby(system.turns, key=lambda turn: turn.call):
        turns = tuple(of_call)
        path = path_of(folder, system, turns[0])
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path.with_suffix(".wav")), "wb") as out:
            out.setnchannels(2)
            out.setsampwidth(2)
            out.setframerate(SAMPLE_RATE_HZ)
            out.writeframes(_sides(turns).tobytes())
        story = json.dumps(_story(system, turns), indent=2, ensure_ascii=False)
        path.with_suffix(".json").write_text(story + "\n")
        kept.append(path)
    return kept


def _sides(turns: Sequence[Interpreted]) -> Audio:
    """int16[n, 2] at 16 kHz: the speakers as heard from their lines, the interpreter as voiced."""
    ends_ms = [turn.at_ms + len(turn.spoken.voiced) * MICRO_TURN_MS for turn in turns]
    ends_ms += [round(turn.voiced[-1].end_ms) for turn in turns if turn.voiced]
    sides = np.zeros((max(ends_ms) * SAMPLES_PER_MS, 2), "<i2")
    for turn in turns:
        _put(sides[:, 0], turn.spoken.audio, turn.at_ms)
        for phrase in turn.phrases:
            clauses = [
                speech.audio
                for speech in HouseVoice().speak(
                    phrase.text, tag_of(turn.target), VoiceChoice(speed=phrase.speed)
                )
            ]
            if clauses and phrase.words:
                _put(sides[:, 1], np.concatenate(clauses), round(phrase.words[0].start_ms))
    return sides


def _put(side: Audio, sound: Audio, at_ms: int) -> None:
    begin = at_ms * SAMPLES_PER_MS
    fits = min(sound.size, side.size - begin)
    side[begin : begin + fits] = sound[:fits]


def _story(system: System, turns: Sequence[Interpreted]) -> Mapping[str, Any]:
    return {
        "id": turns[0].call,
        "scenario": SCENARIO,
        "system": folder_of(system),
        "turns": [
            {
                "source": turn.spoken.language,
                "target": turn.target,
                "at_ms": turn.at_ms,
                "said": turn.turn.written[turn.spoken.language],
                "heard": turn.heard,
                "reference": turn.turn.written[turn.target],
                "lost": [
                    value.forms[turn.target].written
                    for value in turn.turn.values
                    if not value.is_in(turn.translation, turn.target)
                ],
                "phrases": [
                    {
                        "from_ms": phrase.from_ms,
                        "upto_ms": phrase.upto_ms,
                        "begins_ms": round(phrase.words[0].start_ms) if phrase.words else None,
                        "source": phrase.source,
                        "text": phrase.text,
                        "corrects": phrase.corrects,
                    }
                    for phrase in turn.phrases
                ],
            }
            for turn in turns
        ],
    }
