from hypothesis import given
from hypothesis import strategies as st

from agents.ledger import (
    LOST_AFTER_MS,
    MOST_ATTEMPTS,
    SEND_AGAIN_MS,
    SEND_PATIENCE_MS,
    Ledger,
    apply,
    enter,
    overdue,
    refused,
    sent,
    settle,
    unwant,
)
from agents.messages import ReportKind, TaskReport, TaskRequest

DEADLINE = 16_000


def request(task_id: str = "t", deadline_unix_ms: int = DEADLINE) -> TaskRequest:
    return TaskRequest(
        task_id=task_id, call_id="c", tool="look", arguments={}, deadline_unix_ms=deadline_unix_ms
    )


def report(sequence: int, kind: ReportKind = ReportKind.PROGRESS, task_id: str = "t") -> TaskReport:
    return TaskReport(task_id=task_id, call_id="c", tool="look", kind=kind, sequence=sequence)


def one_task(*, reads: bool = True) -> Ledger:
    return sent(enter(Ledger(), request(), reads=reads, now_unix_ms=0), "t", 0)


reports = st.builds(
    report,
    sequence=st.integers(1, 12),
    kind=st.sampled_from([ReportKind.PROGRESS, ReportKind.PARTIAL, ReportKind.RESULT, ReportKind.FAILED]),
    task_id=st.sampled_from(["t", "u"]),
)


@given(st.lists(reports, max_size=30))
def test_whatever_arrives_sequences_rise_and_nothing_follows_a_settlement(arriving: list[TaskReport]) -> None:
    ledger = enter(one_task(), request("u"), reads=True, now_unix_ms=0)
    applied: dict[str, list[TaskReport]] = {"t": [], "u": []}
    for each in arriving:
        ledger, news = apply(ledger, each, 1)
        if news is not None:
            applied[each.task_id].append(news)
    for news in applied.values():
        sequences = [each.sequence for each in news]
        assert sequences == sorted(set(sequences))
        assert not any(each.kind.settles for each in news[:-1])


@given(st.lists(reports, max_size=20))
def test_applying_everything_twice_changes_nothing(arriving: list[TaskReport]) -> None:
    once = one_task()
    for each in arriving:
        once, _ = apply(once, each, 1)
    twice = one_task()
    for each in arriving:
        twice, _ = apply(twice, each, 1)
        twice, news = apply(twice, each, 1)
        assert news is None
    assert once == twice


def test_a_report_of_an_unknown_task_is_no_news() -> None:
    ledger, news = apply(one_task(), report(1, task_id="other"), 1)
    assert news is None
    assert ledger == one_task()


def test_the_same_task_entered_again_is_the_same_task() -> None:
    ledger, _ = apply(one_task(), report(5, ReportKind.RESULT), 1)
    assert enter(ledger, request(), reads=True, now_unix_ms=2) == ledger


def test_a_silent_read_goes_out_again_as_the_next_attempt() -> None:
    ledger, early = overdue(one_task(), LOST_AFTER_MS - 1)
    ledger, due = overdue(ledger, LOST_AFTER_MS)
    _, soon_after = overdue(ledger, LOST_AFTER_MS + 1)
    assert (early.again, soon_after.again) == ((), ())
    assert [each.attempt for each in due.again] == [2]


def test_while_a_task_is_on_its_way_to_the_queue_silence_means_nothing() -> None:
    ledger = enter(Ledger(), request(), reads=True, now_unix_ms=0)
    _, due = overdue(ledger, LOST_AFTER_MS)
    assert due.again == ()


def test_news_keeps_a_read_from_going_out_again() -> None:
    ledger, _ = apply(one_task(), report(1), LOST_AFTER_MS - 1)
    _, due = overdue(ledger, LOST_AFTER_MS + 1_000)
    assert due.again == ()


def test_a_silent_write_goes_out_again_too_for_its_row_sees_to_it_that_it_happens_once() -> None:
    _, due = overdue(one_task(reads=False), LOST_AFTER_MS)
    assert [each.attempt for each in due.again] == [2]


