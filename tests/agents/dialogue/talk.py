"""Plays scripted conversations against the dialogue engine: who says what, and what must happen.

Every line of a script is one of

    caller: words                  the caller's turn ends ("words @0.6": the recogniser was that sure)
    keys: "104233#"                pressed one by one
    agent: words                   the next thing the agent says contains these words, and is heard
    agent cut off: words           ... and is interrupted
    agent unheard: words           ... and is still being said
    looks up: 104233               a look-up of this number is delegated
    answer: shipped                the look-up's answer, by name in ORDERS
    fails: not_found               the look-up fails with this word
    late answer: shipped           an answer to the look-up before
    cancels: the look-up
    waits: 4.2                     so many seconds pass, with the look-up at work
    silence: 6                     nobody has spoken for so many seconds
    hangs up: after that           the call ends, and with the last words heard
    transfers to: customer_care
    says nothing: ...              nothing at all follows the line before
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agents.dialogue.engine import advance, begin
from agents.dialogue.events import (
    CallBegan,
    CallerSaid,
    CallerSilent,
    CancelTask,
    Event,
    HangUp,
    KeysPressed,
    OfferHeard,
    OfferLost,
    Reported,
    Say,
    TimePassed,
    TransferTo,
)
from agents.dialogue.state import CallFacts, State
from agents.messages import Delegation, ReportKind, TaskReport
from config.flow import Flow

TODAY = date(2026, 11, 22)

_ORDER: dict[str, Any] = {
    "order_number": "104233",
    "status": "shipped",
    "items": "a brass reading lamp and two linen lampshades",
    "item_count": 3,
    "placed_on": "2026-11-17",
    "carrier": None,
    "tracking_number": None,
    "expected_on": None,
    "delivered_on": None,
    "note": None,
}
ORDERS: Mapping[str, dict[str, Any]] = {
    "shipped": _ORDER | {"carrier": "UPS", "expected_on": "2026-11-24"},
    "shipped without a day": _ORDER | {"carrier": "UPS"},
    "delivered": _ORDER | {"status": "delivered", "delivered_on": "2026-11-21"},
    "delayed": _ORDER | {"status": "delayed", "note": "the lampshade is out of stock at the workshop"},
    "cancelled": _ORDER | {"status": "cancelled", "note": "you asked us to"},
    "packed": _ORDER | {"status": "packed", "expected_on": "2026-11-23"},
    "lost at sea": _ORDER | {"status": "lost_at_sea"},
    "empty": {},
}


@dataclass
class Talk:
    """One scripted call. `says` and `deeds`: what the agent said and did that no line has asked about yet."""

    flow: Flow
    state: State
    says: list[Say] = field(default_factory=list)
    deeds: list[tuple[str, str]] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    now_ms: int = 0
    log: list[str] = field(default_factory=list)

    @classmethod
    def begun(cls, flow: Flow) -> "Talk":
        talk = cls(flow, begin(flow, CallFacts("call-1", TODAY)))
        talk.tell(CallBegan())
        return talk

    def tell(self, event: Event) -> None:
        """Advance, and hold that the engine is deterministic and changes nothing in place."""
        before = deepcopy(self.state)
        step = advance(self.flow, self.state, event)
        assert self.state == before, "the state was changed in place"
        assert advance(self.flow, self.state, event) == step, "the same event led elsewhere"
        self.state = step.state
        self.log.append(f"» {event}")
        for effect in step.effects:
            self.log.append(f"    {effect}")
            match effect:
                case Say():
                    self.says.append(effect)
                case Delegation():
                    self.tasks.append(effect.task_id)
                    self.deeds.append(("looks up", str(effect.arguments["order_number"])))
                case CancelTask(task_id):
                    assert task_id == self.tasks[-1]
                    self.deeds.append(("cancels", "the look-up"))
                case HangUp():
                    self.deeds.append(("hangs up", "after that"))
                case TransferTo(destination):
                    self.deeds.append(("transfers to", destination))
                case _:
                    pass

    def line(self, kind: str, words: str) -> None:
        """Play one line of a script."""
        if kind.startswith("agent"):
            self._agent(kind, words)
        elif kind in ("looks up", "cancels", "hangs up", "transfers to"):
            assert (kind, words) in self.deeds, f"expected {kind}: {words}, but {self.deeds}"
            self.deeds.remove((kind, words))
        else:
            self._caller_or_world(kind, words)

    def _caller_or_world(self, kind: str, words: str) -> None:
        assert not self.says, f"nobody expected the agent to say {[say.text for say in self.says]}"
        assert not self.deeds, f"nobody expected {self.deeds}"
        match kind:
            case "caller":
                text, _, sure = words.partition(" @")
                self.tell(CallerSaid(text, float(sure or 0.95) if text else 0.0))
            case "keys":
                for key in words:
                    self.tell(KeysPressed(key))
            case "answer" | "late answer":
                at = -1 if kind == "answer" else -2
                self._report(self.tasks[at], ReportKind.RESULT, ORDERS[words], None)
            case "fails":
                self._report(self.tasks[-1], ReportKind.FAILED, None, words)
            case "waits":
                until_ms = self.now_ms + int(float(words) * 1_000)
                for now_ms in range(self.now_ms, until_ms, 200):
                    self.tell(TimePassed(now_ms))
                self.now_ms = until_ms
            case "silence":
                for second in range(1, int(float(words)) + 1):
                    self.tell(CallerSilent(1_000 * second))
            case _:
                assert kind == "says nothing", f"no such line: {kind}"

    def _agent(self, kind: str, words: str) -> None:
        assert self.says, f"expected the agent to say {words!r}, but it is silent"
        said = self.says.pop(0)
        assert words.lower() in said.text.lower(), f"expected {words!r}, heard {said.text!r}"
        if kind == "agent":
            self.tell(OfferHeard(said.offer_id))
        elif kind == "agent cut off":
            self.tell(OfferLost(said.offer_id))

    def _report(
        self, task_id: str, kind: ReportKind, result: dict[str, Any] | None, error: str | None
    ) -> None:
        report = TaskReport(
            task_id=task_id,
            call_id="call-1",
            tool="order_status",
            kind=kind,
            sequence=1,
            result=result,
            error=error,
        )
        self.tell(Reported(report))


def play(flow: Flow, script: list[dict[str, str]]) -> Talk:
    """Play a whole script; at its end nothing is left that no line has asked about."""
    talk = Talk.begun(flow)
    for number, line in enumerate(script, start=1):
        ((kind, words),) = line.items()
        try:
            talk.line(kind, words)
        except AssertionError as error:
            raise AssertionError(
                f"line {number}, {kind}: {words}\n{error}\n" + "\n".join(talk.log)
            ) from error
    talk.line("says nothing", "")
    return talk
