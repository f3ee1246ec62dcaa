"""The checkpoint that ships, on callers, words and noises it never met. Bounds lie below those in LOG.md."""

import numpy as np
import pytest

from model.checkpoint import load_model
from model.evaluate.report import Report, measure

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report() -> Report:
    return measure(load_model("first"), calls=40)


def test_it_hears_who_is_speaking(report: Report):
    assert min(report.voice_auc) > 0.97
    assert min(report.voice_accuracy) > 0.93


def test_it_foresees_whether_the_caller_will_speak(report: Report):
    assert report.caller_soon_auc[0] > 0.9
    assert all(np.diff(report.caller_soon_auc) < 0)
    assert report.caller_soon_auc[-1] > 0.65


def test_it_tells_ends_from_pauses_where_the_length_of_silence_cannot(report: Report):
    assert all(figure > 0.6 for figure in report.probe.values())


def test_it_tells_interruptions_from_other_sounds(report: Report):
    assert report.interruption_auc[400] > 0.72


def test_it_knows_when_a_word_of_encouragement_fits(report: Report):
    assert report.backchannel_auc > 0.75
