"""What is wrong with work that goes on meanwhile, consent, agents and the clock is named with the fix."""

from pathlib import Path

import pytest

from config.flow_file import FlowError, read_flow

SERVICE_DESK = Path(__file__).parents[1] / "agents" / "dialogue" / "service_desk.yaml"


def desk_problems(old, new):
    content = SERVICE_DESK.read_text()
    assert content.count(old) >= 1
    with pytest.raises(FlowError) as caught:
        read_flow(content.replace(old, new, 1), "desk.yaml")
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "{found: refunded, when",
            "{found: desk, when",
            "desk.yaml: step 'desk' is a transfer, but news of work that goes on meanwhile leads to it; "
            "let 'found' and 'failed' lead to asides",
        ),
        (
            "{found: refunded, when",
            "{found: refunde, when",
            "desk.yaml: step 'refund': meanwhile.found 'refunde' does not exist; did you mean 'refunded'?",
        ),
        (
            "dropped_at: [forget]",
            "dropped_at: [forgot]",
            "desk.yaml: step 'track': meanwhile.dropped_at 'forgot' does not exist; did you mean 'forget'?",
        ),
        (
            "consent_for: refund",
            "consent_for: greet",
            "desk.yaml: step 'sure': consent_for 'greet' is no look_up and no agent; "
            "there is: delivery, explain, refund, track, verify",
        ),
        (
            "consent_for: refund",
            "consent_for: verify",
            "desk.yaml: step 'sure': consent_for 'verify', but a yes leads to 'refund', from where the call "
            "does not get there at once; let answers.yes lead to 'verify'",
        ),
        (
            "answers: {yes: refund, no: greet}",
            "answers: {no: greet, refund: refund}",
            "desk.yaml: step 'sure': asks for consent, so say under 'answers' where a 'yes' leads",
        ),
        (
            "for order {order_number} is higher",
            "for order {order_numbr} is higher",
            "desk.yaml: step 'explain': goal takes slot 'order_numbr', which does not exist; "
            "did you mean 'order_number'?",
        ),
        (
            "answer: {type: object,",
            "answer: {type: string,",
            "desk.yaml: step 'explain': has an 'answer' that is no object; begin it with 'type: object'",
        ),
        (
            "then: locked}",
            "then: lockd}",
            "desk.yaml: step 'verify': verifies.then 'lockd' does not exist; did you mean 'locked'?",
        ),
        (
            "then: locked}",
            "than: locked}",
            "desk.yaml: step 'verify': 'verifies.then' is missing; add it",
        ),
        (
            "verifies: {by",
            "meanwhile: {}\n    verifies: {by",
            "desk.yaml: step 'verify': says who the caller is, so the call waits for it; remove 'meanwhile'",
        ),
        (
            'reminder: "Your reminder, after {on_call}."',
            'reminder: "Your reminder, after {on_cal}."',
            "desk.yaml: step 'remind': reminder has blank {on_cal}, which nothing fills; "
            "did you mean 'on_call'?",
        ),
        (
            'says: "Last time {last_time}."',
            'says: "Last time {waited}."',
            "desk.yaml: step 'watch': says has blank {waited}, which nothing fills; there is: company, "
            "customer, explained, last, last_time, order, order_number, postcode, question, refund",
        ),
        (
            "resume: greet}",
            "resume: remind}",
            "desk.yaml: step 'locked': resume leads to the remind 'remind'; "
            "only answers and global_steps may",
        ),
        (
            "next: tell\n",
            "next: order_by_status\n",
            "desk.yaml: step 'delivery': next leads to 'order_by_status', which tells news; "
            "give it a decide of its own",
        ),
        (
            "tools: [explain_invoice, bill_history]",
            "tools: []",
            "desk.yaml: step 'explain': 'tools' tuple should have at least 1 item after validation, not 0",
        ),
    ],
)
def test_what_is_wrong_with_the_newer_kinds_of_step_is_named_with_the_fix(old, new, line):
    assert line in desk_problems(old, new)
