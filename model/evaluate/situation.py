"""The conversation of a case: which offers are made when. Pure; the same for every system.

It does what the product's call does: a turn that is taken is answered at once, in the same micro-turn if the
agent is silent in it. Only its answers do not depend on the caller's words.
"""

from dataclasses import dataclass, replace

from config.units import MICRO_TURN_MS
from model.evaluate.cases import Script
from model.turn import OfferMade, TurnEvent, TurnOutput, TurnTaken, Yielded


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the conversation stands.

    Attributes:
        script: of the case.
        next_cue: index of the next cue.
        answered: how many turns have been replied to.
        waiting: events for the next micro-turn.
    """

    script: Script
    next_cue: int = 0
    answered: int = 0
    waiting: tuple[TurnEvent, ...] = ()


def due(situation: Situation, index: int) -> tuple[Situation, tuple[TurnEvent, ...]]:
    """What the model is to be told in micro-turn `index`."""
    cues = situation.script.cues
    last = situation.next_cue
    while last < len(cues) and cues[last].at_ms < (index + 1) * MICRO_TURN_MS:
        last += 1
    by_clock = tuple(cue.event for cue in cues[situation.next_cue : last])
    events = (*situation.waiting, *by_clock)
    return replace(situation, next_cue=last, waiting=()), events


def answer(situation: Situation, output: TurnOutput) -> Situation:
    """Take in what the model did; the reply to a turn it took is now waiting."""
    taken = any(isinstance(act, TurnTaken) for act in output.acts)
    replies = situation.script.replies
    if not taken or not replies or (output.index + 1) * MICRO_TURN_MS < situation.script.answers_from_ms:
        return situation
    number = situation.answered
    offer = replies[min(number, len(replies) - 1)]
    made = OfferMade(replace(offer, id=f"{offer.id}-{number + 1}"))
    return replace(situation, answered=number + 1, waiting=(*situation.waiting, made))


def answers_at_once(situation: Situation, output: TurnOutput) -> bool:
    """Whether the reply can still be voiced in the micro-turn that was just given out."""
    if not situation.waiting or output.agent_audio.any():
        return False
    acts = output.acts
    return any(isinstance(act, TurnTaken) for act in acts) and not any(
        isinstance(act, Yielded) for act in acts
    )


def joined(output: TurnOutput, reply: TurnOutput) -> TurnOutput:
    """A micro-turn and the reply voiced in it, as one."""
    return replace(reply, transcript=output.transcript, acts=(*output.acts, *reply.acts))
