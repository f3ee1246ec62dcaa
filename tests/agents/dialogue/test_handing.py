"""A person takes the call over and gives it back: nothing is said meanwhile, then the flow goes on."""

from agents.dialogue.engine import begin
from agents.dialogue.events import CallBegan, HandedBack, HangUp, TakenOver, TransferTo
from agents.dialogue.state import CallFacts
from config.flow_file import load_flow
from tests.agents.dialogue.line import Line
from tests.agents.dialogue.talk import TODAY

FOUND = {"order_number": "104233", "status": "shipped", "items": "two lamps", "carrier": "UPS"}


def call(flow: str = "order_status") -> Line:
    return Line.open(load_flow(flow))


def test_what_was_being_said_is_withdrawn_and_the_question_asked_again_afterwards() -> None:
    line = Line(load_flow("order_status"), begin(load_flow("order_status"), CallFacts("call", TODAY)))
    [greeting] = line.tell(CallBegan())
    assert line.tell(TakenOver()) == []
    assert line.open_texts() == []
    [said] = line.tell(HandedBack())
    assert said.startswith("I'm the assistant again")
    assert said.endswith("?")
    assert greeting not in said, "nobody is greeted twice"


def test_a_question_that_was_heard_is_asked_again_too() -> None:
    line = call()
    line.tell(TakenOver())
    assert line.tell(HandedBack())[0].endswith("?")


def test_a_goodbye_is_taken_back_and_said_when_the_agent_has_the_call_again() -> None:
    line = call()
    [goodbye] = line.caller("no thanks, goodbye")
    assert any(isinstance(effect, HangUp) for effect in line.effects)
    line.tell(TakenOver())
    assert line.state.parting is None
    assert not any(isinstance(effect, HangUp | TransferTo) for effect in line.effects)
    line.tell(HandedBack())
    assert any(isinstance(effect, HangUp) for effect in line.effects)
    assert len(line.texts()) == 1
    assert goodbye


def test_work_the_call_waits_for_goes_on_and_its_answer_is_told_after_the_hand_back() -> None:
    line = call()
    line.caller("where is my order")
    line.caller("one zero four two three three")
    line.hear()
    task = line.task(line.state.step)
    line.tell(TakenOver())
    assert line.cancelled == []
    [back] = line.tell(HandedBack())
    assert "assistant again" in back
    assert "UPS" in " ".join(line.report(task, "result", FOUND))


def test_the_agent_comes_back_in_the_language_of_the_call() -> None:
    flow = load_flow("refund").speaking("es-MX")
    line = Line.open(flow)
    line.tell(TakenOver())
    assert line.tell(HandedBack())[0].startswith("Vuelvo a ser el asistente")
