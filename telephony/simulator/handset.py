"""The caller's telephone: both directions of sound on one timeline, 20 ms at a time.

Holds what must be kept of a running call (the playout queue, both recordings, the caller, the ear) and no
clock: whoever holds the handset says how far time has come, in samples at 8 kHz since the line opened.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from config.units import PACKET_MS, PACKET_WIRE_BYTES, WIRE_SAMPLES_PER_MS
from model.turn import Audio
from telephony import mulaw
from telephony.simulator import caller as scripted
from telephony.simulator import playout
from telephony.simulator.caller import Action, Begin, Caller, Moment, Press
from telephony.simulator.ear import CallerLine, Ear, Span, hear, is_sound
from telephony.simulator.performance import Performance, room_noise
from telephony.simulator.playout import Playout
from telephony.simulator.script import CallScript, When

_FLOOR: Final = -32_768
_CEILING: Final = 32_767


@dataclass(slots=True)
class _Keying:
    """The line of keys being pressed."""

    keys: str
    start_ms: int
    end_ms: int


@dataclass(slots=True)
class Recording:
    """What passed over the line so far: µ-law bytes of both sides, and what happened when."""

    agent: bytearray = field(default_factory=bytearray)
    caller: bytearray = field(default_factory=bytearray)
    lines: list[CallerLine] = field(default_factory=list)
    dry: list[Span] = field(default_factory=list)
    clears_ms: list[float] = field(default_factory=list)


class Handset:
    """One caller's telephone."""

    def __init__(self, script: CallScript, performances: tuple[Performance, ...]) -> None:
        self.caller = Caller(performances, leaves_after_ms=script.leaves_after_ms)
        self.ear = Ear()
        self.playout = Playout()
        self.recording = Recording()
        self.packets = 0
        """Of the caller, so far."""
        self._noise = None if script.noise_db is None else room_noise(script.noise_db, script.seed)
        self._room = playout.SILENCE * PACKET_WIRE_BYTES if self._noise is None else mulaw.encode(self._noise)
        """What the caller's side sounds like when nothing is said, to be repeated: whole packets."""
        self._sound = b""
        self._sound_at = 0
        self._keying: _Keying | None = None
        self._ear_at = 0

    @property
    def now_ms(self) -> int:
        """Call time at the end of the last packet."""
        return self.packets * PACKET_MS

    # --- what is heard --------------------------------------------------------------------------

    def play_until(self, position: int) -> tuple[str, ...]:
        """Let the agent sound up to `position`; gives the names of the marks that return."""
        began = self.playout.position
        self.playout, played = playout.advance(self.playout, position)
        self.recording.agent += played.audio
        if played.dry_from is not None:
            self._note_dry(played.dry_from, position)
        while self._ear_at + PACKET_WIRE_BYTES <= max(position, began):
            packet = bytes(self.recording.agent[self._ear_at : self._ear_at + PACKET_WIRE_BYTES])
            self._ear_at += PACKET_WIRE_BYTES
            self.ear = hear(self.ear, self._ear_at // WIRE_SAMPLES_PER_MS, sounding=is_sound(packet))
        return played.marks

    def queue_audio(self, audio: bytes) -> bool:
        """Put agent audio behind what waits; False when it had to be discarded."""
        longer = playout.queue_audio(self.playout, audio)
        self.playout = longer or self.playout
        return longer is not None

    def queue_mark(self, name: str) -> tuple[str, ...]:
        """Put a mark behind what waits; gives it back when it returns at once."""
        self.playout, returned = playout.queue_mark(self.playout, name)
        return returned

    def clear(self) -> tuple[str, ...]:
        """Flush what waits; gives the flushed marks."""
        self.recording.clears_ms.append(self.playout.position / WIRE_SAMPLES_PER_MS)
        self.playout, marks = playout.clear(self.playout)
        return marks

    def hang_over(self) -> None:
        """The stream is over: what it left in the queue is never heard, and its marks never return."""
        self.playout, _ = playout.clear(self.playout)

    def _note_dry(self, start: int, end: int) -> None:
        dry, span = self.recording.dry, Span(start / WIRE_SAMPLES_PER_MS, end / WIRE_SAMPLES_PER_MS)
        if dry and dry[-1].end_ms == span.start_ms:
            dry[-1] = Span(dry[-1].start_ms, span.end_ms)
        else:
            dry.append(span)

    # --- what is said ---------------------------------------------------------------------------

    def next_packet(self) -> bytes:
        """Give the caller's next 20 ms, µ-law; always 160 bytes."""
        packet = self._sound[self._sound_at : self._sound_at + PACKET_WIRE_BYTES]
        self._sound_at += PACKET_WIRE_BYTES
        lacking = PACKET_WIRE_BYTES - len(packet)
        if lacking:
            end = self.packets * PACKET_WIRE_BYTES % len(self._room) + PACKET_WIRE_BYTES
            packet += self._room[end - lacking : end]
        self.recording.caller += packet
        self.packets += 1
        return packet

    def act(self, moment: Moment) -> Action | None:
        """Let the caller decide, right after a packet; what it does begins with the next."""
        self.caller, action = scripted.act(self.caller, moment)
        match action:
            case Begin(line):
                self._sound, self._sound_at = self._in_the_room(line.audio), 0
                start_ms = self.now_ms + line.sound.start_ms
                self.recording.lines.append(
                    CallerLine(line.text, line.when, start_ms, self.now_ms + line.sound.end_ms)
                )
            case Press(key):
                self._note_key(key)
            case _:
                pass
        return action

    def _in_the_room(self, spoken: Audio) -> bytes:
        """Encode a line together with the noise that passes meanwhile: once, not packet by packet."""
        if self._noise is None:
            return mulaw.encode(spoken)
        at = np.arange(spoken.size) + self.packets * PACKET_WIRE_BYTES
        mixed = spoken.astype(np.int32) + self._noise[at % self._noise.size]
        return mulaw.encode(np.clip(mixed, _FLOOR, _CEILING).astype(np.int16))

    def _note_key(self, key: str) -> None:
        keying = self._keying or _Keying("", self.now_ms, self.now_ms)
        keying.keys += key
        keying.end_ms = self.now_ms
        self._keying = keying if self.caller.keys else None
        if not self.caller.keys:
            self.recording.lines.append(
                CallerLine(keying.keys, When.TURN, keying.start_ms, keying.end_ms, keys=True)
            )

    # --- the recording --------------------------------------------------------------------------

    def both_sides(self) -> tuple[Audio, Audio]:
        """Caller and agent as heard, int16 at 8 kHz from call time 0."""
        return mulaw.decode(bytes(self.recording.caller)), mulaw.decode(bytes(self.recording.agent))
