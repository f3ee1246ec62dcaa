from dataclasses import replace

import pytest
import torch

from model.experts import ROWS_AT_ONCE, Experts
from model.sizes import SIZES, ModelSize

TWO_OF_FOUR = replace(SIZES["pocket"], chosen=2)
NOT_SHARED = replace(SIZES["pocket"], hidden=0)


def experts(size: ModelSize) -> Experts:
    torch.manual_seed(4)
    made = Experts(size)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made


@pytest.mark.parametrize("size", [SIZES["pocket"], TWO_OF_FOUR, NOT_SHARED])
@pytest.mark.parametrize("rows", [4, 5, 40, 400])
def test_the_forms_for_training_and_serving_agree(size: ModelSize, rows: int):
    feed, x = experts(size), torch.randn(rows, size.width)
    trained, _ = feed(x)
    assert torch.allclose(trained, feed.step(x), atol=1e-5)
    assert torch.allclose(trained, feed.step_in_fixed_shapes(x), atol=1e-5)
    assert trained.std() > 0.1


@pytest.mark.parametrize("size", [SIZES["pocket"], SIZES["first"], TWO_OF_FOUR])
def test_a_row_is_the_same_bit_for_bit_whatever_stands_beside_it(size: ModelSize):
    feed = experts(size)
    own = torch.randn(ROWS_AT_ONCE, size.width)
    alone = feed.step(own)
    for calls in (1, 2, 3, 7, 24, 31):
        others = calls * ROWS_AT_ONCE
        for at in {0, others // 2, others}:
            beside = torch.randn(others, size.width)
            together = feed.step(torch.cat((beside[:at], own, beside[at:])))
            assert torch.equal(together[at : at + ROWS_AT_ONCE], alone)


def test_no_position_is_dropped_however_many_choose_one_expert():
    feed = experts(NOT_SHARED)
    same = torch.randn(1, feed.router.in_features).expand(300, -1)
    outcome, unbalance = feed(same)
    assert torch.allclose(outcome, outcome[:1].expand_as(outcome), atol=1e-5)
    assert outcome.abs().sum(1).min() > 0
    assert unbalance > 1.0


def test_experts_that_nobody_chose_get_no_gradient_and_the_router_does():
    feed = experts(NOT_SHARED)
    x = torch.randn(6, feed.router.in_features)
    outcome, unbalance = feed(x)
    (outcome.square().sum() + unbalance).backward()
    chosen = set(feed.router(x).argmax(-1).tolist())
    assert feed.fall.grad is not None
    assert feed.router.weight.grad is not None
    for expert in range(feed.count):
        assert bool(feed.fall.grad[expert].any()) == (expert in chosen)
    assert feed.router.weight.grad.any()


def test_evenly_used_experts_are_balanced_and_one_that_is_always_chosen_is_not():
    feed = experts(NOT_SHARED)
    torch.nn.init.zeros_(feed.router.weight)
    _, even = feed(torch.randn(50, feed.router.in_features))
    assert float(even.detach()) == pytest.approx(1.0, abs=1e-4)
    with torch.no_grad():
        feed.router.weight[0, 0] = 5.0
    _, uneven = feed(torch.ones(50, feed.router.in_features))
    assert uneven > 2.0
