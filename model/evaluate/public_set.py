"""Full-Duplex-Bench's data, in its own layout, as cases of ours: anyone can run the public set.

    v1_0/candor_pause_handling/ID/      input.wav  pause.json         -> pause
    v1_0/synthetic_pause_handling/ID/   input.wav  pause.json         -> pause
    v1_0/candor_turn_taking/ID/         input.wav  turn_taking.json   -> turn
    v1_0/icc_backchannel/ID/            input.wav                     -> backchannel
    v1_0/synthetic_user_interruption/ID/   input.wav  interrupt.json  -> interruption
    v1_5/user_interruption/ID/          input.wav  metadata.json      -> interruption
    v1_5/user_backchannel/ID/           input.wav  metadata.json      -> caller_backchannel
    v1_5/talking_to_other/ID/           input.wav  metadata.json      -> talking_to_other
    v1_5/background_speech/ID/          input.wav  metadata.json      -> background_speech

Any folder may be given: the set, one version of it, one task, or one sample. Recordings of any rate go
through the telephone's band and µ-law. Word times (`transcription.json`, when there) stand in for ears with
`--ears known`. What is not used: `clean_input.wav`, `context.wav` and `interrupt.wav` (parts of what
`input.wav` holds), and what needs a language model to judge (the content of answers). For backchannels the
set holds no times on its own; takeovers and frequency are measured, not timing, unless the sample has an
`openings.json` (a list of [start, end] in seconds).

Layout: https://github.com/DanielLin94144/Full-Duplex-Bench, folder `v1_v1.5/dataset`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from config.errors import ConfigError
from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_MS, WIRE_RATE_HZ, WIRE_SAMPLES_PER_MS
from model.data.acoustics import mulaw_there_and_back
from model.evaluate.agent_lines import REPLIES, STATEMENTS
from model.evaluate.cases import GOES_ON, Case, Cue, Events, Scenario, Script, Span
from model.evaluate.recording import sounding
from model.sound import SoundError, read_wav, to_int16, to_rate
from model.turn import Audio, Offer, OfferMade, Word

TASKS: Final = {
    "candor_pause_handling": Scenario.PAUSE,
    "synthetic_pause_handling": Scenario.PAUSE,
    "candor_turn_taking": Scenario.TURN,
    "icc_backchannel": Scenario.BACKCHANNEL,
    "synthetic_user_interruption": Scenario.INTERRUPTION,
    "user_interruption": Scenario.INTERRUPTION,
    "user_backchannel": Scenario.CALLER_BACKCHANNEL,
    "talking_to_other": Scenario.TALKING_TO_OTHER,
    "background_speech": Scenario.BACKGROUND_SPEECH,
}
_LANGUAGE: Final = "en"
_AFTER_MS: Final = 4_000
_BEFORE_OVERLAP_MS: Final = 2_600
"""So long before the overlap the agent begins to explain, if the caller's own words leave it the time."""
_TURN_GAP_MS: Final = 700
"""Silences up to this long belong to the caller's turn where no times are given."""


class PublicSetError(ConfigError):
    """The folder is not in Full-Duplex-Bench's layout."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """One sample's folder and what its task asks."""

    folder: Path
    task: str

    @property
    def scenario(self) -> Scenario:
        return TASKS[self.task]

    @property
    def id(self) -> str:
        return f"{self.scenario}-{self.task}-{self.folder.name}"

    def annotation(self, name: str) -> Any:  # noqa: ANN401 - what a file holds is for its reader to check
        """A JSON file of the sample; None when there is none.

        Raises:
            PublicSetError: it is no JSON.
        """
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            return json.loads(path.read_text())
        except ValueError as error:
            raise PublicSetError(f"{path} is not JSON: {error}") from None

    def spans(self, name: str) -> tuple[Span, ...]:
        """The `timestamp`s of an annotation, as ms."""
        listed = self.annotation(name)
        try:
            return tuple(_span(entry["timestamp"]) for entry in listed)
        except (TypeError, KeyError, ValueError, IndexError):
            raise PublicSetError(f"{self.folder / name} is missing, or has no timestamps") from None


def read_public_set(folder: Path, scenarios: Sequence[Scenario], most: int) -> list[Case]:
    """Read the samples of these scenarios, at most `most` of each task, in the order of their names.

    Raises:
        PublicSetError: there is no sample in the folder, or one cannot be read.
    """
    found: dict[str, list[_Sample]] = {}
    for sample in _samples(folder):
        if sample.scenario in scenarios:
            found.setdefault(sample.task, []).append(sample)
    if not found:
        raise PublicSetError(
            f"{folder} holds no sample in Full-Duplex-Bench's layout: folders like "
            "v1_5/user_interruption/1 with an input.wav in each"
        )
    return [_case(sample) for task in sorted(found) for sample in found[task][:most]]


def _samples(folder: Path) -> Iterator[_Sample]:
    """All samples under a folder; its own name, or that of the folder above, may be the task."""
    recordings = [folder / "input.wav"] if (folder / "input.wav").is_file() else folder.glob("**/input.wav")
    for recording in sorted(recordings, key=_by_number):
        sample = recording.resolve().parent
        if sample.parent.name in TASKS:
            yield _Sample(sample, sample.parent.name)


