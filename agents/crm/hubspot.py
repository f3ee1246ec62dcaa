"""Customer records in HubSpot: contacts, tickets with their notes, orders.

Cases are tickets of the support pipeline, their first note is the ticket's description, and a callback is a
ticket too. Orders are HubSpot's orders, which a shop keeps up to date; they are read, never changed here.

What must be there: a private app whose token (`HUBSPOT_TOKEN`) may read contacts, orders and line items and
read and write tickets, and a ticket property `tandem_key`, single-line text with unique values.

Writes happen once: HubSpot refuses a second ticket with the same `tandem_key`, also in a race. Notes have no
property of their own, so the key stands at a note's end and is looked for first; two workers that add one
note in the same moment would both add it. Searches (phone, e-mail, order number) trail the records
by seconds; nothing that is written rests on them.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from hubspot import HubSpot
from hubspot.crm.associations.v4 import ApiException as AssociationsApiException
from hubspot.crm.associations.v4.models import (
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicFetchAssociationsBatchRequest,
)
from hubspot.crm.objects import ApiException
from hubspot.crm.objects.models import (
    AssociationSpec,
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicAssociationsForObject,
    PublicObjectId,
    PublicObjectSearchRequest,
    SimplePublicObjectId,
    SimplePublicObjectInputForCreate,
)
from urllib3 import Retry
from urllib3.exceptions import HTTPError

from agents.crm.hubspot_forms import (
    CONTACT,
    KEY_PROPERTY,
    LINE,
    NEW_STAGE,
    NOTE,
    ORDER,
    PIPELINE,
    TICKET,
    case_of,
    category_of,
    checked,
    customer_of,
    html_of,
    moment_of,
    order_of,
    text_of,
)
from agents.crm.port import Ability, Callback, Case, Customer, Order
from agents.crm.vendor import (
    SOCKET_S,
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
    retry_after_s,
    same_phone,
    signed,
    unsigned,
)
from agents.errors import NotFound

_PAGE: Final = 100
"""The most a search or a batch gives at once."""
_TICKET_TO_CONTACT: Final = 16
_NOTE_TO_TICKET: Final = 228


class HubSpotRecords(VendorRecords):
    """`CustomerRecords` on HubSpot's CRM objects (API v3) and associations (v4).

    Args:
        token: of a private app.
        url: `https://api.hubapi.com`.
        patience: how long a call waits.
    """

    def __init__(self, token: str, url: str, patience: Patience | None = None) -> None:
        super().__init__(Vendor("HubSpot", "HUBSPOT_TOKEN", _explained, patience or Patience()))
        # Each look at `client.crm…` opens new connections, so the parts are kept.
        crm = HubSpot(access_token=token, host=url, retry=Retry(0)).crm
        self._records: Any = crm.objects.basic_api
        self._batches: Any = crm.objects.batch_api
        self._search: Any = crm.objects.search_api
        self._links: Any = crm.associations.v4.batch_api

    @property
    def abilities(self) -> frozenset[Ability]:
        return frozenset({Ability.ORDERS, Ability.CALLBACKS})

    async def customer(self, customer_id: str) -> Customer | None:
        async with self._door.reading() as visit:
            found = await self._get(visit, "contacts", customer_id, CONTACT)
            return None if found is None else customer_of(found.id, found.properties)

    async def customers_with_phone(self, phone: str) -> Sequence[Customer]:
        # HubSpot keeps a searchable form of each number, without the country's code.
        full = digits(phone)
        searchable = full[1:] if full.startswith("1") else full
        wanted = [
            ("phone", phone),
            ("mobilephone", phone),
            ("hs_searchable_calculated_phone_number", searchable),
            ("hs_searchable_calculated_mobile_number", searchable),
        ]
        async with self._door.reading() as visit:
            return [
                customer_of(each.id, each.properties)
                for each in await self._find(visit, "contacts", wanted, CONTACT)
                if any(same_phone(each.properties.get(name), phone) for name in ("phone", "mobilephone"))
            ]

    async def customers_with_email(self, email: str) -> Sequence[Customer]:
        wanted = email.strip().lower()  # HubSpot keeps addresses in lower case
        async with self._door.reading() as visit:
            return [
                customer_of(each.id, each.properties)
                for each in await self._find(visit, "contacts", [("email", wanted)], CONTACT)
                if (each.properties.get("email") or "").lower() == wanted
            ]

    async def order(self, number: str) -> Order | None:
        async with self._door.reading() as visit:
            found = await self._find(visit, "orders", [("hs_external_order_id", number)], ORDER)
            orders = await self._orders(visit, found)
        return next((each for each in orders if each.number == number), None)

    async def orders_of(self, customer_id: str) -> Sequence[Order]:
        async with self._door.reading() as visit:
            ids = (await self._linked(visit, "contacts", [customer_id], "orders")).get(customer_id, [])
            orders = await self._orders(visit, await self._batch(visit, "orders", ids, ORDER))
        return sorted(orders, key=lambda order: (order.placed_on, order.number), reverse=True)

    async def cases_of(self, customer_id: str) -> Sequence[Case]:
        async with self._door.reading() as visit:
            ids = (await self._linked(visit, "contacts", [customer_id], "tickets")).get(customer_id, [])
            tickets = await self._batch(visit, "tickets", ids, TICKET)
            notes = await self._notes(visit, ids)
            cases = [
                case_of(each.id, each.properties, customer_id, _texts(notes[each.id])) for each in tickets
            ]
        return sorted(cases, key=lambda case: (case.opened_at, int(case.id)), reverse=True)

    async def open_case(self, customer_id: str | None, subject: str, note: str, key: str) -> Case:
        async with self._door.writing() as visit:
            if customer_id is not None and await self._get(visit, "contacts", customer_id, []) is None:
                raise NotFound("nobody has this id")
            ticket = await self._ticket(visit, subject, note, key, customer_id)
            notes = (await self._notes(visit, [ticket.id]))[ticket.id]
            return case_of(ticket.id, ticket.properties, customer_id, _texts(notes))

    async def append_note(self, case_id: str, note: str, key: str) -> Case:
        async with self._door.writing() as visit:
            ticket = await self._get(visit, "tickets", case_id, TICKET)
            if ticket is None:
                raise NotFound("no case has this id")
            customers = (await self._linked(visit, "tickets", [case_id], "contacts")).get(case_id, [])
            notes = (await self._notes(visit, [case_id]))[case_id]
            if key not in [each_key for _, each_key in notes]:
                body = {
                    "hs_note_body": html_of(signed(note, key)),
                    "hs_timestamp": datetime.now(UTC).isoformat(),
                }
                await visit.write(partial(self._create, "notes", body, case_id, _NOTE_TO_TICKET))
                notes = [*notes, (note, key)]
            customer_id = customers[0] if customers else None
            return case_of(ticket.id, ticket.properties, customer_id, _texts(notes))

    async def ask_callback(self, phone: str, reason: str, due_at: datetime | None, key: str) -> Callback:
        async with self._door.writing() as visit:
            text = callback_text(phone, reason, due_at)
            ticket = await self._ticket(visit, callback_subject(phone), text, key, None)
        return Callback(id=ticket.id, phone=phone, reason=reason, due_at=due_at)

    # --- asking ----------------------------------------------------------------------------------------

    async def _get(
        self, visit: Visit, kind: str, id_: str, properties: list[str], by: str = ""
    ) -> Any | None:  # noqa: ANN401 - the SDK's own record
        """Get one record by its id, or by the value of a unique property; None when there is none."""
        if not by and not id_.isdecimal():
            return None
        also: dict[str, Any] = {"id_property": by} if by else {}
        ask = partial(self._records.get_by_id, kind, id_, properties=properties, _request_timeout=SOCKET_S)
        try:
            return checked(await visit.read(partial(ask, **also)))
        except Rejected as error:
            if error.status == 404:
                return None
            raise

    async def _find(
        self, visit: Visit, kind: str, wanted: Iterable[tuple[str, str]], properties: list[str]
    ) -> list[Any]:
        """List records one of whose properties has the value that is wanted of it."""
        groups = [
            FilterGroup(filters=[Filter(property_name=name, operator="EQ", value=value)])
            for name, value in wanted
        ]
        found: list[Any] = []
        after: str | None = "0"
        while after is not None:
            request = PublicObjectSearchRequest(
                filter_groups=groups, properties=properties, limit=_PAGE, after=after, sorts=[]
            )
            ask = partial(self._search.do_search, kind, request, _request_timeout=SOCKET_S)
            page = await visit.read(ask)
            found += map(checked, page.results)
            after = page.paging.next.after if page.paging and page.paging.next else None
        return found

    async def _batch(self, visit: Visit, kind: str, ids: Sequence[str], properties: list[str]) -> list[Any]:
        """Get many records; those that are gone are left out."""
        found: list[Any] = []
        for start in range(0, len(ids), _PAGE):
            request = BatchReadInputSimplePublicObjectId(
                inputs=[SimplePublicObjectId(id=each) for each in ids[start : start + _PAGE]],
                properties=properties,
                properties_with_history=[],
            )
            page = await visit.read(partial(self._batches.read, kind, request, _request_timeout=SOCKET_S))
            found += map(checked, page.results)
        return found

    async def _linked(self, visit: Visit, kind: str, ids: Sequence[str], to: str) -> dict[str, list[str]]:
        """List what records of one kind are associated with; records with nothing are left out."""
        found: dict[str, list[str]] = {}
        asked = [PublicFetchAssociationsBatchRequest(id=each) for each in ids if each.isdecimal()]
        while asked:
            request = BatchInputPublicFetchAssociationsBatchRequest(inputs=asked[:_PAGE])
            asked = asked[_PAGE:]
            page = await visit.read(
                partial(self._links.get_page, kind, to, request, _request_timeout=SOCKET_S)
            )
            for each in page.results:
                source = getattr(each, "_from").id  # noqa: B009 - "from" is no name in Python
                found.setdefault(source, []).extend(link.to_object_id for link in each.to)
                if each.paging and each.paging.next:
                    after = each.paging.next.after
                    asked.append(PublicFetchAssociationsBatchRequest(id=source, after=after))
        return found

    async def _notes(self, visit: Visit, ticket_ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Read the notes of tickets, the oldest first, each with the key it was written with."""
        links = await self._linked(visit, "tickets", ticket_ids, "notes")
        ids = list(dict.fromkeys(each for linked in links.values() for each in linked))
        notes = await self._batch(visit, "notes", ids, NOTE)
        notes.sort(key=lambda note: (moment_of(note.properties.get("hs_timestamp")), int(note.id)))
        texts = {note.id: unsigned(text_of(note.properties.get("hs_note_body") or "")) for note in notes}
        return {
            ticket_id: [text for id_, text in texts.items() if id_ in links.get(ticket_id, [])]
            for ticket_id in ticket_ids
        }

    async def _orders(self, visit: Visit, found: Sequence[Any]) -> list[Order]:
        """Make orders of records: whose they are and what is in them stands elsewhere."""
        ids = [each.id for each in found]
        customers = await self._linked(visit, "orders", ids, "contacts")
        links = await self._linked(visit, "orders", ids, "line_items")
        lines = {
            line.id: line
            for line in await self._batch(
                visit, "line_items", [each for linked in links.values() for each in linked], LINE
            )
        }
        return [
            order_of(
                each.properties,
                next(iter(customers.get(each.id, [])), ""),
                [lines[id_].properties for id_ in links.get(each.id, []) if id_ in lines],
            )
            for each in found
        ]

    # --- writing ---------------------------------------------------------------------------------------

    async def _ticket(self, visit: Visit, subject: str, text: str, key: str, customer_id: str | None) -> Any:  # noqa: ANN401
        """Open a ticket, or return the one with this key."""
        find = partial(self._get, visit, "tickets", key, TICKET, KEY_PROPERTY)
        if (ticket := await find()) is not None:
            return ticket
        body = {
            "subject": subject,
            "content": text,
            "hs_pipeline": PIPELINE,
            "hs_pipeline_stage": NEW_STAGE,
            KEY_PROPERTY: key,
        }
        try:
            return checked(
                await visit.write(partial(self._create, "tickets", body, customer_id, _TICKET_TO_CONTACT))
            )
        except Rejected as error:
            # The value of a unique property is taken: somebody was faster with the same key.
            if error.status in (400, 409) and (ticket := await find()) is not None:
                return ticket
            raise

    def _create(self, kind: str, properties: dict[str, str], to: str | None, association: int) -> Any:  # noqa: ANN401
        spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=association)
        links = [] if to is None else [PublicAssociationsForObject(to=PublicObjectId(id=to), types=[spec])]
        request = SimplePublicObjectInputForCreate(properties=properties, associations=links)
        return self._records.create(kind, request, _request_timeout=SOCKET_S)


def _texts(notes: Iterable[tuple[str, str]]) -> list[str]:
    return [text for text, _ in notes]


def _explained(error: Exception) -> VendorError | None:
    match error:
        case ApiException() | AssociationsApiException():
            if not error.status:
                return Unreachable()
            after = error.headers.get("Retry-After") if error.headers else None
            return Rejected(int(error.status), category_of(error.body), retry_after_s(after))
        case HTTPError():
            return Unreachable()
        case _:
            return None
