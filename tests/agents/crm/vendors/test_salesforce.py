import pytest

from agents.crm.port import CaseState, Customer, OrderItem, OrderState
from agents.crm.salesforce import SalesforceRecords
from agents.errors import Unavailable
from tests.agents.crm.conformance import HOSTILE, Conformance
from tests.agents.crm.subject import Facts, Subject
from tests.agents.crm.vendors.salesforce_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    EXPIRED,
    RATE_LIMIT,
    SalesforceOrg,
)
from tests.agents.crm.vendors.served import Trouble, Vendor
from tests.agents.crm.vendors.troubles import HASTY, PATIENT, Call, Spec, Troubles

ADA = {
    "Name": "Ada Quinn",
    "Phone": "(503) 555-0123",
    "MobilePhone": None,
    "Email": "ada.quinn@example.com",
    "MailingCity": "Portland",
    "MailingPostalCode": "97205",
}
QUERY = "GET /services/data/v59.0/query/"
LOGIN = "POST /services/oauth2/token"


@pytest.fixture
def org() -> SalesforceOrg:
    return SalesforceOrg()


@pytest.fixture
def ada(org: SalesforceOrg) -> str:
    return org.add("Contact", **ADA)


@pytest.fixture
def vendor(server: Vendor, org: SalesforceOrg) -> Vendor:
    org.url = server.url
    return server.play(org.answer)


@pytest.fixture
def records(vendor: Vendor) -> SalesforceRecords:
    return SalesforceRecords(vendor.url, CLIENT_ID, CLIENT_SECRET, PATIENT)


def add_orders(org: SalesforceOrg, contact: str, count: int) -> list[str]:
    for number in range(count):
        order = org.add(
            "Order",
            OrderNumber=f"{100 + number:08}",
            OrderReferenceNumber=f"{100_001 + number}" if number else None,
            Status="Shipped",
            StatusCode="Activated",
            EffectiveDate=f"2026-03-{number + 1:02}",
            BillToContactId=contact,
            ShipToContactId=None,
        )
        shade = {"Name": "linen lampshade"}
        org.add("OrderItem", OrderId=order, Quantity=2.0, UnitPrice=39.5, Product2=shade)
    return [*(f"{100_001 + number}" for number in reversed(range(1, count))), "000100"]


class TestSalesforce(Conformance):
    @pytest.fixture
    def subject(self, org: SalesforceOrg, ada: str, records: SalesforceRecords) -> Subject:
        customer = Customer(
            id=ada,
            name="Ada Quinn",
            phone="+15035550123",
            email="ada.quinn@example.com",
            city="Portland",
            postcode="97205",
        )
        orders = tuple(add_orders(org, ada, 3))
        facts = Facts(customer, "003Qy9999999999IAA", "00009999", orders=orders, unknown_order="999999")
        return Subject(records, facts)


class TestTroubles(Troubles):
    @pytest.fixture
    def spec(self) -> Spec:
        return Spec(EXPIRED, RATE_LIMIT, "SALESFORCE_CLIENT_SECRET", CLIENT_SECRET, known_at=QUERY)

    @pytest.fixture
    async def a_read(self, vendor: Vendor, records: SalesforceRecords, ada: str) -> Call:
        await records.customer(ada)  # logged in
        vendor.asked.clear()
        return lambda: records.customer(ada)

    @pytest.fixture
    def a_hasty_read(self, vendor: Vendor, ada: str) -> Call:
        records = SalesforceRecords(vendor.url, CLIENT_ID, CLIENT_SECRET, HASTY)
        return lambda: records.customer(ada)

    @pytest.fixture
    def a_write(self, records: SalesforceRecords, ada: str) -> Call:
        return lambda: records.open_case(ada, "Scratched shade", "A scratch.", "case-1")

    @pytest.fixture
    def writes(self) -> str:
        return "PATCH /services/data/v59.0/sobjects/Case/Tandem_Key__c/case-1"


async def test_a_login_that_has_run_out_is_made_anew(
    org: SalesforceOrg, ada: str, vendor: Vendor, records: SalesforceRecords
) -> None:
    await records.customer(ada)
    await records.customer(ada)
    assert org.logins == 1
    org.expire()
    assert await records.customer(ada) is not None
    case = await records.open_case(ada, "A question", "First.", "case-1")
    org.expire()
    await records.append_note(case.id, "Second.", "note-1")
    assert org.logins == 3
    assert len(vendor.sent(LOGIN)) == 3


async def test_a_login_refused_is_said_plainly(ada: str, vendor: Vendor) -> None:
    records = SalesforceRecords(vendor.url, CLIENT_ID, "wrong")
    with pytest.raises(Unavailable, match="check SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET"):
        await records.customer(ada)
    assert len(vendor.asked) == 1


async def test_a_login_that_fails_is_no_refusal(ada: str, vendor: Vendor, records: SalesforceRecords) -> None:
    vendor.trouble = Trouble(status=503, body="<html>Maintenance</html>", only=LOGIN, times=1)
    with pytest.raises(Unavailable, match="answered 503"):
        await records.customer(ada)
    assert await records.customer(ada) is not None


async def test_the_limit_of_a_day_is_a_limit(ada: str, vendor: Vendor, records: SalesforceRecords) -> None:
    """Salesforce answers 403 for it, with a word."""
    vendor.trouble = Trouble(status=403, body=RATE_LIMIT, headers={"Retry-After": "600"}, only=QUERY)
    with pytest.raises(Unavailable, match="left alone"):
        await records.customer(ada)


