"""The floor over calls a model has read: what its lines and a manager's dials do, in virtual time."""

import pytest

from model.checkpoint import find_checkpoint, load_checkpoint
from model.evaluate.closed_loop import (
    Track,
    measure,
    overlap_calls,
    read_calls,
    replay,
    turn_calls,
)
from model.moment import Rules
from model.thresholds import Thresholds
from model.turn import Dials

SWEPT = (0.0, 0.25, 0.5, 0.75, 1.0)


@pytest.fixture(scope="module")
def tracks() -> list[Track]:
    """Ten calls nobody is tuned on: two minutes of turns, as much of overlaps."""
    model, _ = load_checkpoint(find_checkpoint("first"))
    return read_calls(model, [*turn_calls(5, seed=99), *overlap_calls(5, seed=98)])


def test_a_replay_is_the_same_every_time(tracks: list[Track]) -> None:
    for track in tracks:
        assert replay(track, Rules()) == replay(track, Rules())


def test_patience_trades_takeovers_for_time_all_along_the_dial(tracks: list[Track]) -> None:
    swept = [measure(tracks, Rules(Dials(patience=dial))) for dial in SWEPT]
    medians = [figures.median_ms for figures in swept]
    takeovers = [figures.takeovers for figures in swept]
    assert medians == sorted(medians)
    assert takeovers == sorted(takeovers, reverse=True)
    assert medians[-1] > medians[0] + 200


def test_the_interruption_dial_trades_yields_for_false_ones_all_along(tracks: list[Track]) -> None:
    swept = [measure(tracks, Rules(Dials(interruption=dial))) for dial in SWEPT]
    yields = [figures.yields_400 for figures in swept]
    false = [sum(figures.faltered.values()) for figures in swept]
    assert yields == sorted(yields)
    assert false == sorted(false)
    assert yields[-1] > yields[0]


def test_the_backchannel_dial_moves_how_often_they_come_from_never_on(tracks: list[Track]) -> None:
    eager = Thresholds(backchannel_due=0.2)
    swept = [measure(tracks, Rules(Dials(backchannels=dial), eager)) for dial in SWEPT]
    rates = [figures.backchannels_per_minute for figures in swept]
    assert rates[0] == 0.0
    assert rates == sorted(rates)
    assert rates[-1] > rates[1]
