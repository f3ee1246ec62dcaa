from dataclasses import dataclass
from datetime import date
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from agents.errors import DeclarationError, Invalid
from agents.messages import TaskRequest
from agents.tool import Injected, Request, tool


class Clockwork:
    hour = 7


class Answer(BaseModel):
    text: str
    day: date


@tool(reads=True, timeout_ms=1_500, says="One moment.", sensitive=["pin"])
async def example(
    number: Annotated[str, Field(pattern=r"^\d+$")],
    clockwork: Annotated[Clockwork, Injected()],
    pin: str = "0000",
    loud: bool = False,
) -> Answer:
    """Say a number,
    and the hour.

    More than anybody needs to know.

    Args:
        number: which, in digits;
            any will do.
        pin (str): secret.

    Returns:
        number: not an argument.
    """
    return Answer(text=f"{number} at {clockwork.hour}{'!' if loud else ''}", day=date(2026, 3, 14))


GIVEN = {Clockwork: Clockwork()}


def test_a_tool_is_named_and_described_by_its_function() -> None:
    assert example.name == "example"
    assert example.description == "Say a number, and the hour."
    assert (example.reads, example.timeout_ms, example.says) == (True, 1_500, "One moment.")


def test_the_schema_says_what_the_docstring_says_of_each_argument() -> None:
    properties = example.schema["properties"]
    assert properties["number"]["description"] == "which, in digits; any will do."
    assert properties["pin"]["description"] == "secret."
    assert example.schema["required"] == ["number"]


def test_a_dependency_is_not_an_argument() -> None:
    assert "clockwork" not in example.schema["properties"]
    assert example.dependencies == {"clockwork": Clockwork}


async def test_arguments_are_converted_and_the_result_is_json() -> None:
    assert await example.run({"number": "4", "loud": "true"}, GIVEN) == {
        "text": "4 at 7!",
        "day": "2026-03-14",
    }


async def test_calling_the_tool_calls_the_function() -> None:
    assert (await example("5", Clockwork())).text == "5 at 7"


@pytest.mark.parametrize("arguments", [{"number": "four"}, {}, {"number": "4", "more": "1"}])
async def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        await example.run(arguments, GIVEN)


async def test_a_refusal_shows_no_values() -> None:
    with pytest.raises(Invalid) as refusal:
        await example.run({"number": "my secret"}, GIVEN)
    assert "number" in str(refusal.value)
    assert "my secret" not in str(refusal.value)


def test_sensitive_arguments_are_not_shown() -> None:
    assert example.shown({"number": "4", "pin": "1234"}) == {"number": "4", "pin": "(hidden)"}


async def test_a_dependency_nobody_provides_is_named() -> None:
    with pytest.raises(DeclarationError, match="Clockwork"):
        await example.run({"number": "4"}, {})


async def test_the_request_itself_can_be_asked_for() -> None:
    @tool(reads=True)
    async def whose(request: Request) -> dict[str, str]:
        """Say whose call it is."""
        return {"call": request.call_id}

    request = TaskRequest(task_id="t", call_id="c7", tool="whose", arguments={}, deadline_unix_ms=0)
    assert await whose.run({}, {TaskRequest: request}) == {"call": "c7"}


async def test_arguments_may_stand_on_the_headings_own_line() -> None:
    @tool(reads=True)
    async def short(number: int) -> dict[str, int]:
        """Say it.

        Args: number: any one.
        """
        return {"number": number}

    assert short.schema["properties"]["number"]["description"] == "any one."
    assert await short.run({"number": "3"}, {}) == {"number": 3}


async def test_a_dataclass_can_be_returned() -> None:
    @dataclass
    class Pair:
        left: int
        right: date

    @tool(writes=True)
    async def pair() -> Pair:
        """Give a pair."""
        return Pair(1, date(2026, 1, 2))

    assert await pair.run({}, {}) == {"left": 1, "right": "2026-01-02"}
    assert not pair.reads


async def fine() -> dict[str, str]:
    """Do nothing."""
    return {}


async def undocumented() -> dict[str, str]:
    return {}


async def untyped(number) -> dict[str, str]:
    """Do nothing."""
    return {}


async def explains_too_much() -> dict[str, str]:
    """Do nothing.

    Args:
        number: there is none.
    """
    return {}


async def returns_text() -> str:
    """Say nothing."""
    return ""


async def takes_anything(*numbers: int) -> dict[str, str]:
    """Do nothing."""
    return {}


def blocks() -> dict[str, str]:
    """Do nothing."""
    return {}


@pytest.mark.parametrize(
    ("function", "declared", "fault"),
    [
        (fine, {}, "one of reads=True and writes=True"),
        (fine, {"reads": True, "writes": True}, "one of reads=True and writes=True"),
        (fine, {"reads": True, "timeout_ms": 0}, "timeout_ms"),
        (fine, {"reads": True, "timeout_ms": 90_001}, "timeout_ms"),
        (fine, {"reads": True, "sensitive": ["pin"]}, "pin"),
        (undocumented, {"reads": True}, "docstring"),
        (untyped, {"reads": True}, "number needs a type"),
        (explains_too_much, {"reads": True}, "number"),
        (returns_text, {"reads": True}, "returns"),
        (takes_anything, {"reads": True}, "plain named parameter"),
        (blocks, {"reads": True}, "async"),
    ],
)
def test_what_cannot_be_a_tool_is_refused_with_the_reason(function, declared, fault: str) -> None:
    with pytest.raises(DeclarationError, match=fault):
        tool(**declared)(function)
