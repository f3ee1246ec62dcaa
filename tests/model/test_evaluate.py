from random import Random

import numpy as np
import pytest

from model.data.calls import simulate
from model.data.scene import Manners
from model.evaluate.held_out import Read
from model.evaluate.metrics import Point, accuracy, at_most, auc
from model.evaluate.overlaps import known_after, stop_curve
from model.evaluate.turn_taking import by_timeout, curve, energy_voice, probe


@pytest.fixture(scope="module")
def reads() -> list[Read]:
    """A model that knows everything."""
    made = [simulate(1, k, "test", Manners(patient=True, overlap_rate=0.6)) for k in range(8)]
    return [
        Read(
            call,
            *(call.labels.voice[:, side].astype(np.float64) for side in range(2)),
            turn_end=call.labels.turn_end.astype(np.float64),
            barge_in=call.labels.barge_in.astype(np.float64),
            backchannel_due=call.labels.backchannel_due.astype(np.float64),
            caller_soon=np.zeros((400, 4)),
            agent_soon=np.zeros((400, 4)),
        )
        for call in made
    ]


def test_auc_is_one_for_perfect_scores_and_a_half_for_ignorance():
    truths = np.array([False, False, True, True])
    assert auc(np.array([0.1, 0.2, 0.8, 0.9]), truths) == 1.0
    assert auc(np.array([0.9, 0.8, 0.2, 0.1]), truths) == 0.0
    assert auc(np.full(4, 0.3), truths) == 0.5
    assert np.isnan(auc(np.array([0.1, 0.2]), np.array([True, True])))


def test_auc_agrees_with_counting_pairs():
    random = Random(1)
    scores = np.array([random.randrange(5) / 5 for _ in range(60)])
    truths = np.array([random.random() < 0.4 for _ in range(60)])
    pairs = [(p > n) + 0.5 * (p == n) for p in scores[truths] for n in scores[~truths]]
    assert auc(scores, truths) == pytest.approx(float(np.mean(pairs)))


def test_accuracy_counts_decisions_at_one_half():
    assert accuracy(np.array([0.4, 0.6]), np.array([False, False])) == 0.5


def test_one_who_knows_everything_takes_over_in_no_pause_and_answers_within_two_micro_turns(
    reads: list[Read],
):
    calls = [read.call for read in reads]
    (point,) = curve(calls, lambda k, t: reads[k].turn_end > t, (0.5,))
    assert point.takeovers == 0
    assert point.cut_turns == 0
    assert point.found == 1
    assert point.p90_ms <= 400


def test_an_eager_rule_takes_over_in_every_pause_and_a_deaf_one_never_speaks(reads: list[Read]):
    calls = [read.call for read in reads]
    always, never = curve(calls, lambda _, t: np.full(400, t < 0.5), (0.0, 1.0))
    assert always.takeovers > 0.9
    assert always.cut_turns == 1
    assert never.found == 0
    assert np.isnan(never.median_ms)


def test_longer_timeouts_take_over_less_and_answer_later(reads: list[Read]):
    calls = [read.call for read in reads]
    points = curve(calls, lambda k, t: by_timeout(calls[k].labels.voice[:, 0], t), (0.2, 0.6, 1.5))
    assert points[0].takeovers > points[1].takeovers > points[2].takeovers
    assert points[0].median_ms < points[1].median_ms < points[2].median_ms
    assert 1_500 <= points[2].median_ms <= 1_750


def test_at_equal_silence_knowledge_scores_one_and_silence_itself_a_half(reads: list[Read]):
    assert all(value == 1.0 for ms, value in probe(reads).items() if ms >= 200)
    blind = [
        Read(
            r.call,
            r.caller_voice,
            r.agent_voice,
            np.full(400, 0.4),
            *([r.barge_in] * 2),
            *([r.caller_soon] * 2),
        )
        for r in reads
    ]
    assert all(value == 0.5 for value in probe(blind).values())


def test_interruptions_are_told_apart_by_one_who_knows(reads: list[Read]):
    assert known_after(reads)[300] == 1.0
    half = next(point for point in stop_curve(reads) if point.threshold == 0.5)
    assert half.yields == 1.0
    assert half.false_yields < 0.15


def test_the_energy_detector_hears_most_of_a_clear_voice(reads: list[Read]):
    agreement = [np.mean(energy_voice(r.call) == r.call.labels.voice[:, 0]) for r in reads]
    assert np.median(agreement) > 0.75


def test_the_quickest_point_within_the_bound_is_chosen():
    points = [
        Point(0.5, 0.30, 0.3, 1.0, 200, 300),
        Point(0.7, 0.05, 0.1, 0.97, 450, 800),
        Point(0.8, 0.04, 0.1, 0.95, 600, 900),
        Point(0.9, 0.01, 0.0, 0.4, 300, 400),
    ]
    chosen = at_most(points, 0.05)
    assert chosen is not None
    assert chosen.setting == 0.7
    assert at_most(points, 0.005) is None
