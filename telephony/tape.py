"""The tape: a call's record, written while the call runs.

`call.wav` holds both sides sample-aligned on the caller's timeline (16 kHz, 16-bit; left the caller, right
the agent *as heard*); `tape.jsonl` holds one row per micro-turn with something in it. Memory stays flat: only
the caller's last seconds wait for the agent's side, since what the caller heard is known a little later. Both
files can be read at any moment, after a crash too: rows are whole lines, the WAV header is kept up to date.
A person who is called to speak with the caller has a line, and so a tape, of their own beside it.
"""

import json
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

import numpy as np

from config.units import SAMPLE_RATE_HZ
from model.turn import Audio, Transcript, TurnOutput
from telephony.line import HeardSpan, LineTurn

TAPE_VERSION: Final = 1
_HEARD_LATE_SAMPLES: Final = 2 * SAMPLE_RATE_HZ
"""How long the caller's side waits for the agent's: longer than any playout lead or stall we accept."""
_WAV_HEADER_BYTES: Final = 44
_FRAME_BYTES: Final = 4

Row = dict[str, Any]


def _wav_header(frames: int) -> bytes:
    """RIFF header of a 16 kHz stereo 16-bit file of `frames` frames."""
    size_bytes = frames * _FRAME_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + size_bytes, b"WAVE", b"fmt ", 16, 1, 2,
        SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * _FRAME_BYTES, _FRAME_BYTES, 16, b"data", size_bytes,
    )  # fmt: skip


class StereoRecording:
    """Writes the caller as it comes and the agent where it was heard, aligned to the sample.

    The last two to three seconds are kept in memory; what is older is on disk.
    """

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self._file.write(_wav_header(0))
        self._caller_samples = 0
        self._written_frames = 0
        self._waiting = np.zeros((0, 2), dtype="<i2")
        self._agent = np.zeros(0, dtype="<i2")
        self._agent_start = 0

    @property
    def waiting_samples(self) -> int:
        """How many samples are held in memory."""
        return self._waiting.shape[0]

    def caller(self, audio: Audio) -> None:
        """Append caller audio int16[n]."""
        frames = np.zeros((audio.size, 2), dtype="<i2")
        frames[:, 0] = audio
        self._waiting = np.concatenate([self._waiting, frames])
        self._caller_samples += audio.size
        self._flush(keep=_HEARD_LATE_SAMPLES)

    def agent(self, audio: Audio) -> None:
        """Append agent audio int16[n] as given out; it is written once `heard` says where it sounded."""
        self._agent = np.concatenate([self._agent, audio.astype("<i2")])
        excess = self._agent.size - _HEARD_LATE_SAMPLES
        if excess > 0:
            self._agent = self._agent[excess:]
            self._agent_start += excess

    def heard(self, span: HeardSpan) -> None:
        """Place agent audio on the caller's timeline. What lies before the written part is cut off."""
        missed = max(self._written_frames - span.call_start, self._agent_start - span.agent_start, 0)
        target = span.call_start + missed - self._written_frames
        source = span.agent_start + missed - self._agent_start
        count = min(span.samples - missed, self._agent.size - source)
        if count <= 0:
            return
        lacking = target + count - self._waiting.shape[0]
        if lacking > 0:
            self._waiting = np.concatenate([self._waiting, np.zeros((lacking, 2), dtype="<i2")])
        self._waiting[target : target + count, 1] = self._agent[source : source + count]

    def close(self) -> None:
        """Write what is left and close the file."""
        if not self._file.closed:
            self._flush(keep=0)
            self._file.close()

    def _flush(self, keep: int) -> None:
        known = self._caller_samples - self._written_frames
        ready = known - keep
        if ready < SAMPLE_RATE_HZ and keep:
            return
        if ready > 0:
            self._file.write(self._waiting[:ready].tobytes())
            self._waiting = self._waiting[ready:].copy()
            self._written_frames += ready
        self._file.seek(0)
        self._file.write(_wav_header(self._written_frames))
        self._file.seek(0, 2)
        self._file.flush()


