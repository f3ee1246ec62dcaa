from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from admin.migrate import upgrade
from agents.charts.chart import Chart, described
from agents.charts.store import ChartStore
from agents.crm.port import Customer, CustomerRecords, Invoice
from agents.dialogue.wording import Speech, worded
from agents.errors import NotFound, Unsupported
from agents.messages import Identity, TaskRequest
from agents.messenger import Messenger, NoMessenger
from agents.tools.bill_history import bill_history
from agents.tools.send_chart import send_chart
from config.database import Database
from config.settings import Settings, load

KNOWN = Identity(customer_id="C1", verified_by="order number and postcode")
CENTS = (4_000, 4_200, 4_100, 5_000, 7_500, 9_600, 9_100, 8_000, 6_600, 4_800, 3_840, 3_900, 4_050)


class Records:
    """Stands for customer records: C1 has thirteen months of bills, two of them in one month."""

    async def invoices_of(self, customer_id: str) -> Sequence[Invoice]:
        if customer_id != "C1":
            return []
        return [
            Invoice(f"I{k}", "C1", "104233", day, day, None, cents)
            for k, (day, cents) in enumerate(
                [*((date(2025 + (7 + k) // 12, (7 + k) % 12 + 1, 3), c) for k, c in enumerate(CENTS))]
            )
        ] + [Invoice("X", "C1", "104233", date(2026, 8, 20), date(2026, 8, 20), None, 950)]

    async def customer(self, customer_id: str) -> Customer | None:
        return Customer(customer_id, "Ada", "+15035550199", "ada@example.com", "Portland")


class Phone:
    """Takes messages."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, tuple[str, ...]]] = []

    async def send(self, to: str, text: str, pictures: Sequence[str] = ()) -> str:
        self.messages.append((to, text, tuple(pictures)))
        return "SM1"


class World:
    def __init__(self, settings: Settings, database: Database) -> None:
        self.phone, self.charts = Phone(), ChartStore(database)
        self.settings = settings

    def given(self, call_id: str = "call-1", customer_id: str = "C1") -> dict[object, object]:
        request = TaskRequest(
            task_id="t1",
            call_id=call_id,
            tool="bill_history",
            arguments={},
            identity=KNOWN.model_copy(update={"customer_id": customer_id}),
            consent=True,
            deadline_unix_ms=0,
        )
        return {
            TaskRequest: request,
            CustomerRecords: Records(),
            ChartStore: self.charts,
            Messenger: self.phone,
            Settings: self.settings,
        }


@pytest.fixture
async def world(tmp_path: Path):
    origin = {"TANDEM_PUBLIC_URL": "https://voice.example.com", "DATABASE_URL": None}
    settings = load({"TANDEM_HOME": str(tmp_path), **origin})
    await upgrade(settings)
    database = Database(settings.database_url)
    yield World(settings, database)
    await database.close()


async def test_twelve_months_of_bills_are_drawn_and_said_in_one_sentence(world: World):
    told = await bill_history.run({}, world.given())
    assert (told["months"][0], told["months"][-1], told["count"]) == ("2025-09", "2026-08", 12)
    assert told["totals"][-1] == {"cents": 4_050 + 950, "amount": "50.00"}
    says = ("Of your bills, {bills.chart:chart}.",)
    english = worded(says, {"bills": told}, Speech(date(2026, 9, 2)), 0)
    assert english is not None
    assert english.text.startswith(
        "Of your bills, the highest is 96 dollars in January, the lowest 38 dollars"
    )
    spanish = worded(says, {"bills": told}, Speech(date(2026, 9, 2), "USD", "es-US"), 0)
    assert spanish is not None
    assert "96 dólares en enero" in spanish.text
    kept = await world.charts.find(told["chart_id"])
    assert kept is not None
    assert len(kept.chart.labels) == 12


async def test_bills_are_in_the_companys_currency(world: World):
    told = await bill_history.run({"currency": "GBP"}, world.given())
    assert "96 pounds in January" in described(Chart.model_validate(told["chart"]))


async def test_more_than_a_years_bills_name_the_year(world: World):
    told = await bill_history.run({"months": 13}, world.given())
    kept = await world.charts.find(told["chart_id"])
    assert kept is not None
    assert b">Aug 2025</text>" in kept.svg


async def test_a_customer_without_bills_has_none_to_draw(world: World):
    with pytest.raises(NotFound):
        await bill_history.run({}, world.given(customer_id="C2"))


async def test_the_chart_goes_to_the_number_the_company_knows(world: World):
    chart_id = (await bill_history.run({}, world.given()))["chart_id"]
    sent = await send_chart.run({"chart_id": chart_id}, world.given())
    assert sent == {"message_id": "SM1", "ends_with": "99"}
    picture = f"https://voice.example.com/charts/{chart_id}.png"
    assert world.phone.messages == [("+15035550199", "Your bills", (picture,))]


async def test_a_chart_of_another_call_is_not_sent(world: World):
    chart_id = (await bill_history.run({}, world.given()))["chart_id"]
    with pytest.raises(NotFound):
        await send_chart.run({"chart_id": chart_id}, world.given(call_id="call-2"))
    assert world.phone.messages == []


async def test_without_a_public_address_nothing_is_sent(world: World):
    chart_id = (await bill_history.run({}, world.given()))["chart_id"]
    world.settings = world.settings.model_copy(update={"public_origin": None})
    with pytest.raises(Unsupported, match="TANDEM_PUBLIC_URL"):
        await send_chart.run({"chart_id": chart_id}, world.given())
    assert world.phone.messages == []


async def test_without_an_account_to_send_from_nothing_is_sent_and_that_is_known(world: World):
    chart_id = (await bill_history.run({}, world.given()))["chart_id"]
    with pytest.raises(Unsupported, match="TWILIO_MESSAGES_FROM"):
        await send_chart.run({"chart_id": chart_id}, world.given() | {Messenger: NoMessenger()})


async def test_the_flow_may_word_the_message(world: World):
    chart_id = (await bill_history.run({}, world.given()))["chart_id"]
    await send_chart.run({"chart_id": chart_id, "text": "Your bills at Acme"}, world.given())
    assert world.phone.messages[0][1] == "Your bills at Acme"
