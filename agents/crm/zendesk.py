"""Customer records in Zendesk Support: end users, and tickets with their comments.

Cases are tickets; what we add to them is an internal note, and all comments are read. A callback is a ticket
of type task with a due date. Users have no address of their own: a city and a postcode are read from user
fields with the keys `city` and `postcode`, where there are such. A ticket for somebody unknown belongs to the
user of the API and bears the tag `tandem_unknown_caller`. Zendesk keeps no orders, invoices or appointments.

Writes happen once: a new ticket carries the key as Zendesk's Idempotency-Key (kept two hours, races included)
and as its external id, which is looked for first. A note carries the key in the metadata of its audit and is
a safe update: Zendesk refuses it when the ticket changed since we looked, and we look again. Two notes with
one key within the same second could both be taken, for that is how exactly Zendesk compares. Searches (phone,
e-mail) trail the records by minutes; nothing that is written rests on them.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import quote, urlsplit

from requests.exceptions import RequestException
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, Ticket
from zenpy.lib.exception import APIException, ZenpyException

from agents.crm.port import Ability, Callback, Case, CaseState, Customer
from agents.crm.vendor import (
    Garbled,
    Patience,
    Rejected,
    Unreachable,
    Vendor,
    VendorError,
    VendorRecords,
    Visit,
    callback_subject,
    callback_text,
    digits,
    e164,
    same_phone,
)
from agents.crm.vendor_session import VendorSession
from agents.errors import NotFound, Refused

MOST_WITH_NOTES: Final = 20
"""Of so many cases all comments are read, one request each; of older ones the first."""
_UNKNOWN: Final = "tandem_unknown_caller"
_KEY: Final = "tandem_key"
_MOST_TRIES: Final = 4
"""At a note while others work on the same ticket."""
_STATES: Final = {
    "new": CaseState.OPEN,
    "open": CaseState.OPEN,
    "pending": CaseState.WAITING,
    "hold": CaseState.WAITING,
    "solved": CaseState.SOLVED,
    "closed": CaseState.SOLVED,
}


class ZendeskRecords(VendorRecords):
    """`CustomerRecords` on Zendesk's Ticketing API.

    Args:
        url: `https://acme.zendesk.com`.
        email: of the agent who has the token.
        token: an API token.
        patience: how long a call waits.
    """

    def __init__(self, url: str, email: str, token: str, patience: Patience | None = None) -> None:
        super().__init__(
            Vendor("Zendesk", "ZENDESK_EMAIL and ZENDESK_TOKEN", _explained, patience or Patience())
        )
        self._host = urlsplit(url).netloc.replace("localhost", "127.0.0.1")
        self._session = VendorSession(url, _code, also=self._host)
        self._email = email
        self._token = token
        self._of_thread = threading.local()

    @property
    def abilities(self) -> frozenset[Ability]:
        return frozenset({Ability.CALLBACKS})

    async def customer(self, customer_id: str) -> Customer | None:
        async with self._door.reading() as visit:
            return await self._user(visit, customer_id)

    async def customers_with_phone(self, phone: str) -> Sequence[Customer]:
        full = digits(phone)
        wanted = full[1:] if full.startswith("1") else full  # the asterisk finds it however it is written
        return [each for each in await self._users(f"phone:*{wanted}") if same_phone(each.phone, phone)]

    async def customers_with_email(self, email: str) -> Sequence[Customer]:
        wanted = email.strip().lower()
        if any(each in wanted for each in ' "*:'):
            return []
        return [each for each in await self._users(f"email:{wanted}") if each.email.lower() == wanted]

    async def cases_of(self, customer_id: str) -> Sequence[Case]:
        if not customer_id.isdecimal():
            return []
        async with self._door.reading() as visit:
            try:
                tickets = await self._all(visit, lambda zendesk: zendesk.users.requested(int(customer_id)))
            except Rejected as error:
                if error.status == 404:
                    return []
                raise
            tickets.sort(key=lambda ticket: (ticket.created_at, ticket.id), reverse=True)
            notes = await asyncio.gather(
                *(self._comments(visit, each.id) for each in tickets[:MOST_WITH_NOTES])
            )
            older = [[each.description or ""] for each in tickets[MOST_WITH_NOTES:]]
            return [
                _case(ticket, said)
                for ticket, said in zip(tickets, [*notes, *older], strict=True)
                if _UNKNOWN not in (ticket.tags or [])
            ]

    async def open_case(self, customer_id: str | None, subject: str, note: str, key: str) -> Case:
        async with self._door.writing() as visit:
            if customer_id is not None and await self._user(visit, customer_id) is None:
                raise NotFound("nobody has this id")
            ticket = await self._ticket(visit, customer_id, key, subject=subject, note=note)
            return _case(ticket, await self._comments(visit, ticket.id))

    async def append_note(self, case_id: str, note: str, key: str) -> Case:
        async with self._door.writing() as visit:
            for _ in range(_MOST_TRIES):
                # The ticket first: what changes after this look makes the update unsafe.
                ticket = await self._known_ticket(visit, case_id)
                if key in await self._keys(visit, ticket.id):
                    return _case(ticket, await self._comments(visit, ticket.id))
                try:
                    await visit.write(partial(self._note, ticket, note, key))
                except Rejected as error:
                    if error.status == 422:
                        raise Refused("the case is closed for good") from error
                    if error.status != 409:
                        raise
                else:
                    return _case(ticket, await self._comments(visit, ticket.id))
            raise Rejected(409, "UpdateConflict")

    async def ask_callback(self, phone: str, reason: str, due_at: datetime | None, key: str) -> Callback:
        async with self._door.writing() as visit:
            due = {} if due_at is None else {"due_at": f"{due_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
            text = callback_text(phone, reason, due_at)
            ticket = await self._ticket(
                visit, None, key, subject=callback_subject(phone), note=text, type="task", **due
            )
        return Callback(id=str(ticket.id), phone=phone, reason=reason, due_at=due_at)

    # --- asking ----------------------------------------------------------------------------------------

    def _zendesk(self) -> Zenpy:
        """Give each thread its own: what Zenpy sends is kept in its parts until the answer is there."""
        if not hasattr(self._of_thread, "zendesk"):
            subdomain, _, domain = self._host.partition(".")
            self._of_thread.zendesk = Zenpy(
                subdomain=subdomain,
                domain=domain,
                email=self._email,
                token=self._token,
                session=self._session,
                disable_cache=True,
            )
        return self._of_thread.zendesk

    async def _one(self, visit: Visit, ask: Callable[[Any], Any]) -> Any | None:  # noqa: ANN401 - Zenpy's own
        """Get one thing; None when it is not there."""
        try:
            found = await visit.read(lambda: ask(self._zendesk()))
        except Rejected as error:
            if error.status == 404:
                return None
            raise
        if not isinstance(getattr(found, "id", None), int):
            raise Garbled("no record")
        return found

    async def _all(self, visit: Visit, ask: Callable[[Any], Any]) -> list[Any]:
        """List things, page after page; a limit in between goes on where it was."""
        pages: Any = None
        found: list[Any] = []

        def gather() -> bool:
            nonlocal pages
            pages = ask(self._zendesk()) if pages is None else pages
            found.extend(pages)
            return True

        await visit.read(gather)
        return found

    async def _user(self, visit: Visit, customer_id: str) -> Customer | None:
        if not customer_id.isdecimal():
            return None
        found = await self._one(visit, lambda zendesk: zendesk.users(id=int(customer_id)))
        return None if found is None else _customer(found)

    async def _users(self, wanted: str) -> list[Customer]:
        async with self._door.reading() as visit:
            query = f"role:end-user {wanted}"
            return [
                _customer(each)
                for each in await self._all(visit, lambda zendesk: zendesk.search(query, type="user"))
            ]

    async def _known_ticket(self, visit: Visit, case_id: str) -> Any:  # noqa: ANN401
        ticket = None
        if case_id.isdecimal():
            ticket = await self._one(visit, lambda zendesk: zendesk.tickets(id=int(case_id)))
        if ticket is None:
            raise NotFound("no case has this id")
        return ticket

    async def _comments(self, visit: Visit, ticket_id: int) -> list[str]:
        """Read a ticket's comments, the oldest first."""
        comments = await self._all(visit, lambda zendesk: zendesk.tickets.comments(ticket_id))
        comments.sort(key=lambda comment: (comment.created_at, comment.id))
        return [each.body or "" for each in comments]

    async def _keys(self, visit: Visit, ticket_id: int) -> set[str]:
        """List the keys a ticket was changed with."""
        audits = await self._all(visit, lambda zendesk: zendesk.tickets.audits(ticket_id))
        custom = [getattr(each.metadata, "custom", None) for each in audits]
        return {str(each[_KEY]) for each in custom if isinstance(each, dict) and _KEY in each}

    # --- writing ---------------------------------------------------------------------------------------

    async def _ticket(
        self, visit: Visit, customer_id: str | None, key: str, *, note: str, **fields: str
    ) -> Any:  # noqa: ANN401
        """Open a ticket, or return the one with this key."""
        held = await self._all(visit, lambda zendesk: zendesk.tickets(external_id=quote(key, safe="")))
        if held:
            return held[0]
        who = {"tags": [_UNKNOWN]} if customer_id is None else {"requester_id": int(customer_id)}
        comment = Comment(body=note, public=False)
        ticket = Ticket(external_id=key, comment=comment, **who, **fields)
        return await visit.write(partial(self._create, ticket, key))

    def _create(self, ticket: Ticket, key: str) -> Any:  # noqa: ANN401
        with self._session.headers_added(Idempotency_Key=key):
            return self._zendesk().tickets.create(ticket).ticket

    def _note(self, ticket: Any, note: str, key: str) -> Any:  # noqa: ANN401
        update = Ticket(
            id=ticket.id,
            comment=Comment(body=note, public=False),
            metadata={_KEY: key},
            safe_update=True,
            updated_stamp=ticket.updated_at,
        )
        return self._zendesk().tickets.update(update)


def _customer(user: Any) -> Customer:  # noqa: ANN401
    fields = user.user_fields or {}
    return Customer(
        id=str(user.id),
        name=user.name or "",
        phone=e164(user.phone),
        email=user.email or "",
        city=fields.get("city") or "",
        postcode=fields.get("postcode") or "",
    )


def _case(ticket: Any, notes: Iterable[str]) -> Case:  # noqa: ANN401
    try:
        opened_at = datetime.fromisoformat(ticket.created_at).astimezone(UTC)
    except (TypeError, ValueError) as error:
        raise Garbled("no moment") from error
    return Case(
        id=str(ticket.id),
        customer_id=None if _UNKNOWN in (ticket.tags or []) else str(ticket.requester_id),
        subject=ticket.subject or "",
        state=_STATES.get(ticket.status, CaseState.OPEN),
        opened_at=opened_at,
        notes=tuple(notes),
    )


def _code(body: Any) -> str:  # noqa: ANN401
    word = body["error"] if isinstance(body["error"], str) else body["error"]["title"]
    return word if word.isidentifier() else ""


def _explained(error: Exception) -> VendorError | None:
    match error:
        case APIException() | ZenpyException():
            return Garbled()
        case RequestException():
            return Unreachable()
        case _:
            return None
