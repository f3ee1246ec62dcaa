"""The scripted caller: when to speak, to key, to wait, to hang up. Pure; asked every 20 ms.

A caller goes by ear: a turn begins once the agent has spoken and been silent for a moment. What the
platform's tape tells besides (a look-up is running, its answer has begun) keeps the caller from talking
into a pause that a human would understand as "one moment".
"""

import re
from dataclasses import dataclass, replace
from typing import Final, assert_never

from config.units import WIRE_SAMPLES_PER_MS
from telephony.simulator.ear import Ear
from telephony.simulator.performance import Keyed, Performance, Rest, Spoken
from telephony.simulator.script import LEAVES_AFTER_MS, When

TURN_SILENCE_MS: Final = 700
"""The agent has finished when it has been silent this long."""
BARGE_IN_MS: Final = 1_200
"""How far into the agent's speech a caller breaks in."""
PATIENCE_MS: Final = 12_000
"""With no answer for this long the caller goes on with the script."""
NOTHING_TO_INTERRUPT_MS: Final = 4_000
"""The agent has been silent this long and the caller was to speak over it: the caller speaks anyway."""
_TURN_TAKEN_EARLY_MS: Final = 500
"""A platform may take the turn before the caller's last sound has died away."""
KEY_MS: Final = 250
KEY_WAIT_MS: Final = 500


@dataclass(frozen=True, slots=True)
class Moment:
    """What a caller can know now; ms of call time.

    Attributes:
        now_ms: the present.
        ear: what was heard of the agent.
        tool_open: a look-up is running.
        asked_ms: when the last look-up was asked for; -1 for never.
        settled_ms: when the last look-up settled; -1 for never.
        answer_began_ms: when the agent began to tell its result; None: it has not.
        agent_words: the agent's words since the caller's last line, in lower case.
    """

    now_ms: int
    ear: Ear
    tool_open: bool = False
    asked_ms: int = -1
    settled_ms: int = -1
    answer_began_ms: int | None = None
    agent_words: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller in the middle of the script.

    Attributes:
        steps: what is left to do.
        busy_until_ms: when the present line ends, or the last one did.
        keys: keys of the present line still to press.
        pause_ms: silence asked for before the next step.
        pause_over_ms: when that silence is over, once it has begun.
        notes: what did not go as scripted.
        leaves_after_ms: once nothing is left to do, so long a silence of both sides is borne.
    """

    steps: tuple[Performance, ...]
    busy_until_ms: int = 0
    keys: str = ""
    pause_ms: int = 0
    pause_over_ms: int | None = None
    notes: tuple[str, ...] = ()
    leaves_after_ms: int = LEAVES_AFTER_MS


@dataclass(frozen=True, slots=True)
class Begin:
    """Start saying this now."""

    line: Spoken


@dataclass(frozen=True, slots=True)
class Press:
    """Press this key now."""

    key: str


@dataclass(frozen=True, slots=True)
class HangUp:
    pass


Action = Begin | Press | HangUp


def act(caller: Caller, moment: Moment) -> tuple[Caller, Action | None]:
    """Decide what the caller does at this moment."""
    if moment.now_ms < caller.busy_until_ms:
        return caller, None
    if caller.keys:
        return _press(caller, moment.now_ms)
    while caller.steps:
        step, *rest = caller.steps
        match step:
            case Rest():
                caller = replace(caller, steps=tuple(rest), pause_ms=caller.pause_ms + step.ms)
                continue
            case Keyed() | Spoken():
                pass
            case _:
                assert_never(step)
        if isinstance(step, Spoken) and step.if_heard and _understood(caller, moment):
            caller = replace(caller, steps=tuple(rest))
            continue
        caller, ready = _ready(caller, step, moment)
        if not ready:
            return caller, None
        caller = replace(caller, steps=tuple(rest), pause_ms=0, pause_over_ms=None)
        if isinstance(step, Keyed):
            return _press(replace(caller, keys=step.keys), moment.now_ms)
        if step.if_heard and not re.search(step.if_heard, moment.agent_words):
            continue
        ends_ms = moment.now_ms + round(step.audio.size / WIRE_SAMPLES_PER_MS)
        return replace(caller, busy_until_ms=ends_ms), Begin(step)
    silent_since_ms = max(moment.ear.last_sound_ms, caller.busy_until_ms)
    if moment.now_ms - silent_since_ms >= caller.leaves_after_ms and not moment.tool_open:
        return caller, HangUp()
    return caller, None


def _understood(caller: Caller, moment: Moment) -> bool:
    """Whether the agent acts on the caller's last line instead of asking about it."""
    asked_since = moment.asked_ms >= 0 and moment.asked_ms > caller.busy_until_ms - _TURN_TAKEN_EARLY_MS
    return moment.tool_open or asked_since


def _press(caller: Caller, now_ms: int) -> tuple[Caller, Action | None]:
    key, rest = caller.keys[0], caller.keys[1:]
    wait_ms = KEY_WAIT_MS if key == "w" else KEY_MS if rest else 0
    caller = replace(caller, keys=rest, busy_until_ms=now_ms + wait_ms)
    return caller, None if key == "w" else Press(key)


def _ready(caller: Caller, step: Keyed | Spoken, moment: Moment) -> tuple[Caller, bool]:
    if isinstance(step, Spoken) and step.when is When.AT_ONCE:
        return caller, True
    if isinstance(step, Spoken) and step.when is not When.TURN:
        return _may_speak_over(caller, step, moment)
    if not _agent_finished(caller, moment):
        return caller, False
    if caller.pause_ms:
        if caller.pause_over_ms is None:
            caller = replace(caller, pause_over_ms=moment.now_ms + caller.pause_ms)
        return caller, moment.now_ms >= (caller.pause_over_ms or 0)
    return caller, True


def _agent_finished(caller: Caller, moment: Moment) -> bool:
    """Whether it is the caller's turn: the agent has answered and is silent, or does not answer at all."""
    now_ms, last_ms = moment.now_ms, moment.ear.last_sound_ms
    if moment.tool_open:
        return False
    if last_ms > max(caller.busy_until_ms, moment.settled_ms):
        return now_ms - last_ms >= TURN_SILENCE_MS
    return now_ms - max(caller.busy_until_ms, moment.settled_ms, last_ms) >= PATIENCE_MS


def _may_speak_over(caller: Caller, step: Spoken, moment: Moment) -> tuple[Caller, bool]:
    now_ms, ear = moment.now_ms, moment.ear
    spoken_since_ms = max(ear.speech_began_ms, caller.busy_until_ms)
    if step.during_answer and moment.answer_began_ms is not None:
        spoken_since_ms = max(spoken_since_ms, moment.answer_began_ms)
    awaited = moment.tool_open or (step.during_answer and moment.answer_began_ms is None)
    if ear.speaking(now_ms) and not awaited and now_ms - spoken_since_ms >= BARGE_IN_MS + caller.pause_ms:
        return caller, True
    answered = ear.last_sound_ms > max(caller.busy_until_ms, moment.settled_ms)
    silent_ms = now_ms - max(ear.last_sound_ms, caller.busy_until_ms, moment.settled_ms)
    if moment.tool_open or silent_ms < (NOTHING_TO_INTERRUPT_MS if answered else PATIENCE_MS):
        return caller, False
    note = f"there was nothing to interrupt with {step.text!r}: the agent was silent"
    return replace(caller, notes=(*caller.notes, note)), True
