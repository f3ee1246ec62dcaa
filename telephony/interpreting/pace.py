"""How fast a translation is voiced, by how far the listener is behind. Pure.

Nothing a speaker says is left out: who reads faster than an interpreter usually speaks is followed faster. At
the fastest a voice says more words in a minute than people can read aloud, so the listener never falls
further behind than a few sentences.
"""

from typing import Final

FASTEST: Final = 1.9
"""Times the voice's own speed: about 300 words a minute; beyond it words run into each other."""
_UNHURRIED_MS: Final = 4_000
_URGENT_MS: Final = 12_000


def pace(usual: float, waiting_ms: int) -> float:
    """Choose the speed of what is to be said after so much that waits to be heard.

    Args:
        usual: as the interpreter would say it, times the voice's own speed.
        waiting_ms: how long what comes before it takes.
    """
    hurry = min(max((waiting_ms - _UNHURRIED_MS) / (_URGENT_MS - _UNHURRIED_MS), 0.0), 1.0)
    return round(max(usual, usual + hurry * (FASTEST - usual)), 2)
