"""Handing the call to a person: what they should know before they say hello."""

import re
from typing import Annotated, Final

from pydantic import BaseModel, Field

from agents.crm.port import Crm
from agents.messages import TaskRequest
from agents.tool import Key, Request, tool

_MOST_UTTERANCES: Final = 20
_MOST_CHARACTERS: Final = 200
"""Of one utterance."""
_LONG_NUMBER: Final = re.compile(r"\d(?:[ \-]?\d){11,18}")
"""As long as the number of a payment card (ISO/IEC 7812: 12 to 19 digits)."""


class PreparedHandOff(BaseModel):
    """Where the flow is to put the call through, and the case that tells the colleague why."""

    destination: str
    """One of the flow's destinations, as given: never a telephone number."""
    case_id: str


@tool(writes=True, timeout_ms=8_000, says="I'm telling my colleague what this is about.")
async def hand_off(  # noqa: D417 - the others are given
    destination: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["customer_care"])],
    reason: Annotated[str, Field(min_length=1, max_length=200)],
    crm: Crm,
    request: Request,
    key: Key,
) -> PreparedHandOff:
    """Prepare to hand the call to a person: note for them what was said. It does not put the call through.

    Args:
        destination: the name of one of the flow's destinations; never a telephone number.
        reason: why, in a few words.
    """
    customer_id = request.identity.customer_id if request.identity else None
    subject = f"Call handed to {destination.replace('_', ' ')}: {reason}"
    case = await crm.open_case(customer_id, subject, summary(request, reason), key)
    return PreparedHandOff(destination=destination, case_id=case.id)


def summary(request: TaskRequest, reason: str) -> str:
    """Write what a colleague needs: why, who, what the caller gave, and what was said and heard last."""
    identity = request.identity
    verified = f"verified by {identity.verified_by or 'the flow'}" if identity else "not verified"
    lines = [f"Why: {reason}"]
    lines += [f"{name.replace('_', ' ').capitalize()}: {value}" for name, value in request.slots.items()]
    said = [each for each in request.conversation if each.heard][-_MOST_UTTERANCES:]
    if said:
        lines += ["", "Said last:"]
        lines += [f"{each.speaker}: {_short(each.text)}" for each in said]
    told = _LONG_NUMBER.sub("(number)", "\n".join(lines))
    return f"Call: {request.call_id}\nCaller: {verified}\n{told}"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"
