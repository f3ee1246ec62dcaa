import logging
import traceback
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, Field

from agents.errors import DeclarationError, Invalid, NotFound, Unavailable
from agents.messages import Identity, TaskRequest
from agents.retrying import Waiting
from agents.tool import Caller, IdempotencyKey, Injected, Key, Request, tool


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


REQUEST = TaskRequest(task_id="t", call_id="c", tool="x", arguments={}, deadline_unix_ms=0)


@tool(reads=True)
async def own_number(caller: Caller) -> dict[str, str]:
    """Say who calls."""
    return {"customer": caller.customer_id}


async def test_the_verified_caller_is_given_and_asking_for_them_demands_them() -> None:
    verified = REQUEST.model_copy(update={"identity": Identity(customer_id="c-7")})
    assert own_number.identity
    assert await own_number.run({}, {TaskRequest: verified}) == {"customer": "c-7"}


async def test_a_caller_nobody_has_verified_is_not_given() -> None:
    with pytest.raises(DeclarationError, match="Identity"):
        await own_number.run({}, {TaskRequest: REQUEST})


async def test_a_write_is_given_its_key() -> None:
    @tool(writes=True)
    async def pay(key: Key) -> dict[str, str]:
        """Pay."""
        return {"key": key}

    assert pay.repeatable
    assert not pay.schema.get("properties")
    assert await pay.run({}, {IdempotencyKey: IdempotencyKey("w-1")}) == {"key": "w-1"}


def patient() -> Waiting:
    async def sleep(_pause_ms: float) -> None:
        return None

    return Waiting(lambda: 0.0, sleep)


@pytest.mark.parametrize(("retries", "answers"), [(2, True), (1, False)])
async def test_a_read_is_asked_again_as_often_as_it_says(retries: int, answers: bool) -> None:
    asked: list[int] = []

    @tool(reads=True, retries=retries)
    async def flaps() -> dict[str, int]:
        """Answer the third time."""
        asked.append(1)
        if len(asked) < 3:
            raise Unavailable("away")
        return {"asked": len(asked)}

    if answers:
        assert await flaps.run({}, {}, patient()) == {"asked": 3}
    else:
        with pytest.raises(Unavailable):
            await flaps.run({}, {}, patient())
    assert len(asked) == retries + 1


async def test_a_write_is_asked_once() -> None:
    asked: list[int] = []

    @tool(writes=True)
    async def flaps() -> dict[str, int]:
        """Never answer."""
        asked.append(1)
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        await flaps.run({}, {}, patient())
    assert len(asked) == 1


SECRET = "4929-1110-7777"


def _quoting(value: str) -> str:
    if "x" in value:
        raise ValueError(f"{value} has an x in it")
    return value


@tool(reads=True, sensitive=["pin"])
async def leaky(pin: Annotated[str, AfterValidator(_quoting)], how: str = "") -> dict[str, Any]:
    """Try to tell."""
    match how:
        case "tool error":
            raise NotFound(f"nobody has {pin}")
        case "chained":
            try:
                return {}[pin]
            except KeyError as error:
                raise RuntimeError("no entry") from error
        case "foreign":
            raise ValueError(f"bad: {pin}")
        case _:
            return {"fine": True}


@pytest.mark.parametrize("how", ["tool error", "chained", "foreign"])
async def test_what_a_tool_raises_shows_no_sensitive_value_even_in_a_logged_traceback(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Exception, match=r"nobody has|no entry|bad") as raised:
        await leaky.run({"pin": SECRET, "how": how}, {})
    logging.getLogger("test").error("it broke", exc_info=raised.value)
    said = "".join(traceback.format_exception(raised.value)) + repr(raised.value) + caplog.text
    assert SECRET not in said
    assert "in leaky" in said  # the place is still told


async def test_a_tool_error_without_its_secret_is_still_of_its_kind() -> None:
    with pytest.raises(NotFound, match=r"^nobody has \(hidden\)$"):
        await leaky.run({"pin": SECRET, "how": "tool error"}, {})


async def test_an_error_that_shows_nothing_is_left_as_it_is() -> None:
    @tool(reads=True, sensitive=["pin"])
    async def careful(pin: str) -> dict[str, str]:
        """Fail without telling."""
        raise NotFound("nobody has this" if pin else "")

    with pytest.raises(NotFound, match=r"^nobody has this$"):
        await careful.run({"pin": SECRET}, {})


@pytest.mark.parametrize("arguments", [{"pin": SECRET + "x"}, {"pin": [SECRET]}, {"pin": {SECRET: SECRET}}])
async def test_a_sensitive_value_that_does_not_fit_is_not_quoted(arguments: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        await leaky.run(arguments, {})
    assert str(refusal.value) == "pin: is not valid"
    assert "".join(traceback.format_exception(refusal.value)).count(SECRET) == 0


def test_no_repr_shows_a_sensitive_value() -> None:
    @tool(reads=True, sensitive=["pin"])
    async def shy(pin: str = SECRET, number: int = 3) -> dict[str, str]:
        """Say nothing."""
        return {}

    assert SECRET not in repr(shy)


async def test_a_result_that_is_not_what_was_declared_is_told_without_its_values() -> None:
    @tool(reads=True)
    async def liar() -> Answer:
        """Return something else."""
        return {"text": SECRET, "day": SECRET}  # type: ignore[return-value]

    with pytest.raises(DeclarationError, match="liar does not return what it says: day") as refusal:
        await liar.run({}, {})
    assert SECRET not in "".join(traceback.format_exception(refusal.value))


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


async def takes_key(key: Key) -> dict[str, str]:
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
        (fine, {"reads": True, "retries": 6}, "retries must be"),
        (fine, {"writes": True, "retries": 1}, "no retries"),
        (fine, {"reads": True, "consent": True}, "consent"),
        (takes_key, {"reads": True}, "idempotency key"),
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
