import pytest

from agents.crm.port import CaseState, Customer
from agents.crm.zendesk import MOST_WITH_NOTES, ZendeskRecords
from agents.errors import Refused, Unavailable
from tests.agents.crm.conformance import HOSTILE, Conformance
from tests.agents.crm.subject import Facts, Subject
from tests.agents.crm.vendors.served import Trouble, Vendor, served
from tests.agents.crm.vendors.troubles import HASTY, PATIENT, Call, Spec, Troubles
from tests.agents.crm.vendors.zendesk_server import EMAIL, RATE_LIMIT, TOKEN, UNAUTHORIZED, ZendeskAccount

ADA = {
    "name": "Ada Quinn",
    "email": "ada.quinn@example.com",
    "phone": "+1 503.555.0123",
    "user_fields": {"city": "Portland", "postcode": "97205"},
}


@pytest.fixture
def account() -> ZendeskAccount:
    return ZendeskAccount()


@pytest.fixture
def ada(account: ZendeskAccount) -> str:
    return str(account.add_user(**ADA))


@pytest.fixture
def vendor(server: Vendor, account: ZendeskAccount) -> Vendor:
    account.url = server.url
    return server.play(account.answer)


@pytest.fixture
def records(vendor: Vendor) -> ZendeskRecords:
    return ZendeskRecords(vendor.url, EMAIL, TOKEN, PATIENT)


class TestZendesk(Conformance):
    @pytest.fixture
    def subject(self, ada: str, records: ZendeskRecords) -> Subject:
        customer = Customer(
            id=ada,
            name="Ada Quinn",
            phone="+15035550123",
            email="ada.quinn@example.com",
            city="Portland",
            postcode="97205",
        )
        return Subject(records, Facts(customer, "999", "998"))


class TestTroubles(Troubles):
    @pytest.fixture
    def spec(self) -> Spec:
        return Spec(UNAUTHORIZED, RATE_LIMIT, "ZENDESK_TOKEN", TOKEN)

    @pytest.fixture
    def a_read(self, records: ZendeskRecords, ada: str) -> Call:
        return lambda: records.customer(ada)

    @pytest.fixture
    def a_hasty_read(self, vendor: Vendor, ada: str) -> Call:
        records = ZendeskRecords(vendor.url, EMAIL, TOKEN, HASTY)
        return lambda: records.customer(ada)

    @pytest.fixture
    def a_write(self, records: ZendeskRecords, ada: str) -> Call:
        return lambda: records.open_case(ada, "Scratched shade", "A scratch.", "case-1")

    @pytest.fixture
    def writes(self) -> str:
        return "POST /api/v2/tickets.json"


async def test_pages_are_followed_to_the_last(
    account: ZendeskAccount, ada: str, vendor: Vendor, records: ZendeskRecords
) -> None:
    account.page = 2
    for number in range(5):
        ticket = account.add_ticket(
            requester_id=int(ada), subject=f"Matter {number}", comment={"body": "0"}, status="open"
        )
        for note in range(1, 5):
            account.add_comment(ticket, {"body": f"{note}"})
    told = await records.append_note(str(ticket), "5", "note-1")
    assert await records.append_note(str(ticket), "5", "note-1") == told
    assert account.comments[ticket].pop()["body"] == "5"
    cases = await records.cases_of(ada)
    assert [each.subject for each in cases] == [f"Matter {number}" for number in (4, 3, 2, 1, 0)]
    assert {each.notes for each in cases} == {("0", "1", "2", "3", "4")}
    assert len(vendor.sent(f"GET /api/v2/users/{ada}/tickets/requested.json")) == 3
    for _ in range(4):
        account.add_user(**ADA)
    assert len(await records.customers_with_phone("+15035550123")) == 5
    assert len(vendor.sent("GET /api/v2/search.json")) == 3


async def test_a_limit_in_the_middle_of_pages_loses_nothing(
    account: ZendeskAccount, ada: str, vendor: Vendor, records: ZendeskRecords
) -> None:
    account.page = 2
    for _ in range(4):
        account.add_user(**ADA)
    vendor.trouble = Trouble(status=429, body=RATE_LIMIT, headers={"Retry-After": "0"}, times=1, after=1)
    found = await records.customers_with_phone("+15035550123")
    assert len({each.id for each in found}) == len(found) == 5
    assert len(vendor.asked) == 4


