import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from model.checkpoint import CheckpointError, Story, load_checkpoint, load_model, save_checkpoint
from model.interaction import InteractionModel
from model.sizes import SIZES

STORY = Story("pocket", 7, 100, 0.5, {"calls": "4"})


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    path = tmp_path / "pocket.safetensors"
    save_checkpoint(path, InteractionModel(SIZES["pocket"]), STORY)
    return path


def rewritten(path: Path, numbers_scale: float = 1.0, **changes: object) -> Path:
    with safe_open(path, framework="pt") as opened:
        facts = json.loads(opened.metadata()["tandem"])
        numbers = {name: opened.get_tensor(name) * numbers_scale for name in opened.keys()}  # noqa: SIM118
    save_file(numbers, path, metadata={"tandem": json.dumps(facts | changes)})
    return path


def test_what_was_saved_is_loaded_within_half_precision(saved: Path):
    torch.manual_seed(1)
    original = InteractionModel(SIZES["pocket"])
    model, story = load_checkpoint(saved)
    assert story == STORY
    for one, other in zip(original.parameters(), model.parameters(), strict=True):
        assert other.dtype == torch.float32
        assert torch.allclose(one, other, rtol=1e-3, atol=1e-6)


def test_a_missing_checkpoint_says_how_to_train_one(tmp_path: Path):
    with pytest.raises(CheckpointError, match="tandem train"):
        load_checkpoint(tmp_path / "none.safetensors")


def test_a_file_that_is_no_checkpoint_is_named(tmp_path: Path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"not a checkpoint at all")
    with pytest.raises(CheckpointError, match=r"x\.safetensors is not a checkpoint"):
        load_checkpoint(path)


def test_another_version_is_refused(saved: Path):
    with pytest.raises(CheckpointError, match="version 9"):
        load_checkpoint(rewritten(saved, version=9))


def test_another_size_is_refused(saved: Path):
    with pytest.raises(CheckpointError, match="size 'galaxy'"):
        load_checkpoint(rewritten(saved, size="galaxy"))


def test_a_size_whose_shape_has_changed_since_is_refused(saved: Path):
    with pytest.raises(CheckpointError, match="size 'pocket' unknown here"):
        load_checkpoint(rewritten(saved, shape={"width": 65}))


def test_a_damaged_checkpoint_is_refused(saved: Path):
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(rewritten(saved, numbers_scale=1.01))


def test_every_error_is_one_line(saved: Path):
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(rewritten(saved, version=1))
    assert "\n" not in str(caught.value)


def test_the_checkpoint_that_ships_loads():
    assert load_model("first").size == SIZES["first"]
