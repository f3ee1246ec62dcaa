"""One dial: how large the interaction model is. Everything with a shape derives from a `ModelSize`."""

from dataclasses import dataclass
from typing import Final

from config.units import SAMPLE_RATE_HZ, SLOT_MS, SLOTS_PER_MICRO_TURN


@dataclass(frozen=True, slots=True)
class FrontEndSize:
    """How sound becomes features.

    Attributes:
        hop_ms: one log-mel sub-frame.
        window_ms: what a sub-frame sees, all of it in the past.
        mels: Slaney bands between `low_hz` and `high_hz`; a telephone carries nothing above 3.4 kHz.
        level_decay_db_per_s: how fast the level tracker forgets a loud moment.
    """

    hop_ms: int = 10
    window_ms: int = 25
    mels: int = 40
    low_hz: float = 60.0
    high_hz: float = 3_900.0
    level_decay_db_per_s: float = 1.5

    @property
    def hop_samples(self) -> int:
        return self.hop_ms * SAMPLE_RATE_HZ // 1_000

    @property
    def window_samples(self) -> int:
        return self.window_ms * SAMPLE_RATE_HZ // 1_000

    @property
    def frames_per_slot(self) -> int:
        return SLOT_MS // self.hop_ms

    @property
    def features(self) -> int:
        """Numbers per slot: the folded sub-frames and the level."""
        return self.frames_per_slot * self.mels + 1


@dataclass(frozen=True, slots=True)
class ModelSize:
    """The shape of an interaction model.

    Attributes:
        name: as `tandem train --size` knows it.
        width: of a position.
        layers: transformer blocks.
        heads: attention heads; `width` is a multiple.
        hidden: of the SwiGLU feed-forward.
        window_micro_turns: how far back attention reaches, the current micro-turn included.
        front_end: how sound becomes features.
        stacked_slots: how many slots of features enter one position.
    """

    name: str
    width: int
    layers: int
    heads: int
    hidden: int
    window_micro_turns: int = 64
    front_end: FrontEndSize = FrontEndSize()
    stacked_slots: int = 3

    @property
    def window_slots(self) -> int:
        return self.window_micro_turns * SLOTS_PER_MICRO_TURN

    @property
    def head_width(self) -> int:
        return self.width // self.heads


SIZES: Final = {
    size.name: size
    for size in (
        ModelSize("pocket", width=64, layers=2, heads=4, hidden=128, window_micro_turns=16),
        ModelSize("first", width=256, layers=4, heads=8, hidden=768),
        ModelSize("nano", width=384, layers=6, heads=8, hidden=1_024),
        ModelSize("small", width=512, layers=8, heads=8, hidden=1_408),
    )
}
"""`pocket` is for tests; `first` is the one that ships."""
