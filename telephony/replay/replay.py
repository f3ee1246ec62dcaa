"""Plays the caller's side of a recorded call to a flow: a real call but for time, line and background agents.

Time is virtual: micro-turns follow each other as fast as they are done. The line has no delay: what one
gives out is heard while the next lasts. The caller cannot react to what the flow says differently; where the
two calls part, what follows is a conversation of two who no longer hear each other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from agents.dialogue.state import CallFacts
from agents.simulation.events import Source
from agents.simulation.trial_tools import TrialTools
from config.flow import Flow
from config.replaying import By, ReplayOrder
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import CallContext
from telephony.call import Call
from telephony.call_parts import AgentSide, CallParts, CallSummary
from telephony.classifying import Classifier
from telephony.line import HeardSpan, IncomingCall, LineTurn
from telephony.replay.desk import ReplayDesk
from telephony.replay.recorded import RecordedCall, read_recorded
from telephony.replay.understood import ReplayClassifier
from telephony.replay.words_side import WordsSide
from telephony.tape import Tape, read_rows
from telephony.weaving import opening_dials

_BEYOND: Final = 30_000 // MICRO_TURN_MS
"""So many micro-turns a replayed call may go on after the recording, if not the caller ended that."""
_TOLD_EVERY: Final = 5
_CALLER_HUNG_UP: Final = "caller_hung_up"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What is not on the replay's tape: where outcomes of tasks are from, and how much silence was added."""

    sources: dict[str, Source]
    beyond_ms: int


async def replay(
    order: ReplayOrder,
    flow: Flow,
    tools: TrialTools,
    progress: Callable[[float], None] = lambda _: None,
    classifier: Classifier | None = None,
) -> Replayed:
    """Replay a call; its tape is written into the order's folder.

    Args:
        order: which call, and how.
        flow: the order's, read.
        tools: what is looked up that was not looked up then.
        progress: told now and then how much is done, 0 to 1.
        classifier: tells what words mean that were not asked about then.

    Raises:
        ReplayError: the call cannot be replayed.
        FileExistsError: the folder holds a tape already.
    """
    recorded = read_recorded(order.tape)
    desk = ReplayDesk(recorded.call_id, recorded.tasks, tools)
    understood = ReplayClassifier(recorded.classified, classifier)
    asks = bool(recorded.classified) or classifier is not None
    call = _call(order, recorded, flow, desk, understood if asks else None)
    hung_up = recorded.outcome in (None, _CALLER_HUNG_UP)
    micro_turns = recorded.micro_turns + (0 if hung_up else _BEYOND)
    index = 0
    try:
        while index < micro_turns:
            desk.now_ms = index * MICRO_TURN_MS
            answer = await call.micro_turn(_turn(recorded, index, order.by))
            await desk.settled()
            await understood.passed((index + 1) * MICRO_TURN_MS)
            index += 1
            if index % _TOLD_EVERY == 0:
                progress(min(1.0, index / recorded.micro_turns))
            if answer.end:
                break
    finally:
        await call.close("stop")
    return Replayed(_by_task(desk.sources, order), max(0, index - recorded.micro_turns) * MICRO_TURN_MS)


def _by_task(sources: dict[str, Source], order: ReplayOrder) -> dict[str, Source]:
    """Where outcomes are from, by the dialogue's ids: a look-up begun early was adopted under another."""
    rows = (row for row in read_rows(order.into) if row["kind"] == "turn")
    marks = [mark for row in rows for mark in row.get("speculation", [])]
    adopted = {mark["task_id"]: mark["adopted_as"] for mark in marks if mark["what"] == "adopted"}
    return {adopted.get(task, task): source for task, source in sources.items()}


def _call(
    order: ReplayOrder,
    recorded: RecordedCall,
    flow: Flow,
    desk: ReplayDesk,
    classifier: Classifier | None,
) -> Call:
    """Put the call together: as a live one, with nobody to hang up on and nobody to tell."""
    context = CallContext(recorded.call_id, flow.language, opening_dials(flow))
    header = {
        "call_id": recorded.call_id,
        "carrier_call_id": "",
        "flow": flow.key,
        "began_at": f"{recorded.today}T00:00:00+00:00",
        "replayed_by": order.by.value,
    }

    async def ended(_: CallSummary) -> None:
        """There is no record to enter it in."""

    return Call(
        CallParts(
            incoming=IncomingCall("replay", recorded.call_id, "", ""),
            facts=CallFacts(recorded.call_id, recorded.today, classifies=classifier is not None),
            flow=flow,
            agent=_side(order, recorded, context),
            desk=desk,
            tape=Tape(order.into, header),
            carrier=None,
            limit_ms=order.settings.max_call_minutes * 60_000,
            ended=ended,
            classifier=classifier,
        )
    )


def _side(order: ReplayOrder, recorded: RecordedCall, context: CallContext) -> AgentSide:
    if order.by is By.WORDS:
        return WordsSide(recorded.turns)
    from telephony.replay.audio_side import AudioSide  # torch: not for words alone

    return AudioSide(order.settings, context)


def _turn(recorded: RecordedCall, index: int, by: By) -> LineTurn:
    """What the line brings: the caller as recorded, then silence; the agent heard without delay."""
    within = index < recorded.micro_turns
    heard = HeardSpan((index - 1) * MICRO_TURN_SAMPLES, index * MICRO_TURN_SAMPLES, MICRO_TURN_SAMPLES)
    return LineTurn(
        index=index,
        caller_audio=recorded.caller[index] if within else np.zeros(MICRO_TURN_SAMPLES, np.int16),
        keys=recorded.keys.get(index, ()),
        heard_ms=index * MICRO_TURN_MS,
        heard=(heard,) if index else (),
        typed=recorded.typed(index) if by is By.AUDIO else (),  # by words, all turns are known
    )
