"""Which sounds the phone reader takes for which others: how probable, by the sound that was meant."""

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from model.ears.evidence import SOUNDS

CONFUSIONS: Final = Path(__file__).parent.parent / "checkpoints" / "ears-confusions.npz"


@cache
def confusions() -> npt.NDArray[np.float32]:
    """float32[48, 48], each row a distribution: row: meant, column: read."""
    return np.full((SOUNDS, SOUNDS), 1.0 / SOUNDS, np.float32)
