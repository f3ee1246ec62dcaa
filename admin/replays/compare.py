"""Two calls beside each other: the one that was recorded and the one it would have been. Pure."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from statistics import median
from typing import Any, Final, Literal

from pydantic import BaseModel

from admin.calls.timeline import SaidLine, Timeline, timeline
from agents.redaction import HIDDEN
from agents.toolbox import Toolbox
from config.replaying import By
from config.tape.agent_words import Row
from config.tape.witness import ToolCall, Witness, witness_all

_MOST_DIFFERENCES: Final = 200


class Side(BaseModel):
    """One of the two calls."""

    flow: str
    outcome: str | None
    transferred_to: str | None
    timeline: Timeline
    slots: dict[str, str]
    """As background agents were last given them; sensitive values are hidden."""
    response_p50_ms: int | None
    """Of the latencies in the timeline."""
    sources: dict[str, str]
    """By task, where a replay's outcome is from: ran, recorded, made_up."""


class Difference(BaseModel):
    """Something that is not the same in both; null: it is not there at all. Times are call time."""

    what: Literal["said", "understood", "tool", "step", "outcome"]
    recorded: str | None
    replayed: str | None
    recorded_ms: int | None
    replayed_ms: int | None


class Pair(BaseModel):
    """Lines to be shown beside each other, by their place in each timeline."""

    recorded: int | None
    replayed: int | None
    same: bool


class Comparison(BaseModel):
    """Both outcomes side by side.

    `diverges`: the first thing the agent said differently. The caller, being recorded, does not react to it.
    """

    by: By
    recorded: Side
    replayed: Side
    pairs: list[Pair]
    differences: list[Difference]
    """In the order of time."""
    diverges: Difference | None
    caveats: list[str]
    """What the reader must know, in sentences."""


def compare(
    recorded: Sequence[Row],
    replayed: Sequence[Row],
    toolbox: Toolbox,
    sources: Mapping[str, str],
    beyond_ms: int,
) -> Comparison:
    """Compare the tapes of two calls.

    Args:
        recorded: the rows of the one.
        replayed: those of the other.
        toolbox: knows which arguments are sensitive.
        sources: of the replay's tasks, where outcomes are from.
        beyond_ms: how long the replay went on after the recording had ended.
    """
    by = By(replayed[0].get("replayed_by", By.AUDIO))
    then, now = witness_all(recorded), witness_all(replayed)
    sides = _side(then, recorded, toolbox, {}), _side(now, replayed, toolbox, sources)
    differences = _differences(then, now, *sides)
    diverges = next((each for each in differences if each.what == "said"), None)
    return Comparison(
        by=by,
        recorded=sides[0],
        replayed=sides[1],
        pairs=_pairs(sides[0].timeline.lines, sides[1].timeline.lines),
        differences=differences[:_MOST_DIFFERENCES],
        diverges=diverges,
        caveats=_caveats(by, diverges, sides[1], beyond_ms),
    )


def _side(told: Witness, rows: Sequence[Row], toolbox: Toolbox, sources: Mapping[str, str]) -> Side:
    shown = timeline(told, toolbox)
    latencies = [each.latency_ms for each in shown.responses]
    return Side(
        flow=told.flow,
        outcome=told.outcome,
        transferred_to=told.transferred_to,
        timeline=shown,
        slots=_slots(rows, toolbox),
        response_p50_ms=round(median(latencies)) if latencies else None,
        sources={tool.task_id: sources[tool.task_id] for tool in told.tools if tool.task_id in sources},
    )


def _slots(rows: Sequence[Row], toolbox: Toolbox) -> dict[str, str]:
    """The slots, hiding those that become a tool's sensitive argument."""
    slots: dict[str, str] = {}
    hidden: set[str] = set()
    for row in rows:
        for asked in row.get("delegations", []):
            slots |= asked.get("slots", {})
            arguments: dict[str, Any] = asked.get("arguments", {})
            tool = toolbox.get(str(asked["tool"]))
            hidden |= (
                {str(arguments[name]) for name in tool.sensitive if name in arguments} if tool else set()
            )
    return {name: HIDDEN if value in hidden else value for name, value in slots.items()}


# --- differences ------------------------------------------------------------------------------------


