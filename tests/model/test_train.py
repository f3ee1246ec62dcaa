import multiprocessing
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import torch

from model.checkpoint import CheckpointError, load_checkpoint
from model.data.batches import Batch, BatchStream, Lesson, Source, make_batch
from model.data.calls import CALL_SLOTS, SimulatedCall
from model.data.samples import write_samples
from model.device import DeviceError
from model.interaction import InteractionModel
from model.pieces import to_pieces
from model.sizes import SIZES
from model.train.events import Events
from model.train.fit_pieces import fit
from model.train.loop import Progress, Training, Workplace
from model.train.loss import Weights, losses
from model.train.muon import Muon, orthogonal
from model.train.recipes import Recipe, first, on_gpu, pocket, recipe
from model.train.shelf import NoTapesError, Shelf

POCKET = pocket(5, steps=6)
SHORT = Lesson(calls=2, slots=200)


def training(out: Path, recipe: Recipe = POCKET, *, resume: bool = False) -> Training:
    """A run in this process that looks at nothing on the way."""
    return Training(recipe, Workplace(out, processes=0, watch_every_s=None), resume=resume)


def run(out: Path, *, upto: int, resume: bool = False) -> Training:
    """Train until that step."""
    made = training(out, resume=resume)
    made.run(lambda _: None, lambda: made.step >= upto)
    return made


def a_batch(model: InteractionModel, number: int) -> Batch:
    return make_batch(3, number, SHORT, model.front_end)


def test_a_run_stopped_and_resumed_ends_where_one_in_one_go_does(tmp_path: Path):
    run(tmp_path / "a", upto=3)
    resumed = run(tmp_path / "a", upto=6, resume=True)
    whole = run(tmp_path / "b", upto=6)
    assert resumed.step == whole.step == 6
    for one, other in zip(resumed.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_a_finished_run_leaves_a_checkpoint_that_tells_its_story(tmp_path: Path):
    done = run(tmp_path, upto=6)
    model, story = load_checkpoint(done.checkpoint)
    assert (story.size, story.seed, story.steps) == ("pocket", 5, 6)
    assert story.recipe["optimiser"] == "adamw"
    assert story.hours_heard == pytest.approx(6 * 2 * 10 / 3600, abs=0.01)
    assert model.size == SIZES["pocket"]


def test_a_stopped_run_says_it_is_not_finished_and_reports_every_step(tmp_path: Path):
    seen = list[Progress]()
    made = training(tmp_path)
    assert made.run(seen.append, lambda: len(seen) >= 2) is False
    assert [progress.step for progress in seen] == [1, 2]
    assert made.run(seen.append, lambda: False) is True
    assert seen[-1].step == 6


def test_resuming_another_run_is_refused_in_one_line(tmp_path: Path):
    with pytest.raises(CheckpointError, match="no run to resume"):
        training(tmp_path, resume=True)
    run(tmp_path, upto=1)
    with pytest.raises(CheckpointError, match="seed 5: give the same"):
        training(tmp_path, pocket(6, steps=6), resume=True)


def test_the_learning_rate_rises_then_falls():
    made = first(1, steps=1_000)
    rates = [made.rate(step, made.progress(step, 0.0)) for step in range(1_000)]
    assert max(rates) == pytest.approx(made.learning_rate, rel=0.05)
    assert rates.index(max(rates)) <= made.warm_up_steps
    assert rates[-1] < 0.05 * made.learning_rate


def test_a_run_of_minutes_ends_by_the_clock():
    assert first(1, minutes=2.0).progress(5, 60.0) == pytest.approx(0.5)
    assert first(1, minutes=2.0).progress(5, 121.0) == 1.0


def test_the_model_learns_one_batch_by_heart():
    torch.manual_seed(1)
    model = InteractionModel(SIZES["pocket"])
    batch = a_batch(model, 0)
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)
    begin = end = {}
    for _ in range(90):
        judged = losses(model.read(batch.slots), batch.targets, Weights())
        optimiser.zero_grad()
        judged.total.backward()
        optimiser.step()
        end = {name: float(value.detach()) for name, value in judged._asdict().items()}
        begin = begin or end
    for name in ("voice", "futures", "turn_end", "phones", "digits_said", "words", "language", "acts"):
        assert end[name] < 0.7 * begin[name], name


def test_a_moment_without_weight_teaches_nothing():
    model = InteractionModel(SIZES["pocket"])
    batch = a_batch(model, 1)
    zero = torch.zeros_like(batch.targets.barge_in_weight)
    targets = batch.targets._replace(barge_in_weight=zero, acts_weight=zero, agent_text_weight=zero)
    reading = model.read(batch.slots)
    flipped = targets._replace(
        barge_in=1 - targets.barge_in, acts=(targets.acts + 1) % 6, agent_text=(targets.agent_text + 1) % 8
    )
    assert losses(reading, targets, Weights()).barge_in == 0
    assert losses(reading, flipped, Weights()).total == losses(reading, targets, Weights()).total


def test_right_words_cost_less_than_wrong_ones():
    model = InteractionModel(SIZES["pocket"])
    batch = a_batch(model, 2)
    said = torch.tensor([1 + piece for piece in to_pieces("one two three")])
    other = torch.tensor([1 + piece for piece in to_pieces("four five six")])
    counts = torch.tensor([3, 0])
    logits = torch.full((2, 200, model.heads.words.out_features), -9.0)
    logits[:, :, 0] = 5.0
    for k, piece in enumerate(said):
        logits[0, 10 + 9 * k, piece] = 9.0
    reading = model.read(batch.slots)
    reading = reading._replace(readouts=reading.readouts._replace(words=logits))
    right, wrong = (
        losses(reading, batch.targets._replace(words=words, word_counts=counts), Weights()).words
        for words in (said, other)
    )
    assert right < 0.5 < wrong


