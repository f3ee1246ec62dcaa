"""The line of one call: wire messages and the clock in, micro-turns and outbound messages out. No I/O.

carrier ──packets──► inlet ──LineTurn──► conversation ──LineAnswer──► outlet ──packets──► carrier
                       ▲                                                │
                       └───────── heard, by marks and clock ── playout ◄┘
"""

from dataclasses import dataclass
from typing import Final, assert_never

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.turn import Audio
from telephony import outlet as out
from telephony import packets, playout
from telephony.clock import NS_PER_MS
from telephony.coding import MULAW, Coding
from telephony.errors import LineError
from telephony.line import HeardSpan, LineAnswer, LineTurn
from telephony.messages import (
    Clear,
    FromCarrier,
    KeyPress,
    MarkReturned,
    Media,
    Play,
    Played,
    SetMark,
    Stop,
    ToCarrier,
    Typed,
)
from telephony.sequence import Sequence, observe

MOST_KEYS: Final = 64
"""Keypad digits kept for one micro-turn; nobody presses faster."""
MOST_TYPED: Final = 4
"""Typed turns kept for one micro-turn."""


@dataclass(frozen=True, slots=True)
class LineLimits:
    """How far a line may run ahead and how long it waits.

    Attributes:
        lead_ms: how much audio may be with the carrier before it sounds: one micro-turn, and what jitter
            needs.
        unconfirmed_ms: how far beyond the last confirmation agent audio counts as heard by the clock alone;
            None where confirmations are only asked for after sound (see `telephony.playout`).
        silent_ms: after so long without media the carrier is taken to be gone.
        in_step: whether a micro-turn waits for the answer to the one before. True for a conversation, which
            answers each; False where audio comes as it likes (a pipeline with a text-to-speech service).
    """

    lead_ms: int = MICRO_TURN_MS + 60
    unconfirmed_ms: int | None = None
    silent_ms: int = 10_000
    in_step: bool = True


@dataclass(frozen=True, slots=True)
class LineCounts:
    """What a line has been through, for the log and the tests."""

    micro_turns: int
    filled_ms: int
    skipped_ms: int
    dropped_ms: int
    left_out_ms: int
    missing: int
    duplicates: int
    reordered: int
    late_marks: int
    unknown_marks: int
    flushed_marks: int


