"""Tapes of calls that never were: rows as a call writes them, put together turn by turn."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MICRO_TURN_MS = 200
Row = dict[str, Any]


@dataclass
class FakeTape:
    """Writes rows; what the agent gives out is heard `behind_ms` later."""

    flow: str = "order_status@1"
    behind_ms: int = 300
    rows: list[Row] = field(default_factory=list[Row])
    index: int = 0
    _given_ms: int = 0
    _offers: int = 0

    def __post_init__(self) -> None:
        self.rows.append({"kind": "tape", "version": 1, "call_id": "c", "flow": self.flow})

    @property
    def now_ms(self) -> int:
        return self.index * MICRO_TURN_MS

    def row(self, **columns: Any) -> None:
        """One micro-turn, in which agent time runs as call time does."""
        heard_ms = max(0, self.now_ms + MICRO_TURN_MS - self.behind_ms)
        self.rows.append({"kind": "turn", "index": self.index, "heard_ms": heard_ms, **columns})
        self.index += 1

    def wait(self, ms: int) -> None:
        for _ in range(ms // MICRO_TURN_MS):
            self.row()

    def agent(self, text: str, *, word_ms: int = 200) -> None:
        """The agent says an offer from here on, one word after another, and is heard."""
        self._offers += 1
        start_ms = self.now_ms
        words = [
            {"text": word, "start_ms": start_ms + at * word_ms, "end_ms": start_ms + (at + 1) * word_ms}
            for at, word in enumerate(text.split())
        ]
        self.row(agent={"offer": f"offer-{self._offers}", "words": words})
        self.wait(len(words) * word_ms + self.behind_ms)

    def caller(self, text: str, *, taken_after_ms: int = 400, word_ms: int = 200) -> None:
        """The caller says something from here on; their turn is taken so long after the last word."""
        start_ms = self.now_ms
        words = [
            {"text": word, "start_ms": start_ms + at * word_ms, "end_ms": start_ms + (at + 1) * word_ms}
            for at, word in enumerate(text.split())
        ]
        self.row(acts=[{"act": "CallerSpoke", "at_ms": start_ms}])
        self.wait(len(words) * word_ms + taken_after_ms - MICRO_TURN_MS)
        transcript = {"words": words, "final": True, "confidence": 0.9}
        self.row(acts=[{"act": "TurnTaken", "transcript": transcript}])
        self.index -= 1  # the answer may be given out in the same micro-turn

    def tool(self, tool: str, kind: str = "result", **arguments: Any) -> None:
        task_id = f"task-{self.index}"
        self.row(delegations=[{"task_id": task_id, "tool": tool, "arguments": arguments}])
        self.row(reports=[{"task_id": task_id, "tool": tool, "kind": kind, "sequence": 1}])

    def step(self, step: str, language: str = "en-US") -> None:
        self.row(steps=[{"step": step, "language": language}])

    def end(self, outcome: str, **figures: Any) -> "FakeTape":
        self.rows.append({"kind": "end", "outcome": outcome, "micro_turns": self.index, **figures})
        return self

    def write(self, folder: Path, audio: bytes | None = None) -> None:
        folder.mkdir(parents=True)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)
        (folder / "tape.jsonl").write_text(text, encoding="utf-8")
        if audio is not None:
            (folder / "call.wav").write_bytes(audio)