def test_a_call_in_which_nothing_is_said_is_judged_too():
    model = InteractionModel(SIZES["pocket"])
    batch = a_batch(model, 2)
    targets = batch.targets._replace(words=torch.zeros(0, dtype=torch.long), word_counts=torch.tensor([0, 0]))
    assert losses(model.read(batch.slots), targets, Weights()).total.isfinite()


def test_the_curriculum_goes_from_words_to_whole_calls_and_the_floor_counts_more_and_more():
    made = first(1, minutes=60.0)
    names = [made.phases[made.phase(share / 100)].name for share in range(100)]
    assert names == sorted(names, key=[phase.name for phase in made.phases].index)
    assert set(names) == {phase.name for phase in made.phases}
    floors = [phase.weights.turn_end for phase in made.phases]
    assert floors == sorted(floors)
    assert made.phases[-1].lesson.calls > made.phases[1].lesson.calls


def test_every_size_has_a_recipe():
    for size in SIZES:
        assert recipe(size, 3, steps=10).model_size == SIZES[size]
    assert on_gpu("small", 1).phases[0].lesson.calls > first(1).phases[0].lesson.calls


def test_muon_sets_singular_values_to_about_one():
    torch.manual_seed(1)
    for shape in ((16, 40), (40, 16), (3, 20, 20)):
        values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
        assert values.min() > 0.5
        assert values.max() < 1.3


def test_muon_goes_downhill_with_stacked_matrices_too():
    torch.manual_seed(1)
    weight = torch.nn.Parameter(torch.randn(3, 8, 12))
    wanted = torch.randn(3, 8, 12)
    optimiser = Muon([weight], lr=0.06)
    begin = float((weight.detach() - wanted).square().mean())
    for _ in range(150):
        optimiser.zero_grad()
        (weight - wanted).square().mean().backward()
        optimiser.step()
    assert float((weight.detach() - wanted).square().mean()) < 0.1 * begin


def test_a_run_with_muon_is_resumed_too(tmp_path: Path):
    made = replace(POCKET, optimiser="muon")
    one = training(tmp_path, made)
    one.run(lambda _: None, lambda: one.step >= 2)
    two = training(tmp_path, made, resume=True)
    assert two.step == 2
    assert two.run(lambda _: None, lambda: False) is True


def test_half_precision_reads_what_single_precision_does():
    torch.manual_seed(1)
    model = InteractionModel(SIZES["pocket"])
    batch = a_batch(model, 1)
    with torch.autocast("cpu", torch.bfloat16):
        half = model.read(batch.slots)
    judged = losses(half, batch.targets, Weights())
    judged.total.backward()
    whole = losses(model.read(batch.slots), batch.targets, Weights())
    assert half.readouts.words.dtype == torch.bfloat16
    assert torch.allclose(judged.total, whole.total, rtol=0.01)


def test_a_device_that_is_not_there_is_refused_in_one_line(tmp_path: Path):
    with pytest.raises(DeviceError, match="not a device of torch"):
        Training(POCKET, Workplace(tmp_path, device="toaster"), resume=False)


def test_what_is_looked_at_on_the_way_is_written_down(tmp_path: Path):
    seen = list[Progress]()
    made = Training(POCKET, Workplace(tmp_path, processes=0, watch_every_s=0.0), resume=False)
    made.run(seen.append, lambda: made.step >= 1)
    assert seen[0].seen is not None
    assert {"turn_end", "end 300 ms", "interruption 400 ms"} <= set(seen[0].seen.figures)
    assert "said: " in seen[0].seen.samples
    events = Events(tmp_path)
    events.write(seen[0])
    events.close()
    assert "read: " in (tmp_path / "samples.txt").read_text()
    assert list(tmp_path.glob("events.out.tfevents.*"))


def test_the_most_frequent_pairs_become_pieces():
    pieces = fit(Counter({"order": 50, "orders": 20, "other": 5}), 95)
    assert "_order" in pieces
    assert all(letter in pieces for letter in "abcñ")
    assert fit(Counter({"order": 50, "orders": 20, "other": 5}), 95) == pieces


def test_recorded_calls_are_learned_from_beside_simulated_ones(tmp_path: Path):
    write_samples(2, 9, tmp_path, slots=2 * CALL_SLOTS)
    (tmp_path / "no call").mkdir()
    shelf = Shelf(tmp_path)
    model = InteractionModel(SIZES["pocket"])
    taken = 0

    def take(random: Random) -> SimulatedCall:
        nonlocal taken
        taken += 1
        return shelf.take(random)

    batch = make_batch(3, 1, Lesson(calls=6), model.front_end, take)
    assert 0 < taken < 6
    assert losses(model.read(batch.slots), batch.targets, Weights()).total.isfinite()


def test_a_folder_without_recorded_calls_is_refused_in_one_line(tmp_path: Path):
    with pytest.raises(NoTapesError, match="no recorded call"):
        Shelf(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("waits_s", [0, 4], ids=["at once", "in the middle of handing on a batch"])
def test_a_simulating_process_that_dies_is_replaced(waits_s: int):
    stream = BatchStream(Source(3, (Lesson(2, 400),), SIZES["pocket"].front_end), 0, processes=1)
    batches = stream.batches()
    next(batches)
    time.sleep(waits_s)
    for process in multiprocessing.active_children():
        process.kill()
    assert [next(batches).slots.kind.shape for _ in range(8)] == [(2, 400)] * 8
    batches.close()
