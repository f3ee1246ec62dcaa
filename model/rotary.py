"""Rotary positions (Su et al. 2021): where a key stands shows in the angle between it and a query."""

# B calls · S slots · H heads · K head width

import torch
from jaxtyping import Float, Int
from torch import Tensor

Rotation = tuple[Float[Tensor, "B 1 S K/2"], Float[Tensor, "B 1 S K/2"]]
"""Cosines and sines of each position's angles."""


def rotation(positions: Int[Tensor, "B S"], head_width: int) -> Rotation:
    """Rotary angles, computed in double so that the hour does not wear them out."""
    steps = torch.arange(0, head_width, 2, dtype=torch.float64, device=positions.device)
    angle = positions.double().unsqueeze(-1) * (1.0 / 1_000 ** (steps / head_width))
    return angle.cos().float().unsqueeze(1), angle.sin().float().unsqueeze(1)


def rotate(x: Float[Tensor, "B H S K"], by: Rotation) -> Float[Tensor, "B H S K"]:
    """Turn each pair of a position's numbers by the position's angle."""
    cos, sin = by
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1).to(x.dtype)