class MediaLine:
    """Both directions of one call's audio, from the stream's start to its stop.

    Every method takes the time it is called at, in monotonic nanoseconds that never run back. `lead_in_ms` of
    silence go before the caller's first packet (see `telephony.phases`).
    """

    def __init__(
        self, now_ns: int, limits: LineLimits | None = None, lead_in_ms: int = 0, coding: Coding = MULAW
    ) -> None:
        self.limits = limits or LineLimits()
        self.stopped = False
        confirmed_often = self.limits.unconfirmed_ms is not None
        self._inlet = packets.led_in(lead_in_ms, coding)
        self._outlet = out.Outlet(coding=coding, marks_silence=confirmed_often)
        self._playout = playout.Playout(
            free_ns=now_ns,
            confirmed_ns=now_ns,
            unconfirmed_ns=(self.limits.unconfirmed_ms or 0) * NS_PER_MS if confirmed_often else None,
        )
        self._sequence = Sequence()
        self._keys: tuple[str, ...] = ()
        self._typed: tuple[str, ...] = ()
        self._index = 0
        self._answered = 0
        self._cut_ms: int | None = None
        self._heard_from_ns = now_ns

    # --- from the carrier ---------------------------------------------------------------------------

    def receive(self, message: FromCarrier, now_ns: int) -> None:
        """Take in one message of the stream."""
        self._sequence, new = observe(self._sequence, getattr(message, "sequence", None))
        match message:
            case Media(payload):
                self._heard_from_ns = now_ns
                if new:
                    self._inlet = packets.arrive(self._inlet, payload, now_ns)
            case KeyPress(key):
                if new and len(self._keys) < MOST_KEYS:
                    self._keys = (*self._keys, key)
            case Typed(text):
                if len(self._typed) < MOST_TYPED:
                    self._typed = (*self._typed, text)
            case Played(samples):
                self._playout = playout.on_played(self._playout, samples, now_ns)
            case MarkReturned(name):
                self._playout = playout.on_mark(self._playout, name, now_ns)
            case Stop():
                self.stopped = True
            case _:
                assert_never(message)

    def take_turn(self, now_ns: int) -> LineTurn | None:
        """Take the next micro-turn, if its time has come."""
        if self.limits.in_step and self._answered < self._index:
            return None
        self._inlet, gathered = packets.gather(self._inlet, now_ns)
        if gathered is None:
            return None
        heard_ms, heard = self._collect(now_ns)
        turn = LineTurn(
            self._index,
            gathered.audio,
            self._keys,
            heard_ms,
            heard,
            gathered.filled_ms,
            typed=self._typed,
        )
        self._keys, self._typed = (), ()
        self._index += 1
        return turn

    def is_silent(self, now_ns: int) -> bool:
        """Whether nothing has come from the carrier for so long that it must be gone."""
        return now_ns - self._heard_from_ns >= self.limits.silent_ms * NS_PER_MS

    # --- from the conversation ----------------------------------------------------------------------

    def answer(self, answer: LineAnswer, now_ns: int) -> tuple[ToCarrier, ...]:
        """Take the answer to a micro-turn; what may leave now is handed back.

        Raises:
            LineError: the audio is not int16[3200].
        """
        if answer.agent_audio.dtype.name != "int16" or answer.agent_audio.shape != (MICRO_TURN_SAMPLES,):
            raise LineError(
                f"int16[{MICRO_TURN_SAMPLES}] is expected, not {answer.agent_audio.dtype.name}"
                f"{list(answer.agent_audio.shape)}"
            )
        self._answered += 1
        flushed = self.clear(now_ns) if answer.clear else ()
        return flushed + self.play(answer.agent_audio, now_ns)

    def play(self, audio: Audio, now_ns: int) -> tuple[ToCarrier, ...]:
        """Play int16[n] at 16 kHz after all that was given before."""
        self._outlet = out.pour(self._outlet, audio, self._playout, now_ns)
        self._outlet, pauses = out.shorten(self._outlet, self._lead_ns)
        return self._release(now_ns, pauses)

    def clear(self, now_ns: int) -> tuple[ToCarrier, ...]:
        """Flush everything the caller has not heard; the heard position is where the agent is cut."""
        self._outlet = out.cleared(self._outlet)
        self._playout = playout.clear(self._playout, now_ns)
        self._cut_ms = self._playout.heard_samples // SAMPLES_PER_MS
        return (Clear(),)

    def send_due(self, now_ns: int) -> tuple[ToCarrier, ...]:
        """What was held back and may leave now."""
        return self._release(now_ns, frozenset())

    # --- the clock ----------------------------------------------------------------------------------

    def wake_ns(self) -> int:
        """When to look again even if nothing arrives: for `take_turn`, `send_due` or `is_silent`."""
        at_ns = self._heard_from_ns + self.limits.silent_ms * NS_PER_MS
        if not self.limits.in_step or self._answered >= self._index:
            due_ns = packets.wake_ns(self._inlet)
            at_ns = at_ns if due_ns is None else min(at_ns, due_ns)
        leaves_ns = out.wake_ns(self._outlet, self._playout, self._lead_ns)
        return at_ns if leaves_ns is None else min(at_ns, leaves_ns)

    @property
    def counts(self) -> LineCounts:
        return LineCounts(
            micro_turns=self._index,
            filled_ms=self._inlet.filled_ms,
            skipped_ms=self._inlet.skipped_ms,
            dropped_ms=self._inlet.dropped_ms,
            left_out_ms=self._outlet.left_out_ms,
            missing=self._sequence.missing,
            duplicates=self._sequence.duplicates,
            reordered=self._sequence.reordered,
            late_marks=self._playout.late_marks,
            unknown_marks=self._playout.unknown_marks,
            flushed_marks=self._playout.flushed_marks,
        )

    def lead_ms(self, now_ns: int) -> float:
        """How much audio the carrier has that has not sounded, by the schedule."""
        return self._playout.lead_ns(now_ns) / NS_PER_MS

    # --- inside -------------------------------------------------------------------------------------

    @property
    def _lead_ns(self) -> int:
        return self.limits.lead_ms * NS_PER_MS

    def _collect(self, now_ns: int) -> tuple[int, tuple[HeardSpan, ...]]:
        """The heard position and spans; the first report after a clear is the cut and nothing beyond."""
        if self._cut_ms is None:
            self._playout = playout.hear(self._playout, now_ns)
        self._playout, heard = playout.collect(self._playout)
        cut_ms, self._cut_ms = self._cut_ms, None
        return (self._playout.heard_samples // SAMPLES_PER_MS if cut_ms is None else cut_ms), heard

    def _release(self, now_ns: int, pauses: frozenset[int]) -> tuple[ToCarrier, ...]:
        """Let packets leave while the lead allows; those that leave together are one message."""
        if not self._outlet.unsent:
            return ()
        messages: list[ToCarrier] = []
        call_now = packets.call_sample(self._inlet, self._index, now_ns)
        self._outlet, runs = out.leaving(self._outlet, self._playout, now_ns, self._lead_ns, pauses)
        for run in runs:
            if run.wire:
                self._playout = playout.send(self._playout, run.agent_start, run.samples, now_ns, call_now)
                messages.append(Play(run.wire))
            else:
                self._playout = playout.leave_out(self._playout, run.agent_start, run.samples, now_ns)
            if run.mark:
                self._playout = playout.set_mark(self._playout, run.mark)
                messages.append(SetMark(run.mark))
        return tuple(messages)
