import json
from itertools import pairwise

import pytest

from config.tape.measures import Ending, Interruption, Measures, Response, measure
from tests.tapes import FakeTape


def of(tape: FakeTape) -> Measures:
    return measure(json.loads(json.dumps(row)) for row in tape.rows)


def asked_and_answered(outcome: str = "completed", **figures: object) -> FakeTape:
    tape = FakeTape()
    tape.agent("how can I help")
    tape.caller("where is my order", taken_after_ms=400)
    tape.agent("let me see")
    return tape.end(outcome, **figures)


def test_a_response_is_measured_from_the_last_word_to_the_first_sound_at_the_ear():
    (response,) = of(asked_and_answered()).responses
    assert response == Response(began_ms=1_200, ended_ms=2_000, answered_ms=2_700)
    assert response.latency_ms == 700


def test_what_the_line_takes_to_the_ear_is_part_of_the_latency():
    quick, slow = asked_and_answered(), FakeTape(behind_ms=380)
    slow.agent("how can I help")
    slow.caller("where is my order", taken_after_ms=400)
    slow.agent("let me see")
    latencies = [of(tape).responses[0].latency_ms for tape in (quick, slow.end("completed"))]
    assert latencies == [700, 780]


def test_a_turn_that_is_not_answered_before_the_next_counts_as_unanswered():
    tape = FakeTape()
    tape.caller("hello")
    tape.wait(400)
    tape.caller("hello is anybody there")
    tape.agent("yes")
    measures = of(tape.end("completed"))
    assert (len(measures.responses), measures.unanswered) == (1, 1)


def test_small_utterances_are_no_answers():
    tape = FakeTape()
    tape.caller("my order has not come", taken_after_ms=200)
    words = [{"text": "mm-hm", "start_ms": tape.now_ms, "end_ms": tape.now_ms + 200}]
    tape.row(agent={"offer": None, "words": words}, acts=[{"act": "Backchannelled", "text": "mm-hm"}])
    tape.wait(1_000)
    measures = of(tape.end("completed"))
    assert (measures.responses, measures.unanswered, measures.backchannels) == ((), 1, 1)


def test_the_caller_speaking_over_the_agent_is_an_interruption_whether_it_yields_or_not():
    tape = FakeTape()
    tape.agent("your order", word_ms=200)
    tape.row(acts=[{"act": "CallerSpoke", "at_ms": 700}])
    tape.row(acts=[{"act": "Yielded", "offer_id": "offer-1"}])
    tape.wait(400)
    tape.agent("it will come on Tuesday next week at noon", word_ms=400)
    tape.index -= 10  # the caller speaks while it goes on
    began_ms = tape.now_ms
    tape.caller("stop please", taken_after_ms=200)
    measures = of(tape.end("completed"))
    assert measures.interruptions == (Interruption(700, True), Interruption(began_ms, False))


@pytest.mark.parametrize(
    ("outcome", "ending"),
    [
        ("completed", Ending.CONTAINED),
        ("caller_hung_up", Ending.CONTAINED),
        ("transferred", Ending.TRANSFERRED),
        ("failed", Ending.FAILED),
        ("time_limit", Ending.FAILED),
    ],
)
def test_what_became_of_a_call_is_told_by_how_it_ended(outcome, ending):
    assert of(asked_and_answered(outcome)).ending is ending


def test_who_hangs_up_unanswered_or_while_a_look_up_is_at_work_has_given_up():
    unheard = FakeTape()
    unheard.agent("how can I help")
    waiting = FakeTape()
    waiting.caller("where is my order")
    waiting.agent("one moment")
    waiting.row(delegations=[{"task_id": "t", "tool": "order_status", "arguments": {}}])
    waiting.wait(4_000)
    endings = [of(tape.end("caller_hung_up")).ending for tape in (unheard, waiting)]
    assert endings == [Ending.ABANDONED, Ending.ABANDONED]


