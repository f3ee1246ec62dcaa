"""Which systems are compared, by name. Light to import."""

from typing import Final

from model.evaluate.baselines.rules import TIMEOUT_MS

NATIVE: Final = "native"
CASCADE: Final = "cascade"
ENERGY: Final = "energy"
SILENT: Final = "silent"
TALKING: Final = "talking"
BASELINES: Final = (CASCADE, ENERGY, SILENT, TALKING)
SYSTEMS: Final = (NATIVE, *BASELINES)
LABELS: Final = {
    NATIVE: "Tandem",
    CASCADE: "Silero + smart-turn",
    ENERGY: f"energy, {TIMEOUT_MS} ms",
    SILENT: "always silent",
    TALKING: "always talking",
}
