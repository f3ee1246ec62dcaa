"""What crosses between the conversation and the background agents.

Delegation (from the dialogue) → TaskRequest (over Celery) → TaskReports (over the call's Redis Stream). All
three are frozen, validated, and JSON on the wire.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

LANGUAGE_MODEL: Final = "language_model"
"""The `tool` of work that has a brief instead of a tool."""
BRIEF_TIMEOUT_MS: Final = 60_000
"""How long a language-model agent may work on a brief."""
REQUEST_VERSION: Final = 1
"""Of `TaskRequest` on the wire: a worker refuses what is newer or older than itself."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SaidWords(_Message):
    """One utterance of the conversation so far, as heard. Times are call time in ms."""

    speaker: Literal["caller", "agent"]
    text: str
    start_ms: int = Field(ge=0)
    end_ms: int = Field(ge=0)
    heard: bool = True
    """Of the agent's words: false for those that were cut off before the caller heard them."""


class Identity(_Message):
    """Who the caller is known to be: by the flow's verification, never by the number they call from."""

    customer_id: str = Field(min_length=1)
    verified_by: str = ""
    """What they knew: `order number and postcode`."""


class Brief(_Message):
    """What a language-model agent is to do, as the flow's step says it. Limits are hard."""

    goal: str = Field(min_length=1)
    tools: tuple[str, ...] = ()
    """Names of the tools it may call, and no others."""
    answer: dict[str, Any] | None = None
    """JSON schema of the result; None: free words."""
    language: str = "en"
    most_steps: int = Field(default=8, ge=1, le=32)
    most_tokens: int = Field(default=20_000, ge=1)
    """Of prompts and answers together, over all steps."""


class FollowUp(_Message):
    """What is done with work that ends after the caller has hung up, as the flow's step says it.

    Without it, what has not begun by then is dropped.
    """

    sms: str = ""
    """Text sent to the caller's number when the work has succeeded; blanks as in flows: `{order_number}`,
    `{result.status}`. Empty: none."""
    case: str = ""
    """Subject of the case opened in the customer records, however the work ended. Empty: none."""
    language: str = "en"
    """A tag like `es-MX`: what the text's blanks are worded in."""
    currency: str = "USD"


class Delegation(_Message):
    """Work for a background agent, and all that was said.

    A scripted agent calls `tool` with `arguments`. A language-model agent has a `brief`, and `tool` is
    `LANGUAGE_MODEL`.
    """

    task_id: str = Field(min_length=1)
    """Unique within the platform; the same id handed out twice is the same task."""
    tool: str = Field(min_length=1)
    arguments: dict[str, Any] = Field(default_factory=dict)
    conversation: tuple[SaidWords, ...] = ()
    step: str = ""
    """The flow step that asked."""
    slots: dict[str, str] = Field(default_factory=dict)
    """What the caller has given so far."""
    identity: Identity | None = None
    consent: bool = False
    """The caller has agreed to what this will change; policy asks for it, never the tool's arguments."""
    speculative: bool = False
    """Begun on words that are still being spoken; only reads are."""
    brief: Brief | None = None
    follow_up: FollowUp | None = None
    trace: str = ""
    """W3C `traceparent` of the span this belongs to (see `config.tracing`); empty: not traced."""


class TaskRequest(_Message):
    """A delegation on its way to a worker."""

    version: Literal[1] = REQUEST_VERSION
    task_id: str
    call_id: str
    tool: str
    arguments: dict[str, Any]
    conversation: tuple[SaidWords, ...] = ()
    flow: str = ""
    """Name and version of the flow the call runs, `name@version`."""
    slots: dict[str, str] = Field(default_factory=dict)
    identity: Identity | None = None
    consent: bool = False
    speculative: bool = False
    brief: Brief | None = None
    follow_up: FollowUp | None = None
    trace: str = ""
    """As `Delegation.trace`."""
    attempt: Annotated[int, Field(ge=1)] = 1
    deadline_unix_ms: int = Field(ge=0)
    """A worker does not begin after this moment; the caller has been told by then."""


class Spent(_Message):
    """What a language model was asked for and what that cost."""

    tokens: int = Field(ge=0)
    """Of prompts and answers."""
    micro_usd: int | None = Field(ge=0)
    """None: no price is set."""


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
    """For RESULT and PARTIAL: the tool's return value as JSON. For CANCELLED: what had happened by then."""
    error: str | None = None
    """For FAILED: a word of `config.failures`. For CANCELLED: unknown, or None."""
    message: str = ""
    """A sentence for people who read logs; never voiced as it is."""
    trace: str = ""
    """`traceparent` of the run that wrote it; empty: not traced."""
    says: str = ""
    """For PARTIAL and RESULT: one whole sentence to be voiced; empty: the flow words it."""
    spent: Spent | None = None
    """For what settles work on a brief: what its run has spent, however it ended."""
