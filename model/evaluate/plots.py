"""Pictures of an evaluation: latencies, trade-off curves, the timing of backchannels. PNG, no display."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from model.evaluate.evaluation import Evaluation, SystemResult

_COLOURS: Final = {
    "native": "#c2185b",
    "cascade": "#1565c0",
    "energy": "#2e7d32",
    "silent": "#757575",
    "talking": "#ef6c00",
}
_TIMES: Final = (
    ("latency_ms", "after the caller's turn"),
    ("stop_ms", "until it stops, interrupted"),
    ("response_ms", "after an interruption"),
)
_TARGETS_MS: Final = {"latency_ms": 400, "stop_ms": 400}


def draw(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Draw all there is to draw; gives the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[Path] = []
    if any(_times(each, name) for each in evaluation.results for name, _ in _TIMES):
        drawn.append(_save(_latencies(evaluation.results), folder / "latencies.png"))
    if evaluation.curves:
        drawn.append(_save(_trade_off(evaluation), folder / "trade-off.png"))
    if any(_offsets(each) for each in evaluation.results):
        drawn.append(_save(_backchannels(evaluation.results), folder / "backchannels.png"))
    return drawn


def _latencies(results: Sequence[SystemResult]) -> Figure:
    """Cumulative distributions: how many answers have come after so long."""
    figure = Figure(figsize=(12, 4), layout="constrained")
    for axes, (name, title) in zip(figure.subplots(1, 3), _TIMES, strict=True):
        for each in results:
            times = sorted(_times(each, name))
            if times:
                share = np.arange(1, len(times) + 1) / len(times)
                axes.step(times, share, where="post", color=_COLOURS.get(each.name), label=each.label)
        if name in _TARGETS_MS:
            axes.axvline(_TARGETS_MS[name], color="black", linewidth=0.8, linestyle=":")
        axes.set_title(title)
        axes.set_xlabel("ms at the caller's ear")
        axes.set_ylim(0, 1.02)
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("share of cases")
    figure.axes[0].legend()
    return figure


def _trade_off(evaluation: Evaluation) -> Figure:
    """Median and p90 latency against the share of pauses talked into."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    for axes, (title, at) in zip(figure.subplots(1, 2), (("median", 0), ("p90", 1)), strict=True):
        for curve in evaluation.curves:
            points = [
                (point.takeover.value * 100, (point.median_ms, point.p90_ms)[at], point.setting)
                for point in curve.points
                if point.takeover.value is not None
            ]
            known = [(x, y, setting) for x, y, setting in points if y is not None]
            axes.plot(
                [x for x, _, _ in known],
                [y for _, y, _ in known],
                marker="o",
                color=_COLOURS.get(curve.system),
                label=f"{curve.label} ({curve.setting})",
            )
            for x, y, setting in known:
                axes.annotate(f"{setting:g}", (x, y), fontsize=7, xytext=(3, 3), textcoords="offset points")
        axes.axvline(5, color="black", linewidth=0.8, linestyle=":")
        axes.set_title(f"latency after turn ends, {title}")
        axes.set_xlabel("pauses talked into, %")
        axes.set_ylabel("ms")
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    figure.axes[0].legend()
    return figure


def _backchannels(results: Sequence[SystemResult]) -> Figure:
    """Where small utterances begin, beside the nearest opening."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    bins = [float(edge) for edge in range(-2_000, 2_001, 200)]
    for each in results:
        offsets = _offsets(each)
        if offsets:
            axes.hist(
                np.clip(offsets, bins[0], bins[-1]),
                bins=bins,
                histtype="step",
                color=_COLOURS.get(each.name),
                label=each.label,
            )
    axes.axvspan(-200, 900, color="black", alpha=0.06, label="opening")
    axes.set_title("backchannels, from where the caller's clause ended")
    axes.set_xlabel("ms")
    axes.set_ylabel("count")
    axes.legend()
    return figure


def _times(result: SystemResult, name: str) -> list[float]:
    return [
        verdict.figures[name]
        for verdict in result.verdicts
        if name in verdict.figures and (name != "latency_ms" or verdict.case_id.startswith("turn"))
    ]


def _offsets(result: SystemResult) -> list[float]:
    return [offset for verdict in result.verdicts for offset in verdict.offsets_ms]


def _save(figure: Figure, path: Path) -> Path:
    FigureCanvasAgg(figure).print_png(str(path))
    return path
