"""A time line as a picture: both sides' sound, what the model reads in it, what it decides, the words."""

from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from config.units import SAMPLE_RATE_HZ, SLOT_MS
from model.evaluate.timeline import Happening, Timeline
from model.sound import Samples
from model.turn import Word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CALLER, _AGENT, _END, _SOON, _BARGE, _DUE = "#2a7f8e", "#c9753d", "#5b3f8c", "#b9c3cf", "#b3263e", "#3f8f4f"
_INK, _FAINT, _PAPER = "#22303c", "#8a97a5", "#fcfbf8"
_SHORTEST_ROW_S: Final = 6.0
_ROW_S: Final = 20.0
_AFTER_S: Final = 1.2  # of the silence after the recording, in which its last turn may end
_MOST_ROWS: Final = 14
_WIDTH_IN: Final = 15.0
_ROW_IN: Final = 2.9
_POINTS: Final = 2_400
"""Drawn per row of a waveform."""
_LETTER_S: Final = 1 / 190
"""The width of a letter of a word, as a share of the row."""
_WORD_LANES: Final = 3


@dataclass(frozen=True, slots=True)
class _Mark:
    colour: str
    label: str


_MARKS: Final = {
    Happening.CALLER_SPOKE: _Mark(_CALLER, "speaks"),
    Happening.TURN_TAKEN: _Mark(_END, "turn taken"),
    Happening.BACKCHANNEL: _Mark(_DUE, "mm-hm"),
    Happening.PAUSE: _Mark(_AGENT, "pauses"),
    Happening.YIELD: _Mark(_BARGE, "yields"),
    Happening.RESUME: _Mark(_AGENT, "resumes"),
    Happening.ANSWERED: _Mark(_FAINT, "answered"),
    Happening.NO_TURN: _Mark(_FAINT, "no turn"),
}


def draw(timeline: Timeline, path: Path, title: str) -> None:
    """Write the picture as PNG: rows of up to 20 s, longer ones for recordings of more than a few minutes.

    Raises:
        OSError: the file cannot be written.
    """
    from matplotlib.figure import Figure

    seconds = max(timeline.seconds + _AFTER_S, _SHORTEST_ROW_S)
    rows = min(ceil(seconds / _ROW_S), _MOST_ROWS)
    row_s = seconds / rows
    figure = Figure(figsize=(_WIDTH_IN, 0.9 + _ROW_IN * rows), facecolor=_PAPER)
    top = 1 - 0.62 / (0.9 + _ROW_IN * rows)
    grid = figure.add_gridspec(
        rows, 1, left=0.055, right=0.985, top=top, bottom=0.38 / (0.9 + _ROW_IN * rows), hspace=0.16
    )
    for row in range(rows):
        inner = grid[row].subgridspec(3, 1, height_ratios=(1.25, 1.0, 0.75), hspace=0.0)
        panels = [figure.add_subplot(inner[k]) for k in range(3)]
        _draw_row(panels, timeline, row * row_s, (row + 1) * row_s)
    figure.suptitle(
        title, x=0.055, y=1 - 0.16 / (0.9 + _ROW_IN * rows), ha="left", va="top", fontsize=13, color=_INK
    )
    _draw_legend(figure, 1 - 0.2 / (0.9 + _ROW_IN * rows))
    figure.savefig(path, dpi=110, facecolor=_PAPER)


def _draw_row(panels: "list[Axes]", timeline: Timeline, begin_s: float, end_s: float) -> None:
    sound, readings, agent = panels
    _draw_sound(sound, timeline.caller, begin_s, end_s, _CALLER, timeline.curve("caller_voice"))
    _draw_words(sound, timeline.words, begin_s, end_s)
    _draw_readings(readings, timeline, begin_s, end_s)
    silent = np.zeros(1, np.float32)
    ours = silent if timeline.agent is None else timeline.agent
    _draw_sound(agent, ours, begin_s, end_s, _AGENT, timeline.curve("agent_voice"))
    agent.set_ylim(-1.62, 1.05)
    _draw_events(panels, timeline, begin_s, end_s)
    for panel, name in zip(panels, ("caller", "model", "agent"), strict=True):
        panel.set_xlim(begin_s, end_s)
        panel.set_yticks([])
        panel.set_facecolor("white")
        panel.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9.5, color=_INK, labelpad=8)
        for side, spine in panel.spines.items():
            spine.set_color("#dfe3e8")
            spine.set_visible(side in ("left", "right", "bottom" if panel is agent else "top"))
        panel.tick_params(colors=_FAINT, labelsize=8.5, length=2.5, labelbottom=panel is agent)