def _by_number(path: Path) -> tuple[str, int, str]:
    name = path.parent.name
    return (str(path.parent.parent), int(name) if name.isdigit() else 0, name)


# --- one sample -----------------------------------------------------------------------------


def _case(sample: _Sample) -> Case:
    sound = _read(sample.folder / "input.wav")
    words = _words(sample)
    match sample.scenario:
        case Scenario.PAUSE:
            events = Events(turn=_turn(sound, words), pauses=sample.spans("pause.json"))
        case Scenario.TURN:
            at = sample.spans("turn_taking.json")[0].start_ms
            events = Events(turn=Span(min(_turn(sound, words).start_ms, at), at))
            sound = sound[: round(at) * WIRE_SAMPLES_PER_MS]
        case Scenario.BACKCHANNEL:
            openings = sample.annotation("openings.json") or ()
            events = Events(turn=_turn(sound, words), openings=tuple(_span(each) for each in openings))
        case _:
            return _over_the_agent(sample, sound, words)
    script = Script(replies=_replies())
    return _built(sample, sound, events, (script, words, round(_needed(events.turn).end_ms)))


def _over_the_agent(sample: _Sample, sound: Audio, words: tuple[Word, ...]) -> Case:
    """The agent explains something from when the caller's first turn is over, or early enough."""
    told: Any = sample.annotation("metadata.json") or sample.annotation("interrupt.json")
    try:
        entry: Any = told if isinstance(told, dict) else told[0]
        overlap = _span(entry["timestamps"] if "timestamps" in entry else entry["timestamp"])
    except (TypeError, KeyError, ValueError, IndexError):
        raise PublicSetError(f"{sample.folder} has no metadata.json or interrupt.json with times") from None
    before = [span for span in sounding(sound, _TURN_GAP_MS) if span.end_ms <= overlap.start_ms - 200]
    begins_ms = max([span.end_ms for span in before], default=0.0) + 400
    begins_ms = min(begins_ms, max(overlap.start_ms - _BEFORE_OVERLAP_MS, 0))
    made = Cue(round(begins_ms), OfferMade(Offer("statement", STATEMENTS[_LANGUAGE][0])))
    is_turn = sample.scenario is Scenario.INTERRUPTION
    events = Events(turn=overlap if is_turn else None, overlap=overlap)
    script = Script((made,), _replies(), answers_from_ms=round(overlap.start_ms))
    ends_ms = overlap.end_ms if is_turn else max(overlap.end_ms, begins_ms + 18_000)
    heard = words if sample.scenario not in GOES_ON - {Scenario.CALLER_BACKCHANNEL} else ()
    return _built(sample, sound, events, (script, heard, round(ends_ms)))


def _built(sample: _Sample, sound: Audio, events: Events, rest: tuple[Script, tuple[Word, ...], int]) -> Case:
    script, words, ends_ms = rest
    ms = max(sound.size // WIRE_SAMPLES_PER_MS, ends_ms + _AFTER_MS)
    samples = -(-ms // MICRO_TURN_MS) * MICRO_TURN_MS * WIRE_SAMPLES_PER_MS
    whole = np.zeros(samples, np.float32)
    whole[: sound.size] = sound / 32_768
    return Case(
        id=sample.id,
        scenario=sample.scenario,
        language=_LANGUAGE,
        caller=mulaw_there_and_back(whole),
        events=events,
        script=script,
        spoken=words,
        about=f"sample {sample.folder.name} of {sample.task}",
        expectation=Expectation(AnswerKind.FREE),
    )


def _replies() -> tuple[Offer, ...]:
    return tuple(Offer("reply", text) for text in REPLIES[_LANGUAGE])


def _turn(sound: Audio, words: tuple[Word, ...]) -> Span:
    """The caller's turn: from the first word to the last, or from the first sound to the last."""
    if words:
        return Span(words[0].start_ms, words[-1].end_ms)
    spans = sounding(sound, _TURN_GAP_MS)
    if not spans:
        raise PublicSetError("a recording without sound")
    return Span(spans[0].start_ms, spans[-1].end_ms)


def _words(sample: _Sample) -> tuple[Word, ...]:
    """The words of `transcription.json`: a list of them, or of speakers with their items."""
    told = sample.annotation("transcription.json")
    listed = told.get("chunks", ()) if isinstance(told, dict) else told or ()
    words: list[Word] = []
    for entry in listed:
        for item in entry.get("item", (entry,)):
            span, text = _span(item["timestamp"]), str(item["text"]).strip().lower()
            if text and not text.startswith("["):
                words.append(Word(text.strip(".,?!"), round(span.start_ms), round(span.end_ms)))
    return tuple(sorted(words, key=lambda word: word.start_ms))


def _span(seconds: Sequence[float]) -> Span:
    start, end = (float(each) for each in seconds[:2])
    return Span(start * 1_000, end * 1_000)


def _read(path: Path) -> Audio:
    """The caller's side: the first channel, in the telephone's band, int16[n] at `WIRE_RATE_HZ`."""
    try:
        recording = read_wav(path)
    except SoundError as error:
        raise PublicSetError(str(error)) from None
    return to_int16(to_rate(recording.samples[0], recording.rate_hz, WIRE_RATE_HZ))


def _needed(span: Span | None) -> Span:
    if span is None:
        raise PublicSetError("a sample without a turn")
    return span
