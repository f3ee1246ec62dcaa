"""What a simulated caller does, in order. Pure data.

A step waits for its moment: the agent has spoken and fallen silent, unless `When` says otherwise.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from telephony.simulator.errors import ScriptError

KEYS: Final = frozenset("0123456789*#ABCD")
"""What a keypad can send."""
BACKCHANNEL: Final = "mhm"
DEFAULT_VOICE: Final = "en-us"
LEAVES_AFTER_MS: Final = 20_000
"""After the script, the caller hangs up when both have been silent this long."""


class When(StrEnum):
    """The moment a step begins."""

    TURN = "turn"
    """After the agent has spoken and fallen silent."""
    BARGE_IN = "barge_in"
    """While the agent speaks, to take the floor."""
    OVER = "over"
    """While the agent speaks, without meaning to take the floor: a backchannel."""
    AT_ONCE = "at_once"
    """The moment the line is free of what came before, whatever the agent does: a recorded side."""


@dataclass(frozen=True, slots=True)
class Say:
    """Speak `text` with the caller's voice.

    Attributes:
        text: what to say.
        when: at which moment.
        if_heard: say it only if what the agent has said since the last line, in lower case, matches this
            regular expression. Otherwise the step is skipped, at once if the agent is looking something up.
            Needs the platform's tape; without one the step is skipped.
        during_answer: for a barge-in: not into whatever the agent says first, but into what it says after
            the next tool result.
        voice: with this espeak-ng voice, as when somebody changes languages; empty: the script's.
    """

    text: str
    when: When = When.TURN
    if_heard: str = ""
    during_answer: bool = False
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """Play a WAV file as the caller's voice, at its own level."""

    path: Path
    when: When = When.TURN


@dataclass(frozen=True, slots=True)
class Keys:
    """Press keys, a quarter of a second apart; `w` waits half a second."""

    keys: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Stay silent for `ms` more before the next step."""

    ms: int


Step = Say | Play | Keys | Pause


@dataclass(frozen=True, slots=True)
class CallScript:
    """One simulated caller.

    Attributes:
        steps: what the caller does, in order; then the caller stays on the line until the agent hangs up or
            both have been silent for `leaves_after_ms`.
        voice: an espeak-ng voice, `language` or `language+variant`.
        noise_db: background noise this many dB below a normal telephone voice; None for a quiet room.
        stall_ms: every few seconds the network holds back everything from the caller for this long, then
            delivers it in one burst.
        from_number: the caller's number, E.164.
        to_number: the number called, E.164.
        seed: of the noise and of the moments of the stalls.
    """

    steps: tuple[Step, ...] = ()
    voice: str = DEFAULT_VOICE
    noise_db: float | None = None
    stall_ms: int = 0
    from_number: str = "+15005550006"
    to_number: str = "+18005551212"
    seed: int = 0
    leaves_after_ms: int = LEAVES_AFTER_MS


def check(script: CallScript) -> None:
    """Raise `ScriptError` for what no caller can do."""
    if script.stall_ms < 0:
        raise ScriptError(f"a stall of {script.stall_ms} ms is not possible; give 0 or more")
    for step in script.steps:
        match step:
            case Say(text=text) if not text.strip():
                raise ScriptError("there is nothing to say: the text is empty")
            case Say(if_heard=pattern):
                _check_pattern(pattern)
            case Keys(keys=keys):
                _check_keys(keys)
            case Pause(ms=ms) if ms < 0:
                raise ScriptError(f"a pause of {ms} ms is not possible; give 0 or more")
            case _:
                pass


def _check_keys(keys: str) -> None:
    wrong = sorted(set(keys) - KEYS - {"w"})
    if wrong or not keys:
        raise ScriptError(
            f"{keys!r} cannot be keyed in; a keypad has 0-9 * # A-D (and w waits half a second)"
        )


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ScriptError(f"{pattern!r} is not a regular expression: {error}") from None
