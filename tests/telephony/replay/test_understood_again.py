"""What a language model took words for on a call, it takes them for in the replay, without being asked."""

from pathlib import Path

import pytest

from agents.dialogue.events import Classified, Classify
from config.flow_file import read_flow, source_of
from telephony.replay.replay import replay
from telephony.tape import read_rows
from tests.telephony.replay.taping import caller_only, order, tools

ODD = "my thing has been nowhere to be seen"
CALLER = {40: ODD, 80: "#104233", 190: "no thanks"}


class Model:
    """Takes everything for an order that is to be tracked. `never`: it does not answer in time."""

    def __init__(self, option: str = "meaning.track_order") -> None:
        self.option = option
        self.asked: list[str] = []

    async def classify(self, asked: Classify) -> Classified:
        self.asked.append(asked.text)
        return Classified(asked.request_id, self.option, 0.9)


async def played(tape: Path, into: Path, flow: str, model: Model | None) -> None:
    await replay(order(tape, into, flow), read_flow(flow), tools([]), classifier=model)


def steps(folder: Path) -> list[str]:
    return [each["step"] for row in read_rows(folder) for each in row.get("steps", [])]


def classified(folder: Path) -> list[dict]:
    return [each for row in read_rows(folder) for each in row.get("classified", [])]


@pytest.fixture
async def recorded(tmp_path: Path) -> Path:
    """A call on which a language model understood the caller: the order is found."""
    model = Model()
    caller = caller_only(tmp_path / "caller", CALLER, 60)
    await played(caller, tmp_path / "recorded", source_of("order_status"), model)
    assert model.asked == [ODD]
    assert "look_up" in steps(tmp_path / "recorded")
    return tmp_path / "recorded"


async def test_the_answer_comes_from_the_tape_as_late_as_then(recorded: Path, tmp_path: Path) -> None:
    other = Model("meaning.done")
    for name, model in (("none", None), ("other", other)):
        await played(recorded, tmp_path / name, source_of("order_status"), model)
        assert steps(tmp_path / name) == steps(recorded)
        [then], [now] = classified(recorded), classified(tmp_path / name)
        assert (now["option"], now["took_ms"]) == (then["option"], then["took_ms"])
    assert other.asked == []


async def test_an_answer_that_is_no_option_any_more_is_asked_for_now(recorded: Path, tmp_path: Path) -> None:
    text = source_of("order_status")
    changed = text.replace("track_order", "where_is_it")
    assert changed != text
    model = Model("meaning.where_is_it")
    await played(recorded, tmp_path / "changed", changed, model)
    assert model.asked == [ODD]
    assert steps(tmp_path / "changed") == steps(recorded)


async def test_a_call_without_a_language_model_is_replayed_without_one(tmp_path: Path) -> None:
    caller = caller_only(tmp_path / "caller", CALLER, 60)
    await played(caller, tmp_path / "plain", source_of("order_status"), None)
    assert classified(tmp_path / "plain") == []
    assert "order_number" not in steps(tmp_path / "plain")[:2]
