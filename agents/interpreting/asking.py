"""Giving a speaker's words to the translator: as a phrase, or ahead, as what may come to be one. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from agents.interpreting.events import Action, HeardWord, Translate
from agents.interpreting.state import Pending, Sent, State
from agents.interpreting.tongue import tongue_of
from agents.interpreting.writing import meant, written
from agents.translation.translator import Passage

Actions = tuple[Action, ...]


def sent_off(state: State, words: Sequence[HeardWord], now_ms: int, *, ends: bool) -> tuple[State, Actions]:
    """Give the next words to the translator."""
    before = [sent.word for sent in state.turn.sent]
    said = meant(words, state.source, before)
    request_id, actions = "", ()
    if said:
        text = written(said, state.source, begins=not state.turn.begun, ends=ends)
        passage = passage_of(state, text, whole=ends)
        if (foreseen := state.foreseen(passage)) is not None:
            request_id = foreseen.request_id
            state = state.told_ahead(request_id, None)
        else:
            state, request_id = state.next_id()
            actions = (Translate(request_id, passage),)
        pending = replace(
            pending_of(state, request_id, text, words, now_ms), text=foreseen.text if foreseen else None
        )
        state = replace(state, pending=(*state.pending, pending))
    turn = replace(
        state.turn,
        sent=(*state.turn.sent, *(Sent(word, request_id) for word in words)),
        waiting=state.turn.waiting[len(words) :],
        begun=state.turn.begun or bool(said),
    )
    return replace(state, turn=turn.shortened(state.policy.recall)), actions


def passage_of(state: State, text: str, *, whole: bool) -> Passage:
    """Write the next passage, with what was said before it."""
    said = meant([sent.word for sent in state.turn.sent], state.source)
    now = (written(said, state.source, begins=True, ends=False),) if said else ()
    return Passage(text, state.source, state.target, before=(*state.context, *now), whole=whole)


def pending_of(state: State, request_id: str, text: str, words: Sequence[HeardWord], now_ms: int) -> Pending:
    """Note a request that is to be said when its turn comes."""
    return Pending(request_id, text, words[0].start_ms, words[-1].end_ms, now_ms, state.turns)


def looking_ahead(state: State) -> tuple[State, Actions]:
    """Ask for the translation of what the next phrase may be: all that waits, as if nothing followed."""
    words = [each.word for each in state.turn.waiting]
    if not state.policy.ahead or not words or words[-1].text in tongue_of(state.source).unfinished:
        return state, ()
    said = meant(words, state.source, [sent.word for sent in state.turn.sent])
    if not said:
        return state, ()
    ends = words[-1].confidence >= state.policy.sure  # the voice has paused: it may be over
    text = written(said, state.source, begins=not state.turn.begun, ends=ends)
    passage = passage_of(state, text, whole=ends)
    if state.foreseen(passage) is not None:
        return state, ()
    state, request_id = state.next_id()
    return state.foreseeing(request_id, passage), (Translate(request_id, passage, ahead=True),)