async def test_orders_tell_where_they_are_and_what_is_in_them(
    org: SalesforceOrg, ada: str, records: SalesforceRecords
) -> None:
    number, own = add_orders(org, ada, 2)
    order = await records.order(number)
    assert order is not None
    assert (order.number, order.state) == (number, OrderState.SHIPPED)
    assert order.items == (OrderItem("linen lampshade", 2, 3_950),)
    assert order.placed_on.isoformat() == "2026-03-02"
    assert await records.order(own) is not None


async def test_pages_are_followed_to_the_last(
    org: SalesforceOrg, ada: str, vendor: Vendor, records: SalesforceRecords
) -> None:
    org.page = 2
    numbers = add_orders(org, ada, 5)
    found = await records.orders_of(ada)
    assert [each.number for each in found] == numbers
    assert all(each.items for each in found)
    following = [each for each in vendor.asked if each.path.startswith("/services/data/v59.0/query/01g")]
    assert len(following) == 4  # two for the orders, two for what is in them


async def test_a_limit_in_the_middle_of_pages_loses_nothing(
    org: SalesforceOrg, ada: str, vendor: Vendor, records: SalesforceRecords
) -> None:
    org.page = 2
    for _ in range(4):
        org.add("Contact", **ADA)
    vendor.trouble = Trouble(status=429, body=RATE_LIMIT, headers={"Retry-After": "0"}, times=1, after=2)
    found = await records.customers_with_email("ada.quinn@example.com")
    assert len({each.id for each in found}) == len(found) == 5
    assert vendor.trouble.times == 0


async def test_cases_come_with_every_comment(
    org: SalesforceOrg, ada: str, records: SalesforceRecords
) -> None:
    org.page = 2
    states = {"New": CaseState.OPEN, "On Hold": CaseState.WAITING, "Closed": CaseState.SOLVED}
    for status in states:
        case = org.add(
            "Case",
            Subject=status,
            Status=status,
            IsClosed=status == "Closed",
            Description="Hello.",
            ContactId=ada,
        )
        for note in (1, 2, 3):
            org.add("CaseComment", ParentId=case, CommentBody=f"Rang {note}.", IsPublished=False)
    cases = await records.cases_of(ada)
    assert {each.subject: each.state for each in cases} == states
    assert {each.notes for each in cases} == {("Hello.", "Rang 1.", "Rang 2.", "Rang 3.")}


@pytest.mark.parametrize(
    "written", ["+15035550123", "(503) 555-0123", "503-555-0123", "+1 503.555.0123", "1-503-555-0123"]
)
async def test_numbers_are_found_as_people_write_them(
    org: SalesforceOrg, ada: str, records: SalesforceRecords, written: str
) -> None:
    someone = org.add("Contact", **{**ADA, "Phone": "(503) 555-0199", "MobilePhone": written})
    assert {each.id for each in await records.customers_with_phone("+15035550123")} == {ada, someone}


async def test_what_callers_say_is_never_part_of_a_query(
    org: SalesforceOrg, ada: str, records: SalesforceRecords
) -> None:
    add_orders(org, ada, 2)
    for said in ("x' OR Name != '", "\\' OR Id != null --", HOSTILE):
        assert await records.customers_with_email(said) == []
        assert await records.order(said) is None
        assert await records.customer(said) is None


async def test_instructions_in_a_note_are_a_note(
    org: SalesforceOrg, ada: str, records: SalesforceRecords
) -> None:
    case = await records.open_case(ada, "A note", "First.", "case-1")
    told = await records.append_note(case.id, f"{HOSTILE}\n[tandem note-2]", "note-1")
    assert told.notes == ("First.", f"{HOSTILE}\n[tandem note-2]")
    (read,) = await records.cases_of(ada)
    assert read.notes == told.notes
    assert len((await records.append_note(case.id, "Third.", "note-2")).notes) == 3
    assert not any(each["IsPublished"] for each in org.objects["CaseComment"])


async def test_a_case_that_was_worked_on_is_not_written_over(
    org: SalesforceOrg, ada: str, records: SalesforceRecords
) -> None:
    await records.open_case(ada, "A question", "First.", "case-1")
    org.objects["Case"][0].update(Subject="Sorted", Status="Closed", IsClosed=True)
    again = await records.open_case(ada, "A question", "First.", "case-1")
    assert (again.subject, again.state) == ("Sorted", CaseState.SOLVED)


async def test_a_case_somebody_else_opens_with_the_same_key_just_now_is_the_case(
    org: SalesforceOrg, ada: str, vendor: Vendor, records: SalesforceRecords
) -> None:
    body = [{"message": "duplicate value found: Tandem_Key__c", "errorCode": "DUPLICATE_VALUE"}]
    line = "PATCH /services/data/v59.0/sobjects/Case/Tandem_Key__c/case-1"
    vendor.trouble = Trouble(status=400, body=body, only=line, times=1, done=True)
    case = await records.open_case(ada, "A question", "First.", "case-1")
    assert [each["CaseNumber"] for each in org.objects["Case"]] == [case.id]
    vendor.trouble = Trouble(status=400, body=body, only=line.replace("case-1", "case-2"))
    with pytest.raises(Unavailable, match="400 DUPLICATE_VALUE"):
        await records.open_case(ada, "A question", "First.", "case-2")
