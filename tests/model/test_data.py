from random import Random

import numpy as np
import pytest

from config.expectation import AnswerKind
from model.data import scripts
from model.data.acoustics import Line, draw_line, mulaw_there_and_back, through, to_model_rate
from model.data.batches import Lesson, make_batch
from model.data.calls import CALL_SLOTS, SimulatedCall, simulate
from model.data.clips import clips_of
from model.data.delivery import FRAME_MS, FRAME_SAMPLES
from model.data.scene import Manners
from model.data.scripts import Break, CallerTurn, Sentence, Stop
from model.data.timing import ANTICIPATION_MS, pause_ms, reply_gap_ms, still_silent
from model.data.utterances import utter
from model.data.voices import Voice, draw_agent, draw_caller
from model.frontend import FrontEnd
from model.heads import FUTURE_BINS
from model.sizes import FrontEndSize
from model.synthesis.espeak_speakers import TEST_VARIANTS, EspeakSpeaker
from model.synthesis.speakers import identity_split
from model.synthesis.speech import Manner

VOICE = Voice(EspeakSpeaker("en", "en-us", "m3"), Manner())
CLEAR_LINE = Line(0.0, None, 0.0, 0, 0.0, 0.0, 100, 300, 3_400)


@pytest.fixture(scope="module")
def calls() -> list[SimulatedCall]:
    return [simulate(11, number) for number in range(12)]


# --- what is said ---------------------------------------------------------------------------------


def text_of(turn: CallerTurn) -> str:
    return " ".join(sentence.text for sentence in turn.sentences)


def test_when_six_digits_are_awaited_callers_mostly_say_six():
    random = Random(1)
    counts = [
        sum(
            count
            for sentence in scripts.digits_turn(6, "train", random).sentences
            for _, count in sentence.digit_words
        )
        for _ in range(300)
    ]
    assert np.mean(np.array(counts) == 6) > 0.9
    assert set(counts) > {6}


def test_a_double_digit_counts_twice():
    random = Random(2)
    doubled = next(
        turn
        for turn in (scripts.digits_turn(6, "train", random) for _ in range(300))
        if "double" in text_of(turn) and len(turn.sentences) == 1
    )
    (sentence,) = doubled.sentences
    words = sentence.text.split()
    assert any(count == 2 and words[k - 1] == "double" for k, count in sentence.digit_words)


def test_a_pause_never_follows_the_last_word_and_turns_end_once():
    random = Random(3)
    for kind in AnswerKind:
        for _ in range(60):
            turn = scripts.answer(kind, 6 if kind is AnswerKind.DIGITS else None, "train", random)
            assert [sentence.then for sentence in turn.sentences].count(Break.END) == 1
            assert turn.sentences[-1].then is Break.END
            for sentence in turn.sentences:
                assert all(0 < stop.word < len(sentence.text.split()) for stop in sentence.stops)


def test_test_callers_say_things_training_callers_never_say():
    random = Random(4)
    heard = {
        split: {text_of(scripts.spoken("barge_in", split, random)) for _ in range(400)}
        for split in ("train", "test")
    }
    assert not heard["train"] & heard["test"]


def test_voices_of_test_and_training_are_different_people():
    for split in ("train", "test"):
        for k in range(40):
            person = draw_caller(split, Random(k))
            assert identity_split(person.en.speaker.identity) == split
            assert identity_split(person.es.speaker.identity) == split


def test_no_agent_has_the_voice_of_a_test_caller():
    agents = [draw_agent(Random(k)).en.speaker for k in range(200)]
    assert {speaker.variant for speaker in agents if isinstance(speaker, EspeakSpeaker)} & {"adam"}
    assert all(identity_split(speaker.identity) == "train" for speaker in agents)
    assert "Annie" in TEST_VARIANTS


# --- how it sounds --------------------------------------------------------------------------------


