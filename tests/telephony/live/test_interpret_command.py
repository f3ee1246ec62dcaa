"""Taking a call over through an interpreter, as the call obeys it."""

from config.flow_file import load_flow
from config.live import CommandKind
from telephony.live.followed_call import FollowedCall
from telephony.live.masking import sensitive_in
from tests.telephony.live.follower import Kept, follow, live_call, want


def test_who_has_it_interpreted_holds_it_like_any_other() -> None:
    call, kept = follow()
    assert want(call, CommandKind.INTERPRET, holder="h1", language="es-MX").done
    assert (kept.now.held_by, kept.now.interpreted, kept.now.state) == ("Ada", "es-MX", "taken_over")
    wanted = call.wanted(1_000)
    assert (wanted.held_by, wanted.language) == ("Ada", "es-MX")
    again = want(call, CommandKind.TAKE_OVER, holder="h2", person="Bo")
    assert (again.done, again.why) == (False, "already-taken")
    assert want(call, CommandKind.HOLD, holder="h1").done
    assert call.wanted(4_500).language == "es-MX"
    assert want(call, CommandKind.HAND_BACK, holder="h1").done
    assert call.wanted(4_600).held_by is None
    assert [each["what"] for each in kept.of("control")] == ["interpreted", "handed_back"]


def test_without_a_translator_it_is_refused_with_what_brings_one_and_nothing_changes() -> None:
    flow, kept = load_flow("order_status"), Kept()
    why_not = "There is no translator here. To have one: install it"
    call = FollowedCall(live_call(), flow, sensitive_in(flow, lambda _tool: ()), kept, "s", why_not)
    answer = want(call, CommandKind.INTERPRET, holder="h1", language="en")
    assert (answer.done, answer.why, answer.detail) == (False, "no-interpreter", why_not)
    assert call.wanted(1_000).held_by is None
    assert want(call, CommandKind.TAKE_OVER, holder="h1").done
