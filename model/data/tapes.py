"""Recorded calls as training calls: what a tape says of the floor, taken with the benefit of hindsight.

What can be known from a tape: who spoke when (by energy, on two channels that hardly mix), so the futures
too; where a turn was taken and whether the caller went on all the same, so ends and pauses; the words as the
ears heard them. What cannot be known has weight 0.
"""

# S slots of a call · N samples

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from config.expectation import AnswerKind, Expectation
from config.units import SLOT_MS, SLOT_SAMPLES, SLOTS_PER_MICRO_TURN
from model.data.calls import CALL_SLOTS, SimulatedCall
from model.data.delivery import FRAME_MS
from model.data.labels import FRAMES_PER_SLOT, FUTURE_SLOTS, Labels, futures
from model.data.stage import SaidWord, TurnSpan
from model.data.timing import ANTICIPATION_MS
from model.sound import read_wav, to_int16, to_model_rate
from model.streams import AGENT_TEXT, digits_index, kind_index
from model.synthesis.speech import Language
from model.turn import Audio

Voice = npt.NDArray[np.bool_]
Row = dict[str, Any]
_WENT_ON_MS: Final = 1_200
"""A caller who speaks again so soon after a turn was taken had not finished."""
_BRIDGED_SLOTS: Final = 3
_ABOVE_NOISE_DB: Final = 12.0
_BELOW_LOUD_DB: Final = 35.0
_SILENT_DB: Final = -62.0
_UNSURE_DB: Final = 3.0
_ABOVE_ECHO_DB: Final = 12.0
_ECHO_SLOTS: Final = 12
"""0.6 s: an echo comes back within half a second, and rings."""
_JUDGED_SLOTS: Final = 20


