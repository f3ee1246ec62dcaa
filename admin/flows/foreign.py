"""Flows from elsewhere: pipecat's `FlowConfig` taken over as a draft, and a draft written for pipecat."""

import re
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import BaseModel

from config.flow_file import FlowError, as_written, read_flow
from config.flow_from_pipecat import from_pipecat
from config.flow_pipecat import to_pipecat
from config.flow_pipecat_config import is_pipecat

PIPECAT_NAME = "from_pipecat"
"""What a flow of pipecat's is called that nobody named: it has no name of its own."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A text for a draft. `name`: what a flow of pipecat's is called now; `problems`: why it is none."""

    text: str
    name: str | None = None
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class PipecatFlow(BaseModel):
    """A draft for pipecat: `config` as its `FlowConfig`, `lost` what that does not say."""

    config: dict[str, Any]
    lost: list[str]


def taken_over(text: str, name: str | None) -> TakenOver:
    """Take a text over: ours as it is, byte for byte; pipecat's written anew under a name."""
    if not re.search(r"\bnodes\b", text):
        return TakenOver(text)
    try:
        if not is_pipecat(as_written(text)):
            return TakenOver(text)
        imported = from_pipecat(text, name or PIPECAT_NAME)
    except FlowError as error:
        return TakenOver(text, problems=error.problems)
    except (yaml.YAMLError, ValueError):
        return TakenOver(text)  # the draft's findings say what is wrong
    return TakenOver(imported.yaml, name or PIPECAT_NAME, imported.notes)


def for_pipecat(text: str) -> PipecatFlow | tuple[str, ...]:
    """Write a draft for pipecat; its problems, if it has any."""
    try:
        written = to_pipecat(read_flow(text))
    except FlowError as error:
        return error.problems
    return PipecatFlow(config=written.config, lost=list(written.lost))
