import pytest

from agents.crm.hubspot import HubSpotRecords
from agents.crm.port import CaseState, Customer, OrderItem, OrderState
from agents.errors import Unavailable
from tests.agents.crm.conformance import HOSTILE, Conformance
from tests.agents.crm.subject import Facts, Subject
from tests.agents.crm.vendors.hubspot_server import RATE_LIMIT, TOKEN, UNAUTHORIZED, HubSpotAccount
from tests.agents.crm.vendors.served import Trouble, Vendor
from tests.agents.crm.vendors.troubles import HASTY, PATIENT, Call, Spec, Troubles

ADA = {
    "firstname": "Ada",
    "lastname": "Quinn",
    "phone": "(503) 555-0123",
    "email": "ada.quinn@example.com",
    "city": "Portland",
    "zip": "97205",
}
BULB = {"name": "linen lampshade", "quantity": "2", "price": "39.5"}


@pytest.fixture
def account() -> HubSpotAccount:
    account = HubSpotAccount()
    account.add("contacts", ADA)
    return account


@pytest.fixture
def ada(account: HubSpotAccount) -> str:
    return next(iter(account.objects["contacts"]))


@pytest.fixture
def vendor(server: Vendor, account: HubSpotAccount) -> Vendor:
    return server.play(account.answer)


@pytest.fixture
def records(vendor: Vendor) -> HubSpotRecords:
    return HubSpotRecords(TOKEN, vendor.url, PATIENT)


def add_orders(account: HubSpotAccount, contact: str, count: int) -> list[str]:
    for number in range(count):
        order = account.add(
            "orders",
            {
                "hs_external_order_id": f"{100_001 + number}",
                "hs_pipeline_stage": "aa99e8d0-c1d5-4071-b915-d240bbb1aed9",
                "hs_external_created_date": f"2026-03-{number + 1:02}T09:00:00.000Z",
                "hs_shipping_tracking_number": "1Z999",
            },
            contacts=contact,
        )
        account.link("orders", order, "line_items", account.add("line_items", BULB))
    return [f"{100_001 + number}" for number in reversed(range(count))]


class TestHubSpot(Conformance):
    @pytest.fixture
    def subject(self, account: HubSpotAccount, ada: str, records: HubSpotRecords) -> Subject:
        customer = Customer(
            id=ada,
            name="Ada Quinn",
            phone="+15035550123",
            email="ada.quinn@example.com",
            city="Portland",
            postcode="97205",
        )
        orders = tuple(add_orders(account, ada, 3))
        facts = Facts(customer, "999", "998", orders=orders, unknown_order="999999")
        return Subject(records, facts)


class TestTroubles(Troubles):
    @pytest.fixture
    def spec(self) -> Spec:
        return Spec(UNAUTHORIZED, RATE_LIMIT, "HUBSPOT_TOKEN", TOKEN)

    @pytest.fixture
    def a_read(self, records: HubSpotRecords, ada: str) -> Call:
        return lambda: records.customer(ada)

    @pytest.fixture
    def a_hasty_read(self, vendor: Vendor, ada: str) -> Call:
        records = HubSpotRecords(TOKEN, vendor.url, HASTY)
        return lambda: records.customer(ada)

    @pytest.fixture
    def a_write(self, records: HubSpotRecords, ada: str) -> Call:
        return lambda: records.open_case(ada, "Scratched shade", "A scratch.", "case-1")

    @pytest.fixture
    def writes(self) -> str:
        return "POST /crm/v3/objects/tickets"


async def test_orders_tell_where_they_are_and_what_is_in_them(
    account: HubSpotAccount, ada: str, records: HubSpotRecords
) -> None:
    (number,) = add_orders(account, ada, 1)
    order = await records.order(number)
    assert order is not None
    assert (order.state, order.tracking_number) == (OrderState.SHIPPED, "1Z999")
    assert order.items == (OrderItem("linen lampshade", 2, 3_950),)
    assert order.placed_on.isoformat() == "2026-03-01"