class TapeError(Exception):
    """A folder holds no usable tape; says which and why."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedCall:
    """A tape, read: int16[N] of each side at 16 kHz, S slots, and its rows of micro-turns."""

    caller: Audio
    agent: Audio
    rows: tuple[Row, ...]
    language: Language

    @property
    def slots(self) -> int:
        return len(self.caller) // SLOT_SAMPLES


@dataclass(frozen=True, slots=True, eq=False)
class _Voices:
    """bool[S, 2] and how sure: float32[S]."""

    active: Voice
    weight: npt.NDArray[np.float32]


def read_tape(folder: Path) -> RecordedCall:
    """Read `call.wav` and `tape.jsonl`.

    Raises:
        TapeError: one of them is missing or unreadable.
        model.sound.SoundError: `call.wav` is no WAV.
    """
    recording = to_model_rate(read_wav(folder / "call.wav"))
    if len(recording.samples) != 2:
        raise TapeError(f"{folder}: call.wav has {len(recording.samples)} channels, not two")
    try:
        lines = (folder / "tape.jsonl").read_text(encoding="utf-8").splitlines()
        rows: list[Row] = [json.loads(line) for line in lines if line.endswith("}")]
    except (OSError, ValueError) as error:
        raise TapeError(f"{folder}: tape.jsonl cannot be read ({error})") from error
    whole = recording.samples.shape[1] // SLOT_SAMPLES * SLOT_SAMPLES
    both = to_int16(recording.samples[:, :whole])
    spanish = any(str(row.get("language", "")).startswith("es") for row in rows[:1])
    turns = tuple(row for row in rows if row.get("kind") == "turn")
    return RecordedCall(both[0], both[1], turns, "es" if spanish else "en")


def recorded_calls(folder: Path, slots: int = CALL_SLOTS) -> Iterator[SimulatedCall]:
    """The parts of a tape, `slots` slots each, as training calls; a rest too short for one is left out.

    Raises:
        TapeError, model.sound.SoundError: see `read_tape`.
    """
    call = read_tape(folder)
    agent, also_sure = speaking(call.agent)
    caller, sure = speaking(call.caller, agent)
    voices = _Voices(np.stack((caller, agent), axis=1), sure * also_sure)
    turns = _turns(call, caller)
    for first in range(0, call.slots - slots - FUTURE_SLOTS + 1, slots):
        yield _part(call, voices, turns, slice(first, first + slots))


def speaking(sound: Audio, other: Voice | None = None) -> tuple[Voice, npt.NDArray[np.float32]]:
    """Who speaks by energy: bool[S], and float32[S], 0 where it is too close to tell.

    Louder than the quiet parts by 12 dB and within 35 dB of the loud ones; short gaps are bridged. Where the
    `other` side speaks or has just spoken, its echo is in the way: there only what is nearly as loud as this
    side alone counts.
    """
    power = (sound.astype(np.float64).reshape(-1, SLOT_SAMPLES) ** 2).mean(1) / 32_768**2
    level_db = 10 * np.log10(power + 1e-12)
    echoing = np.zeros(len(level_db), np.bool_)
    if other is not None:
        echoing = np.convolve(other, np.ones(_ECHO_SLOTS), mode="full")[: len(other)] > 0
    alone = level_db[~echoing] if (~echoing).sum() >= _ECHO_SLOTS else level_db
    quiet, loud = np.percentile(alone, (10, 98)) if len(alone) else (0.0, 0.0)
    border = max(min(quiet + _ABOVE_NOISE_DB, loud - 6), loud - _BELOW_LOUD_DB, _SILENT_DB)
    borders = np.where(echoing, max(border, loud - _ABOVE_ECHO_DB), border)
    voice = level_db > borders
    sure = (np.abs(level_db - borders) > _UNSURE_DB).astype(np.float32)
    edges = np.flatnonzero(np.diff(voice.astype(np.int8)))
    for stop, start in pairwise(edges):
        if voice[stop] and not voice[stop + 1] and start - stop <= _BRIDGED_SLOTS:
            voice[stop + 1 : start + 1] = True
    return voice, sure


def _turns(call: RecordedCall, caller: Voice) -> list[TurnSpan]:
    """Turns of the caller: stretches of speech up to where one was taken for good; ends in frames."""
    taken = [
        (row["index"] + 1) * SLOTS_PER_MICRO_TURN
        for row in call.rows
        if any(act.get("act") == "TurnTaken" for act in row.get("acts", ()))
    ]
    runs = _runs(caller)
    turns, open_runs = list[TurnSpan](), list[tuple[int, int]]()
    for k, (begin, end) in enumerate(runs):
        open_runs.append((begin, end))
        after = runs[k + 1][0] if k + 1 < len(runs) else len(caller)
        over = any(end <= slot <= after for slot in taken)
        if over and (after - end) * SLOT_MS >= _WENT_ON_MS:
            pauses = tuple(
                (one[1] * FRAMES_PER_SLOT, other[0] * FRAMES_PER_SLOT) for one, other in pairwise(open_runs)
            )
            span = (open_runs[0][0] * FRAMES_PER_SLOT, end * FRAMES_PER_SLOT)
            turns.append(TurnSpan(*span, pauses, kind_index(Expectation(AnswerKind.FREE)), long=False))
            open_runs = []
    return turns


def _runs(voice: Voice) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], voice, [False])).astype(np.int8)))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]


def _part(call: RecordedCall, voices: _Voices, turns: list[TurnSpan], kept: slice) -> SimulatedCall:
    voice = voices.active
    first, slots = kept.start, kept.stop - kept.start
    over, over_weight = _floor(voice, turns)
    said = np.where(voice[:, 1], AGENT_TEXT.index("word"), 0).astype(np.uint8)
    kind, digits = _awaited(call)
    nothing, unknown = np.zeros(slots, np.uint8), np.zeros(slots, np.float32)
    begin, end = first * FRAMES_PER_SLOT, kept.stop * FRAMES_PER_SLOT
    return SimulatedCall(
        caller=call.caller[first * SLOT_SAMPLES : kept.stop * SLOT_SAMPLES],
        agent=call.agent[first * SLOT_SAMPLES : kept.stop * SLOT_SAMPLES],
        kind=kind[kept],
        digits=digits[kept],
        said=said[kept],
        act=nothing,
        clock_slot=first,
        labels=Labels(
            voice=voice[kept],
            voice_weight=voices.weight[kept],
            future=futures(voice)[kept],
            turn_end=over[kept],
            turn_end_weight=over_weight[kept],
            barge_in=np.zeros(slots, np.bool_),
            barge_in_weight=unknown,
            backchannel_due=np.zeros(slots, np.bool_),
            backchannel_weight=unknown,
            phones=nothing,
            digits_said=nothing,
            language=nothing,
            agent_text=nothing,
            agent_text_weight=unknown,
            acts=nothing,
            acts_weight=unknown,
            speech_weight=unknown,
        ),
        turns=tuple(
            TurnSpan(
                turn.begin - begin,
                turn.end - begin,
                tuple((a - begin, b - begin) for a, b in turn.pauses),
                turn.kind,
                turn.long,
            )
            for turn in turns
            if turn.begin >= begin and turn.end < end
        ),
        overlaps=(),
        caller_words=tuple(
            SaidWord(word.text, word.begin - begin, word.end - begin, word.language)
            for word in _words(call)
            if word.begin >= begin and word.end <= end
        ),
        told=(),
        language=call.language,
    )


def _floor(voice: Voice, turns: list[TurnSpan]) -> tuple[Voice, npt.NDArray[np.float32]]:
    """Where turns are over and where callers only paused; what lies between is not judged."""
    over, weight = np.zeros(len(voice), np.bool_), np.zeros(len(voice), np.float32)
    early = round(ANTICIPATION_MS / SLOT_MS)
    for turn in turns:
        for begin, end in turn.pauses:
            first, last = begin // FRAMES_PER_SLOT, end // FRAMES_PER_SLOT
            over[first:last], weight[first - early : last] = False, 1.0
        end = turn.end // FRAMES_PER_SLOT
        silent = np.flatnonzero(voice[end:].any(1))
        last = end + min(int(silent[0]) if len(silent) else len(voice) - end, _JUDGED_SLOTS)
        over[max(end - early, 0) : last] = True
        weight[max(end - early, 0) : last] = 1.0
    return over, weight


def _awaited(call: RecordedCall) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """What was awaited in each slot; an open answer where the tape does not say."""
    kind = np.full(call.slots, kind_index(Expectation(AnswerKind.FREE)), np.uint8)
    digits = np.zeros(call.slots, np.uint8)
    for row in call.rows:
        awaited = row.get("awaited")
        if awaited is not None:
            expectation = Expectation(AnswerKind(awaited["kind"]), awaited.get("digits"))
            first = row["index"] * SLOTS_PER_MICRO_TURN
            kind[first:], digits[first:] = kind_index(expectation), digits_index(expectation)
    return kind, digits


def _words(call: RecordedCall) -> list[SaidWord]:
    """The words of final transcripts, in frames."""
    words = list[SaidWord]()
    for row in call.rows:
        transcript = row.get("caller")
        if transcript is None or not transcript.get("final"):
            continue
        words += [
            SaidWord(word["text"], word["start_ms"] // FRAME_MS, word["end_ms"] // FRAME_MS, call.language)
            for word in transcript["words"]
        ]
    return words
