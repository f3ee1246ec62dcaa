"""When in the 200 ms each call's micro-turns end: spread evenly, the model's work is even. Pure.

A call's first packet decides its phase, and calls that begin together would stay together for good. A new
call therefore begins with up to 180 ms of silence of our own, so that its micro-turns end where the fewest
others do: 24 calls that begin at once then wait 24 ms for the model instead of 78 (p99, one thread; simulated
with the measured cost of a step, 6.5 ms and 2 ms more a call).
"""

from collections.abc import Iterable
from typing import Final

from config.units import MICRO_TURN_MS, PACKET_MS

LEAD_INS_MS: Final = range(0, MICRO_TURN_MS, PACKET_MS)


def phase_ms(first_packet_ms: int, lead_in_ms: int) -> int:
    """When in the 200 ms the micro-turns end of a call whose first packet came so, after so much silence."""
    return (first_packet_ms - PACKET_MS - lead_in_ms) % MICRO_TURN_MS


def best_lead_in_ms(first_packet_ms: int, others_ms: Iterable[int]) -> int:
    """Choose how much silence a call begins with.

    Args:
        first_packet_ms: when its first packet comes, on any clock.
        others_ms: the phases of the calls that are up, on the same clock.

    Returns:
        The least that puts the call where it is farthest from its neighbours, and they are fewest.
    """
    others = tuple(others_ms)

    def crowd(lead_in_ms: int) -> float:
        own_ms = phase_ms(first_packet_ms, lead_in_ms)
        return sum(_nearness(own_ms, other_ms) for other_ms in others)

    return min(LEAD_INS_MS, key=crowd)


def _nearness(one_ms: int, other_ms: int) -> float:
    """1 for the same phase, falling to 0 at the opposite one, steeply: only near neighbours share a step."""
    apart_ms = abs(one_ms - other_ms) % MICRO_TURN_MS
    share = 1 - min(apart_ms, MICRO_TURN_MS - apart_ms) / (MICRO_TURN_MS / 2)
    return share**4