def test_a_sentence_is_cut_where_the_speaker_stops():
    clips = clips_of(Sentence("i ordered a lamp and it is broken.", (Stop(4, Break.CLAUSE),)), VOICE)
    assert [clip.then for clip in clips] == [Break.CLAUSE, Break.END]
    for clip in clips:
        assert clip.voiced[0]
        assert clip.voiced[-1]
        assert len(clip.audio) == clip.frames * FRAME_SAMPLES
        assert len(clip.phones) == len(clip.digits) == clip.frames


def test_digits_are_counted_as_they_are_said():
    words = "one zero four two three three"
    sentence = Sentence(words + ".", (Stop(3, Break.GROUP),), tuple((k, 1) for k in range(6)))
    first, second = clips_of(sentence, VOICE)
    assert (first.digits[0], first.digits[-1]) == (0, 3)
    assert (second.digits[0], second.digits[-1]) == (0, 3)
    assert (np.diff(first.digits) >= 0).all()


def test_the_telephone_keeps_the_voice_band_and_loses_the_rest():
    seconds = np.arange(16_000, dtype=np.float32) / 8_000
    silent = np.zeros(16_000, np.float32)
    loudness = {
        hz: float(
            through(CLEAR_LINE, np.sin(2 * np.pi * hz * seconds).astype(np.float32) * 0.3, silent, 0).std()
        )
        for hz in (60, 1_000, 3_900)
    }
    assert loudness[60] < 0.02 * loudness[1_000]
    assert loudness[3_900] < 0.4 * loudness[1_000]


def test_mulaw_keeps_silence_silent_and_speech_within_a_few_percent():
    assert not mulaw_there_and_back(np.zeros(100, np.float32)).any()
    sound = np.linspace(-0.9, 0.9, 1_001, dtype=np.float32)
    error = np.abs(mulaw_there_and_back(sound) / 32_767 - sound)
    assert (error <= 0.05 * np.abs(sound) + 0.001).all()


def test_doubling_the_rate_keeps_a_tone():
    tone = (8_000 * np.sin(2 * np.pi * 500 * np.arange(8_000) / 8_000)).astype(np.int16)
    doubled = to_model_rate(tone)
    assert np.abs(doubled[::2].astype(int) - tone).max() <= 2
    assert np.abs(np.fft.rfft(doubled)).argmax() == 500


def test_the_agents_echo_comes_back_late_and_quiet():
    agent = np.zeros(16_000, np.float32)
    agent[:4_000] = np.random.default_rng(1).standard_normal(4_000) * 0.1
    line = Line(0.0, None, 0.0, 0, 0.0, 0.2, 250, 300, 3_400)
    heard = through(line, np.zeros(16_000, np.float32), agent, 0)
    assert np.abs(heard[:1_900]).max() < 60
    assert np.abs(heard[2_000:6_000]).max() > 300


def test_some_lines_are_silent_and_some_are_noisy():
    lines = [draw_line("train", Random(k)) for k in range(60)]
    assert 0.1 < np.mean([line.noise_db is None for line in lines]) < 0.5


def test_a_shorter_throat_sounds_higher_and_takes_as_long():
    speaker = EspeakSpeaker("en", "en-us", "f3")
    said = [utter("i ordered a lamp last week", Voice(speaker, Manner(), throat)) for throat in (0.87, 1.15)]
    assert len(said[1].audio) == pytest.approx(len(said[0].audio), rel=0.05)
    assert said[1].begins_ms == pytest.approx(said[0].begins_ms, abs=80)
    peaks = [np.abs(np.fft.rfft(u.audio, 8 * 8_000))[: 8 * 400].argmax() for u in said]
    assert peaks[1] > 1.15 * peaks[0]


# --- when it is said ------------------------------------------------------------------------------


def test_pauses_have_a_long_tail_and_a_median_below_a_second():
    random = Random(5)
    pauses = np.array([pause_ms(Break.STUCK, random) for _ in range(3_000)])
    assert 650 < np.median(pauses) < 850
    assert np.mean(pauses > 1_500) > 0.08
    assert pauses.max() <= 4_000


