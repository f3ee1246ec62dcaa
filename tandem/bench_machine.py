"""Where and when a figure was measured: without that it says nothing."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when. `load_before`, `load_after`: the system's load average over a minute."""

    date: str
    system: str
    processor: str
    cores: int
    python: str
    load_before: float
    load_after: float

    def __str__(self) -> str:
        return (
            f"{self.date}  {self.processor}, {self.cores} cores, Python {self.python}, "
            f"load {self.load_before} before and {self.load_after} after"
        )


def this_machine(load_before: float) -> Machine:
    """Tell where this runs, now that all is measured."""
    return Machine(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        system=platform.platform(),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        load_before=load_before,
        load_after=load_average(),
    )


def load_average() -> float:
    """The system's load average over the last minute."""
    return round(os.getloadavg()[0], 2)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"
