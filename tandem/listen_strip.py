"""A time line for the terminal: a strip chart, and what happened line by line. Pure."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
from rich.text import Text

from config.units import SAMPLE_RATE_HZ, SLOT_MS
from model.evaluate.timeline import Event, Happening, Timeline
from model.sound import Samples

_BARS: Final = " ▁▂▃▄▅▆▇█"
_NAMES: Final = 14
_NARROWEST: Final = 20
_MOST_STRIPS: Final = 4
_QUIETEST_DB: Final = -60.0
_SIGNS: Final = {
    Happening.CALLER_SPOKE: ("┆", "cyan", "caller begins to speak"),
    Happening.TURN_TAKEN: ("▲", "bold magenta", "turn taken"),
    Happening.BACKCHANNEL: ("~", "green", "“mm-hm” given"),
    Happening.PAUSE: ("‖", "yellow", "agent would pause to find out"),
    Happening.YIELD: ("✕", "bold red", "agent would yield"),
    Happening.RESUME: ("»", "yellow", "agent would resume"),
    Happening.ANSWERED: ("△", "dim", "the agent answers, undecided so far"),
    Happening.NO_TURN: ("·", "dim", "no turn of the caller's"),
}


def strips(timeline: Timeline, width: int) -> Iterator[Text]:
    """The chart in strips of the terminal's `width`, each followed by what happened in it."""
    columns = max(_NARROWEST, width - _NAMES - 1)
    slots = len(timeline.curve("caller_voice"))
    per_column = max(1, -(-slots // (columns * _MOST_STRIPS)))
    rows = _rows(timeline, slots, per_column)
    strip_ms = columns * per_column * SLOT_MS
    for begin in range(0, -(-slots // per_column), columns):
        begin_ms = begin * per_column * SLOT_MS
        happened = [event for event in timeline.events if begin_ms <= event.at_ms < begin_ms + strip_ms]
        yield Text()
        yield _ruler(begin_ms, min(columns, rows[0][2].size - begin), per_column * SLOT_MS)
        for name, style, levels in rows:
            yield _bars(name, style, levels[begin : begin + columns])
        yield _signs(happened, begin_ms, columns, per_column * SLOT_MS)
        for event in happened:
            if event.happening is not Happening.CALLER_SPOKE:
                yield _said(event)


def _rows(timeline: Timeline, slots: int, per_column: int) -> list[tuple[str, str, npt.NDArray[np.float64]]]:
    rows = [
        ("caller sound", "cyan", _loudness(timeline.caller, slots)),
        ("caller voice", "bright_cyan", timeline.curve("caller_voice")),
        ("speaks soon", "white", timeline.soon),
        ("turn over", "magenta", timeline.curve("turn_end")),
        ("mm-hm fits", "green", timeline.curve("backchannel_due")),
    ]
    if timeline.agent is not None:
        both = np.minimum(timeline.curve("caller_voice"), timeline.curve("agent_voice"))
        rows.append(("interrupts", "red", np.where(both > 0.3, timeline.curve("barge_in"), 0.0)))
        rows.append(("agent sound", "yellow", _loudness(timeline.agent, slots)))
    return [(name, style, _columns(levels, per_column)) for name, style, levels in rows]


def _loudness(side: Samples, slots: int) -> npt.NDArray[np.float64]:
    """0..1 per slot: -60 dB below full scale to 0."""
    samples = SAMPLE_RATE_HZ * SLOT_MS // 1_000
    padded = np.zeros(slots * samples)
    length = min(len(side), len(padded))
    padded[:length] = side[:length]
    power = np.mean(padded.reshape(slots, samples) ** 2, axis=1)
    return np.clip(1 - 10 * np.log10(power + 1e-9) / _QUIETEST_DB, 0.0, 1.0)


def _columns(levels: npt.NDArray[np.float64], per_column: int) -> npt.NDArray[np.float64]:
    """The highest level of each column's slots."""
    count = -(-len(levels) // per_column)
    padded = np.zeros(count * per_column)
    padded[: len(levels)] = levels
    return padded.reshape(count, per_column).max(axis=1)


def _ruler(begin_ms: int, columns: int, column_ms: int) -> Text:
    marks = [" "] * (columns + 8)
    at = 0
    for k in range(columns):
        second, last = (begin_ms + k * column_ms) // 1_000, (begin_ms + (k - 1) * column_ms) // 1_000
        if (second != last or k == 0) and k >= at:
            label = f"{second} s"
            marks[k : k + len(label)] = label
            at = k + len(label) + 3
    return Text(" " * _NAMES + "".join(marks).rstrip(), style="dim")


def _bars(name: str, style: str, levels: npt.NDArray[np.float64]) -> Text:
    top = len(_BARS) - 1
    bars = "".join(_BARS[round(float(level) * top)] for level in levels)
    return Text.assemble((f"{name:>{_NAMES - 1}} ", "dim"), (bars, style))


def _signs(events: list[Event], begin_ms: int, columns: int, column_ms: int) -> Text:
    line = Text(" " * (_NAMES + columns))
    for event in sorted(events, key=lambda one: one.happening is not Happening.CALLER_SPOKE):
        sign, style, _ = _SIGNS[event.happening]
        at = _NAMES + (event.at_ms - begin_ms) // column_ms
        line = Text.assemble(line[:at], (sign, style), line[at + 1 :])
    line.rstrip()
    return line


def _said(event: Event) -> Text:
    sign, style, meaning = _SIGNS[event.happening]
    words = f"  “{event.text}”" if event.text else ""
    return Text.assemble(
        (f"{event.at_ms / 1_000:>{_NAMES - 3}.1f} s ", "dim"), (f"{sign} {meaning}", style), words
    )
