"""The systems ours is compared with do what their names say, on the same cases and the same offers."""

import numpy as np
import pytest

from config.units import MICRO_TURN_SAMPLES, WIRE_SAMPLES_PER_MS
from model.evaluate.baselines.rules import EnergyTimeout
from model.evaluate.baselines.silero import Edge, SileroState, _hear
from model.evaluate.cases import Case, Cue, Events, Scenario, Script
from model.evaluate.judging import Verdict, judge
from model.evaluate.recording import Recording
from model.evaluate.scenes import case as build_case
from model.evaluate.stepping import Stepping, run
from model.evaluate.systems import baseline
from model.turn import Offer, OfferMade, OfferStarted, TurnTaken
from tests.model.recordings import span

KEPT: dict[str, list[Case]] = {}


def cases(*scenarios: Scenario) -> list[Case]:
    """One of each, built once."""
    key = " ".join(scenarios)
    if key not in KEPT:
        KEPT[key] = [build_case(scenario, "en", 0, seed=5) for scenario in scenarios]
    return KEPT[key]


def through(
    name: str, some: list[Case], setting: float | None = None
) -> dict[str, tuple[Recording, Verdict]]:
    interlocutor = baseline(name, setting)
    try:
        ran = list(run(interlocutor, some, Stepping()))
    finally:
        interlocutor.close()
    return {case.scenario: (recording, judge(case, recording)) for case, recording in ran}


def test_always_silent_never_speaks():
    for recording, _ in through("silent", cases(Scenario.TURN, Scenario.CALLER_BACKCHANNEL)).values():
        assert not recording.agent.any()
        assert not recording.acts(OfferStarted)


def test_always_talking_talks_all_the_time_and_never_yields():
    went = through("talking", cases(Scenario.TURN, Scenario.INTERRUPTION))
    recording, verdict = went[Scenario.TURN]
    spoken = sum(stretch.ms for stretch in recording.speech())
    assert spoken > 0.85 * recording.agent.size / WIRE_SAMPLES_PER_MS
    assert verdict.figures["cut"] == 1.0
    assert went[Scenario.INTERRUPTION][1].figures["yields"] == 0.0


def test_the_energy_detector_answers_after_its_timeout_and_yields_to_any_voice():
    some = cases(Scenario.TURN, Scenario.INTERRUPTION)
    quick, slow = (through("energy", some, timeout_ms) for timeout_ms in (300, 1_500))
    first = quick[Scenario.TURN][1].figures["latency_ms"]
    assert 200 <= first <= 800
    assert slow[Scenario.TURN][1].figures["latency_ms"] == pytest.approx(first + 1_200, abs=200)
    assert quick[Scenario.INTERRUPTION][1].figures["yields"] == 1.0


def test_the_cascade_hears_voice_and_stops_for_it():
    went = through("cascade", cases(Scenario.TURN, Scenario.INTERRUPTION))
    assert went[Scenario.INTERRUPTION][1].figures["yields"] == 1.0
    assert went[Scenario.TURN][0].acts(TurnTaken)


def test_silero_finds_the_same_edges_whatever_the_pieces():
    caller = cases(Scenario.TURN, Scenario.INTERRUPTION)[0].caller
    sound = np.repeat(caller, 2)[: 30 * MICRO_TURN_SAMPLES]
    _, whole = _hear(SileroState(), sound)
    state, edges = SileroState(), list[Edge]()
    for begin in range(0, sound.size, 1_777):
        state, found = _hear(state, sound[begin : begin + 1_777])
        edges += found
    assert tuple(edges) == whole
    assert whole


def test_energy_hears_nothing_in_a_steady_line():
    rng = np.random.default_rng(1)
    rule = EnergyTimeout(300)
    for _ in range(50):
        ruling = rule.judge(rng.normal(0, 300, MICRO_TURN_SAMPLES).astype(np.int16), agent_speaks=True)
        assert not ruling.interrupts
        assert not ruling.turn_over


def test_an_offer_that_expired_before_the_floor_was_free_is_never_voiced():
    silence = np.zeros(6_000 * WIRE_SAMPLES_PER_MS, np.int16)
    stale = Offer("stale", "too late for this", expires_ms=500)
    script = Script((Cue(1_000, OfferMade(stale)), Cue(1_000, OfferMade(Offer("fresh", "in time for this")))))
    quiet = Case("q", Scenario.TIME, "en", silence, Events(turn=span(0, 1), due_ms=2_000), script)
    recording, _ = through("energy", [quiet])[Scenario.TIME]
    assert [word.text for word in recording.words] == ["in", "time", "for", "this"]
