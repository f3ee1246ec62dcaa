"""How a manager tunes the floor: three dials, for a whole flow and for single steps of it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Dial = Annotated[float, Field(ge=0.0, le=1.0)]


class Dials(BaseModel):
    """How the floor is held, each 0..1; 0.5 is as trained.

    Attributes:
        patience: higher waits longer before answering.
        interruption: higher gives way more readily to a caller who talks over the agent.
        backchannels: higher says "mm-hm" more often while the caller explains; 0 never.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    patience: Dial = 0.5
    interruption: Dial = 0.5
    backchannels: Dial = 0.5

    def with_step(self, own: "StepDials") -> "Dials":
        """Tell how the floor is held at a step with dials of its own."""
        return self.model_copy(update=own.model_dump(exclude_none=True))


class StepDials(BaseModel):
    """Dials while the call is at one step; what is not given is the flow's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patience: Dial | None = None
    interruption: Dial | None = None
    backchannels: Dial | None = None
