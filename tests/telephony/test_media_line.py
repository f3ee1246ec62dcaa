"""Acceptance checks 12 to 16, 20 and 24: the whole line, by the clock."""

import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest

from telephony import mulaw
from telephony.clock import NS_PER_MS
from telephony.errors import LineError
from telephony.line import LineAnswer, LineTurn
from telephony.media_line import LineLimits, MediaLine
from telephony.messages import Clear, KeyPress, MarkReturned, Media, Play, SetMark, Stop, ToCarrier
from telephony.twilio.wire import to_wire
from tests.telephony.test_twilio_wire import STREAM, fits_the_schema

MS = NS_PER_MS
QUIET = np.zeros(3_200, np.int16)
LOUD = np.rint(8_000 * np.sin(np.arange(3_200) * 0.4)).astype(np.int16)
SILENT_PACKET = bytes([mulaw.SILENCE]) * 160


@dataclass
class Ear:
    """The carrier's player: a queue played in real time, with marks and clear."""

    free_ns: int = 0
    most_lead_ns: int = 0
    gaps_ns: int = 0
    marks: list[tuple[int, str]] = field(default_factory=list)
    sent_ms: float = 0.0
    times_ns: list[int] = field(default_factory=list)

    def take(self, messages: tuple[ToCarrier, ...], now_ns: int) -> None:
        for message in messages:
            assert fits_the_schema(to_wire(message, STREAM))
            match message:
                case Play(payload):
                    self.gaps_ns += max(0, now_ns - self.free_ns) if self.sent_ms else 0
                    self.free_ns = max(self.free_ns, now_ns) + len(payload) * 125_000
                    self.most_lead_ns = max(self.most_lead_ns, self.free_ns - now_ns)
                    self.sent_ms += len(payload) / 8
                    self.times_ns.append(now_ns)
                case SetMark(name):
                    self.marks.append((max(self.free_ns, now_ns), name))
                case Clear():
                    self.free_ns = now_ns
                    self.marks = [(now_ns, name) for _, name in self.marks]

    def returned(self, now_ns: int) -> list[str]:
        back = [name for at_ns, name in self.marks if at_ns <= now_ns]
        self.marks = [mark for mark in self.marks if mark[0] > now_ns]
        return back


def talk(turn: LineTurn) -> LineAnswer:
    """Speak for two seconds of every three."""
    return LineAnswer(LOUD if turn.index % 15 < 10 else QUIET)


def converse(
    line: MediaLine, ear: Ear, arrivals_ns: list[int], step_ms: float = 0.0, every_ms: int = 1
) -> list[LineTurn]:
    """Run packets, a conversation that takes `step_ms` to answer, and the carrier's player."""
    turns, pending, queue = list[LineTurn](), list[tuple[int, LineTurn]](), 0
    for now_ns in range(0, arrivals_ns[-1] + 30 * MS, every_ms * MS):
        for name in ear.returned(now_ns):
            line.receive(MarkReturned(name), now_ns)
        while queue < len(arrivals_ns) and arrivals_ns[queue] <= now_ns:
            line.receive(Media(SILENT_PACKET, queue + 2), now_ns)
            queue += 1
        while pending and pending[0][0] <= now_ns:
            ear.take(line.answer(talk(pending.pop(0)[1]), now_ns), now_ns)
        ear.take(line.send_due(now_ns), now_ns)
        if (turn := line.take_turn(now_ns)) is not None:
            turns.append(turn)
            pending.append((now_ns + int(step_ms * MS), turn))
    return turns


def on_time(packets: int) -> list[int]:
    return [(at + 1) * 20 * MS for at in range(packets)]


def test_every_micro_turn_in_gives_a_micro_turn_out_and_a_mark_where_there_is_sound():
    line, ear = MediaLine(0), Ear()
    turns = converse(line, ear, on_time(150))
    assert [turn.index for turn in turns] == list(range(15))
    assert ear.sent_ms == 3_000
    assert line.counts.unknown_marks == 0
    assert turns[-1].heard_ms == pytest.approx(2_800, abs=20)


