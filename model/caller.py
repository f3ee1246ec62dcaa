"""The caller's voice, followed slot by slot: speaking or not, for how long, how much over the agent. Pure.

Three spans: a *stretch* is voice without a gap worth the name, a *turn* is all stretches until the turn is
taken, *overlap* is what of a stretch sounds while the agent speaks.
"""

from dataclasses import dataclass, replace
from typing import Final

from config.units import SLOT_MS
from model.turn import Readings

_ON: Final = 0.5
_OFF: Final = 0.35
"""Voice begins above the one probability and ends below the other."""
_ONSET_MS: Final = 100
"""Voice must last this long to be speech at all; a click does not."""
_OFFSET_MS: Final = 100
"""Voice must be gone this long before the caller counts as silent."""
_STRETCH_GAP_MS: Final = 300
_RECENT: Final = 4


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of the caller's voice. Times are call time.

    Attributes:
        speaking: voice is on, with hysteresis.
        voice_ms: the last slots in which voice may be coming on.
        silence_ms: since the last voiced slot, while still `speaking`.
        onset_ms: when the latest stretch began; None before the first.
        last_voice_ms: end of the last voiced slot of any turn; None when the caller has not spoken yet.
        turn_began_ms: when the current turn began; None when there is none.
        turn_ms, stretch_ms, overlap_ms: voiced time in each.
        interrupting: the model's `barge_in` at the last voiced slots of the overlap.
        ending: the model's `turn_end` at the last slots.
    """

    speaking: bool = False
    voice_ms: int = 0
    silence_ms: int = 0
    onset_ms: int | None = None
    last_voice_ms: int | None = None
    turn_began_ms: int | None = None
    turn_ms: int = 0
    stretch_ms: int = 0
    overlap_ms: int = 0
    interrupting: tuple[float, ...] = ()
    ending: tuple[float, ...] = ()

    @property
    def has_turn(self) -> bool:
        """Whether the caller has said something that has not been taken or forgotten."""
        return self.turn_began_ms is not None

    @property
    def may_be_speaking(self) -> bool:
        """Whether voice is on, or coming on."""
        return self.speaking or self.voice_ms > 0

    def quiet_ms(self, now_ms: int) -> int:
        """Silence since the last voice; since the call began when there was none."""
        return now_ms - (self.last_voice_ms or 0)

    @property
    def is_interrupting(self) -> float:
        """Probability that the overlap is meant to take the floor; 0 without one."""
        return sum(self.interrupting) / len(self.interrupting) if self.interrupting else 0.0

    @property
    def has_ended(self) -> float:
        """Probability that the turn is over."""
        recent = self.ending[-2:]
        return sum(recent) / len(recent) if recent else 0.0

    def after_turn(self) -> "Caller":
        """Begin a new turn: the last one has been taken, or forgotten."""
        return replace(
            self, turn_began_ms=None, turn_ms=0, stretch_ms=0, overlap_ms=0, interrupting=(), ending=()
        )


def attend(caller: Caller, slot: Readings, now_ms: int, *, agent_speaks: bool) -> Caller:
    """Take in one slot that ends at `now_ms`."""
    ending = (*caller.ending, slot.turn_end)[-_RECENT:]
    if slot.caller_voice < (_OFF if caller.speaking else _ON):
        return _silent(caller, ending)
    voiced_ms = SLOT_MS
    if not caller.speaking:
        voiced_ms += caller.voice_ms
        if voiced_ms < _ONSET_MS:
            return replace(caller, voice_ms=voiced_ms, ending=ending)
        caller = _begin(caller, now_ms - voiced_ms)
    overlap_ms, interrupting = caller.overlap_ms, caller.interrupting
    if agent_speaks:
        overlap_ms, interrupting = overlap_ms + voiced_ms, (*interrupting, slot.barge_in)[-_RECENT:]
    return replace(
        caller,
        voice_ms=0,
        silence_ms=0,
        last_voice_ms=now_ms,
        turn_ms=caller.turn_ms + voiced_ms,
        stretch_ms=caller.stretch_ms + voiced_ms,
        overlap_ms=overlap_ms,
        interrupting=interrupting,
        ending=ending,
    )


def _silent(caller: Caller, ending: tuple[float, ...]) -> Caller:
    if not caller.speaking:
        return replace(caller, voice_ms=0, ending=ending)
    silence_ms = caller.silence_ms + SLOT_MS
    return replace(caller, silence_ms=silence_ms, speaking=silence_ms < _OFFSET_MS, ending=ending)


def _begin(caller: Caller, onset_ms: int) -> Caller:
    began_ms = onset_ms if caller.turn_began_ms is None else caller.turn_began_ms
    caller = replace(caller, speaking=True, turn_began_ms=began_ms)
    if (
        caller.last_voice_ms is not None
        and onset_ms - caller.last_voice_ms <= _STRETCH_GAP_MS
        and caller.stretch_ms
    ):
        return caller
    return replace(caller, onset_ms=onset_ms, stretch_ms=0, overlap_ms=0, interrupting=())
