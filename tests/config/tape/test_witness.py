from config.tape.witness import EarlyLookUps, witness_all


def turn(index: int, **columns) -> dict:
    return {"kind": "turn", "index": index, **columns}


def words(offer: str, *spans: tuple[str, int, int]) -> dict:
    return {"offer": offer, "words": [{"text": t, "start_ms": s, "end_ms": e} for t, s, e in spans]}


def test_only_words_heard_to_their_end_count_as_heard():
    told = witness_all(
        [turn(0, agent=words("o", ("good", 0, 200), ("day", 200, 400))), turn(2, heard_ms=390)]
    )
    assert told.heard_text == "good"
    assert not told.lines[0].cut


def test_words_flushed_by_an_interruption_stay_unheard_though_later_ones_are_heard():
    told = witness_all(
        [
            turn(0, agent=words("o", ("one", 0, 200), ("two", 200, 400), ("three", 400, 600))),
            turn(2, heard_ms=200),
            turn(3, acts=[{"act": "Yielded", "offer_id": "o"}]),
            turn(4, heard_ms=400),  # a mark that was on its way
            turn(5, agent=words("p", ("sorry", 1_000, 1_200))),
            turn(7, heard_ms=1_300),
        ]
    )
    assert [line.text for line in told.lines] == ["one two", "sorry"]
    assert [line.cut for line in told.lines] == [True, False]
    assert told.interrupted_ms == (600,)
    assert told.heard_text == "one two sorry"


def test_a_resumed_offer_is_a_line_of_its_own():
    told = witness_all(
        [
            turn(0, agent=words("o", ("one", 0, 200), ("two", 200, 400))),
            turn(1, heard_ms=200, acts=[{"act": "Yielded", "offer_id": "o"}]),
            turn(2, agent=words("o", ("two", 400, 600))),
            turn(4, heard_ms=600),
        ]
    )
    assert [line.text for line in told.lines] == ["one", "two"]


def test_a_tool_is_settled_once_and_a_late_report_changes_nothing():
    report = {"task_id": "t", "tool": "order_status", "sequence": 1}
    told = witness_all(
        [
            turn(5, delegations=[{"task_id": "t", "tool": "order_status", "arguments": {"n": "1"}}]),
            turn(6, reports=[report | {"kind": "progress"}]),
            turn(8, reports=[report | {"kind": "result", "result": {"status": "shipped"}}]),
            turn(9, reports=[report | {"kind": "failed", "error": "timeout"}]),
            turn(10, agent=words("ack", ("One", 2_000, 2_100), ("moment", 2_100, 2_300))),
            turn(
                12,
                agent=words(
                    "answer", ("It", 2_400, 2_500), ("has", 2_500, 2_600), ("shipped.", 2_600, 2_900)
                ),
            ),
        ]
    )
    (tool,) = told.tools
    assert (tool.state, tool.result, tool.asked_ms, tool.settled_ms) == (
        "result",
        {"status": "shipped"},
        1_000,
        1_600,
    )
    assert not told.tool_open
    assert told.answer_began_ms == 2_600


def test_what_the_caller_said_is_replaced_until_the_turn_is_taken():
    taken = {
        "act": "TurnTaken",
        "transcript": {"words": [{"text": "hi", "start_ms": 500}], "confidence": 0.8},
    }
    told = witness_all(
        [
            turn(3, caller={"text": "high", "final": False, "confidence": 0.3, "words": []}),
            turn(4, caller={"text": "hi", "final": True, "confidence": 0.8, "words": []}, acts=[taken]),
            turn(9, caller={"text": "one", "final": False, "confidence": 0.5, "words": []}),
        ]
    )
    assert [(turn.text, turn.over) for turn in told.understood] == [("hi", True), ("one", False)]


def test_words_since_a_moment_include_those_on_their_way():
    told = witness_all([turn(0, agent=words("o", ("Is", 0, 200), ("that", 200, 400), ("RIGHT?", 400, 600)))])
    assert told.words_since(200) == "that right?"


def test_unknown_rows_and_columns_are_passed_over():
    told = witness_all([{"kind": "note"}, turn(0, weather="fine"), {"kind": "end", "outcome": "completed"}])
    assert told.outcome == "completed"


def test_the_end_of_the_tape_tells_how_early_look_ups_went():
    figures = {"look_ups": 2, "begun": 3, "adopted": 2, "ready": 1, "wasted": 1, "later": 9}
    told = witness_all([{"kind": "end", "outcome": "completed", "speculation": figures}])
    assert told.early == EarlyLookUps(look_ups=2, begun=3, adopted=2, ready=1, wasted=1)
    assert witness_all([{"kind": "end", "outcome": "completed"}]).early == EarlyLookUps()
