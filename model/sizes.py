"""One dial: how large the interaction model is. Everything with a shape derives from a `ModelSize`."""

from dataclasses import dataclass
from typing import Final, Literal

from config.units import SAMPLE_RATE_HZ, SLOT_MS, SLOTS_PER_MICRO_TURN

FrontEndKind = Literal["continuous", "dmel"]


@dataclass(frozen=True, slots=True)
class FrontEndSize:
    """How sound becomes features.

    Attributes:
        kind: "continuous": levelled log-mel sub-frames folded into a slot, a few slots stacked; "dmel": one
            frame per slot, each band one of `levels` rows of a table (Bai et al. 2024).
        hop_ms: one log-mel frame.
        window_ms: what a frame sees, all of it in the past.
        mels: Slaney bands between `low_hz` and `high_hz`; a telephone carries nothing above 3.4 kHz.
        stacked_slots: how many slots of features enter one position.
        level_decay_db_per_s: how fast the level tracker of "continuous" forgets a loud moment.
        levels: that "dmel" tells apart.
    """

    kind: FrontEndKind = "continuous"
    hop_ms: int = 10
    window_ms: int = 25
    mels: int = 40
    low_hz: float = 60.0
    high_hz: float = 3_900.0
    stacked_slots: int = 3
    level_decay_db_per_s: float = 1.5
    levels: int = 16

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
        """Numbers per slot: the folded frames, and for "continuous" the level."""
        return self.frames_per_slot * self.mels + (self.kind == "continuous")


DMEL: Final = FrontEndSize(
    kind="dmel", hop_ms=50, window_ms=100, mels=80, low_hz=0.0, high_hz=8_000.0, stacked_slots=1
)
"""The front end of the published interaction models, as far as it is known."""


@dataclass(frozen=True, slots=True)
class ModelSize:
    """The shape of an interaction model.

    Attributes:
        name: as `tandem train --size` knows it.
        width: of a position.
        layers: transformer blocks.
        heads: attention heads; `width` is a multiple.
        hidden: of the SwiGLU every position passes: the whole feed-forward of a dense block, the shared
            expert of the others (0: none).
        experts: of each block that is not dense; 1: every block is dense.
        chosen: how many of them a position is sent to.
        expert_hidden: of each.
        dense_layers: how many of the first blocks are dense all the same.
        dense_hidden: of those.
        window_micro_turns: how far back attention reaches, the current micro-turn included.
        memory_slots: per head, what attention sees of all that came before; 0 for none.
        memory_micro_turns: how often they are renewed.
        front_end: how sound becomes features.
    """

    name: str
    width: int
    layers: int
    heads: int
    hidden: int
    experts: int = 1
    chosen: int = 1
    expert_hidden: int = 0
    dense_layers: int = 0
    dense_hidden: int = 0
    window_micro_turns: int = 64
    memory_slots: int = 4
    memory_micro_turns: int = 8
    front_end: FrontEndSize = FrontEndSize()

    @property
    def window_slots(self) -> int:
        return self.window_micro_turns * SLOTS_PER_MICRO_TURN

    @property
    def memory_every_slots(self) -> int:
        return self.memory_micro_turns * SLOTS_PER_MICRO_TURN

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def is_dense(self, layer: int) -> bool:
        """Whether this block has one feed-forward for every position."""
        return self.experts == 1 or layer < self.dense_layers


SIZES: Final = {
    size.name: size
    for size in (
        ModelSize(
            "pocket", 64, 2, 4, 64, 4, 1, 64, window_micro_turns=16, memory_slots=2, memory_micro_turns=4
        ),
        ModelSize("first", 256, 4, 8, 448, 6, 1, 320, dense_layers=1, dense_hidden=768),
        ModelSize("nano", 384, 6, 8, 512, experts=8, chosen=1, expert_hidden=512),
        ModelSize("small", 512, 8, 8, 704, experts=16, chosen=2, expert_hidden=512),
        ModelSize("medium", 1_024, 16, 16, 1_024, 32, 4, 640, dense_layers=1, dense_hidden=2_816),
        ModelSize("large", 2_048, 24, 16, 1_408, 64, 6, 1_408, dense_layers=1, dense_hidden=8_192),
        ModelSize(
            "interaction-276b", 4_096, 50, 32, 1_536, 256, 7, 1_760, dense_layers=1, dense_hidden=12_288
        ),
    )
}
"""One dial, from what tests train in seconds to the size of the published interaction model.

Parameters, total / active: pocket 0.3 M / 0.2 M, first (the one that ships) 7.9 M / 4.2 M, nano 37 M / 12 M,
small 120 M / 32 M, medium 1.1 B / 250 M, large 13 B / 1.9 B, interaction-276b 276 B / 12 B.
"""
