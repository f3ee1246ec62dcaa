"""Customer records in Salesforce: contacts, cases with their comments, orders.

Cases go by their case number; their first note is the case's description, what we add is a comment that only
the company sees, and a callback is a case too. Orders go by `OrderReferenceNumber`, the shop's own number, or
else by Salesforce's; they are read, never changed here. Salesforce keeps no appointments that one could book
without its Scheduler, nor invoices, so there are none.

What must be there: the company's own domain (`SALESFORCE_URL`), a connected app with the client credentials
flow (`SALESFORCE_CLIENT_ID`, `SALESFORCE_CLIENT_SECRET`) whose user may read contacts and orders and write
cases, and a field `Tandem_Key__c` on Case: text, external id, unique.

Writes happen once: a case is upserted by its key, which Salesforce keeps unique, races included. Comments
have no fields of their own, so the key stands at a comment's end and is looked for first; two workers that
add one comment in the same moment would both add it. Numbers are compared as written, in the ways that
Salesforce and people in North America write them.
"""

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

from requests.exceptions import RequestException
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceError
from simple_salesforce.format import format_soql

from agents.crm.port import Ability, Callback, Case, CaseState, Customer, Order, OrderItem
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
    cents,
    digits,
    e164,
    order_state,
    same_phone,
    signed,
    unsigned,
    whole,
)
from agents.crm.vendor_session import VendorSession
from agents.errors import NotFound

T = TypeVar("T")

KEY_FIELD: Final = "Tandem_Key__c"
_STAND_IN: Final = "tandem-stand-in"
"""The SDK builds its login's address of a name; the session then asks the company's own domain."""
_MOST_IN: Final = 200
"""Ids in one query; its address may take 16 KB."""
_MOST_SUBJECT: Final = 255
_ID: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_CONTACT: Final = "SELECT Id, Name, Phone, MobilePhone, Email, MailingCity, MailingPostalCode FROM Contact "
_CASE: Final = (
    "SELECT Id, CaseNumber, Subject, Description, Status, IsClosed, CreatedDate, ContactId FROM Case "
)
_ORDER: Final = (
    "SELECT Id, OrderNumber, OrderReferenceNumber, Status, StatusCode, EffectiveDate,"
    " BillToContactId, ShipToContactId FROM Order "
)
_LINES: Final = "SELECT OrderId, Quantity, UnitPrice, Product2.Name FROM OrderItem WHERE OrderId IN {} "
_COMMENTS: Final = "SELECT Id, ParentId, CommentBody, CreatedDate FROM CaseComment WHERE ParentId IN {} "

Record = dict[str, Any]