def _draw_sound(
    panel: "Axes", side: Samples, begin_s: float, end_s: float, colour: str, voice: npt.NDArray[np.float64]
) -> None:
    """A waveform as an envelope on a scale that shows quiet speech too, over the probability of voice."""
    at = begin_s + np.arange(len(voice[_slots(begin_s, end_s)])) * SLOT_MS / 1_000
    panel.fill_between(
        at, -1, 1, where=voice[_slots(begin_s, end_s)] > 0.5, step="post", color=colour, alpha=0.13, lw=0
    )
    piece = side[round(begin_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)]
    group = max(1, round((end_s - begin_s) * SAMPLE_RATE_HZ / _POINTS))
    count = len(piece) // group
    if count:
        groups = piece[: count * group].reshape(count, group)
        high, low = (
            np.sign(edge) * np.sqrt(np.abs(edge)) for edge in (groups.max(axis=1), groups.min(axis=1))
        )
        moments = begin_s + (np.arange(count) + 0.5) * group / SAMPLE_RATE_HZ
        panel.fill_between(moments, low, high, color=colour, lw=0.25)
    panel.axhline(0, color=colour, lw=0.4, alpha=0.5)
    panel.set_ylim(-1.02, 1.02)


def _draw_words(panel: "Axes", words: tuple[Word, ...], begin_s: float, end_s: float) -> None:
    """The words above the sound they name, in lanes so that none covers another."""
    panel.set_ylim(-1.02, 1.75)
    letter_s = _LETTER_S * (end_s - begin_s)
    free_from = [begin_s] * _WORD_LANES
    for word in words:
        at = word.start_ms / 1_000
        if not begin_s <= at < end_s:
            continue
        lane = next((k for k in range(_WORD_LANES) if free_from[k] <= at), None)
        if lane is None:
            continue
        free_from[lane] = at + letter_s * (len(word.text) + 1)
        height = 1.52 - 0.26 * lane
        sure = 0.45 + 0.55 * word.confidence
        panel.plot(
            (at, word.end_ms / 1_000), (1.0, 1.0), color=_CALLER, lw=1.6, alpha=sure, solid_capstyle="butt"
        )
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
        text = panel.text(
            at, height, word.text, fontsize=8.5, color=_INK, va="center", clip_on=True, bbox=behind
        )
        text.set_alpha(sure)


def _draw_readings(panel: "Axes", timeline: Timeline, begin_s: float, end_s: float) -> None:
    span = _slots(begin_s, end_s)
    soon = timeline.soon[span]
    at = begin_s + (np.arange(len(soon)) + 0.5) * SLOT_MS / 1_000
    panel.fill_between(at, 0, soon, color=_SOON, alpha=0.55, lw=0)
    panel.axhline(0.5, color="#e6e9ed", lw=0.7)
    overlap = np.minimum(timeline.curve("caller_voice")[span], timeline.curve("agent_voice")[span])
    barge_in = np.where(overlap > 0.3, timeline.curve("barge_in")[span], np.nan)
    panel.plot(at, timeline.curve("backchannel_due")[span], color=_DUE, lw=1.0, alpha=0.85)
    panel.plot(at, timeline.curve("turn_end")[span], color=_END, lw=1.5)
    panel.plot(at, barge_in, color=_BARGE, lw=1.6)
    panel.set_ylim(-0.04, 1.1)


def _draw_events(panels: "list[Axes]", timeline: Timeline, begin_s: float, end_s: float) -> None:
    label_free_from = begin_s
    for event in timeline.events:
        at = event.at_ms / 1_000
        if not begin_s <= at < end_s:
            continue
        mark = _MARKS[event.happening]
        small = event.happening is Happening.CALLER_SPOKE
        for panel in panels[:2] if small else panels:
            panel.axvline(
                at, color=mark.colour, lw=0.8 if small else 1.3, ls=":" if small else "-", alpha=0.9
            )
        if small or at < label_free_from:
            continue
        label_free_from = at + _LETTER_S * (end_s - begin_s) * (len(mark.label) + 2)
        panels[2].text(
            at,
            -1.5,
            f" {mark.label}",
            fontsize=8.5,
            color=mark.colour,
            va="bottom",
            weight="bold",
            clip_on=True,
        )


def _draw_legend(figure: "Figure", top: float) -> None:
    from matplotlib.lines import Line2D

    entries = (
        (_SOON, 6.0, "caller speaks in the next 0.8 s"),
        (_END, 1.8, "turn is over"),
        (_BARGE, 1.8, "interruption is meant"),
        (_DUE, 1.4, "a “mm-hm” fits"),
    )
    figure.legend(
        handles=[Line2D([], [], color=colour, lw=width, label=label) for colour, width, label in entries],
        loc="upper right",
        bbox_to_anchor=(0.99, top),
        ncols=len(entries),
        frameon=False,
        fontsize=9,
        labelcolor=_INK,
    )


def _slots(begin_s: float, end_s: float) -> slice:
    return slice(round(begin_s * 1_000 / SLOT_MS), round(end_s * 1_000 / SLOT_MS))
