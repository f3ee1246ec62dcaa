"""A call on the terminal while it runs: both sides' words as they are heard, like a chat.

On a terminal the lines under way change in place; elsewhere a line is printed once it is complete.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from config.tape.agent_words import AgentLine
from config.tape.witness import ToolCall, Understood, Witness
from telephony.simulator.caller import Begin, Press
from telephony.simulator.events import (
    AgentSounded,
    Announced,
    CallerActed,
    CallEvent,
    LineOpened,
    TapeTold,
)
from telephony.simulator.script import When

_SETTLES_AFTER_MS: Final = 1_500
"""An agent's line is complete when nothing was added to it for this long."""
_LABEL_WIDTH: Final = 10
_MOST_SUMMARY_CHARS: Final = 96
_COLOURS: Final = {
    "agent": "green",
    "caller": "cyan",
    "understood": "bright_black",
    "tool": "yellow",
    "carrier": "magenta",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the transcript; `done` when it will not change any more."""

    label: str
    at_ms: int
    text: str
    done: bool = False


Transcript = dict[str, Entry]
"""The entries by a key of their own, in the order they began."""


def follow(transcript: Transcript, event: CallEvent) -> Transcript:
    """Take in an event; gives the transcript after it."""
    match event:
        case LineOpened():
            return transcript
        case CallerActed():
            return _with_act(transcript, event)
        case AgentSounded(at_ms, speaking):
            return _with_sound(transcript, at_ms, speaking=speaking)
        case Announced(at_ms, text):
            return transcript | {f"carrier {len(transcript)}": Entry("carrier", at_ms, text, done=True)}
        case TapeTold(_, told):
            return _with_tape(transcript, told)


def finished(transcript: Transcript) -> Transcript:
    """The transcript when the call is over: nothing changes any more."""
    return {key: replace(entry, done=True) for key, entry in transcript.items()}


def _with_act(transcript: Transcript, event: CallerActed) -> Transcript:
    match event.action:
        case Begin(line):
            how = {When.TURN: "", When.BARGE_IN: "  (interrupts)", When.OVER: "  (meanwhile)"}[line.when]
            said = Entry("caller", event.at_ms, line.text + how, done=True)
            return _settled(transcript, "keys ") | {f"caller {event.at_ms}": said}
        case Press(key):
            return _with_key(transcript, event.at_ms, key)


def _with_key(transcript: Transcript, at_ms: int, key: str) -> Transcript:
    last = next(reversed(transcript), "")
    if last.startswith("keys "):
        entry = transcript[last]
        return transcript | {last: replace(entry, text=entry.text + key)}
    return _settled(transcript, "keys ") | {f"keys {at_ms}": Entry("caller", at_ms, f"keys in {key}")}


def _with_sound(transcript: Transcript, at_ms: int, *, speaking: bool) -> Transcript:
    """Without a tape there are no words: say at least that the agent speaks, and for how long."""
    if any(key.startswith("agent ") for key in transcript):
        return transcript
    if speaking:
        return transcript | {f"sound {at_ms}": Entry("agent", at_ms, "speaks")}
    began = next((key for key in reversed(transcript) if key.startswith("sound ")), None)
    if began is None:
        return transcript
    entry = transcript[began]
    text = f"spoke for {(at_ms - entry.at_ms) / 1_000:.1f} s"
    return transcript | {began: replace(entry, text=text, done=True)}


def _with_tape(transcript: Transcript, told: Witness) -> Transcript:
    after = {key: entry for key, entry in transcript.items() if not key.startswith("sound ")}
    for k, line in enumerate(told.lines):
        entry = _agent_entry(line, later=k + 1 < len(told.lines), now_ms=told.now_ms)
        if entry:
            after[f"agent {k}"] = entry
    for k, turn in enumerate(told.understood):
        if turn.text:
            after[f"understood {k}"] = _understood_entry(turn)
    for tool in told.tools:
        after[f"tool {tool.task_id}"] = _tool_entry(tool)
    return after


def _agent_entry(line: AgentLine, *, later: bool, now_ms: int) -> Entry | None:
    if not line.heard:
        return None
    text = line.text + (" …  (interrupted)" if line.cut else "")
    settled = not line.coming and now_ms - line.heard[-1].end_ms > _SETTLES_AFTER_MS
    done = line.cut or settled or (later and not line.coming)
    return Entry("agent", line.heard[0].start_ms, text, done)


def _understood_entry(turn: Understood) -> Entry:
    return Entry("understood", turn.at_ms, f"{turn.text}  {turn.confidence:.0%}", turn.over)


def _tool_entry(tool: ToolCall) -> Entry:
    arguments = ", ".join(f"{name}={value!r}" for name, value in tool.arguments.items())
    asked = f"{tool.tool}({arguments})"
    if tool.settled_ms is None:
        return Entry("tool", tool.asked_ms, f"{asked} …")
    answer = summary(tool)
    return Entry("tool", tool.asked_ms, f"{asked} → {answer}", done=True)


def summary(tool: ToolCall) -> str:
    """What a tool answered, in one line: the beginning of it."""
    if tool.state != "result":
        return f"{tool.state}{f': {tool.error}' if tool.error else ''}"
    shown = {name: value for name, value in (tool.result or {}).items() if value is not None}
    told = ", ".join(f"{name} {value}" for name, value in shown.items()) or "done"
    return shorten(told, _MOST_SUMMARY_CHARS, placeholder=" …")


def _settled(transcript: Transcript, prefix: str) -> Transcript:
    return {
        key: replace(entry, done=True) if key.startswith(prefix) else entry
        for key, entry in transcript.items()
    }


def clock(ms: float) -> str:
    """Call time as 1:05."""
    return f"{int(ms) // 60_000}:{int(ms) // 1_000 % 60:02d}"


def _rendered(entry: Entry) -> Text:
    label = "heard" if entry.label == "understood" else entry.label
    line = Text()
    line.append(f"{clock(entry.at_ms):>6}  ", style="bright_black")
    line.append(f"{label:<{_LABEL_WIDTH}}", style=_COLOURS[entry.label])
    line.append(entry.text, style="bright_black" if entry.label == "understood" else "")
    return line


class Screen:
    """Shows one call on a console. Entries that can no longer change scroll by; the others stay in motion."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._transcript: Transcript = {}
        self._printed: set[str] = set()
        self._live: Live | None = None

    @contextmanager
    def showing(self) -> Generator["Screen"]:
        """Show the call for as long as the context lasts."""
        if self._console.is_terminal:
            with Live(console=self._console, refresh_per_second=8, transient=True) as self._live:
                yield self
                self._print(finished(self._transcript))
        else:
            yield self
            self._print(finished(self._transcript))

    def watch(self, event: CallEvent) -> None:
        """Take in what happened."""
        self._transcript = follow(self._transcript, event)
        self._print(self._transcript)

    def _print(self, transcript: Transcript) -> None:
        waiting: list[Entry] = []
        for key, entry in transcript.items():
            if key in self._printed:
                continue
            if entry.done and not waiting:
                self._printed.add(key)
                self._console.print(_rendered(entry), soft_wrap=not self._console.is_terminal)
            else:
                waiting.append(entry)
        if self._live:
            self._live.update(Group(*(_rendered(entry) for entry in waiting)))
