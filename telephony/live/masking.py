"""Sensitive values are kept out of what those who follow a call read. Pure.

A slot is sensitive in a flow when a tool that it is looked up with says so of the argument it becomes. Its
value is hidden in three ways, the first two of which do not wait until it is known: a caller who has been
asked for it is not quoted at all; in such a flow no row of digits or single letters is quoted, whoever says
it; and the value itself is quoted nowhere.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from agents.dialogue.numerals import digits_at, numerals_of, words
from agents.dialogue.state import State
from agents.redaction import HIDDEN, secret_texts
from config.flow import Flow
from config.flow_steps import Agent, Ask, LookUp

_SHORTEST_ROW: Final = 3
"""So many digits or letters in a row may be part of a number or a spelled name."""
_SHORTEST_VALUE: Final = 3
_SPOKEN: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Sensitive:
    """What is sensitive in one flow.

    Attributes:
        slots: names of slots.
        arguments: of each tool, the names of arguments.
    """

    slots: frozenset[str] = frozenset()
    arguments: Mapping[str, frozenset[str]] | None = None


def sensitive_in(flow: Flow, of_tool: Callable[[str], Collection[str]]) -> Sensitive:
    """Find what is sensitive in a flow; `of_tool` names a tool's sensitive arguments."""
    slots: set[str] = set()
    arguments: dict[str, frozenset[str]] = {}
    for step in flow.steps.values():
        match step:
            case LookUp(tool=tool):
                arguments[tool] = frozenset(of_tool(tool))
                given = (step.arguments.get(name) for name in arguments[tool])
                slots |= {value[1:-1] for value in given if isinstance(value, str) and value.startswith("{")}
            case Agent():
                arguments |= {tool: frozenset(of_tool(tool)) for tool in step.tools}
                slots |= {name for tool in step.tools for name in arguments[tool]}
            case _:
                pass
    return Sensitive(frozenset(slots & flow.slots.keys()), arguments)


@dataclass(frozen=True, slots=True)
class Mask:
    """What is to be hidden at one moment of a call.

    Attributes:
        rows: rows of digits and of single letters.
        caller: all the caller says.
        values: texts, lower case.
    """

    rows: bool = False
    caller: bool = False
    values: tuple[str, ...] = ()


def mask_at(sensitive: Sensitive, flow: Flow, dialogue: State) -> Mask:
    """Tell what is to be hidden while the dialogue is in this state."""
    if not sensitive.slots:
        return Mask()
    step = flow.steps.get(dialogue.step)
    asked = isinstance(step, Ask) and step.slot in sensitive.slots
    given = (dialogue.slots[name].value for name in sensitive.slots if name in dialogue.slots)
    values = {text.lower() for value in given for text in secret_texts(value)}
    return Mask(True, asked, tuple(sorted((v for v in values if len(v) >= _SHORTEST_VALUE), key=len)))


def masked(text: str, mask: Mask, language: str) -> str:
    """Hide what is to be hidden in anybody's words."""
    for value in reversed(mask.values):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    return _without_rows(text, language) if mask.rows else text


def masked_caller(text: str, mask: Mask, language: str) -> str:
    """Hide what is to be hidden in the caller's words: all of them where they were asked for it."""
    return HIDDEN if mask.caller and text else masked(text, mask, language)


def masked_value(value: object, mask: Mask, language: str) -> object:
    """Hide what is to be hidden in a JSON value, at any depth."""
    match value:
        case str():
            return masked(value, mask, language)
        case dict():
            return {str(name): masked_value(each, mask, language) for name, each in value.items()}  # pyright: ignore
        case list() | tuple():
            return [masked_value(each, mask, language) for each in value]  # pyright: ignore
        case _:
            return value


def _without_rows(text: str, language: str) -> str:
    """Hide each row of digits, spoken or in figures, and of letters said one by one."""
    numerals = numerals_of(language)
    parts: list[str] = []
    row: list[str] = []
    row_length = 0

    def end_row() -> None:
        nonlocal row_length
        parts.extend([HIDDEN] if row_length >= _SHORTEST_ROW else row)
        row.clear()
        row_length = 0

    for part in _SPOKEN.findall(text):
        heard = words(part)
        length = 0
        for at in range(len(heard)):
            digits, _ = digits_at(heard, at, numerals)
            length += len(digits) if digits else int(len(heard[at]) == 1 and heard[at].isalnum())
        figures = sum(letter.isdigit() for letter in part)
        length = max(length, figures)
        if length:
            row.append(part)
            row_length += length
        else:
            end_row()
            parts.append(part)
    end_row()
    return " ".join(parts)