def test_a_transfer_tells_where_to_by_which_step_and_what_was_left_for_it():
    tape = FakeTape()
    tape.step("ask_order_number")
    tape.caller("a person please")
    tape.step("to_person")
    tape.agent("one moment")
    measures = of(tape.end("transferred", transferred_to="support"))
    assert (measures.transferred_to, measures.transferred_by) == ("support", "to_person")
    assert measures.transferred_from == "ask_order_number"


def test_a_call_that_somebody_took_over_was_not_contained():
    tape = asked_and_answered()
    tape.row(control=[{"what": "take_over", "by": "Ada", "at_ms": tape.now_ms}])
    measures = of(tape.end("completed"))
    assert (measures.ending, measures.transferred_to) == (Ending.TRANSFERRED, "(taken over)")


def test_who_takes_a_call_over_through_an_interpreter_has_it_and_who_the_flow_called_has_not():
    endings = {}
    for by in ("Ada", "interpreter"):
        tape = asked_and_answered()
        tape.row(control=[{"what": "interpret", "by": by, "at_ms": tape.now_ms}])
        endings[by] = of(tape.end("completed")).ending
    assert endings == {"Ada": Ending.TRANSFERRED, "interpreter": Ending.CONTAINED}


def test_satisfaction_is_the_last_rating_given_for_it():
    tape = FakeTape()
    for measured, answer, value in (
        ("satisfaction", "rating", 2),
        ("satisfaction", "rating", 4),
        ("effort", "rating", 1),
        ("satisfaction", "yes_no", 1),
    ):
        tape.row(survey=[{"step": "ask", "measures": measured, "answer": answer, "value": value}])
    assert of(tape.end("completed")).satisfaction == 4


def test_tools_that_failed_are_counted_and_cancelled_ones_have_not():
    tape = FakeTape()
    for kind in ("result", "failed", "cancelled"):
        tape.tool("order_status", kind)
    measures = of(tape.end("completed"))
    assert (measures.tool_calls, measures.tool_failures) == (3, 1)


def test_what_was_said_is_kept_and_of_the_agent_only_what_was_heard():
    tape = FakeTape()
    tape.caller("where is my order")
    tape.agent("it has left the house")
    flushed = [{"text": "never", "start_ms": tape.now_ms + 1_000, "end_ms": tape.now_ms + 1_200}]
    tape.rows.append({"kind": "turn", "index": tape.index, "agent": {"offer": "x", "words": flushed}})
    measures = of(tape.end("completed"))
    assert (measures.caller_words, measures.agent_words) == ("where is my order", "it has left the house")


def test_a_tape_that_breaks_off_is_measured_as_far_as_it_goes():
    tape = asked_and_answered()
    whole, broken = of(tape), measure(tape.rows[:-1])
    assert (broken.outcome, broken.ending) == (None, Ending.FAILED)
    assert broken.responses == whole.responses
    lengths = [measure(tape.rows[:count]).duration_ms for count in range(len(tape.rows) + 1)]
    assert all(shorter <= longer for shorter, longer in pairwise(lengths))


def spending(*told: dict[str, object] | None) -> FakeTape:
    """A call whose agents reported this, the last one after it was over."""
    tape = asked_and_answered()
    end = tape.rows.pop()
    *during, after = [
        {"task_id": f"t{at}", "tool": "language_model", "kind": "result", "spent": each}
        for at, each in enumerate(told)
    ]
    for each in during:
        tape.row(reports=[each])
    tape.rows += [{"kind": "after", "reports": [after]}, end]
    return tape


def test_what_language_models_were_asked_for_is_added_up_also_what_came_in_late():
    measures = of(spending({"tokens": 100, "micro_usd": 40}, None, {"tokens": 20, "micro_usd": 8}))
    assert (measures.model_tokens, measures.model_micro_usd) == (120, 48)


def test_what_tokens_cost_is_not_known_when_some_had_no_price():
    measures = of(spending({"tokens": 100, "micro_usd": None}, {"tokens": 20, "micro_usd": 8}))
    assert (measures.model_tokens, measures.model_micro_usd) == (120, None)
    refused = of(spending({"tokens": 0, "micro_usd": None}, {"tokens": 20, "micro_usd": 8}))
    assert (refused.model_tokens, refused.model_micro_usd) == (20, 8)
