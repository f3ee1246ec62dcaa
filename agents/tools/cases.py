"""Cases: opening one, and adding to the caller's own. Notes are for people, and are never read back."""

from typing import Annotated

from pydantic import BaseModel, Field

from agents.crm.port import Case, CaseState, Crm
from agents.tool import Caller, Key, Request, tool
from agents.tools.own import own_case

Subject = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(min_length=1, max_length=4_000)]


class NotedCase(BaseModel):
    """A case, without what colleagues have written in it."""

    case_id: str
    """As one reads it out."""
    subject: str
    state: CaseState


@tool(writes=True, timeout_ms=8_000, says="I'm noting that down.")
async def open_case(  # noqa: D417 - the others are given
    subject: Subject, note: Note, crm: Crm, request: Request, key: Key
) -> NotedCase:
    """Open a case for a colleague to work on; for the caller, if they are verified, else for nobody.

    Args:
        subject: what it is about, in a few words.
        note: all that a colleague has to know.
    """
    caller = request.identity
    case = await crm.open_case(caller.customer_id if caller else None, subject, note, key)
    return _noted(case)


@tool(writes=True, timeout_ms=8_000, says="I'm adding that to your case.")
async def append_to_case(  # noqa: D417 - the others are given
    case_id: Annotated[str, Field(min_length=1, max_length=64)],
    note: Note,
    crm: Crm,
    caller: Caller,
    key: Key,
) -> NotedCase:
    """Add a note to one of the caller's cases.

    Args:
        case_id: as it was read out to the caller.
        note: what is new.

    Raises:
        NotFound: the caller has no such case.
    """
    case = await own_case(crm, caller, case_id)
    return _noted(await crm.append_note(case.id, note, key))


def _noted(case: Case) -> NotedCase:
    return NotedCase(case_id=case.id, subject=case.subject, state=case.state)
