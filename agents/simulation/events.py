"""What a tester does in a simulation, and what came of look-ups: the events a simulation is walked through.

They are JSON on the wire. Whoever simulates keeps them all and sends them all: nothing else is remembered.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_EVENTS: Final = 400
MOST_CHARACTERS: Final = 500
LONGEST_SILENCE_MS: Final = 600_000
LONGEST_TASK_MS: Final = 120_000


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Says(_Event):
    """The caller says something; figures may be typed as figures. Empty: something unintelligible."""

    kind: Literal["say"] = "say"
    text: str = Field(max_length=MOST_CHARACTERS)
    confidence: float = Field(default=0.95, ge=0, le=1)
    """How sure the recogniser is."""
    interrupts: bool = False
    """Into the agent's words: what it had begun to say is not heard."""


class Keys(_Event):
    """The caller presses keys."""

    kind: Literal["keys"] = "keys"
    keys: str = Field(pattern=r"^[0-9*#A-D]{1,40}$")


class Silence(_Event):
    """Nobody speaks, for so long; without `ms` until the agent says something, ten minutes at most."""

    kind: Literal["silence"] = "silence"
    ms: int | None = Field(default=None, ge=1_000, le=LONGEST_SILENCE_MS)


class HangsUp(_Event):
    """The caller hangs up."""

    kind: Literal["hang_up"] = "hang_up"


class Ended(StrEnum):
    """What a background agent's work came to."""

    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """A change may or may not have happened."""


class Source(StrEnum):
    """Where an outcome is from."""

    RAN = "ran"
    """The tool was run; it only reads."""
    CHOSEN = "chosen"
    """The tester said so."""
    MADE_UP = "made_up"
    """An example after the tool's schema."""
    RECORDED = "recorded"
    """It is what the tool answered on a recorded call."""


class Part(_Event):
    """What was told before the work had ended: a part of the answer, or a sentence to be voiced."""

    result: dict[str, Any] | None = None
    says: str = Field(default="", max_length=2_000)


class Outcome(_Event):
    """What became of a task. To choose one, send `task_id` and `ended`; the rest is filled in.

    It counts for this task with this tool and these arguments alone: when earlier events have changed, and
    with them what is asked for, it is left out.
    """

    kind: Literal["outcome"] = "outcome"
    task_id: str = Field(max_length=128)
    ended: Ended
    tool: str | None = Field(default=None, max_length=128)
    arguments: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    """Of one that succeeded; none: an example is made up."""
    error: str | None = Field(default=None, max_length=32)
    """Of one that failed: a word of `config.failures`."""
    parts: tuple[Part, ...] = Field(default=(), max_length=20)
    took_ms: int = Field(default=1_000, ge=0, le=LONGEST_TASK_MS)
    source: Source = Source.CHOSEN


class Understood(_Event):
    """What a language model took the caller's words for, which fit no phrase. It is filled in, not sent.

    It counts for these words among these options alone, as an outcome does.
    """

    kind: Literal["understood"] = "understood"
    request_id: str = Field(max_length=128)
    text: str = Field(max_length=2_000)
    options: tuple[str, ...] = Field(default=(), max_length=1_000)
    option: str | None = None
    """The name of one of them; null: none."""
    confidence: float = Field(default=0.0, ge=0, le=1)
    failed: str = Field(default="", max_length=32)
    """Why there is no answer: a word of `config.failures`."""
    took_ms: int = Field(default=0, ge=0, le=LONGEST_TASK_MS)


Event = Annotated[Says | Keys | Silence | HangsUp | Outcome | Understood, Field(discriminator="kind")]
