"""What crosses between the conversation and the background agents.

Delegation (from the dialogue) → TaskRequest (over Celery) → TaskReports (over the call's Redis Stream). All
three are frozen, validated, and JSON on the wire.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SaidWords(_Message):
    """One utterance of the conversation so far, as heard. Times are call time in ms."""

    speaker: Literal["caller", "agent"]
    text: str
    start_ms: int = Field(ge=0)
    end_ms: int = Field(ge=0)


class Delegation(_Message):
    """Work for a background agent: a tool to call with arguments, and all that was said."""

    task_id: str = Field(min_length=1)
    """Unique within the platform; the same id handed out twice is the same task."""
    tool: str = Field(min_length=1)
    arguments: dict[str, Any] = Field(default_factory=dict)
    conversation: tuple[SaidWords, ...] = ()
    step: str = ""
    """The flow step that asked."""


class TaskRequest(_Message):
    """A delegation on its way to a worker."""

    task_id: str
    call_id: str
    tool: str
    arguments: dict[str, Any]
    conversation: tuple[SaidWords, ...] = ()
    flow: str = ""
    """Name and version of the flow the call runs, `name@version`."""
    attempt: Annotated[int, Field(ge=1)] = 1
    deadline_unix_ms: int = Field(ge=0)
    """A worker does not begin after this moment; the caller has been told by then."""


class ReportKind(StrEnum):
    """What a report tells. The last three settle the task: nothing after them counts."""

    PROGRESS = "progress"
    PARTIAL = "partial"
    RESULT = "result"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def settles(self) -> bool:
        """Whether the task is over with this report."""
        return self in (ReportKind.RESULT, ReportKind.FAILED, ReportKind.CANCELLED)


class TaskReport(_Message):
    """News of one task. `sequence` rises within a task; a repeated or lower one is ignored."""

    task_id: str
    call_id: str
    tool: str
    kind: ReportKind
    sequence: Annotated[int, Field(ge=1)]
    attempt: Annotated[int, Field(ge=1)] = 1
    result: dict[str, Any] | None = None
    """For RESULT and PARTIAL: the tool's return value as JSON."""
    error: str | None = None
    """For FAILED: a short machine word: not_found, unavailable, timeout, invalid, refused, internal."""
    message: str = ""
    """A sentence for people who read logs; never voiced as it is."""
