import itertools

import pytest

from agents.messages import Identity, TaskRequest
from agents.policy import refusal
from agents.tool import AnyTool, Caller, tool


@tool(reads=True)
async def opening_hours() -> dict[str, str]:
    """Say when the shop is open."""
    return {}


@tool(reads=True, identity=True)
async def invoices() -> dict[str, str]:
    """List a customer's invoices."""
    return {}


@tool(reads=True)
async def own_orders(caller: Caller) -> dict[str, str]:
    """List the caller's orders."""
    return {"of": caller.customer_id}


@tool(writes=True)
async def note() -> dict[str, str]:
    """Take a note."""
    return {}


@tool(writes=True, consent=True, identity=True)
async def refund() -> dict[str, str]:
    """Pay money back."""
    return {}


def request(*, consent: bool, speculative: bool, verified: bool) -> TaskRequest:
    return TaskRequest(
        task_id="t",
        call_id="c",
        tool="x",
        arguments={"consent": True, "identity": "c-1"},
        identity=Identity(customer_id="c-1") if verified else None,
        consent=consent,
        speculative=speculative,
        deadline_unix_ms=0,
    )


@pytest.mark.parametrize(
    "tool", [opening_hours, invoices, own_orders, note, refund], ids=lambda each: each.name
)
@pytest.mark.parametrize(
    ("consent", "speculative", "verified"), list(itertools.product([False, True], repeat=3))
)
def test_a_tool_runs_exactly_when_its_declaration_and_the_request_agree(
    tool: AnyTool, consent: bool, speculative: bool, verified: bool
) -> None:
    needs_identity = tool.name in ("invoices", "own_orders", "refund")
    needs_consent = tool.name == "refund"
    writes = tool.name in ("note", "refund")
    may = (verified or not needs_identity) and (consent or not needs_consent) and not (writes and speculative)
    why = refusal(tool, request(consent=consent, speculative=speculative, verified=verified))
    assert (why is None) is may


def test_a_refusal_says_what_is_missing() -> None:
    assert "agreement" in str(refusal(refund, request(consent=False, speculative=False, verified=True)))
    assert "verified" in str(refusal(refund, request(consent=True, speculative=False, verified=False)))
    assert "not finished" in str(refusal(note, request(consent=True, speculative=True, verified=True)))
