"""A followed call whose channel keeps all it is told."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from config.flow import Flow
from config.flow_file import load_flow
from config.live import Answer, Command, CommandKind, LiveCall, LiveState
from telephony.live.followed_call import Event, FollowedCall
from telephony.live.masking import sensitive_in

BEGAN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def live_call(call_id: str = "c1") -> LiveCall:
    return LiveCall(
        id=call_id,
        carrier="twilio",
        from_number="+15550001111",
        to_number="+15550002222",
        flow="order_status@1",
        began_at=BEGAN,
        language="en-US",
    )


@dataclass
class Kept:
    """A channel."""

    events: list[Event] = field(default_factory=list[Event])
    sounds: list[bytes] = field(default_factory=list[bytes])
    ears: list[bytes | None] = field(default_factory=list[bytes | None])
    state: LiveState | None = None

    def tell(self, event: Event, state: LiveState) -> None:
        self.events.append(event)
        self.state = state

    def sound(self, call_id: str, pcm: bytes, ear: bytes | None = None) -> None:
        self.sounds.append(pcm)
        self.ears.append(ear)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event.data for event in self.events if event.kind == kind]

    @property
    def now(self) -> LiveCall:
        assert self.state is not None
        return self.state.call


def follow(flow: Flow | None = None, sensitive: tuple[str, ...] = ()) -> tuple[FollowedCall, Kept]:
    kept = Kept()
    flow = flow or load_flow("order_status")
    of_flow = sensitive_in(flow, lambda tool: sensitive if tool == "verify_customer" else ())
    return FollowedCall(live_call(), flow, of_flow, kept, "server-1"), kept


def want(
    call: FollowedCall,
    kind: CommandKind,
    text: str = "",
    holder: str = "",
    person: str = "Ada",
    language: str = "",
) -> Answer:
    command = Command(
        id=uuid4().hex,
        call_id=call.id,
        kind=kind,
        person=person,
        text=text,
        holder=holder,
        language=language,
    )
    return call.obey(command)
