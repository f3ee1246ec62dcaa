import asyncio

import pytest

from agents.dispatch import RECOVERY_MS, Desk
from agents.errors import Unavailable
from agents.ledger import LOST_AFTER_MS, SEND_AGAIN_MS, SEND_PATIENCE_MS
from agents.messages import Delegation, FollowUp, ReportKind, SaidWords, TaskReport, TaskRequest
from agents.outbox import Withdrawal
from agents.tool import tool
from agents.tool_calls import Settled, State


@tool(reads=True, timeout_ms=4_000)
async def look(number: str) -> dict[str, str]:
    """Look something up."""
    return {"number": number}


@tool(writes=True, timeout_ms=4_000)
async def change(number: str) -> dict[str, str]:
    """Change something."""
    return {"number": number}


class Office:
    """Stands for the process: remembers what was sent, and refuses when Redis is away."""

    def __init__(self) -> None:
        self.sent: list[TaskRequest] = []
        self.over: list[str] = []
        self.left: list[str] = []
        self.cleared: list[str] = []
        self.redis_is_away = False
        self.waiting = 0

    async def send(self, request: TaskRequest) -> None:
        if self.redis_is_away:
            raise Unavailable("away")
        self.sent.append(request)

    async def queued(self) -> int:
        return self.waiting

    async def tell_over(self, request: TaskRequest) -> None:
        self.over.append(request.task_id)

    def leave(self, call_id: str) -> None:
        self.left.append(call_id)

    async def clear(self, call_id: str) -> None:
        self.cleared.append(call_id)