def _plain(value: object) -> object:
    """Dataclasses and pydantic models as JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    dump: Callable[..., object] | None = getattr(value, "model_dump", None)
    return dump(mode="json") if dump else value


def _caller(said: Transcript) -> Row:
    """The caller's turn; `language`: of its words, if not the call's; `spoken`: what the caller speaks."""
    row: Row = {
        "text": said.text,
        "final": said.final,
        "confidence": round(said.confidence, 3),
        "words": [asdict(word) for word in said.words],
    }
    if said.language:
        row["language"] = said.language
    if said.spoken is not None:
        row["spoken"] = {
            "language": said.spoken.language,
            "probability": round(said.spoken.probability, 3),
        }
    return row


class Tape:
    """One call's folder while the call runs."""

    def __init__(self, folder: Path, header: Mapping[str, object], *, sound: bool = True) -> None:
        """Open `folder` (created; it must not hold a tape yet) and write the header row.

        Without `sound` no recording is made; words and events are written all the same.

        Raises:
            FileExistsError: the folder already holds a tape.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._rows: TextIO = (folder / "tape.jsonl").open("x", encoding="utf-8")
        self._recording = StereoRecording(folder / "call.wav") if sound else None
        self._heard_ms = 0
        self._last_index = -1
        self._row({"kind": "tape", "version": TAPE_VERSION, **header})

    def micro_turn(
        self, turn: LineTurn, output: TurnOutput, columns: Mapping[str, tuple[object, ...]]
    ) -> None:
        """Write one micro-turn: both sides' audio, and a row of whatever is not empty.

        Args:
            turn: what the line brought.
            output: what the interlocutor answered.
            columns: further columns (`reports`, `delegations`, ...), each a tuple of messages.
        """
        if self._recording is not None:
            self._recording.caller(turn.caller_audio)
            self._recording.agent(output.agent_audio)
            for span in turn.heard:
                self._recording.heard(span)
        self._last_index = turn.index
        row: dict[str, object] = {}
        if output.transcript is not None:
            row["caller"] = _caller(output.transcript)
        if output.agent_words:
            row["agent"] = {
                "offer": output.voicing,
                "words": [
                    {"text": word.text, "start_ms": word.start_ms, "end_ms": word.end_ms}
                    for word in output.agent_words
                ],
            }
        if turn.heard_ms != self._heard_ms:
            self._heard_ms = row["heard_ms"] = turn.heard_ms
        if turn.keys:
            row["keys"] = "".join(turn.keys)
        if turn.filled_ms:
            row["filled_ms"] = turn.filled_ms
        if output.acts:
            row["acts"] = [
                {"act": type(act).__name__, **{name: _plain(value) for name, value in asdict(act).items()}}
                for act in output.acts
            ]
        row |= {
            name: [_plain(message) for message in messages] for name, messages in columns.items() if messages
        }
        if row:
            readings = asdict(output.readings)
            row["readings"] = {
                name: [round(p, 3) for p in value] if isinstance(value, tuple) else round(value, 3)
                for name, value in readings.items()
            }
            self._row({"kind": "turn", "index": turn.index, **row})

    def of_leg(self, number: int, header: Mapping[str, object]) -> "Tape":
        """Open the tape of another line of this call, `legs/<number>`: its micro-turns, on its own clock.

        Raises:
            FileExistsError: there is one of this number.
        """
        folder = self.folder / "legs" / str(number)
        return Tape(folder, {"leg": number, **header}, sound=self._recording is not None)

    def close(
        self, outcome: str, reports: tuple[object, ...] = (), figures: Mapping[str, object] | None = None
    ) -> None:
        """Write what came in after the last micro-turn, the last row, and close both files. Idempotent.

        Args:
            outcome: how the call ended.
            reports: what came in late.
            figures: columns of the last row.
        """
        if not self._rows.closed:
            if reports:
                self._row({"kind": "after", "reports": [_plain(report) for report in reports]})
            ends = {"outcome": outcome, "micro_turns": self._last_index + 1}
            self._row({"kind": "end", **ends, **(figures or {})})
            self._rows.close()
            if self._recording is not None:
                self._recording.close()

    def _row(self, row: Mapping[str, object]) -> None:
        self._rows.write(json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=str) + "\n")
        self._rows.flush()


def read_rows(folder: Path) -> Iterator[Row]:
    """Read a tape's rows; the last one of a call that crashed may be cut short and is then left out.

    Raises:
        FileNotFoundError: the folder holds no tape.
    """
    with (folder / "tape.jsonl").open(encoding="utf-8") as rows:
        for line in rows:
            if not line.endswith("\n"):
                return
            yield json.loads(line)


def seconds_recorded(folder: Path) -> float:
    """Length of `call.wav` in seconds, from its size: right even if the header was not written last."""
    size_bytes = (folder / "call.wav").stat().st_size - _WAV_HEADER_BYTES
    return max(size_bytes, 0) // _FRAME_BYTES / SAMPLE_RATE_HZ
