"""How long people wait: pauses, gaps and reactions, in milliseconds.

Pauses are log-normal with a long tail; where a turn may stop and why decides the median. The agent's answers
come early, late or much too late, so that a long silence does not betray that the turn was over.
"""

from math import erfc, exp, sqrt
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from model.data.scripts import Break

ANTICIPATION_MS: Final = 120
"""So long before a caller's last sound a turn counts as over: people project ends, they do not await them."""
DUE_EARLY_MS: Final = 500
"""A "mm-hm" starts about 0.2 s after the clause it answers; its label begins this much before it would."""

_PAUSES_MS: Final = {  # median, spread of the logarithm, shortest, longest
    Break.CLAUSE: (520, 0.6, 150, 3_000),
    Break.STUCK: (800, 0.65, 200, 4_000),
    Break.FILLER: (60, 0.5, 20, 140),
    Break.GROUP: (600, 0.65, 180, 3_500),
    Break.SENTENCE: (420, 0.5, 150, 1_600),
    Break.SEARCH: (1_700, 0.5, 700, 4_500),
    Break.SWITCH: (30, 0.5, 10, 80),
}


def pause_ms(why: Break, random: Random) -> int:
    """Silence inside a turn."""
    median, spread, shortest, longest = _PAUSES_MS[why]
    return int(min(max(median * exp(random.gauss(0, spread)), shortest), longest))


def answer_gap_ms(random: Random) -> int:
    """From the end of the agent's question to the caller's answer; below zero they overlap."""
    return int(min(max(random.gauss(450, 350), -350), 3_000))


def still_silent(after_ms: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The share of replies (`reply_gap_ms`) that are still to come so long after the end of a turn.

    Moments late in a silence are rarer after ends than their number would be if nobody replied; weighing them
    by its inverse keeps the agent's replies in the simulation from teaching the floor.
    """
    early = np.array([0.5 * erfc((ms - 400) / (200 * sqrt(2))) for ms in after_ms])
    later = np.clip((1_500 - after_ms) / 900, 0, 1)
    much_later = np.clip((3_500 - after_ms) / 2_000, 0, 1)
    return 0.46 * early + 0.28 * later + 0.2 * much_later


def reply_gap_ms(random: Random) -> int:
    """From the end of the caller's turn to the agent's next words; below zero they overlap."""
    kind = random.random()
    if kind < 0.06:
        return random.randint(-220, 0)
    if kind < 0.52:
        return int(max(random.gauss(400, 200), 0))
    if kind < 0.8:
        return random.randint(600, 1_500)
    return random.randint(1_500, 3_500)


def stop_ms(random: Random) -> int:
    """From the onset of an interruption to the agent's silence."""
    return random.randint(250, 600) if random.random() < 0.75 else random.randint(700, 2_000)
