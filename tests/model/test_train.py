from pathlib import Path

import pytest
import torch

from model.checkpoint import CheckpointError, load_checkpoint
from model.data.batches import make_batch
from model.heads import Readouts
from model.interaction import InteractionModel
from model.sizes import SIZES
from model.train.loop import Progress, Training
from model.train.loss import Weights, losses
from model.train.recipe import Recipe

POCKET = Recipe(size="pocket", seed=5, steps=6, calls=2, warm_up_steps=2)


def run(out: Path, *, upto: int, resume: bool = False) -> Training:
    """Train in this process until that step."""
    training = Training(POCKET, out, resume=resume, processes=0)
    training.run(lambda _: None, lambda: training.step >= upto)
    return training


def test_a_run_stopped_and_resumed_ends_where_one_in_one_go_does(tmp_path: Path):
    run(tmp_path / "a", upto=3)
    resumed = run(tmp_path / "a", upto=6, resume=True)
    whole = run(tmp_path / "b", upto=6)
    assert resumed.step == whole.step == 6
    for one, other in zip(resumed.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.allclose(one, other, atol=2e-3)


def test_a_finished_run_leaves_a_checkpoint_that_tells_its_story(tmp_path: Path):
    training = run(tmp_path, upto=6)
    model, story = load_checkpoint(training.checkpoint)
    assert (story.size, story.seed, story.steps) == ("pocket", 5, 6)
    assert story.recipe["calls"] == "2"
    assert model.size == SIZES["pocket"]


def test_a_stopped_run_says_it_is_not_finished_and_reports_every_step(tmp_path: Path):
    seen = list[Progress]()
    training = Training(POCKET, tmp_path, resume=False, processes=0)
    assert training.run(seen.append, lambda: len(seen) >= 2) is False
    assert [progress.step for progress in seen] == [1, 2]
    assert training.run(seen.append, lambda: False) is True
    assert seen[-1].step == 6


def test_resuming_another_run_is_refused_in_one_line(tmp_path: Path):
    with pytest.raises(CheckpointError, match="no run to resume"):
        Training(POCKET, tmp_path, resume=True)
    run(tmp_path, upto=1)
    with pytest.raises(CheckpointError, match="seed 5: give the same"):
        Training(Recipe(size="pocket", seed=6, steps=6), tmp_path, resume=True)


def test_the_learning_rate_rises_then_falls():
    recipe = Recipe(steps=1_000, warm_up_steps=10)
    rates = [recipe.rate(step, recipe.progress(step, 0.0)) for step in range(1_000)]
    assert max(rates) == pytest.approx(recipe.learning_rate, rel=0.01)
    assert rates.index(max(rates)) < 20
    assert rates[-1] < 0.1 * recipe.learning_rate


def test_a_run_of_minutes_ends_by_the_clock():
    assert Recipe(minutes=2.0).progress(5, 60.0) == pytest.approx(0.5)
    assert Recipe(minutes=2.0).progress(5, 121.0) == 1.0


def test_the_model_learns_one_batch_by_heart():
    torch.manual_seed(1)
    model = InteractionModel(SIZES["pocket"])
    batch = make_batch(3, 0, 2, model.front_end)
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)
    first = last = 0.0
    for _ in range(60):
        judged = losses(model(batch.slots), batch.targets, Weights())
        optimiser.zero_grad()
        judged.total.backward()
        optimiser.step()
        last = float(judged.turn_end.detach())
        first = first or last
    assert last < 0.5 * first


def test_a_moment_without_weight_teaches_nothing():
    model = InteractionModel(SIZES["pocket"])
    batch = make_batch(3, 1, 2, model.front_end)
    targets = batch.targets._replace(barge_in_weight=torch.zeros_like(batch.targets.barge_in_weight))
    readouts: Readouts = model(batch.slots)
    flipped = targets._replace(barge_in=1 - targets.barge_in)
    assert losses(readouts, targets, Weights()).barge_in == 0
    assert losses(readouts, flipped, Weights()).total == losses(readouts, targets, Weights()).total


def test_the_floor_counts_more_towards_the_end():
    recipe = Recipe()
    assert recipe.weights_at(0.1) == recipe.weights
    assert recipe.weights_at(0.9).turn_end > recipe.weights_at(0.1).turn_end