async def test_pages_are_followed_to_the_last(
    account: HubSpotAccount, ada: str, vendor: Vendor, records: HubSpotRecords
) -> None:
    account.page = 2
    numbers = add_orders(account, ada, 5)
    assert [each.number for each in await records.orders_of(ada)] == numbers
    to_orders = vendor.sent("POST /crm/v4/associations/contacts/orders/batch/read")
    assert [each.body["inputs"][0].get("after") for each in to_orders] == [None, "2", "4"]
    for _ in range(4):
        account.add("contacts", ADA)
    assert len(await records.customers_with_phone("+15035550123")) == 5
    searches = vendor.sent("POST /crm/v3/objects/contacts/search")
    assert [each.body["after"] for each in searches] == ["0", "2", "4"]


async def test_a_limit_in_the_middle_of_pages_loses_nothing(
    account: HubSpotAccount, ada: str, vendor: Vendor, records: HubSpotRecords
) -> None:
    account.page = 2
    for _ in range(4):
        account.add("contacts", ADA)
    vendor.trouble = Trouble(status=429, body=RATE_LIMIT, headers={"Retry-After": "0"}, times=1, after=1)
    found = await records.customers_with_email("ada.quinn@example.com")
    assert len({each.id for each in found}) == len(found) == 5


async def test_cases_come_with_every_note_whoever_wrote_it(
    account: HubSpotAccount, ada: str, records: HubSpotRecords
) -> None:
    account.page = 2
    stages = {"1": CaseState.OPEN, "2": CaseState.WAITING, "4": CaseState.SOLVED}
    for stage in stages:
        ticket = account.add(
            "tickets", {"subject": stage, "content": "Hello.", "hs_pipeline_stage": stage}, contacts=ada
        )
        for minute in (3, 1, 2):
            body = f"<div><p>Rang &amp; left word {minute}.</p></div>"
            account.add(
                "notes",
                {"hs_note_body": body, "hs_timestamp": f"2026-03-09T10:0{minute}:00Z"},
                tickets=ticket,
            )
    cases = await records.cases_of(ada)
    assert {each.subject: each.state for each in cases} == stages
    assert {each.notes for each in cases} == {
        ("Hello.", *(f"Rang & left word {minute}." for minute in (1, 2, 3)))
    }


async def test_a_number_of_another_country_with_the_same_digits_is_somebody_else(
    account: HubSpotAccount, records: HubSpotRecords
) -> None:
    account.add("contacts", {**ADA, "phone": "+44 503 555 0123"})
    assert len(await records.customers_with_phone("+15035550123")) == 1


async def test_a_missing_key_property_is_no_success(
    vendor: Vendor, ada: str, records: HubSpotRecords
) -> None:
    body = {
        "status": "error",
        "message": 'Property "tandem_key" does not exist',
        "category": "VALIDATION_ERROR",
    }
    vendor.trouble = Trouble(status=400, body=body, only="POST /crm/v3/objects/tickets")
    with pytest.raises(Unavailable, match="400 VALIDATION_ERROR"):
        await records.open_case(ada, "A question", "About lamps.", "case-1")


async def test_instructions_in_a_note_are_a_note(
    account: HubSpotAccount, ada: str, records: HubSpotRecords
) -> None:
    case = await records.open_case(ada, "A note", "First.", "case-1")
    told = await records.append_note(case.id, f"{HOSTILE}\n[tandem note-2]", "note-1")
    assert told.notes == ("First.", f"{HOSTILE}\n[tandem note-2]")
    (read,) = await records.cases_of(ada)
    assert read.notes == told.notes
    assert len((await records.append_note(case.id, "Third.", "note-2")).notes) == 3


async def test_a_record_without_what_it_must_have_is_unavailable(
    account: HubSpotAccount, ada: str, records: HubSpotRecords
) -> None:
    ticket = account.add("tickets", {"subject": "A question"}, contacts=ada)
    account.objects["tickets"][ticket]["createdate"] = None
    with pytest.raises(Unavailable, match="does not document"):
        await records.cases_of(ada)
    with pytest.raises(Unavailable, match="does not document"):
        await records.append_note(ticket, "More.", "note-1")
