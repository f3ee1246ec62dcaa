"""The simultaneous policy of one direction: what is translated when, and what is said in which order. Pure.

What the speaker says arrives as partials that replace each other. Words that have become stable are cut at
the joints of the sentence and translated phrase by phrase while he goes on; what turns out to have been heard
wrong is put right as people do it. The same events always give the same actions.
"""

from dataclasses import replace
from typing import assert_never

from agents.interpreting.asking import looking_ahead, passage_of, pending_of, sent_off
from agents.interpreting.correcting import put_right
from agents.interpreting.events import (
    Action,
    AsksToRepeat,
    Event,
    Heard,
    HeardWord,
    HearsLanguage,
    NotSaid,
    NotTranslated,
    Repeat,
    Say,
    SpeaksLanguage,
    Spoken,
    Tick,
    Translate,
    Translated,
)
from agents.interpreting.joints import Waited, phrase_end, sentences
from agents.interpreting.phrases import asks_to_repeat, may_ask_to_repeat, phrases_of
from agents.interpreting.policy import DEFAULT, Policy
from agents.interpreting.stable import places, stable, waiting_after
from agents.interpreting.state import Pending, Sent, State, Turn
from agents.interpreting.writing import meant, written

Actions = tuple[Action, ...]


def begin(source: str, target: str, policy: Policy = DEFAULT) -> State:
    """Begin to interpret a speaker of `source` for a listener of `target` (BCP 47 tags)."""
    return State(source, target, name=f"{source}-{target}", policy=policy)


def advance(state: State, event: Event) -> tuple[State, Actions]:
    """Take in what happened, and say what is to be done, in order."""
    match event:
        case Heard():
            return _heard(state, event)
        case Translated():
            return _answered(state, event.request_id, event.now_ms, text=event.text)
        case NotTranslated():
            return _answered(state, event.request_id, event.now_ms, why=event.why)
        case Spoken():
            return state.spoken(event.say_id, event.now_ms), ()
        case SpeaksLanguage():
            return _other_language(state, event.language), ()
        case HearsLanguage():
            return _other_listener(state, event.language), ()
        case Repeat():
            return _said_again(state, event.now_ms)
        case Tick():
            return _time_passed(state, event.now_ms)
        case _:
            assert_never(event)


def _other_language(state: State, language: str) -> State:
    """Be done with what was said in the language before."""
    if language == state.source:
        return state
    heard = [*(sent.word for sent in state.turn.sent), *(each.word for each in state.turn.waiting)]
    sent_ms = max((sent.word.end_ms for sent in state.turn.sent), default=state.turn.settled_ms)
    silent_ms = max((word.end_ms for word in heard), default=state.turn.settled_ms)
    settled_ms = sent_ms if state.translates else silent_ms
    return replace(state, source=language, turn=Turn(settled_ms=settled_ms, begun=state.turn.begun))


def _other_listener(state: State, language: str) -> State:
    """Say nothing more in the language before."""
    if language == state.target:
        return state
    after = replace(state, target=language, pending=(), last=())
    if after.translates is state.translates:
        return after
    words = (*(sent.word for sent in state.turn.sent), *(each.word for each in state.turn.waiting))
    heard_ms = max((word.end_ms for word in words), default=state.turn.settled_ms)
    return replace(after, turn=Turn(settled_ms=heard_ms, begun=state.turn.begun))


# --- words ----------------------------------------------------------------------------------------


def _heard(state: State, event: Heard) -> tuple[State, Actions]:
    words = state.turn.fresh(event.words)
    if not state.translates:
        waiting = waiting_after((), words, event.now_ms)
        return (
            state.turn_over("") if event.final else replace(state, turn=replace(state.turn, waiting=waiting))
        ), ()
    found = places([sent.word for sent in state.turn.sent], words)
    state, corrections = _corrected(state, words, found, event)
    waiting = waiting_after(state.turn.waiting, words[found[-1] :], event.now_ms)
    state = replace(state, turn=replace(state.turn, waiting=waiting))
    state, rest = _rest(state, event.now_ms) if event.final else _phrases(state, event.now_ms)
    state, foreseen = looking_ahead(state)
    state, said = _in_order(state, event.now_ms)
    return state, (*corrections, *rest, *foreseen, *said)