def test_the_share_of_replies_still_to_come_is_what_the_replies_show():
    random = Random(6)
    gaps = np.array([reply_gap_ms(random) for _ in range(20_000)])
    for after_ms in (200, 500, 1_000, 2_000, 3_000):
        assert abs(np.mean(gaps > after_ms) - still_silent(np.array([after_ms], np.float64))[0]) < 0.02


def test_silences_inside_turns_and_after_them_overlap_in_length():
    made = [simulate(9, number) for number in range(25)]
    pauses = [last - first for call in made for turn in call.turns for first, last in turn.pauses]
    assert np.mean(np.array(pauses) * FRAME_MS > 800) > 0.15


# --- whole calls ----------------------------------------------------------------------------------


def test_a_call_is_a_function_of_its_seed_and_number(calls: list[SimulatedCall]):
    again = simulate(11, 3)
    assert again.turns == calls[3].turns
    assert np.array_equal(again.labels.turn_end, calls[3].labels.turn_end)
    assert np.array_equal(again.caller, calls[3].caller)
    assert np.array_equal(again.agent, calls[3].agent)
    assert simulate(11, 3, "test").turns != again.turns


def test_a_call_has_every_label_in_every_slot(calls: list[SimulatedCall]):
    for call in calls:
        assert call.caller.shape == call.agent.shape == (CALL_SLOTS * 800,)
        for name in call.labels.__dataclass_fields__:
            assert len(getattr(call.labels, name)) == CALL_SLOTS


def test_the_turn_is_over_after_its_end_and_never_in_its_pauses(calls: list[SimulatedCall]):
    checked = 0
    for call in calls:
        over = call.labels.turn_end
        for turn in call.turns:
            for first, last in turn.pauses:
                assert not over[(first + 4) // 5 : last // 5].any()
                checked += last - first > 10
            end = turn.end // 5
            assert not over[turn.begin // 5 + 1 : end - 1 - ANTICIPATION_MS // 50].any()
    assert checked > 5


def test_voice_labels_follow_the_sound(calls: list[SimulatedCall]):
    louder = 0
    for call in calls:
        power = (call.agent.reshape(-1, 800).astype(float) ** 2).mean(1)
        speaking = call.labels.voice[:, 1]
        louder += power[speaking].mean() > 20 * (power[~speaking].mean() + 1)
    assert louder == len(calls)


def test_the_future_of_a_slot_is_the_voice_of_the_slots_that_follow(calls: list[SimulatedCall]):
    for call in calls[:4]:
        voice, future = call.labels.voice, call.labels.future
        for slot in range(0, CALL_SLOTS - 17, 7):
            for side in range(2):
                for b in range(FUTURE_BINS):
                    bins = voice[slot + 1 + 4 * b : slot + 5 + 4 * b, side]
                    assert bool(future[slot] >> (side * FUTURE_BINS + b) & 1) == (bins.mean() >= 0.5)


def test_overlaps_are_both_earnest_and_not():
    made = [simulate(13, number, "train", Manners(overlap_rate=1.0)) for number in range(15)]
    earnest = [overlap.earnest for call in made for overlap in call.overlaps]
    assert 0.2 < np.mean(earnest) < 0.8


def test_a_patient_agent_leaves_three_seconds_after_every_turn():
    for number in range(8):
        call = simulate(14, number, "test", Manners(patient=True, overlap_rate=0.0))
        for turn in call.turns:
            after = call.labels.voice[turn.end // 5 + 1 : turn.end // 5 + 58, 1]
            assert not after.any()


def test_batches_do_not_depend_on_where_the_stream_was_taken_up():
    front_end = FrontEnd(FrontEndSize())
    one, other = make_batch(21, 2, Lesson(2), front_end), make_batch(21, 2, Lesson(2), front_end)
    assert (one.targets.turn_end == other.targets.turn_end).all()
    assert (one.slots.kind == other.slots.kind).all()
    assert not (one.targets.turn_end == make_batch(21, 3, Lesson(2), front_end).targets.turn_end).all()