class Outbox:
    """Stands for the outbox: remembers what it was told, in order; `found` is what withdrawing comes to."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.found = Withdrawal(begun=False)
        self.is_away = False

    async def put(self, request: TaskRequest) -> None:
        self._note("put", request.task_id)

    async def mark_sent(self, task_id: str) -> None:
        self._note("sent", task_id)

    async def withdraw(self, task_id: str) -> Withdrawal:
        self._note("withdraw", task_id)
        return self.found

    async def leave(self, task_id: str) -> None:
        self._note("leave", task_id)

    async def tell(self, task_id: str) -> None:
        self._note("tell", task_id)

    def _note(self, what: str, task_id: str) -> None:
        if self.is_away:
            raise OSError("the database is away")
        self.told.append((what, task_id))


class Scene:
    """A desk on a clock of its own."""

    def __init__(self) -> None:
        self.now_unix_ms = 1_000_000
        self.office = Office()
        toolbox = {each.name: each for each in (look, change)}
        self.outbox = Outbox()
        self.desk = Desk("c1", "flow@1", toolbox, self.office, self.outbox, lambda: self.now_unix_ms)

    async def delegate(
        self, task_id: str = "t", name: str = "look", follow_up: FollowUp | None = None
    ) -> None:
        delegation = Delegation(task_id=task_id, tool=name, arguments={"number": "4"}, follow_up=follow_up)
        await self.desk.delegate(delegation)
        await self.settle_errands()

    async def settle_errands(self) -> None:
        for _ in range(6):
            await asyncio.sleep(0)

    async def after(self, ms: int) -> list[TaskReport]:
        self.now_unix_ms += ms
        news = self.desk.reports()
        await self.settle_errands()
        return news

    def arrive(self, sequence: int, kind: ReportKind = ReportKind.RESULT, task_id: str = "t") -> None:
        self.desk.receive(
            TaskReport(task_id=task_id, call_id="c1", tool="look", kind=kind, sequence=sequence, result={})
        )


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_delegation_goes_out_with_all_that_was_said(scene: Scene) -> None:
    said = (SaidWords(speaker="caller", text="where is it", start_ms=0, end_ms=900),)
    await scene.desk.delegate(
        Delegation(task_id="t", tool="look", arguments={"number": "4"}, conversation=said)
    )
    await scene.settle_errands()
    [sent] = scene.office.sent
    assert (sent.call_id, sent.flow, sent.conversation, sent.attempt) == ("c1", "flow@1", said, 1)
    assert sent.deadline_unix_ms == scene.now_unix_ms + 4_000 + RECOVERY_MS


async def test_the_same_id_twice_is_sent_once(scene: Scene) -> None:
    await scene.delegate()
    await scene.delegate()
    assert len(scene.office.sent) == 1


async def test_each_report_is_handed_out_once(scene: Scene) -> None:
    await scene.delegate()
    scene.arrive(1_001, ReportKind.PROGRESS)
    scene.arrive(1_001, ReportKind.PROGRESS)
    scene.arrive(1_999)
    scene.arrive(1_999)
    assert [each.sequence for each in scene.desk.reports()] == [1_001, 1_999]
    assert scene.desk.reports() == []


async def test_a_tool_nobody_has_fails_at_once(scene: Scene) -> None:
    await scene.delegate(name="dance")
    [report] = scene.desk.reports()
    assert (report.kind, report.error, report.tool) == (ReportKind.FAILED, "invalid", "dance")
    assert scene.office.sent == []


async def test_what_redis_refuses_is_offered_again_until_it_is_back(scene: Scene) -> None:
    scene.office.redis_is_away = True
    await scene.delegate()
    assert await scene.after(SEND_AGAIN_MS) == []
    scene.office.redis_is_away = False
    assert await scene.after(SEND_AGAIN_MS) == []
    assert [each.attempt for each in scene.office.sent] == [1]


@pytest.mark.parametrize("name", ["look", "change"])
async def test_without_redis_a_delegation_fails_in_the_end_and_is_told_to_be_over(
    scene: Scene, name: str
) -> None:
    scene.office.redis_is_away = True
    await scene.delegate(name=name)
    await scene.after(SEND_PATIENCE_MS)
    assert [(each.kind, each.error) for each in await scene.after(0)] == [(ReportKind.FAILED, "unavailable")]
    assert scene.office.over == ["t"]
    assert (("withdraw", "t") in scene.outbox.told) == (name == "change")


async def test_a_read_whose_worker_fell_silent_is_sent_again(scene: Scene) -> None:
    await scene.delegate()
    scene.arrive(1_001, ReportKind.PROGRESS)
    await scene.after(LOST_AFTER_MS)
    assert [each.attempt for each in scene.office.sent] == [1, 2]


async def test_what_only_waits_in_a_long_queue_is_not_asked_for_again(scene: Scene) -> None:
    await scene.delegate()
    scene.office.waiting = 7
    await scene.after(LOST_AFTER_MS)
    assert [each.attempt for each in scene.office.sent] == [1]
    scene.office.waiting = 0
    await scene.after(LOST_AFTER_MS)  # nobody has it: whoever took it has died
    assert [each.attempt for each in scene.office.sent] == [1, 3]


async def test_what_was_begun_is_asked_for_again_however_long_the_queue(scene: Scene) -> None:
    await scene.delegate()
    scene.arrive(1_001, ReportKind.PROGRESS)
    scene.office.waiting = 7
    await scene.after(LOST_AFTER_MS)
    assert [each.attempt for each in scene.office.sent] == [1, 2]


async def test_a_resend_that_redis_refuses_is_tried_again_later(scene: Scene) -> None:
    await scene.delegate()
    scene.office.redis_is_away = True
    news = await scene.after(LOST_AFTER_MS)
    scene.office.redis_is_away = False
    news += await scene.after(LOST_AFTER_MS)
    assert news == []
    assert [each.attempt for each in scene.office.sent] == [1, 3]


async def test_once_answered_other_attempts_are_told_that_it_is_over(scene: Scene) -> None:
    await scene.delegate()
    await scene.after(LOST_AFTER_MS)
    scene.arrive(1_999)
    await scene.settle_errands()
    assert scene.office.over == ["t"]


async def test_no_answer_by_the_deadline_is_a_timeout_told_once(scene: Scene) -> None:
    await scene.delegate(name="change")
    news = await scene.after(4_000 + RECOVERY_MS)
    scene.arrive(1_999)
    assert [(each.kind, each.error) for each in news] == [(ReportKind.FAILED, "unknown")]
    assert await scene.after(0) == []
    assert "t" in scene.office.over
    assert ("withdraw", "t") in scene.outbox.told  # and if it has not begun, it will not


async def test_a_cancelled_task_is_settled_at_once_and_its_result_is_no_news(scene: Scene) -> None:
    await scene.delegate()
    await scene.desk.cancel("t")
    scene.arrive(1_999)
    assert [each.kind for each in await scene.after(0)] == [ReportKind.CANCELLED]
    assert scene.office.over == ["t"]


async def test_cancelling_before_the_request_left_keeps_it_from_leaving(scene: Scene) -> None:
    await scene.desk.delegate(Delegation(task_id="t", tool="look", arguments={"number": "4"}))
    await scene.desk.cancel("t")
    await scene.settle_errands()
    assert scene.office.sent == []


async def test_cancelling_what_is_answered_changes_nothing(scene: Scene) -> None:
    await scene.delegate()
    scene.arrive(1_999)
    await scene.desk.cancel("t")
    assert [each.kind for each in scene.desk.reports()] == [ReportKind.RESULT]


async def test_hanging_up_cancels_what_is_open_and_leaves(scene: Scene) -> None:
    await scene.delegate("a")
    await scene.delegate("b")
    scene.arrive(1_999, task_id="a")
    await scene.desk.close()
    assert [(each.task_id, each.kind) for each in scene.desk.reports()] == [
        ("a", ReportKind.RESULT),
        ("b", ReportKind.CANCELLED),
    ]
    assert (scene.office.over, scene.office.left, scene.office.cleared) == (["b"], ["c1"], [])


async def test_hanging_up_when_all_is_answered_leaves_nothing_behind(scene: Scene) -> None:
    await scene.delegate()
    scene.arrive(1_999)
    await scene.desk.close()
    assert (scene.office.left, scene.office.cleared) == (["c1"], ["c1"])


async def test_a_look_up_leaves_the_outbox_alone_and_a_write_is_in_it_before_it_is_sent(scene: Scene) -> None:
    await scene.delegate("a")
    assert scene.outbox.told == []
    await scene.delegate("b", "change")
    assert scene.outbox.told == [("put", "b"), ("sent", "b")]


async def test_a_write_that_cannot_be_written_down_is_not_sent(scene: Scene) -> None:
    scene.outbox.is_away = True
    await scene.delegate(name="change")
    assert [(each.kind, each.error) for each in scene.desk.reports()] == [(ReportKind.FAILED, "unavailable")]
    assert scene.office.sent == []


async def test_a_write_cancelled_before_it_began_is_withdrawn(scene: Scene) -> None:
    await scene.delegate(name="change")
    await scene.desk.cancel("t")
    [report] = await settled(scene)
    assert (report.kind, report.error, report.result) == (ReportKind.CANCELLED, None, None)
    assert scene.outbox.told[-1] == ("withdraw", "t")
    assert scene.office.over == ["t"]


async def test_a_write_cancelled_after_it_was_done_is_told_with_what_happened(scene: Scene) -> None:
    await scene.delegate(name="change")
    scene.outbox.found = Withdrawal(begun=True, writes=(Settled("change", State.DONE, {"number": "4"}),))
    await scene.desk.cancel("t")
    [report] = await settled(scene)
    assert (report.kind, report.error, report.result) == (ReportKind.CANCELLED, None, {"number": "4"})


async def test_a_write_cancelled_while_it_is_done_is_settled_by_how_it_ends(scene: Scene) -> None:
    await scene.delegate(name="change")
    scene.outbox.found = Withdrawal(begun=True, writes=(Settled("change", State.PENDING),))
    await scene.desk.cancel("t")
    assert await settled(scene) == []
    scene.arrive(1_999)
    [report] = await settled(scene)
    assert report.kind is ReportKind.CANCELLED
    assert "had happened" in report.message


async def test_hanging_up_while_a_write_is_done_says_that_it_may_have_happened(scene: Scene) -> None:
    await scene.delegate(name="change")
    scene.outbox.found = Withdrawal(begun=True, writes=(Settled("change", State.PENDING),))
    await scene.desk.close()
    [report] = scene.desk.reports()
    assert (report.kind, report.error) == (ReportKind.CANCELLED, "unknown")


async def test_what_is_followed_up_goes_on_after_hang_up(scene: Scene) -> None:
    await scene.delegate(name="look", follow_up=FollowUp(sms="It is {status}."))
    await scene.desk.close()
    assert [each.kind for each in scene.desk.reports()] == [ReportKind.CANCELLED]
    assert scene.outbox.told[-1] == ("leave", "t")
    assert scene.office.over == []


async def test_what_the_caller_has_heard_is_not_followed_up(scene: Scene) -> None:
    await scene.delegate(name="change", follow_up=FollowUp(case="Check this"))
    scene.arrive(1_999)
    await scene.settle_errands()
    await scene.desk.close()
    assert scene.outbox.told == [("put", "t"), ("sent", "t"), ("tell", "t")]


async def settled(scene: Scene) -> list[TaskReport]:
    await scene.settle_errands()
    return scene.desk.reports()
