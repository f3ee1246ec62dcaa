"""What is done with work that ended after its caller had hung up: a text to them, a case for the company.

Each happens once: they are writes with rows of their own (`agents.tool_calls`), named by their task. A text
that may have gone out is not sent again; a case is opened with its key, so trying again opens no second one.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from agents.calling import ToolCaller
from agents.crm.port import CustomerRecords
from agents.dialogue.wording import Speech, worded
from agents.errors import ToolError, Unavailable
from agents.messages import FollowUp, ReportKind, TaskRequest
from agents.messenger import Messenger
from agents.tables import OutboxRow
from agents.tool_calls import write_of
from config.database import Database
from config.tables import CallRow

logger = logging.getLogger(__name__)

_PATIENCE_MS: Final = 30_000
_SMS: Final = "follow_up.sms"
_CASE: Final = "follow_up.case"


class FollowUps:
    """Follows up.

    Args:
        database: the record.
        caller: does the writes once.
        records: where cases are opened.
        messenger: sends texts; None: there is no carrier that can.
        unix_ms: the clock deadlines are on.
    """

    def __init__(
        self,
        database: Database,
        caller: ToolCaller,
        records: CustomerRecords,
        messenger: Messenger | None,
        unix_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._caller = caller
        self._records = records
        self._messenger = messenger
        self._unix_ms = unix_ms

    async def run(self, task_id: str) -> None:
        """Follow up one task, if that is not done. What could not be done is asked for again later."""
        async with self._database.reading() as session:
            row = await session.get(OutboxRow, task_id)
            if row is None or row.request is None or row.followed_at_ms is not None or row.kind is None:
                return
            call = await session.get(CallRow, row.call_id)
        request = TaskRequest.model_validate_json(row.request)
        if request.follow_up is None:
            return
        result: dict[str, Any] = json.loads(row.result) if row.result else {}
        succeeded = row.kind == ReportKind.RESULT
        number = call.from_number if call else ""
        try:
            texted = await self._text(request, request.follow_up, number, result) if succeeded else ""
            await self._open_case(request, request.follow_up, _noted(request, row.kind, row.error, texted))
        except Unavailable as error:
            logger.warning("followed up later", extra={**_ids(request), "pii_why": str(error)})
            return
        async with self._database.writing() as session:
            if (row := await session.get(OutboxRow, task_id)) is not None:
                row.followed_at_ms, row.next_try_ms, row.request = self._unix_ms(), None, None

    async def _text(
        self, request: TaskRequest, follow_up: FollowUp, number: str, result: Mapping[str, Any]
    ) -> str:
        """Send the text; returns what is to be said of it in the case."""
        if not follow_up.sms:
            return ""
        known = {**request.slots, **result, "result": result}
        today = datetime.fromtimestamp(self._unix_ms() / 1_000).astimezone().date()  # the company's (`TZ`)
        speech = Speech(today, follow_up.currency, follow_up.language)
        text = worded((follow_up.sms,), known, speech, 0)
        messenger = self._messenger
        if text is None or not number or messenger is None:
            logger.warning("no text could be sent", extra=_ids(request))
            return "No text could be sent to the caller."
        write = write_of(request.call_id, request.task_id, _SMS, {})

        async def send() -> dict[str, Any]:
            await messenger.send(number, text.text)
            return {"sent": True}

        try:
            await self._caller.guarded(write, send, self._unix_ms() + _PATIENCE_MS, repeatable=False)
        except ToolError as error:
            if isinstance(error, Unavailable):  # the record, not the carrier: nothing was begun
                raise
            logger.warning("the text: %s", error.word, extra={**_ids(request), "pii_why": str(error)})
            return (
                "Whether the caller was sent a text is not known."
                if error.word == "unknown"
                else ("No text could be sent to the caller.")
            )
        return "The caller was sent a text."

    async def _open_case(self, request: TaskRequest, follow_up: FollowUp, note: str) -> None:
        if not follow_up.case:
            return
        customer_id = request.identity.customer_id if request.identity else None
        write = write_of(request.call_id, request.task_id, _CASE, {})

        async def open_case() -> dict[str, Any]:
            case = await self._records.open_case(customer_id, follow_up.case, note, write.key)
            return {"case": case.id}

        try:
            await self._caller.guarded(write, open_case, self._unix_ms() + _PATIENCE_MS, repeatable=True)
        except ToolError as error:
            if error.word in (Unavailable.word, "unknown"):
                raise Unavailable("the case could not be opened") from error
            logger.warning("no case was opened", extra={**_ids(request), "pii_why": str(error)})


def _ids(request: TaskRequest) -> dict[str, str]:
    return {"call": request.call_id, "task": request.task_id}


def _noted(request: TaskRequest, kind: str, error: str | None, texted: str) -> str:
    """Word the case's note. Pure; names the work and how it ended, not what was said on the telephone."""
    ended = {
        ReportKind.RESULT: "was done after the caller had hung up",
        ReportKind.CANCELLED: "was cancelled",
    }.get(ReportKind(kind), f"could not be done after the caller had hung up ({error})")
    if error == "unknown":
        ended = "may or may not have been done; please check"
    return f"{request.tool} {ended}. Call {request.call_id}, task {request.task_id}. {texted}".strip()
