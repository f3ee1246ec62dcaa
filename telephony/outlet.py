"""Micro-turns out, packets in: the outlet lets agent audio leave with a small bounded lead. Pure.

Audio may be with the carrier for at most `lead_ns` before it sounds: so stopping is instant, and what was
sent is nearly what was heard. What would go beyond waits here. Where more is ahead than jitter needs (after
a stall, or because the caller's clock is the faster one), packets in the middle of the agent's pauses are
left out, so that no lag lasts.
"""

from dataclasses import dataclass, replace
from typing import Final

from config.units import MICRO_TURN_MS, PACKET_MS, PACKET_SAMPLES, SAMPLE_RATE_HZ
from model.turn import Audio
from telephony import resample
from telephony.clock import NS_PER_MS
from telephony.coding import MULAW, Coding
from telephony.packets import levels, within_a_pause
from telephony.playout import Playout, duration_ns

QUIET_RMS: Final = 33.0
"""-60 dB of full scale."""
WATCHED_TURNS: Final = 25
"""Five seconds: what was spare in all of them is not needed against jitter."""


@dataclass(frozen=True, slots=True)
class Packet:
    """At most 20 ms ready to leave: coded bytes and the agent samples they stand for.

    `mark` is the name of the mark that follows it, if one does.
    """

    wire: bytes
    agent_start: int
    samples: int
    quiet: bool
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """What has been given out and not sent.

    Attributes:
        unsent: in order.
        given_samples: agent samples given out over the call.
        turns: how many times audio was given.
        spare_ns: what the carrier still had when each of the last turns came.
        left_out_ms: over the call: pauses shortened.
        coding: of the carrier's audio.
        marks_silence: whether a mark follows what has no sound in it, too.
    """

    unsent: tuple[Packet, ...] = ()
    history: resample.History | None = None
    given_samples: int = 0
    turns: int = 0
    spare_ns: tuple[int, ...] = ()
    left_out_ms: int = 0
    coding: Coding = MULAW
    marks_silence: bool = False

    @property
    def unsent_ns(self) -> int:
        return sum(duration_ns(packet.samples) for packet in self.unsent)


def pour(outlet: Outlet, audio: Audio, playout: Playout, now_ns: int) -> Outlet:
    """Take int16[n] at 16 kHz from the conversation. A mark follows it, if there is sound in it."""
    coding = outlet.coding
    down = resample.kernel(SAMPLE_RATE_HZ, coding.rate_hz)
    pcm, history = resample.resample(down, audio, outlet.history or resample.silence_before(down))
    wire, step = coding.encode(pcm), coding.packet_bytes
    given, mark = outlet.given_samples, f"micro-turn-{outlet.turns}"
    whole = len(wire) // step
    quiet = (levels(pcm, coding.packet_samples) <= QUIET_RMS).tolist()
    packets = [
        Packet(wire[at * step : (at + 1) * step], given + at * PACKET_SAMPLES, PACKET_SAMPLES, quiet[at])
        for at in range(whole)
    ]
    if rest := wire[whole * step :]:
        done = whole * PACKET_SAMPLES
        packets.append(Packet(rest, given + done, audio.size - done, quiet=False))
    if packets and (outlet.marks_silence or not all(packet.quiet for packet in packets)):
        packets[-1] = replace(packets[-1], mark=mark)
    spare_ns = playout.lead_ns(now_ns) + outlet.unsent_ns
    return replace(
        outlet,
        unsent=(*outlet.unsent, *packets),
        history=history,
        given_samples=given + audio.size,
        turns=outlet.turns + 1,
        spare_ns=(*outlet.spare_ns, spare_ns)[-WATCHED_TURNS:],
    )


def cleared(outlet: Outlet) -> Outlet:
    """Forget everything unsent, the resampler's tail included."""
    return replace(outlet, unsent=(), history=None, spare_ns=())


def shorten(outlet: Outlet, lead_ns: int) -> tuple[Outlet, frozenset[int]]:
    """Choose the unsent packets to leave out, by agent sample: as many as are spare, from within pauses."""
    if not outlet.spare_ns:
        return outlet, frozenset()
    steady_ns = min(outlet.spare_ns) if len(outlet.spare_ns) == WATCHED_TURNS else 0
    beyond_ns = outlet.spare_ns[-1] + MICRO_TURN_MS * NS_PER_MS - lead_ns
    packets = max(steady_ns, beyond_ns) // (PACKET_MS * NS_PER_MS)
    if packets <= 0:
        return outlet, frozenset()
    quiet = [packet.quiet for packet in outlet.unsent]
    pause = within_a_pause([True, *quiet, True], 1)[1:-1]
    chosen = [packet.agent_start for packet, spare in zip(outlet.unsent, pause, strict=True) if spare][
        :packets
    ]
    saved_ns = len(chosen) * PACKET_MS * NS_PER_MS
    return replace(
        outlet,
        spare_ns=tuple(max(0, spare_ns - saved_ns) for spare_ns in outlet.spare_ns),
        left_out_ms=outlet.left_out_ms + len(chosen) * PACKET_MS,
    ), frozenset(chosen)


@dataclass(frozen=True, slots=True)
class Run:
    """Packets that leave together as one message; no bytes stand for a pause that is left out."""

    wire: bytes
    agent_start: int
    samples: int
    mark: str | None


def leaving(
    outlet: Outlet, playout: Playout, now_ns: int, lead_ns: int, pauses: frozenset[int]
) -> tuple[Outlet, tuple[Run, ...]]:
    """Take what may leave now: as long as the carrier then has no more than the lead."""
    runs: list[Run] = []
    run: list[Packet] = []
    ahead_ns, gone = playout.lead_ns(now_ns), 0
    for packet in outlet.unsent:
        left_out = packet.agent_start in pauses
        if not left_out:
            ahead_ns += duration_ns(packet.samples)
            if ahead_ns > lead_ns:
                break
            run.append(packet)
        gone += 1
        if run and (left_out or packet.mark):
            runs.append(_joined(run))
            run = []
        if left_out:
            runs.append(Run(b"", packet.agent_start, packet.samples, packet.mark))
    if run:
        runs.append(_joined(run))
    return (replace(outlet, unsent=outlet.unsent[gone:]) if gone else outlet), tuple(runs)


def _joined(run: list[Packet]) -> Run:
    wire = b"".join(packet.wire for packet in run)
    return Run(wire, run[0].agent_start, sum(packet.samples for packet in run), run[-1].mark)


def wake_ns(outlet: Outlet, playout: Playout, lead_ns: int) -> int | None:
    """When the next unsent packet may leave; None when there is none."""
    if not outlet.unsent:
        return None
    return playout.free_ns + duration_ns(outlet.unsent[0].samples) - lead_ns