async def test_a_next_page_elsewhere_is_not_given_the_credentials(
    account: ZendeskAccount, ada: str, vendor: Vendor, records: ZendeskRecords
) -> None:
    account.page = 1
    account.add_user(**ADA)
    with served(account.answer) as elsewhere:
        account.url = elsewhere.url
        with pytest.raises(Unavailable, match="does not document"):
            await records.customers_with_phone("+15035550123")
        assert elsewhere.asked == []


async def test_statuses_are_told_in_the_ports_words(
    account: ZendeskAccount, ada: str, records: ZendeskRecords
) -> None:
    states = {
        "new": CaseState.OPEN,
        "open": CaseState.OPEN,
        "pending": CaseState.WAITING,
        "hold": CaseState.WAITING,
        "solved": CaseState.SOLVED,
        "closed": CaseState.SOLVED,
    }
    for status in states:
        account.add_ticket(requester_id=int(ada), subject=status, status=status, comment={"body": "Hello."})
    assert {each.subject: each.state for each in await records.cases_of(ada)} == states


async def test_of_old_cases_the_first_note_is_read(
    account: ZendeskAccount, ada: str, vendor: Vendor, records: ZendeskRecords
) -> None:
    for _ in range(MOST_WITH_NOTES + 5):
        ticket = account.add_ticket(requester_id=int(ada), subject="Matter", comment={"body": "First."})
        account.add_comment(ticket, {"body": "Second."})
    cases = await records.cases_of(ada)
    assert [len(each.notes) for each in cases] == [2] * MOST_WITH_NOTES + [1] * 5


async def test_a_closed_case_takes_no_note(
    account: ZendeskAccount, ada: str, records: ZendeskRecords
) -> None:
    ticket = account.add_ticket(
        requester_id=int(ada), subject="Old", status="closed", comment={"body": "Hi."}
    )
    with pytest.raises(Refused):
        await records.append_note(str(ticket), "More.", "note-1")


async def test_a_note_is_written_on_the_ticket_as_it_is_now(
    account: ZendeskAccount, ada: str, vendor: Vendor, records: ZendeskRecords
) -> None:
    """Somebody else writes between our look and our note."""
    case = await records.open_case(ada, "A question", "First.", "case-1")
    line = f"PUT /api/v2/tickets/{case.id}.json"
    body = {"error": "UpdateConflict", "description": "Safe Update prevented the update"}
    vendor.trouble = Trouble(status=409, body=body, only=line, times=1)
    assert (await records.append_note(case.id, "Second.", "note-1")).notes == ("First.", "Second.")
    assert len(vendor.sent(line)) == 2
    vendor.trouble = Trouble(status=409, body=body, only=line)
    with pytest.raises(Unavailable, match="UpdateConflict"):
        await records.append_note(case.id, "Third.", "note-2")


async def test_a_note_whose_answer_was_lost_is_not_written_again(
    ada: str, vendor: Vendor, records: ZendeskRecords
) -> None:
    case = await records.open_case(ada, "A question", "First.", "case-1")
    line = f"PUT /api/v2/tickets/{case.id}.json"
    vendor.trouble = Trouble(status=502, body="<html>", only=line, times=1, done=True)
    with pytest.raises(Unavailable):
        await records.append_note(case.id, "Second.", "note-1")
    assert (await records.append_note(case.id, "Second.", "note-1")).notes == ("First.", "Second.")
    assert len(vendor.sent(line)) == 1


async def test_what_we_write_is_not_shown_to_the_customer(
    account: ZendeskAccount, ada: str, records: ZendeskRecords
) -> None:
    case = await records.open_case(ada, "A question", "First.", "case-1")
    await records.append_note(case.id, HOSTILE, "note-1")
    assert [each["public"] for each in account.comments[int(case.id)]] == [False, False]


async def test_an_address_is_no_query(ada: str, vendor: Vendor, records: ZendeskRecords) -> None:
    assert list(await records.customers_with_email("x role:end-user")) == []
    assert list(await records.customers_with_email('ada.quinn@example.com" OR "')) == []
    assert vendor.asked == []
