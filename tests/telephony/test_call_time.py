"""What the call's clock brings: told within one micro-turn, whatever else goes on."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from agents.messages import ReportKind
from config.units import MICRO_TURN_MS
from tests.telephony.scripted_call import FOUND, Scene, open_scene

NUMBER = "one zero four two three three"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncGenerator[Scene]:
    scene = open_scene(tmp_path)
    await scene.go(3)
    yield scene
    await scene.call.close("stop")


async def said_at_ms(scene: Scene, words: str, within_ms: int) -> int:
    """Call time at which these words are offered to the model."""
    for _ in range(within_ms // MICRO_TURN_MS):
        before = len(scene.offered)
        assert not (await scene.go()).end
        if any(words in text.lower() for text in scene.offered[before:]):
            return scene.index * MICRO_TURN_MS
    raise AssertionError(f"never offered; offered were {scene.offered}")


async def test_a_reminder_is_said_in_the_micro_turn_in_which_it_is_due_and_again_and_again(
    scene: Scene,
) -> None:
    await scene.say("remind me every ten seconds")
    asked_ms = scene.index * MICRO_TURN_MS
    for times in (1, 2):
        at_ms = await said_at_ms(scene, "you asked me to remind you", 12_000)
        assert 0 <= at_ms - (asked_ms + times * 10_000) <= MICRO_TURN_MS


async def test_how_long_it_has_been_is_answered_in_the_micro_turn_in_which_it_is_asked(scene: Scene) -> None:
    await scene.go(20)
    before = len(scene.offered)
    await scene.say("how long have i been on hold")
    assert any("second" in text for text in scene.offered[before:])
    assert scene.agent.replies[-1] == scene.index - 1


async def test_a_long_wait_gets_a_word_though_nobody_speaks(scene: Scene) -> None:
    await scene.say(f"my order number is {NUMBER}")
    asked_ms = scene.index * MICRO_TURN_MS
    at_ms = await said_at_ms(scene, "longer than usual", 6_000)
    assert at_ms - asked_ms == pytest.approx(4_000, abs=2 * MICRO_TURN_MS)
    scene.report(ReportKind.RESULT, result=FOUND)
    await scene.go(2)
    assert any("two lamps" in text for text in scene.offered)
