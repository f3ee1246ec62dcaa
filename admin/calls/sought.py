"""What calls are looked for by: the query of a list, and what every figure names its calls with."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from admin.insights.words import Side
from admin.times import Asked
from admin.words import Line
from config.tape.measures import Ending

RUNNING: Final = "running"
"""Stands for the outcome of a call that has none yet."""
DRAFT: Final = "@draft"
"""How the flow of a call that runs a draft ends."""

_Text = Annotated[Line, Field(max_length=128)]
_Ms = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
_Seconds = Annotated[float, Field(ge=0, le=1e6)]
_Points = Annotated[int, Field(ge=1, le=5)]


class CallFilter(BaseModel):
    """What calls are looked for by; what is left out does not matter.

    All but the first eight ask for what was measured after a call's end, and find no call before that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Annotated[Asked | None, Field(description="Began then or later.")] = None
    until: Annotated[Asked | None, Field(description="Began before.")] = None
    number: Annotated[_Text | None, Field(description="Of either side, whole.")] = None
    called: Annotated[
        _Text | None,
        Field(
            description="The number that was called, whole; `default`: by telephone, one not set to a flow."
        ),
    ] = None
    flow: Annotated[_Text | None, Field(description="`name@version`, or a name for all its versions.")] = None
    outcome: Annotated[
        tuple[_Text, ...], Field(max_length=8, description="One of these; `running` for those not over.")
    ] = ()
    search: Annotated[
        _Text | None,
        Field(description="The beginning of a number or of a call's id, or a carrier's whole id."),
    ] = None
    drafts: Annotated[
        bool | None, Field(description="false: without calls that ran a draft; true: only these.")
    ] = None

    measured: Annotated[bool | None, Field(description="Whether it was measured.")] = None
    ending: Annotated[tuple[Ending, ...], Field(max_length=4, description="One of these.")] = ()
    transferred_to: Annotated[
        _Text | None, Field(description="The flow's name of a destination; empty: not known.")
    ] = None
    transferred_from: Annotated[
        _Text | None, Field(description="The step that was left for it; empty: not known.")
    ] = None
    language: Annotated[_Text | None, Field(description="A tag like en-US.")] = None
    longer_than_s: _Seconds | None = None
    shorter_than_s: _Seconds | None = None
    answered: Annotated[bool | None, Field(description="The agent answered a turn of the caller.")] = None
    slower_than_ms: Annotated[_Ms | None, Field(description="A response took longer.")] = None
    interrupted: Annotated[bool | None, Field(description="The caller spoke over the agent.")] = None
    tools: Annotated[bool | None, Field(description="A tool was called.")] = None
    tool_failed: Annotated[bool | None, Field(description="A tool failed.")] = None
    rated: Annotated[bool | None, Field(description="The caller said how content they were.")] = None
    satisfaction_from: _Points | None = None
    satisfaction_to: _Points | None = None
    costed: Annotated[bool | None, Field(description="What it cost is known.")] = None
    model_used: Annotated[bool | None, Field(description="A language-model agent was asked.")] = None
    said: Annotated[
        _Text | None,
        Field(description="Words, all of which were said; the last, from two letters on, may be only begun."),
    ] = None
    said_by: Annotated[Side | None, Field(description="Who said them; either if left out.")] = None

    @property
    def by_measures(self) -> bool:
        """Whether calls are looked for by what was measured."""
        return any(getattr(self, name) not in (None, ()) for name in _MEASURED) or self.measured is True

    def and_(self, **more: Any) -> "CallFilter":  # noqa: ANN401 - of each field its own type
        """Look for less: also by these."""
        return self.model_copy(update=more)


_MEASURED: Final = frozenset(CallFilter.model_fields) - {
    "since",
    "until",
    "number",
    "called",
    "flow",
    "outcome",
    "search",
    "drafts",
    "measured",
    "said_by",
}
