import pytest
import torch

from model.experts import Experts
from model.interaction import InteractionModel
from model.sizes import SIZES

CLAIMED = {  # total, active
    "first": (7.9e6, 4.2e6),
    "nano": (36.7e6, 11.9e6),
    "small": (119.7e6, 31.6e6),
    "medium": (1.073e9, 0.247e9),
    "large": (13.4e9, 1.87e9),
    "interaction-276b": (276e9, 12e9),
}


def built(name: str) -> InteractionModel:
    with torch.device("meta"):
        return InteractionModel(SIZES[name])


@pytest.mark.parametrize("name", CLAIMED)
def test_every_size_has_the_parameters_it_claims(name: str):
    model = built(name)
    total, active = CLAIMED[name]
    assert model.total_parameters == pytest.approx(total, rel=0.01)
    assert model.active_parameters == pytest.approx(active, rel=0.01)


def test_the_sizes_grow_along_the_dial():
    counts = [built(name).total_parameters for name in SIZES]
    assert counts == sorted(counts)


def test_active_parameters_are_those_a_position_meets():
    model = built("first")
    experts = [module for module in model.modules() if isinstance(module, Experts)]
    one = 3 * model.size.width * model.size.expert_hidden
    idle = len(experts) * (model.size.experts - model.size.chosen) * one
    assert model.active_parameters == model.total_parameters - idle


def test_the_shipped_size_fits_into_twenty_five_megabytes():
    assert 2 * built("first").total_parameters < 25e6


def test_the_first_block_of_a_large_size_is_dense():
    large = built("large")
    assert not any(isinstance(module, Experts) for module in large.trunk[0].modules())
    assert any(isinstance(module, Experts) for module in large.trunk[1].modules())
