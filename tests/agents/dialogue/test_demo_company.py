"""The demonstration flow on the demo company: the dialogue and its tools, without a telephone between."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from admin.migrate import upgrade
from agents.calling import Errand, ToolCaller
from agents.crm.seed import DEMO_ORDER_NUMBER, DEMO_POSTCODE, seed_demo
from agents.dialogue.events import Reported
from agents.errors import ToolError
from agents.messages import ReportKind, TaskReport, TaskRequest
from agents.policy import refusal
from agents.progress import Unheard
from agents.provided import provided
from agents.reports import unix_ms
from agents.tool_calls import SqlToolCalls
from agents.toolbox import find_tools
from config.database import Database
from config.flow_file import load_flow
from config.settings import Settings, load
from tests.agents.dialogue.line import Line

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def aloud(number: str) -> str:
    return " ".join(DIGITS[int(digit)] for digit in number)


class Phone:
    """Takes messages; or is cut off just as one is taken."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.breaks = breaks
        self.messages: list[tuple[str, str, tuple[str, ...]]] = []

    async def send(self, to: str, text: str, pictures: Sequence[str] = ()) -> str:
        self.messages.append((to, text, tuple(pictures)))
        if self.breaks:
            raise ConnectionResetError
        return "SM1"


@dataclass
class Call:
    """A call whose work is done at once, in the order it is asked for."""

    settings: Settings
    database: Database
    phone: Phone | None
    line: Line = field(default_factory=lambda: Line.open(load_flow("order_status")))

    @classmethod
    def about_a_bill(cls, world: tuple[Settings, Database], phone: Phone | None) -> "Call":
        return cls(*world, phone, line=Line.open(load_flow("billing")))

    done: int = 0
    sequence: int = 0

    async def say(self, text: str) -> list[str]:
        """Say something; what is said until nothing is left to be done or heard."""
        before = len(self.line.offers)
        self.line.caller(text)
        self.line.hear()
        while self.done < len(self.line.tasks):
            await self._work()
            self.line.hear()
        return [offer.text for offer in self.line.offers.values()][before:]

    async def _work(self) -> None:
        task = self.line.tasks[self.done]
        self.done += 1
        self.sequence += 1
        until = unix_ms() + 20_000
        request = TaskRequest(
            task_id=task.task_id, call_id="call", tool=task.tool, arguments=task.arguments,
            identity=task.identity, consent=task.consent, deadline_unix_ms=until,
        )  # fmt: skip
        given = provided(self.settings, self.database, self.phone)
        rows = SqlToolCalls(self.database, unix_ms)
        caller = ToolCaller(find_tools(), given, rows, refusal, unix_ms)
        kind, result, error = ReportKind.RESULT, None, None
        try:
            result = await caller.call(task.tool, Errand(request, task.arguments, Unheard(), until))
        except ToolError as failure:
            kind, error = ReportKind.FAILED, failure.word
        report = TaskReport(
            task_id=task.task_id, call_id="call", tool=task.tool, kind=kind,
            sequence=self.sequence, result=result, error=error,
        )  # fmt: skip
        self.line.tell(Reported(report))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[tuple[Settings, Database]]:
    origin = {"TANDEM_PUBLIC_URL": "https://voice.example.com", "DATABASE_URL": None}
    settings = load({"TANDEM_HOME": str(tmp_path), **origin})
    await upgrade(settings)
    await seed_demo(settings)
    database = Database(settings.database_url)
    yield settings, database
    await database.close()


async def asked_about_the_bill(world: tuple[Settings, Database], phone: Phone | None) -> tuple[Call, str]:
    call = Call.about_a_bill(world, phone)
    await call.say("why is my bill so high")
    await call.say(aloud(DEMO_ORDER_NUMBER))
    return call, " ".join(await call.say(aloud(DEMO_POSTCODE)))


async def test_the_demo_customer_hears_why_and_is_sent_the_chart(world: tuple[Settings, Database]) -> None:
    phone = Phone()
    call, heard = await asked_about_the_bill(world, phone)
    assert "Your newest bill is 219 dollars: brass reading lamp for 129 dollars and linen lampshade" in heard
    assert "Adding up your bills month by month, the highest is" in heard
    assert heard.endswith("Shall I text you a chart of it, to the phone number we have for you?")
    assert "{" not in heard
    answer = await call.say("yes please")
    assert answer[-1].startswith("The chart is on its way to your number ending in ")
    ((number, text, pictures),) = phone.messages
    assert text == "Lumen and Oak"
    assert pictures[0].startswith("https://voice.example.com/charts/")
    assert answer[-1].endswith(f"{number[-2]} {number[-1]}.")


async def test_without_a_carrier_the_caller_hears_that_nothing_can_be_sent(
    world: tuple[Settings, Database],
) -> None:
    call, _ = await asked_about_the_bill(world, None)
    assert (await call.say("yes"))[-1] == "I couldn't send the chart: I can't send messages from this line."


async def test_a_message_that_may_have_gone_out_is_not_claimed_either_way(
    world: tuple[Settings, Database],
) -> None:
    phone = Phone(breaks=True)
    call, _ = await asked_about_the_bill(world, phone)
    assert (await call.say("yes"))[-1] == (
        "I could not confirm that the chart was sent. It may still reach you."
    )
    assert len(phone.messages) == 1


async def test_a_caller_who_knows_too_little_hears_nothing_of_bills(
    world: tuple[Settings, Database],
) -> None:
    call = Call.about_a_bill(world, Phone())
    heard = await call.say("why is my bill so high")
    for _ in range(3):
        heard += await call.say(aloud(DEMO_ORDER_NUMBER))
        heard += await call.say(aloud("12345"))
    assert "sure who you are" in heard[-1]
    assert not any("dollar" in text for text in heard)
    assert {task.step for task in call.line.tasks} == {"verify"}
