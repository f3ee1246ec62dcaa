"""An interpreted call and the line of whoever speaks with its caller; model and carrier are scripted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from config.units import MICRO_TURN_MS
from model.turn import (
    CallContext,
    OfferMade,
    Transcript,
    TurnTaken,
)
from telephony.errors import CarrierError
from telephony.interpreting.legs import Legs
from telephony.line import Conversation, LineAnswer, LineTurn
from telephony.live.followed_call import FollowedCall
from telephony.tape import read_rows
from tests.telephony.interpreting.legs import Dictionary
from tests.telephony.live.follower import Kept
from tests.telephony.scripted_call import SILENCE, Scene, ScriptedAgent, spoken


@dataclass
class Engine:
    """Opens scripted sides. `full`: it has no room."""

    sides: list[ScriptedAgent] = field(default_factory=list[ScriptedAgent])
    contexts: list[CallContext] = field(default_factory=list[CallContext])
    full: bool = False
    slow: asyncio.Event | None = None

    async def open(self, context: CallContext) -> ScriptedAgent:
        if self.slow is not None:
            await self.slow.wait()
        if self.full:
            raise RuntimeError("no room")
        self.contexts.append(context)
        self.sides.append(ScriptedAgent())
        return self.sides[-1]


@dataclass
class Dialler:
    """A carrier that rings; whether anybody answers is the test's."""

    rung: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    hung_up: list[str] = field(default_factory=list[str])
    refuses: bool = False

    async def call(self, to_number: str, from_number: str, leg: str, ring_s: int) -> str:
        if self.refuses:
            raise CarrierError("no credit")
        self.rung.append((to_number, from_number, leg))
        return f"CA-leg-{len(self.rung)}"

    async def hang_up(self, carrier_call_id: str) -> None:
        self.hung_up.append(carrier_call_id)


@dataclass
class Stage:
    scene: Scene
    call: FollowedCall
    kept: Kept
    engine: Engine
    dialler: Dialler
    legs: Legs
    translator: Dictionary
    leg: Conversation | None = None
    leg_index: int = 0

    async def go(self, turns: int = 1) -> LineAnswer:
        """Both lines go on; what is said on either is heard at once."""
        answer = LineAnswer(SILENCE)
        for _ in range(turns):
            await self.scene.go()
            if self.leg is not None:
                heard_ms = self.leg_index * MICRO_TURN_MS
                answer = await self.leg.micro_turn(LineTurn(self.leg_index, SILENCE, (), heard_ms))
                self.leg_index += 1
        return answer

    async def called(self) -> None:
        """The caller asks for a person, and somebody is rung."""
        await self.go(3)
        await self.scene.say("quiero hablar con una persona")
        await self.go(2)

    async def answered(self) -> None:
        """They answer, and are joined."""
        await self.called()
        token = self.dialler.rung[-1][2]
        assert self.legs.answered(token, "CA-leg-1")
        self.leg = await self.legs.claimed("CA-leg-1")
        await self.go(4)

    async def other_says(self, text: str) -> None:
        side = self.engine.sides[-1]
        said = Transcript(spoken(text, 0.95), final=True, confidence=0.95)
        side.transcript, side.next_acts = said, [TurnTaken(said)]
        await self.go(4)

    async def caller_says(self, text: str) -> None:
        said = Transcript(spoken(text, 0.95), final=True, confidence=0.95)
        self.scene.agent.transcript = said
        await self.scene.say(text)
        await self.go(4)

    @property
    def to_other(self) -> list[str]:
        return [
            event.offer.text
            for turn in self.engine.sides[-1].turns
            for event in turn.events
            if isinstance(event, OfferMade)
        ]

    def column(self, name: str) -> list[dict[str, object]]:
        return [row for each in read_rows(self.scene.folder) for row in each.get(name, [])]


Open = Callable[..., Stage]