def _differences(then: Witness, now: Witness, recorded: Side, replayed: Side) -> list[Difference]:
    found: list[Difference] = []
    for what, who in (("said", "agent"), ("understood", "caller")):
        lines = [[line for line in side.timeline.lines if line.who == who] for side in (recorded, replayed)]
        for one, other in zip_longest(*lines):
            if one is None or other is None or not _same(one, other):
                found.append(
                    Difference(
                        what="said" if what == "said" else "understood",
                        recorded=_text(one) if one else None,
                        replayed=_text(other) if other else None,
                        recorded_ms=one.start_ms if one else None,
                        replayed_ms=other.start_ms if other else None,
                    )
                )
    for old, new in zip_longest(then.tools, now.tools):
        if old is None or new is None or (old.tool, old.arguments) != (new.tool, new.arguments):
            found.append(_of_tools(old, new))
    if then.reached:  # older tapes do not tell
        for old, new in zip_longest(then.reached, now.reached):
            if old is None or new is None or old.step != new.step:
                found.append(
                    Difference(
                        what="step",
                        recorded=old.step if old else None,
                        replayed=new.step if new else None,
                        recorded_ms=old.at_ms if old else None,
                        replayed_ms=new.at_ms if new else None,
                    )
                )
                break  # from here on they go different ways
    if (then.outcome, then.transferred_to) != (now.outcome, now.transferred_to):
        found.append(
            Difference(
                what="outcome",
                recorded=then.outcome,
                replayed=now.outcome,
                recorded_ms=then.now_ms,
                replayed_ms=now.now_ms,
            )
        )
    return sorted(found, key=_first_ms)


def _first_ms(difference: Difference) -> int:
    return min(ms for ms in (difference.recorded_ms, difference.replayed_ms) if ms is not None)


def _of_tools(old: ToolCall | None, new: ToolCall | None) -> Difference:
    return Difference(
        what="tool",
        recorded=old.tool if old else None,
        replayed=new.tool if new else None,
        recorded_ms=old.asked_ms if old else None,
        replayed_ms=new.asked_ms if new else None,
    )


def _same(one: SaidLine, other: SaidLine) -> bool:
    """Whether two lines say the same. One that was cut off says the same as far as it goes."""
    text, words = _text(one), _text(other)
    if one.cut and words.startswith(text):
        return True
    return text == words or (other.cut and text.startswith(words))


def _text(line: SaidLine) -> str:
    return " ".join(word.text for word in line.words)


def _pairs(recorded: Sequence[SaidLine], replayed: Sequence[SaidLine]) -> list[Pair]:
    keys = [[(line.who, _text(line)) for line in side] for side in (recorded, replayed)]
    pairs: list[Pair] = []
    for tag, begin, end, begins, ends in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        for one, other in zip_longest(range(begin, end), range(begins, ends)):
            beside = one is None or other is None or recorded[one].who == replayed[other].who
            if beside:
                pairs.append(Pair(recorded=one, replayed=other, same=tag == "equal"))
            else:
                pairs.append(Pair(recorded=one, replayed=None, same=False))
                pairs.append(Pair(recorded=None, replayed=other, same=False))
    return pairs


def _caveats(by: By, diverges: Difference | None, replayed: Side, beyond_ms: int) -> list[str]:
    said: list[str] = []
    if diverges is not None:
        at_ms = _first_ms(diverges)
        said.append(
            f"From {at_ms // 60_000}:{at_ms // 1_000 % 60:02d} on the two calls differ. The caller is "
            "recorded and cannot react: what they say after that answers the recorded call."
        )
    if by is By.WORDS:
        said.append(
            "Played by words: what was understood then, when it was understood then. The caller's voice was "
            "not heard again, the agent's pace is estimated, and latencies mean nothing."
        )
    else:
        said.append(
            "The telephone line's own delay is in the recorded latencies and not in the replayed ones."
        )
    made_up = {
        tool.tool for tool in replayed.timeline.tools if replayed.sources.get(tool.task_id) == "made_up"
    }
    said += [
        f"'{name}' was not run, since it may change something: its result is made up."
        for name in sorted(made_up)
    ]
    if beyond_ms:
        said.append(
            f"The replayed call went on for {beyond_ms / 1_000:g} s of silence after the recording's end."
        )
    return said
