"""A language model is asked beside the micro-turns, and its answer is taken up in the next one."""

import asyncio
from pathlib import Path

from agents.dialogue.events import Classified, Classify
from agents.language_model.classifying import LanguageModelClassifier
from agents.language_model.endpoint import Endpoint
from agents.language_model.spending import Spend
from agents.reports import unix_ms
from config.settings import load
from telephony.live.masking import Sensitive
from telephony.tape import read_rows
from tests.agents.language_model.conftest import PlayedEndpoint, says
from tests.telephony.scripted_call import Scene, open_scene

ODD = "my thing has been nowhere to be seen for weeks"


class SlowModel:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Classify] = []
        self.cancelled: list[str] = []
        self.answers: list[asyncio.Future[Classified]] = []

    async def classify(self, asked: Classify) -> Classified:
        self.asked.append(asked)
        answer: asyncio.Future[Classified] = asyncio.get_running_loop().create_future()
        self.answers.append(answer)
        try:
            return await answer
        except asyncio.CancelledError:
            self.cancelled.append(asked.request_id)
            raise

    def answer(self, option: str | None, *, failed: str = "") -> None:
        self.answers[-1].set_result(Classified(self.asked[-1].request_id, option, 0.95, failed))


async def opened(folder: Path, model: SlowModel, sensitive: Sensitive | None = None) -> Scene:
    scene = open_scene(folder, classifier=model, sensitive=sensitive)
    await scene.go(3)
    return scene


def column(scene: Scene) -> list[dict]:
    return [asked for row in read_rows(scene.folder) for asked in row.get("classified", [])]


async def test_the_line_goes_on_while_a_language_model_is_asked(tmp_path: Path) -> None:
    model = SlowModel()
    scene = await opened(tmp_path / "t", model)
    said = len(scene.offered)
    await scene.say(ODD)
    await scene.go(3)
    assert [asked.text for asked in model.asked] == [ODD]
    assert len(scene.offered) == said, "nothing is said before there is an answer"
    model.answer("meaning.track_order")
    await scene.go(2)
    assert "order number" in scene.offered[-1]
    await scene.call.close("stop")
    [row] = column(scene)
    assert (row["option"], row["failed"], row["text"]) == ("meaning.track_order", "", ODD)
    assert row["took_ms"] == 800


async def test_an_answer_that_does_not_come_is_dropped_and_the_caller_asked_again(tmp_path: Path) -> None:
    model = SlowModel()
    scene = await opened(tmp_path / "t", model)
    said = len(scene.offered)
    await scene.say(ODD)
    await scene.go(10)
    assert len(scene.offered) == said + 1
    assert model.cancelled == [model.asked[0].request_id]
    await scene.call.close("stop")
    [row] = column(scene)
    assert (row["option"], row["failed"]) == (None, "dropped")


async def test_a_caller_who_goes_on_talking_cancels_the_question(tmp_path: Path) -> None:
    model = SlowModel()
    scene = await opened(tmp_path / "t", model)
    await scene.say("my thing has been nowhere")
    await scene.hear("to be")
    await scene.go()
    assert model.cancelled == [model.asked[0].request_id]
    await scene.say("to be seen for weeks")
    await scene.go()
    assert model.asked[-1].text == ODD
    await scene.call.close("stop")


async def test_a_call_that_ends_lets_go_of_its_question(tmp_path: Path) -> None:
    model = SlowModel()
    scene = await opened(tmp_path / "t", model)
    await scene.say(ODD)
    await scene.call.close("stop")
    assert model.cancelled == [model.asked[0].request_id]


async def test_a_language_model_that_breaks_does_not_break_the_call(tmp_path: Path) -> None:
    class Broken(SlowModel):
        async def classify(self, asked: Classify) -> Classified:
            raise RuntimeError("no")

    scene = await opened(tmp_path / "t", Broken())
    said = len(scene.offered)
    await scene.say(ODD)
    await scene.go(2)
    assert len(scene.offered) == said + 1, "the caller is asked again"
    await scene.call.close("stop")
    assert column(scene)[0]["failed"] == "internal"


async def test_nobody_is_told_what_is_said_to_a_question_for_something_sensitive(tmp_path: Path) -> None:
    model = SlowModel()
    scene = await opened(tmp_path / "t", model, Sensitive(frozenset({"order_number"})))
    await scene.say("where is my order")
    await scene.go(3)
    said = len(scene.offered)
    await scene.say(ODD)
    await scene.go(2)
    assert model.asked == []
    assert len(scene.offered) == said + 1, "the caller is asked again"
    await scene.call.close("stop")


async def test_a_call_is_understood_by_an_endpoint(tmp_path: Path) -> None:
    played = PlayedEndpoint()
    await played.start()
    endpoint = Endpoint(load({"LLM_BASE_URL": played.url, "LLM_MODEL": "m"}), unix_ms)
    played.replies = [says('{"means": "meaning.track_order", "sure": 0.9}')]
    answered = asyncio.Event()

    class Model(LanguageModelClassifier):
        async def classify(self, asked: Classify) -> Classified:
            answer = await super().classify(asked)
            answered.set()
            return answer

    scene = open_scene(tmp_path / "t", classifier=Model(endpoint, Spend(), unix_ms))
    await scene.go(3)
    await scene.say(ODD)
    await answered.wait()
    await scene.go(2)
    assert "order number" in scene.offered[-1]
    await scene.call.close("stop")
    await endpoint.close()
    await played.stop()