def test_what_the_queue_refuses_is_offered_again_and_given_up_once() -> None:
    ledger = refused(enter(Ledger(), request(), reads=True, now_unix_ms=0), "t", 0)
    offered, given_up = 0, 0
    for now_ms in range(100, 2 * SEND_PATIENCE_MS, 100):
        ledger, due = overdue(ledger, now_ms)
        offered += len(due.unsent)
        given_up += len(due.given_up)
        assert now_ms < SEND_PATIENCE_MS or not due.unsent
        if due.unsent:
            ledger = refused(ledger, "t", now_ms)
    assert (offered, given_up) == (SEND_PATIENCE_MS // SEND_AGAIN_MS, 1)


def test_an_unwanted_write_is_silent_until_it_says_what_had_happened() -> None:
    ledger = unwant(one_task(reads=False), "t")
    ledger, on_the_way = apply(ledger, report(1, ReportKind.PARTIAL), 1)
    ledger, ended = apply(ledger, report(2, ReportKind.RESULT).model_copy(update={"result": {"a": 1}}), 2)
    assert on_the_way is None
    assert ended is not None
    assert (ended.kind, ended.result, ended.error) == (ReportKind.CANCELLED, {"a": 1}, None)
    assert ledger.open_tasks == ()


def test_an_unwanted_write_that_failed_has_not_happened_unless_that_is_unknown() -> None:
    for error, told in (("refused", None), ("unknown", "unknown")):
        failed = report(2, ReportKind.FAILED).model_copy(update={"error": error})
        _, ended = apply(unwant(one_task(reads=False), "t"), failed, 2)
        assert ended is not None
        assert (ended.kind, ended.error) == (ReportKind.CANCELLED, told)


def test_an_unwanted_write_is_not_asked_for_again_and_ends_by_its_deadline() -> None:
    ledger = unwant(one_task(reads=False), "t")
    ledger, silent = overdue(ledger, LOST_AFTER_MS)
    _, due = overdue(ledger, DEADLINE)
    assert silent.again == ()
    assert [(each.kind, each.error) for each in due.lapsed] == [(ReportKind.CANCELLED, "unknown")]


def test_attempts_end() -> None:
    ledger = enter(Ledger(), request(deadline_unix_ms=10**9), reads=True, now_unix_ms=0)
    ledger = sent(ledger, "t", 0)
    attempts = []
    for wait in range(1, 20):
        ledger, due = overdue(ledger, wait * LOST_AFTER_MS)
        attempts += [each.attempt for each in due.again]
        ledger = sent(ledger, "t", wait * LOST_AFTER_MS)
    assert attempts == list(range(2, MOST_ATTEMPTS + 1))


def test_at_its_deadline_a_task_fails_once() -> None:
    for reads, error in ((True, "timeout"), (False, "unknown")):
        ledger, due = overdue(one_task(reads=reads), DEADLINE)
        _, again = overdue(ledger, DEADLINE + 1)
        assert [(each.kind, each.error) for each in due.lapsed] == [(ReportKind.FAILED, error)]
        assert again.lapsed == ()


def test_after_its_deadline_even_a_result_is_no_news() -> None:
    ledger, _ = overdue(one_task(), DEADLINE)
    _, news = apply(ledger, report(9_999, ReportKind.RESULT), DEADLINE + 1)
    assert news is None


def test_settling_from_this_side_stands_above_what_was_heard() -> None:
    ledger, _ = apply(one_task(), report(1_003), 1)
    ledger, settled = settle(ledger, "t", ReportKind.CANCELLED)
    assert settled is not None
    assert settled.sequence > 1_003
    assert ledger.open_tasks == ()


def test_a_settled_task_cannot_be_cancelled() -> None:
    ledger, _ = apply(one_task(), report(1_999, ReportKind.RESULT), 1)
    after, settled = settle(ledger, "t", ReportKind.CANCELLED)
    assert settled is None
    assert after == ledger