def _phrases(state: State, now_ms: int) -> tuple[State, Actions]:
    """Translate what has become a phrase."""
    actions: list[Action] = []
    while waiting := state.turn.waiting:
        words = [each.word for each in waiting]
        if not state.turn.begun and may_ask_to_repeat([word.text for word in words], state.source):
            break
        paused = words[-1].confidence >= state.policy.sure
        waited = Waited(
            words, stable(waiting, state.policy, now_ms), waiting[0].since_ms, paused, state.busy(now_ms)
        )
        end = phrase_end(waited, state.source, state.policy, now_ms)
        if not end:
            break
        state, asked = sent_off(state, words[:end], now_ms, ends=False)
        actions.extend(asked)
    return state, tuple(actions)


def _rest(state: State, now_ms: int) -> tuple[State, Actions]:
    """Translate all that is left of a turn that is over."""
    words = [each.word for each in state.turn.waiting]
    if not state.turn.begun and asks_to_repeat([word.text for word in words], state.source):
        return state.turn_over(""), (AsksToRepeat(now_ms),)
    actions: list[Action] = []
    parts = sentences(words, state.source, state.policy)
    for at, part in enumerate(parts, start=1):
        state, asked = sent_off(state, part, now_ms, ends=at == len(parts))
        actions.extend(asked)
    said = meant([sent.word for sent in state.turn.sent], state.source)
    return state.turn_over(written(said, state.source, begins=True, ends=True) if said else ""), tuple(
        actions
    )


# --- putting right --------------------------------------------------------------------------------


def _corrected(
    state: State, words: tuple[HeardWord, ...], found: tuple[int, ...], event: Heard
) -> tuple[State, Actions]:
    """Put right what was translated and is now heard otherwise, once that is to be believed."""
    turn = state.turn
    doubt = tuple(word.text for word in words[: found[-1]])
    if doubt == tuple(sent.word.text for sent in turn.sent):
        return (replace(state, turn=replace(turn, doubt=())) if turn.doubt else state), ()
    if doubt != turn.doubt:
        turn = replace(turn, doubt=doubt, doubt_since_ms=event.now_ms)
        state = replace(state, turn=turn)
    sure = all(word.confidence >= state.policy.sure for word in words[: found[-1]])
    patience_ms = state.policy.unchanged_ms if sure else state.policy.believe_ms
    if not event.final and event.now_ms - turn.doubt_since_ms < patience_ms:
        return state, ()
    actions: list[Action] = []
    sent: list[Sent] = []
    at = 0
    for request_id, phrase in turn.phrases():
        now = words[found[at] : found[at + len(phrase)]]
        at += len(phrase)
        state, asked, kept = _phrase_corrected(state, request_id, phrase, now, event)
        actions.extend(asked)
        sent.extend(kept)
    turn = replace(state.turn, sent=tuple(sent)).shortened(state.policy.recall)
    return replace(state, turn=turn), tuple(actions)


