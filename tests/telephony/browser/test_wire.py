import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.turn import Word
from telephony.browser.wire import MOST_AUDIO_BYTES, ended, from_wire, problem, to_wire, told
from telephony.errors import FloodError, MessageError
from telephony.interpreting.people import Interpreted, InterpreterNews
from telephony.messages import Clear, KeyPress, Media, Play, Played, SetMark, Stop, Typed
from telephony.watching import CallEnded, ChartMade, TaskNews, WordsSaid


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        (b"\x01\x00\xff\xff", Media(b"\x01\x00\xff\xff")),
        ('{"type":"digit","digit":"#"}', KeyPress("#")),
        ('{"type":"text","text":"Hello?"}', Typed("Hello?")),
        ('{"type":"heard","samples":48000}', Played(48_000)),
        ('{"type":"hang_up"}', Stop()),
    ],
)
def test_what_a_browser_says_is_read(wire: str | bytes, message: object) -> None:
    assert from_wire(wire) == message


@pytest.mark.parametrize(
    ("wire", "names"),
    [
        (b"\x01", "sample"),
        ("{", "JSON"),
        ("[1]", "object"),
        ("{}", "'type'"),
        ('{"type":"dance"}', "dance"),
        ('{"type":"digit","digit":"12"}', "'digit'"),
        ('{"type":"digit"}', "'digit'"),
        ('{"type":"text","text":" "}', "'text'"),
        (json.dumps({"type": "text", "text": "a" * 501}), "500"),
        (json.dumps({"type": "text", "text": "a \ud83d b"}), "half a character"),
        ('{"type":"heard","samples":-1}', "'samples'"),
        ('{"type":"heard","samples":true}', "'samples'"),
        ('{"type":"heard","samples":1e300}', "'samples'"),
    ],
)
def test_what_cannot_be_used_is_named(wire: str | bytes, names: str) -> None:
    with pytest.raises(MessageError, match=names):
        from_wire(wire)


@pytest.mark.parametrize("wire", [bytes(MOST_AUDIO_BYTES + 2), " " * 5_000])
def test_what_is_too_large_is_a_flood(wire: str | bytes) -> None:
    with pytest.raises(FloodError):
        from_wire(wire)


@given(
    st.one_of(
        st.text(), st.binary(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)
    )
)
def test_nothing_a_browser_sends_is_an_error_of_another_kind(wire: str | bytes) -> None:
    try:
        from_wire(wire)
    except MessageError as error:
        assert str(error)  # noqa: PT017


@given(
    st.dictionaries(
        st.sampled_from(("type", "digit", "text", "samples")),
        st.one_of(
            st.sampled_from(("digit", "text", "heard", "hang_up")), st.integers(), st.text(), st.none()
        ),
    ).map(json.dumps)
)
def test_nothing_a_browser_sends_in_our_own_fields_is_either(wire: str) -> None:
    try:
        message = from_wire(wire)
    except MessageError:
        return
    assert isinstance(message, KeyPress | Typed | Played | Stop)


def test_audio_goes_out_as_it_is_and_marks_do_not() -> None:
    assert to_wire(Play(b"\x05\x00")) == b"\x05\x00"
    assert json.loads(to_wire(Clear()) or "") == {"type": "clear"}
    assert to_wire(SetMark("micro-turn-1")) is None


def test_captions_have_their_words_at_their_times() -> None:
    said = WordsSaid("agent", "offer-1", (Word("Good", 400, 600), Word("day.", 650, 900)), final=False)
    assert json.loads(told(said) or "") == {
        "type": "words",
        "side": "agent",
        "utterance": "offer-1",
        "text": "Good day.",
        "start_ms": 400,
        "end_ms": 900,
        "final": False,
        "words": [
            {"text": "Good", "start_ms": 400, "end_ms": 600},
            {"text": "day.", "start_ms": 650, "end_ms": 900},
        ],
    }
    unheard = json.loads(told(WordsSaid("agent", "offer-1", (), final=True)) or "")
    assert (unheard["text"], unheard["start_ms"], unheard["final"]) == ("", None, True)


def test_what_is_interpreted_is_told_with_what_it_stands_for() -> None:
    row = Interpreted(
        speaker="other",
        source="one moment",
        source_language="en",
        text="Un momento.",
        language="es-MX",
        from_ms=3_000,
        upto_ms=3_600,
        said_ms=5_200,
        lag_ms=2_200,
        offer_id="interpreter-1-caller-2",
    )
    assert json.loads(told(row) or "") == {
        "type": "interpreted",
        "speaker": "other",
        "utterance": "interpreter-1-caller-2",
        "source": "one moment",
        "source_language": "en",
        "text": "Un momento.",
        "language": "es-MX",
        "start_ms": 3_000,
        "lag_ms": 2_200,
        "corrects": False,
        "repeats": False,
    }


def test_tasks_and_charts_are_told() -> None:
    task = json.loads(told(TaskNews("t1", "order_status", "failed", "timeout")) or "")
    assert task == {
        "type": "task",
        "task_id": "t1",
        "tool": "order_status",
        "status": "failed",
        "text": "timeout",
    }
    chart = json.loads(told(ChartMade("abc", "up and down")) or "")
    assert chart == {"type": "chart", "url": "/charts/abc.svg", "sentence": "up and down"}
    assert json.loads(ended("completed", "why"))["outcome"] == "completed"
    assert json.loads(problem("what"))["text"] == "what"
    assert told(CallEnded("completed")) is None
    assert told(InterpreterNews("en")) is None