def test_nothing_from_before_a_clear_leaves_after_it():
    line = MediaLine(0)
    line.answer(LineAnswer(LOUD), 0)
    line.answer(LineAnswer(LOUD), 0)
    after = line.answer(LineAnswer(QUIET, clear=True), 50 * MS)
    assert after[0] == Clear()
    later = [*after[1:], *line.send_due(400 * MS), *line.answer(LineAnswer(QUIET), 600 * MS)]
    sound = b"".join(message.payload for message in later if isinstance(message, Play))
    assert sound
    assert not mulaw.decode(sound).any()


def test_after_a_clear_the_heard_position_is_where_the_agent_was_cut():
    line = MediaLine(0)
    for packet in range(10):
        line.receive(Media(SILENT_PACKET), packet * 20 * MS)
    first = line.take_turn(180 * MS)
    assert first is not None
    line.answer(LineAnswer(LOUD), 180 * MS)
    line.answer(LineAnswer(LOUD, clear=True), 250 * MS)
    for packet in range(10, 20):
        line.receive(Media(SILENT_PACKET), packet * 20 * MS)
    cut = line.take_turn(380 * MS)
    assert cut is not None
    assert cut.heard_ms == 70
    assert [(span.agent_start, span.samples) for span in cut.heard] == [(0, 70 * 16)]


@pytest.mark.slow
def test_over_an_hour_the_pacing_error_stays_within_20_ms():
    """The caller's clock runs 50 ppm fast, packets of 100 ms jitter by 8 ms, answers take 5 to 15 ms."""
    random = np.random.default_rng(7)
    line, free_ns, error_ns, elapsed = MediaLine(0), 0, list[int](), 0
    for packet in range(3_600 * 10):
        now_ns = int((packet + 1) * 100 * MS * (1 - 50e-6)) + int(random.integers(0, 8 * MS))
        line.receive(Media(SILENT_PACKET * 5), now_ns)
        if (turn := line.take_turn(now_ns)) is None:
            continue
        answered_ns = now_ns + int(random.integers(5 * MS, 15 * MS))
        for message in line.answer(talk(turn), answered_ns):
            if isinstance(message, Play):
                free_ns = max(free_ns, answered_ns) + len(message.payload) * 125_000
        elapsed += 1
        error_ns.append(free_ns - answered_ns - 200 * MS)
    assert elapsed == 18_000
    settled = np.array(error_ns[50:]) / MS
    assert settled.min() >= 0
    assert settled.max() <= 60
    assert np.abs(settled - settled.mean()).max() <= 20


def test_a_200_ms_stall_leaves_no_lasting_lag():
    arrivals = [max(at, 2_700 * MS) if 2_500 * MS < at <= 2_700 * MS else at for at in on_time(600)]
    line, ear = MediaLine(0), Ear()
    turns = converse(line, ear, arrivals)
    assert line.counts.dropped_ms == 0
    assert ear.free_ns - arrivals[-1] <= 225 * MS
    assert turns[-1].heard_ms >= len(turns) * 200 - 200 - 25


def test_a_stall_of_the_whole_process_leaves_no_lasting_lag():
    line, ear = MediaLine(0), Ear()
    arrivals = [at + 200 * MS if 2_500 * MS < at <= 2_700 * MS else at for at in on_time(600)]
    converse(line, ear, sorted(arrivals), step_ms=10)
    assert ear.free_ns - max(arrivals) <= 235 * MS
    assert ear.most_lead_ns <= 260 * MS


def test_a_wall_clock_jump_changes_nothing(monkeypatch):
    straight, jumped = Ear(), Ear()
    converse(MediaLine(0), straight, on_time(150))
    monkeypatch.setattr(time, "time", lambda: 0.0)
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    converse(MediaLine(0), jumped, on_time(150))
    assert jumped.times_ns == straight.times_ns


