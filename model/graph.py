"""CUDA graphs: what a function launches on a GPU, recorded once and replayed in one go.

A step of a small model launches some hundred kernels that each take less than their launch.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import torch

_WARM_UPS: Final = 3
"""So that libraries have chosen their kernels and taken their memory before they are recorded."""

R = TypeVar("R")


def recorded(run: Callable[[], R], device: torch.device) -> Callable[[], R]:
    """Record `run`; what comes back does the same again, with the numbers that are there then.

    `run` reads and writes tensors that stay where they are, and asks for no value of any. What it gives back
    are the same tensors every time, overwritten.
    """
    with torch.cuda.device(device), torch.inference_mode():
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(_WARM_UPS):
                run()
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            outcome = run()

    def replay() -> R:
        graph.replay()
        return outcome

    return replay
