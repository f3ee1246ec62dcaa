"""The demonstration call: a question, an order number, one interruption, a goodbye; what must come of it."""

import re
from datetime import date
from typing import Any, Final

from agents.crm.port import Order, OrderState
from agents.crm.seed import DEMO_ORDER_NUMBER
from agents.dialogue.wording import spoken_date
from agents.tools.order_status import spoken_items
from telephony.simulator.report import CallReport, Outcome
from telephony.simulator.script import CallScript, Say, Step, When

_DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPOKEN_NUMBER: Final = " ".join(_DIGITS[int(digit)] for digit in DEMO_ORDER_NUMBER)

_KEYED_NUMBER: Final = " ".join(DEMO_ORDER_NUMBER)
_NOT_UNDERSTOOD: Final = r"didn't|did not|catch|pardon"
_READ_BACK: Final = r"is that right|yes or no"

DEMO: Final[tuple[Step, ...]] = (
    Say("hi, where is my order?"),
    Say("where is my order?", if_heard=_NOT_UNDERSTOOD),
    Say(_SPOKEN_NUMBER),
    Say(_SPOKEN_NUMBER, if_heard=rf"{_NOT_UNDERSTOOD}|digits|once more"),
    Say(f"no, {_SPOKEN_NUMBER}", if_heard=rf"^(?!.*{_KEYED_NUMBER}).*({_READ_BACK})"),
    Say("yes, that's right", if_heard=_READ_BACK),
    Say("sorry, could you repeat that?", when=When.BARGE_IN, during_answer=True),
    Say("could you repeat that, please?", if_heard=_NOT_UNDERSTOOD),
    Say("no thank you, goodbye"),
    Say("no, goodbye", if_heard=rf"{_NOT_UNDERSTOOD}|another order|anything else"),
)
"""As a person would: says again what was not understood, confirms a number read back only if it is right."""
STOPS_WITHIN_MS: Final = 1_000


def demo_script(voice: str) -> CallScript:
    """Make the demonstration caller."""
    return CallScript(DEMO, voice=voice)


def shortcomings(report: CallReport, order: Order | None) -> tuple[str, ...]:
    """List what the demonstration call lacked; nothing when it went as it must.

    Args:
        report: of the call.
        order: the order's record in the customer database; None when it cannot be reached, and then the
            tool's result on the tape is what the answer is held against.
    """
    lacking: list[str] = []
    if not report.ok:
        lacking.append(f"the call failed: {report.failure}")
    result = next((tool.result for tool in report.tools if tool.state == "result" and tool.result), None)
    if result is None:
        lacking.append("no tool answered: the tape has no result of order_status")
    elif order is not None and (wrong := _disagreements(result, order)):
        lacking.append(f"the tool's result is not what the customer database says: {wrong}")
    if result is not None:
        facts = facts_of_order(order) if order is not None else facts_of_result(result)
        missing = [fact for fact in facts if _plain(fact) not in _plain(report.heard)]
        if missing:
            lacking.append(f"the caller did not hear: {'; '.join(missing)}")
    lacking.extend(_uninterrupted(report))
    if report.outcome is not Outcome.AGENT_HUNG_UP:
        lacking.append("the agent did not hang up after the goodbye")
    return tuple(lacking)


def facts_of_order(order: Order) -> tuple[str, ...]:
    """List what a caller who asks about this order must hear, as the agent words it."""
    match order.state:
        case OrderState.PLACED | OrderState.PACKED:
            known = (order.expected_on,)
        case OrderState.SHIPPED:
            known = (order.carrier, order.expected_on)
        case OrderState.DELAYED:
            known = (order.note, order.expected_on)
        case OrderState.DELIVERED:
            known = (order.delivered_on,)
        case OrderState.CANCELLED | OrderState.RETURNED:
            known = (order.note,)
    facts = (spoken_items(order.items), *known)
    return tuple(spoken_date(fact) if isinstance(fact, date) else fact for fact in facts if fact)


def facts_of_result(result: dict[str, Any]) -> tuple[str, ...]:
    """List the same for a result of `order_status`, which has no more than the record."""
    days = ("delivered_on",) if result["status"] == OrderState.DELIVERED else ("expected_on",)
    if result["status"] in (OrderState.CANCELLED, OrderState.RETURNED):
        days = ()
    said = ("carrier",) if result["status"] == OrderState.SHIPPED else ("note",)
    words = [str(result[name]) for name in ("items", *said) if result.get(name)]
    return (*words, *(spoken_date(date.fromisoformat(str(result[day]))) for day in days if result.get(day)))


def _disagreements(result: dict[str, Any], order: Order) -> str:
    recorded = {
        "order_number": order.number,
        "status": order.state.value,
        "items": spoken_items(order.items),
        "carrier": order.carrier,
        "expected_on": order.expected_on and order.expected_on.isoformat(),
        "delivered_on": order.delivered_on and order.delivered_on.isoformat(),
        "note": order.note,
    }
    wrong = [
        f"{name} {result.get(name)!r}, not {value!r}"
        for name, value in recorded.items()
        if result.get(name) != value
    ]
    return ", ".join(wrong)


def _uninterrupted(report: CallReport) -> list[str]:
    in_earnest = [each for each in report.measured.interruptions if not each.backchannel]
    if not in_earnest:
        return ["the caller did not get to interrupt"]
    first = in_earnest[0]
    if not first.agent_was_speaking:
        return ["the agent was not speaking when the caller interrupted"]
    if first.stop_ms is None or first.stop_ms > STOPS_WITHIN_MS:
        after = "" if first.stop_ms is None else f" for {first.stop_ms:.0f} ms"
        return [f"the interruption did not stop the agent: it spoke on{after}"]
    return []


def _plain(text: str) -> str:
    """Words only: lower case, no punctuation, single spaces."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "
