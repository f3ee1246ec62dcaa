from hypothesis import given
from hypothesis import strategies as st

from agents.ledger import LOST_AFTER_MS, MOST_ATTEMPTS, Ledger, apply, enter, overdue, sent, settle
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
        ledger, is_news = apply(ledger, each, 1)
        if is_news:
            applied[each.task_id].append(each)
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
        twice, is_news = apply(twice, each, 1)
        assert not is_news
    assert once == twice


def test_a_report_of_an_unknown_task_is_no_news() -> None:
    ledger, is_news = apply(one_task(), report(1, task_id="other"), 1)
    assert not is_news
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


def test_a_silent_write_never_goes_out_again() -> None:
    _, due = overdue(one_task(reads=False), LOST_AFTER_MS)
    assert due.again == ()


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
    ledger, due = overdue(one_task(reads=False), DEADLINE)
    _, again = overdue(ledger, DEADLINE + 1)
    assert [(each.kind, each.error) for each in due.lapsed] == [(ReportKind.FAILED, "timeout")]
    assert again.lapsed == ()


def test_after_its_deadline_even_a_result_is_no_news() -> None:
    ledger, _ = overdue(one_task(), DEADLINE)
    _, is_news = apply(ledger, report(9_999, ReportKind.RESULT), DEADLINE + 1)
    assert not is_news


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
