"""The dialogue engine: one event in, the next state and the effects out.

    state = begin(flow, CallFacts(call_id, today))
    advance(flow, state, CallBegan())  →  Advance(state, effects)

Pure and deterministic: no I/O, no clock, no chance, and nothing is changed in place. So a live call, a
simulation and a replay go the same way, and a call may *peek*: advance on words that are still being spoken,
make the reply ready, and forget that state if the words change. Ids of offers and tasks come from the state,
so what was peeked at is what is committed.

The rooms: `scene` (state and effects while one event is worked on), `walk` (from step to step), `replies`
(what the caller says), `classifying` (words that
fit no phrase), `numbers` (digits, spoken and keyed), `again` (asking again), `waits` (silence, words
heard or lost), `delegating` (work handed out), `findings` (what it reports), `news` (telling it), `clock`
(reminders and waits; `next_due_ms` tells when the next `TimePassed` is due), `handing` (a person takes the
call over and gives it back), `promises`, `spans` (times as people say them).
"""

from typing import assert_never

from agents.dialogue.classifying import classified, let_go, overtaken, withdrawn
from agents.dialogue.clock import time_passed
from agents.dialogue.events import (
    CallBegan,
    CallerGoesOn,
    CallerSaid,
    CallerSilent,
    Classified,
    Event,
    HandedBack,
    InterpretationEnded,
    KeysPressed,
    OfferHeard,
    OfferLost,
    Reported,
    TakenOver,
    TimePassed,
)
from agents.dialogue.findings import reported
from agents.dialogue.following import followed, lacking
from agents.dialogue.handing import handed_back, interpretation_ended, taken_over
from agents.dialogue.news import tell_what_is_owed
from agents.dialogue.numbers import key_pressed
from agents.dialogue.replies import caller_said
from agents.dialogue.scene import Scene
from agents.dialogue.state import Advance, CallFacts, State
from agents.dialogue.waits import heard, lost, silent
from agents.dialogue.walk import enter
from config.flow import Flow


def begin(flow: Flow, call: CallFacts) -> State:
    """Make the state of a call that has not begun: the first event it takes is `CallBegan`."""
    return State(call, flow.key)


def advance(flow: Flow, state: State, event: Event) -> Advance:
    """Take one event in. Events before the call began or after it is over change nothing."""
    if state.over or (state.step == "") is not isinstance(event, CallBegan):
        return Advance(state, ())
    before = Scene(
        flow.speaking(state.language),
        state,
        news=not isinstance(event, CallBegan | CallerSaid | KeysPressed | Classified),
        words=event.text if isinstance(event, CallerSaid) else "",
    )
    scene = overtaken(before, _advanced(before, event))
    if isinstance(event, CallerSaid | KeysPressed | OfferHeard | Classified):
        scene = tell_what_is_owed(scene)
    return Advance(scene.state, scene.effects, scene.walked)


def _advanced(scene: Scene, event: Event) -> Scene:
    match event:
        case CallBegan():
            return enter(scene, scene.flow.start)
        case CallerSaid() | KeysPressed() | CallerSilent() | CallerGoesOn() | Classified():
            return _of_the_caller(scene, event)
        case Reported(report):
            return reported(scene, report)
        case OfferHeard(offer_id):
            return heard(scene, offer_id)
        case OfferLost(offer_id):
            return lost(scene, offer_id)
        case TimePassed(now_ms):
            return time_passed(scene, now_ms)
        case TakenOver():
            return taken_over(withdrawn(scene))
        case HandedBack():
            return handed_back(scene)
        case InterpretationEnded():
            return interpretation_ended(scene, event)
        case _:
            assert_never(event)


def _of_the_caller(
    scene: Scene, event: CallerSaid | KeysPressed | CallerSilent | CallerGoesOn | Classified
) -> Scene:
    """Take in what the caller does, and what their words are taken for."""
    match event:
        case CallerSaid():
            scene, heard = followed(scene, event)
            return lacking(caller_said(scene, heard.text, heard.confidence), event)
        case KeysPressed(key):
            return key_pressed(scene, key)
        case CallerSilent(silent_ms):
            return silent(scene, silent_ms)
        case CallerGoesOn():
            return let_go(scene)
        case Classified():
            return classified(scene, event)
        case _:
            assert_never(event)