def test_duplicate_missing_and_reordered_numbers_are_counted_and_survived():
    line = MediaLine(0)
    numbers = [2, 3, 3, 5, 4, 8, 9, 10, 11, 12, 13]
    for at, number in enumerate(numbers):
        line.receive(Media(SILENT_PACKET, number), (at + 1) * 20 * MS)
    counts = line.counts
    assert (counts.duplicates, counts.reordered, counts.missing) == (1, 1, 2)
    assert line.take_turn(220 * MS) is not None


@pytest.mark.parametrize("seed", range(5))
def test_audio_sent_ahead_never_exceeds_the_configured_lead(seed):
    random = np.random.default_rng(seed)
    arrivals, at_ns = list[int](), 0
    for at in on_time(500):
        if random.random() < 0.02:
            at_ns = at + int(random.integers(0, 600)) * MS
        arrivals.append(max(at, at_ns))
    for lead_ms in (220, 260, 400):
        line, ear = MediaLine(0, LineLimits(lead_ms=lead_ms)), Ear()
        converse(line, ear, arrivals, step_ms=float(random.integers(0, 80)))
        assert ear.most_lead_ns <= lead_ms * MS
        assert line.counts.dropped_ms == 0


def test_what_is_held_back_leaves_when_the_lead_allows():
    line = MediaLine(0)
    line.answer(LineAnswer(LOUD), 0)
    assert sum(len(m.payload) for m in line.answer(LineAnswer(LOUD), 0) if isinstance(m, Play)) == 60 * 8
    wake_ns = line.wake_ns()
    assert wake_ns == 20 * MS
    assert line.send_due(wake_ns - 1) == ()
    assert [len(m.payload) for m in line.send_due(wake_ns) if isinstance(m, Play)] == [160]


def test_a_micro_turn_waits_for_the_answer_to_the_one_before():
    line = MediaLine(0)
    for packet in range(20):
        line.receive(Media(mulaw.encode(LOUD[:160])), packet * 20 * MS)
    assert line.take_turn(400 * MS) is not None
    assert line.take_turn(400 * MS) is None
    line.answer(LineAnswer(QUIET), 410 * MS)
    assert line.take_turn(410 * MS) is not None


def test_keys_reach_the_next_micro_turn_and_only_it():
    line = MediaLine(0)
    for key in "12#":
        line.receive(KeyPress(key), 5 * MS)
    for packet in range(10):
        line.receive(Media(SILENT_PACKET), packet * 20 * MS)
    turn = line.take_turn(180 * MS)
    assert turn is not None
    assert turn.keys == ("1", "2", "#")
    line.answer(LineAnswer(QUIET), 180 * MS)
    again = line.take_turn(500 * MS)
    assert again is not None
    assert again.keys == ()


def test_a_stop_is_noticed_and_so_is_a_carrier_that_has_gone():
    line = MediaLine(0)
    assert not line.is_silent(9_999 * MS)
    assert line.is_silent(10_000 * MS)
    line.receive(Media(SILENT_PACKET), 9_000 * MS)
    assert not line.is_silent(18_000 * MS)
    line.receive(Stop(), 18_000 * MS)
    assert line.stopped


@pytest.mark.parametrize("audio", [QUIET[:100], QUIET.astype(np.float32), QUIET.reshape(2, -1)])
def test_audio_that_is_no_micro_turn_is_refused(audio: npt.NDArray[np.int16]):
    with pytest.raises(LineError, match="3200"):
        MediaLine(0).answer(LineAnswer(audio), 0)


def test_audio_of_any_length_can_be_played_outside_a_conversation():
    line = MediaLine(0, LineLimits(in_step=False, lead_ms=100))
    sent = list(line.play(LOUD[:1_001], 0))
    sent += line.send_due(1_000 * MS)
    assert sum(len(m.payload) for m in sent if isinstance(m, Play)) == 501
