"""A simulation shows what a language model took the caller's words for."""

from agents.dialogue.events import Classified, Classify
from agents.simulation.events import Silence, Understood
from agents.simulation.told import Line, Who
from tests.agents.simulation.trial import Says, Trial, flow_of

ODD = "my thing has been nowhere to be seen"


class Model:
    def __init__(self, option: str | None, failed: str = "") -> None:
        self.option, self.failed = option, failed
        self.asked: list[Classify] = []

    async def classify(self, asked: Classify) -> Classified:
        self.asked.append(asked)
        return Classified(asked.request_id, self.option, 0.9, self.failed)


def caller_lines(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.who is Who.CALLER]


async def test_words_that_fit_no_phrase_are_understood_by_it() -> None:
    model = Model("meaning.track_order")
    trial = Trial(flow_of("order_status"), classifier=model)
    done = await trial(Says(text=ODD))
    [line] = caller_lines(done.told.lines)
    assert line.understood
    assert line.taken_for is not None
    assert (line.taken_for.option, line.taken_for.confidence) == ("meaning.track_order", 0.9)
    assert done.told.step == "order_number"
    assert [event.kind for event in done.events] == ["say", "understood"]


async def test_what_is_known_is_not_asked_again_and_counts_only_for_the_same_words() -> None:
    model = Model("meaning.track_order")
    trial = Trial(flow_of("order_status"), classifier=model)
    done = await trial(Says(text=ODD))
    again = await trial(*done.events, Says(text="one zero four two three three"))
    assert len(model.asked) == 1
    assert again.told.slots[0].value == "104233"
    _, answer = done.events
    other = await trial(Says(text="purple curtains in the rain"), answer)
    assert [asked.text for asked in model.asked] == [ODD, "purple curtains in the rain"]
    assert [event.kind for event in other.events] == ["say", "understood"]


async def test_without_an_answer_the_caller_is_asked_again_and_the_line_says_why() -> None:
    done = await Trial(flow_of("order_status"), classifier=Model(None, "unavailable"))(Says(text=ODD))
    [line] = caller_lines(done.told.lines)
    assert line.understood is False
    assert line.taken_for is not None
    assert line.taken_for.failed == "unavailable"
    assert done.told.step == "greet"


async def test_an_answer_that_comes_too_late_counts_no_more() -> None:
    trial = Trial(flow_of("order_status"), classifier=Model("meaning.track_order"))
    done = await trial(Says(text=ODD))
    [said, answer] = done.events
    assert isinstance(answer, Understood)
    late = await trial(said, answer.model_copy(update={"took_ms": 3_000}), Silence(ms=1_000))
    assert late.told.step == "greet"
    assert caller_lines(late.told.lines)[0].understood is False


async def test_a_simulation_without_a_language_model_asks_nobody() -> None:
    done = await Trial(flow_of("order_status"))(Says(text=ODD))
    [line] = caller_lines(done.told.lines)
    assert (line.understood, line.taken_for) == (False, None)