class SalesforceRecords(VendorRecords):
    """`CustomerRecords` on Salesforce's REST API.

    Args:
        url: `https://acme.my.salesforce.com`.
        client_id: of the connected app.
        client_secret: of the connected app.
        patience: how long a call waits.
    """

    def __init__(
        self, url: str, client_id: str, client_secret: str, patience: Patience | None = None
    ) -> None:
        credentials = "SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET"
        super().__init__(Vendor("Salesforce", credentials, _explained, patience or Patience()))
        self._session = VendorSession(
            url,
            _code,
            also=f"{_STAND_IN}.salesforce.com",
            login="/services/oauth2/token",
            limits=frozenset({"REQUEST_LIMIT_EXCEEDED"}),
        )
        self._host = urlsplit(url).netloc
        self._client_id = client_id
        self._client_secret = client_secret
        self._login = threading.Lock()
        self._logged_in: Salesforce | None = None

    @property
    def abilities(self) -> frozenset[Ability]:
        return frozenset({Ability.ORDERS, Ability.CALLBACKS})

    async def customer(self, customer_id: str) -> Customer | None:
        if not _ID.fullmatch(customer_id):
            return None
        async with self._door.reading() as visit:
            found = await self._query(visit, format_soql(_CONTACT + "WHERE Id = {}", customer_id))
            return _customer(found[0]) if found else None

    async def customers_with_phone(self, phone: str) -> Sequence[Customer]:
        ways = _ways_to_write(phone)
        query = format_soql(_CONTACT + "WHERE Phone IN {0} OR MobilePhone IN {0} ORDER BY Id", ways)
        async with self._door.reading() as visit:
            return [
                _customer(each)
                for each in await self._query(visit, query)
                if any(same_phone(each.get(field), phone) for field in ("Phone", "MobilePhone"))
            ]

    async def customers_with_email(self, email: str) -> Sequence[Customer]:
        wanted = email.strip().lower()
        query = format_soql(_CONTACT + "WHERE Email = {} ORDER BY Id", wanted)
        async with self._door.reading() as visit:
            found = await self._query(visit, query)
            return [_customer(each) for each in found if (each.get("Email") or "").lower() == wanted]

    async def order(self, number: str) -> Order | None:
        where = format_soql("WHERE OrderReferenceNumber = {} OR OrderNumber = {}", number, number.zfill(8))
        async with self._door.reading() as visit:
            orders = await self._orders(visit, await self._query(visit, _ORDER + where))
        return next((each for each in orders if each.number == number), None)

    async def orders_of(self, customer_id: str) -> Sequence[Order]:
        if not _ID.fullmatch(customer_id):
            return []
        where = format_soql("WHERE BillToContactId = {0} OR ShipToContactId = {0}", customer_id)
        async with self._door.reading() as visit:
            orders = await self._orders(visit, await self._query(visit, _ORDER + where))
        theirs = [each for each in orders if each.customer_id == customer_id]
        return sorted(theirs, key=lambda order: (order.placed_on, order.number), reverse=True)

    async def cases_of(self, customer_id: str) -> Sequence[Case]:
        if not _ID.fullmatch(customer_id):
            return []
        async with self._door.reading() as visit:
            cases = await self._query(visit, format_soql(_CASE + "WHERE ContactId = {}", customer_id))
            notes = await self._notes(visit, [each["Id"] for each in cases])
            told = [_case(each, notes[each["Id"]]) for each in cases]
        return sorted(told, key=lambda case: (case.opened_at, case.id), reverse=True)

    async def open_case(self, customer_id: str | None, subject: str, note: str, key: str) -> Case:
        async with self._door.writing() as visit:
            if customer_id is not None and not await self._is_there(visit, customer_id):
                raise NotFound("nobody has this id")
            case = await self._opened(visit, subject, note, key, customer_id)
            return _case(case, (await self._notes(visit, [case["Id"]]))[case["Id"]])

    async def append_note(self, case_id: str, note: str, key: str) -> Case:
        async with self._door.writing() as visit:
            found = await self._query(visit, format_soql(_CASE + "WHERE CaseNumber = {}", case_id))
            if not found:
                raise NotFound("no case has this number")
            (case, *_) = found
            notes = (await self._notes(visit, [case["Id"]]))[case["Id"]]
            if key not in [each_key for _, each_key in notes]:
                comment = {"ParentId": case["Id"], "CommentBody": signed(note, key), "IsPublished": False}
                await visit.write(partial(self._as_us, lambda us: us.CaseComment.create(comment)))
                notes = [*notes, (note, key)]
            return _case(case, notes)

    async def ask_callback(self, phone: str, reason: str, due_at: datetime | None, key: str) -> Callback:
        async with self._door.writing() as visit:
            text = callback_text(phone, reason, due_at)
            case = await self._opened(visit, callback_subject(phone), text, key, None)
            return Callback(id=case["CaseNumber"], phone=phone, reason=reason, due_at=due_at)

    # --- asking ----------------------------------------------------------------------------------------

    def _as_us(self, ask: Callable[[Any], T]) -> T:
        """Ask logged in; log in anew, once, when the login is no longer good (then nothing was done)."""
        known = self._logged_in
        try:
            return ask(self._us(known))
        except Rejected as error:
            if error.status != 401 or known is None:
                raise
        return ask(self._us(None, instead_of=known))

    def _us(self, known: Salesforce | None, instead_of: Salesforce | None = None) -> Salesforce:
        if known is not None:
            return known
        with self._login:
            if self._logged_in is instead_of:
                self._logged_in = Salesforce(
                    consumer_key=self._client_id,
                    consumer_secret=self._client_secret,
                    domain=_STAND_IN,
                    session=self._session,
                )
            assert self._logged_in is not None  # noqa: S101 - only ever replaced
            return self._logged_in

    async def _query(self, visit: Visit, soql: str) -> list[Record]:
        """Ask in SOQL and follow the pages."""
        page = await visit.read(partial(self._as_us, lambda us: _page(us.query(soql))))
        found: list[Record] = [*page["records"]]
        while not page["done"]:
            more = partial(Salesforce.query_more, next_records_identifier=page["nextRecordsUrl"])
            ask = partial(more, identifier_is_url=True)
            page = await visit.read(partial(self._as_us, lambda us, ask=ask: _page(ask(us))))
            found += page["records"]
        return found

    async def _of_each(self, visit: Visit, soql: str, ids: Sequence[str]) -> list[Record]:
        """Ask for what belongs to many records."""
        found: list[Record] = []
        for start in range(0, len(ids), _MOST_IN):
            found += await self._query(visit, format_soql(soql, list(ids[start : start + _MOST_IN])))
        return found

    async def _is_there(self, visit: Visit, customer_id: str) -> bool:
        if not _ID.fullmatch(customer_id):
            return False
        return bool(
            await self._query(visit, format_soql("SELECT Id FROM Contact WHERE Id = {}", customer_id))
        )

    async def _notes(self, visit: Visit, case_ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Read the comments of cases, the oldest first, each with the key it was written with."""
        comments = await self._of_each(visit, _COMMENTS + "ORDER BY CreatedDate, Id", case_ids)
        notes: dict[str, list[tuple[str, str]]] = {each: [] for each in case_ids}
        for each in comments:
            notes[each["ParentId"]].append(unsigned(each.get("CommentBody") or ""))
        return notes

    async def _orders(self, visit: Visit, found: Sequence[Record]) -> list[Order]:
        lines = await self._of_each(visit, _LINES + "ORDER BY Id", [each["Id"] for each in found])
        return [_order(each, [line for line in lines if line["OrderId"] == each["Id"]]) for each in found]

    # --- writing ---------------------------------------------------------------------------------------

    async def _opened(
        self, visit: Visit, subject: str, text: str, key: str, customer_id: str | None
    ) -> Record:
        """Open a case, or return the one with this key."""
        find = format_soql(_CASE + f"WHERE {KEY_FIELD} = {{}}", key)
        if found := await self._query(visit, find):
            return found[0]
        fields = {"Subject": subject[:_MOST_SUBJECT], "Description": text, "Origin": "Phone"}
        body = fields if customer_id is None else {**fields, "ContactId": customer_id}
        path = f"{KEY_FIELD}/{quote(key, safe='')}"
        try:
            await visit.write(partial(self._as_us, lambda us: us.Case.upsert(path, body)))
        except Rejected as error:
            # Somebody was faster with the same key (DUPLICATE_VALUE), or is just now (UNABLE_TO_LOCK_ROW).
            if error.status != 400 or not (found := await self._query(visit, find)):
                raise
            return found[0]
        return (await self._query(visit, find))[0]


def _page(answer: Record) -> Record:
    if not isinstance(answer["records"], list) or not (answer["done"] or answer["nextRecordsUrl"]):
        raise Garbled("no page")
    return answer


def _ways_to_write(phone: str) -> list[str]:
    """List how a number (E.164) is written: as it is, and as Salesforce and North Americans write theirs."""
    full = digits(phone)
    ways = [f"+{full}", full]
    if len(full) == 11 and full.startswith("1"):
        area, office, line = full[1:4], full[4:7], full[7:]
        local = [
            f"{area}{office}{line}",
            f"({area}) {office}-{line}",
            *(f"{area}{mark}{office}{mark}{line}" for mark in "-. "),
        ]
        ways += [*local, *(f"+1 {way}" for way in local), *(f"1-{way}" for way in local)]
    return ways


def _customer(contact: Record) -> Customer:
    return Customer(
        id=contact["Id"],
        name=contact.get("Name") or "",
        phone=e164(contact.get("Phone") or contact.get("MobilePhone")),
        email=contact.get("Email") or "",
        city=contact.get("MailingCity") or "",
        postcode=contact.get("MailingPostalCode") or "",
    )


def _case(case: Record, notes: Iterable[tuple[str, str]]) -> Case:
    waiting = any(word in (case.get("Status") or "").lower() for word in ("hold", "wait", "pending"))
    description = case.get("Description")
    return Case(
        id=case["CaseNumber"],
        customer_id=case.get("ContactId"),
        subject=case.get("Subject") or "",
        state=CaseState.SOLVED if case["IsClosed"] else CaseState.WAITING if waiting else CaseState.OPEN,
        opened_at=_moment(case["CreatedDate"]),
        notes=((description,) if description else ()) + tuple(text for text, _ in notes),
    )


def _order(order: Record, lines: Iterable[Record]) -> Order:
    own = order["OrderNumber"].lstrip("0").zfill(6)
    return Order(
        number=order.get("OrderReferenceNumber") or own,
        customer_id=order.get("BillToContactId") or order.get("ShipToContactId") or "",
        state=order_state(order.get("Status"), order.get("StatusCode")),
        items=tuple(
            OrderItem(
                product=(line.get("Product2") or {}).get("Name") or "",
                quantity=whole(line["Quantity"]),
                unit_price_cents=cents(line.get("UnitPrice")),
            )
            for line in lines
        ),
        placed_on=date.fromisoformat(order["EffectiveDate"]),
        carrier=None,
        tracking_number=None,
        expected_on=None,
        delivered_on=None,
        note=None,
    )


def _moment(written: str) -> datetime:
    """Read a moment as Salesforce writes it: `2026-03-01T12:00:00.000+0000`."""
    return datetime.strptime(written, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)


def _code(body: Any) -> str:  # noqa: ANN401
    return str(body[0]["errorCode"])


def _explained(error: Exception) -> VendorError | None:
    match error:
        case SalesforceAuthenticationFailed():
            return Rejected(401, "LOGIN")
        case SalesforceError():
            return Garbled()
        case RequestException():
            return Unreachable()
        case _:
            return None
