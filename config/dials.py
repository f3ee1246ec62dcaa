"""How a manager tunes an agent: how it holds the floor (for a flow and for single steps), how it speaks."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

VoiceName = Literal["house", "mike", "paul", "fay", "fern"]
"""The voices that come along, each in English and Spanish: `house`, `mike` and `paul` are men's."""
EngineName = Literal["native"]
"""What listens and speaks: `native`, Tandem's own model."""

VOICES: tuple[str, ...] = get_args(VoiceName)

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


class VoiceDials(BaseModel):
    """Who speaks, and how.

    Attributes:
        name: one of the voices that come along.
        speed: of speech; 1.0 is as usual, 0.8 slower.
        pitch: 0..1; 0.5 is the voice's own, lower is deeper.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: VoiceName = "house"
    speed: Annotated[float, Field(ge=0.7, le=1.4)] = 1.0
    pitch: Dial = 0.5
