"""Elementwise functions whose results do not depend on where a number lies.

On a CPU torch computes whole vectors with one routine and what is left over at the end with another, which
may round otherwise. For tensors that have few numbers per call, the place of a call in the batch would then
show in the last bit. Tensors with a multiple of 32 numbers per row need none of this.
"""

from collections.abc import Callable
from typing import Final

from torch import Tensor

_VECTORS: Final = 32
"""Two of the widest vectors there are (AVX-512): what torch takes at a time."""


def alike(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Apply an elementwise function, every number filling whole vectors of its own."""
    return function(x.unsqueeze(-1).expand(*x.shape, _VECTORS).contiguous())[..., 0]
