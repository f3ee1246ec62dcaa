"""Sensitive values are kept out of what those who follow a call read. Pure.

A slot is sensitive in a flow when a tool says so of the argument it becomes, and no other takes it openly.
While it is asked for, the caller is not quoted at all, and nobody's rows of digits or single letters are: its
value is not known yet. Once it is, it is quoted nowhere, whether in figures or spoken digit by digit.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from agents.dialogue.numerals import Numerals, digits_at, numerals_of, words
from agents.dialogue.state import State
from agents.redaction import HIDDEN, secret_texts
from config.flow import Flow
from config.flow_steps import Agent, Ask, LookUp

_SHORTEST: Final = 3
"""Digits or letters in a row: fewer give nothing away, and are everywhere."""
_SPOKEN: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Sensitive:
    """What is sensitive in one flow: names of slots."""

    slots: frozenset[str] = frozenset()


def sensitive_in(flow: Flow, of_tool: Callable[[str], Collection[str]]) -> Sensitive:
    """Find what is sensitive in a flow; `of_tool` names a tool's sensitive arguments."""
    hidden: set[str] = set()
    shown: set[str] = set()
    for step in flow.steps.values():
        match step:
            case LookUp(tool=tool):
                secret = frozenset(of_tool(tool))
                for name, value in step.arguments.items():
                    if isinstance(value, str) and value.startswith("{"):
                        (hidden if name in secret else shown).add(value[1:-1])
            case Agent():
                hidden |= {name for tool in step.tools for name in of_tool(tool)}
            case _:
                pass
    return Sensitive(frozenset((hidden - shown) & flow.slots.keys()))


@dataclass(frozen=True, slots=True)
class Mask:
    """What is to be hidden at one moment of a call.

    Attributes:
        asked: it is being asked for: all the caller says, and anybody's rows of digits and single letters.
        values: texts, lower case, the shortest first.
    """

    asked: bool = False
    values: tuple[str, ...] = ()


def mask_at(sensitive: Sensitive, flow: Flow, dialogue: State) -> Mask:
    """Tell what is to be hidden while the dialogue is in this state."""
    if not sensitive.slots:
        return Mask()
    step = flow.steps.get(dialogue.step)
    asked = isinstance(step, Ask) and step.slot in sensitive.slots
    given = (dialogue.slots[name].value for name in sensitive.slots if name in dialogue.slots)
    values = {text.lower() for value in given for text in secret_texts(value)}
    return Mask(asked, tuple(sorted((v for v in values if len(v) >= _SHORTEST), key=len)))


def masked(text: str, mask: Mask, language: str) -> str:
    """Hide what is to be hidden in anybody's words."""
    for value in reversed(mask.values):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    return _without_rows(text, mask, language) if mask.asked or mask.values else text


def masked_caller(text: str, mask: Mask, language: str) -> str:
    """Hide what is to be hidden in the caller's words: all of them where they were asked for it."""
    return HIDDEN if mask.asked and text else masked(text, mask, language)


def _without_rows(text: str, mask: Mask, language: str) -> str:
    """Hide rows of digits, spoken or in figures, and of letters said one by one, where they are to be."""
    numerals = numerals_of(language)
    parts: list[str] = []
    row: list[str] = []
    spelled = ""

    def end_row() -> None:
        nonlocal spelled
        parts.extend([HIDDEN] if _hides(mask, spelled) else row)
        row.clear()
        spelled = ""

    for part in _SPOKEN.findall(text):
        if signs := _spelled(words(part), numerals):
            row.append(part)
            spelled += signs
        else:
            end_row()
            parts.append(part)
    end_row()
    return " ".join(parts)


def _spelled(heard: list[str], numerals: Numerals) -> str:
    """Read digits and single letters; empty when there is any other word."""
    signs = ""
    for at, word in enumerate(heard):
        digits, _ = digits_at(heard, at, numerals)
        if not digits and not (len(word) == 1 and word.isalnum()):
            return ""
        signs += digits or word
    return signs


def _hides(mask: Mask, row: str) -> bool:
    if len(row) < _SHORTEST:
        return False
    values = ("".join(filter(str.isalnum, value)) for value in mask.values)
    return mask.asked or any(value in row or row in value for value in values)
