"""Spans of time and audio rates: packet < slot < micro-turn < turn < call.

Everything in Tandem that has a duration is a whole number of these. "Samples" without a rate in the name are
samples at `SAMPLE_RATE_HZ`, the model's rate.
"""

from typing import Final

SAMPLE_RATE_HZ: Final = 16_000
"""The rate of all audio inside Tandem: 16-bit signed, mono."""
WIRE_RATE_HZ: Final = 8_000
"""The telephone's rate: G.711 µ-law, one byte a sample."""

PACKET_MS: Final = 20
SLOT_MS: Final = 50
MICRO_TURN_MS: Final = 200

SAMPLES_PER_MS: Final = SAMPLE_RATE_HZ // 1_000
PACKET_SAMPLES: Final = PACKET_MS * SAMPLES_PER_MS
SLOT_SAMPLES: Final = SLOT_MS * SAMPLES_PER_MS
MICRO_TURN_SAMPLES: Final = MICRO_TURN_MS * SAMPLES_PER_MS

WIRE_SAMPLES_PER_MS: Final = WIRE_RATE_HZ // 1_000
PACKET_WIRE_BYTES: Final = PACKET_MS * WIRE_SAMPLES_PER_MS

SLOTS_PER_MICRO_TURN: Final = MICRO_TURN_MS // SLOT_MS