def _phrase_corrected(
    state: State, request_id: str, phrase: tuple[HeardWord, ...], now: tuple[HeardWord, ...], event: Heard
) -> tuple[State, Actions, list[Sent]]:
    """Put one phrase right: translate it anew if it was not said yet, otherwise say what was wrong."""
    as_it_was = [Sent(word, request_id) for word in phrase]
    meant_now = meant(now, state.source)
    right = put_right(meant(phrase, state.source), meant_now, state.source)
    may = state.policy.corrections + (state.policy.corrections if event.final else 0)
    trusted = right and sum(word.confidence for word in right) >= state.policy.trust * len(right)
    if not trusted or state.turn.corrected >= may:
        return state, (), as_it_was
    waits = [k for k, each in enumerate(state.pending) if each.request_id == request_id and _unsaid(each)]
    state, new_id = state.next_id()
    if waits:
        old = state.pending[waits[0]]
        text = written(
            meant_now, state.source, begins=old.source[:1].isupper(), ends=old.source[-1:] in (".", "?")
        )
        anew = pending_of(state, new_id, text, now, event.now_ms)
        state = replace(state, pending=(*state.pending[: waits[0]], anew, *state.pending[waits[0] + 1 :]))
    else:
        text = written(right, state.source, begins=False, ends=False)
        anew = replace(pending_of(state, new_id, text, now, event.now_ms), corrects=True)
        turn = replace(state.turn, corrected=state.turn.corrected + 1)
        state = replace(state, pending=(*state.pending, anew), turn=turn)
    return (
        state,
        (Translate(new_id, passage_of(state, text, whole=False)),),
        [Sent(word, new_id) for word in now],
    )


def _unsaid(pending: Pending) -> bool:
    return pending.text is None and pending.why is None and not pending.corrects


# --- saying ---------------------------------------------------------------------------------------


def _answered(
    state: State, request_id: str, now_ms: int, text: str | None = None, why: str | None = None
) -> tuple[State, Actions]:
    """Keep an answer until its place has come. One that nobody waits for is let be."""
    pending = tuple(
        replace(each, text=text, why=why) if each.request_id == request_id and each.text is None else each
        for each in state.pending
    )
    return _in_order(replace(state, pending=pending).told_ahead(request_id, text), now_ms)


def _in_order(state: State, now_ms: int) -> tuple[State, Actions]:
    """Say what is ready, up to the first request that is not answered."""
    actions: list[Action] = []
    while state.pending and (state.pending[0].text is not None or state.pending[0].why is not None):
        first, state = state.pending[0], replace(state, pending=state.pending[1:])
        if first.why is not None:
            actions.append(NotSaid(first.request_id, first.source, first.from_ms, first.upto_ms, first.why))
            continue
        text = (first.text or "").strip()
        if not text:
            continue
        if first.corrects:
            text = phrases_of(state.target).correction.format(text=text)
        speed = state.policy.behind_speed if state.behind else state.policy.speed
        state, say_id = state.next_id()
        state = state.saying(say_id, text, now_ms, speed).remembering(text, first.turn)
        actions.append(
            Say(
                say_id,
                text,
                first.source,
                first.from_ms,
                first.upto_ms,
                corrects=first.corrects,
                speed=speed,
            )
        )
    return state, tuple(actions)


def _said_again(state: State, now_ms: int) -> tuple[State, Actions]:
    """Say the last turn's translation once more."""
    text = " ".join(state.last)
    if not text:
        return state, ()
    state, say_id = state.next_id()
    return state.saying(say_id, text, now_ms), (Say(say_id, text, "", now_ms, now_ms, repeats=True),)


def _time_passed(state: State, now_ms: int) -> tuple[State, Actions]:
    """Give up on requests that were never answered, and let phrases go that have waited long enough."""
    late_ms = now_ms - state.policy.patience_ms
    why = f"no answer from the translator within {state.policy.patience_ms} ms"
    if any(_no_answer(each) and each.asked_ms <= late_ms for each in state.pending):
        pending = tuple(
            replace(each, why=why) if _no_answer(each) and each.asked_ms <= late_ms else each
            for each in state.pending
        )
        state = replace(state, pending=pending)
    state, said = _in_order(state.spoken(None, now_ms), now_ms)
    if not state.translates:
        return state, said
    state, asked = _phrases(state, now_ms)
    state, more = _in_order(state, now_ms)
    return state, (*said, *asked, *more)


def _no_answer(pending: Pending) -> bool:
    return pending.text is None and pending.why is None
