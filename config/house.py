"""The rules of the house: what holds for every call, whatever flow it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from config.flow import Flow
from config.flow_steps import Say

NOTICE: Final = "recording_notice"
"""The step that says it; a flow that has a step of this name says its own."""


@dataclass(frozen=True, slots=True)
class House:
    """What an owner has decided.

    Attributes:
        records: whether calls' sound is kept; words and events always are.
        notice: what every call says first, by language tag; "en-US" is said to those who speak English in
            another country too. Empty: nothing is said.
    """

    records: bool = True
    notice: Mapping[str, str] = field(default_factory=dict[str, str])


def with_notice(flow: Flow, notice: Mapping[str, str]) -> Flow:
    """Have a flow say the notice first, in each of its languages there is one for."""
    if NOTICE in flow.steps:
        return flow
    others = {tag: with_notice(other, notice) for tag, other in flow.others.items()}
    text = notice_in(notice, flow.language)
    if text is None:
        return flow.model_copy(update={"others": others})
    step = Say(kind="say", says=(text,), keep=True, interruptible=False, next=flow.start)
    return flow.model_copy(update={"others": others, "start": NOTICE, "steps": {**flow.steps, NOTICE: step}})


def notice_in(notice: Mapping[str, str], tag: str) -> str | None:
    """Give what those who speak the language of a tag are told; None: nothing."""
    language = tag.partition("-")[0]
    near = (text for other, text in notice.items() if other.partition("-")[0] == language)
    return notice.get(tag) or next(near, None)
