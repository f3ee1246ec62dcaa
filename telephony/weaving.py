"""Weaves the dialogue into the micro-turns: what is told to the dialogue, what it wants said, and when. Pure.

While the caller still speaks, the dialogue is asked what it would answer to the words understood so far; that
answer is offered to the model under the condition that the turn ends with exactly these words. When it does,
the model voices it in the very micro-turn in which it takes the turn, and the dialogue's state moves on; when
the words change, the offer is withdrawn and the state thrown away. Nothing but speech is prepared here: tasks
are delegated and calls ended only by what was really said (`telephony.speculation` begins look-ups early).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from agents.dialogue.engine import advance
from agents.dialogue.events import (
    CallerSaid,
    CancelTask,
    Classify,
    Effect,
    Event,
    HangUp,
    Interpret,
    Say,
    SpokenLanguage,
    StopInterpreting,
    SurveyAnswered,
    TransferTo,
    Unclassify,
    Unsay,
)
from agents.dialogue.state import State
from agents.messages import Delegation
from config.flow import Flow, dials_at
from model.turn import (
    Dials,
    DialsTurned,
    LanguageChanged,
    Offer,
    OfferMade,
    OfferWithdrawn,
    Transcript,
    TurnEvent,
    TurnOutput,
    TurnTaken,
    Urgency,
    VoiceChoice,
)

_TAKEN_UP_REMEMBERED: Final = 8
_SURE: Final = 1.0
"""Replies are prepared for words that turn out to be sure; what is not is answered a micro-turn later."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the dialogue would answer if the caller's turn ended with `text` now."""

    text: str
    state: State
    effects: tuple[Effect, ...]
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Weave:
    """One call's conversation between two micro-turns."""

    flow: Flow
    dialogue: State
    prepared: Prepared | None = None
    preparations: int = 0
    """How many answers were prepared: keeps the ids of prepared offers apart."""
    taken_up: tuple[str, ...] = ()
    """Prepared offers voiced lately; their ids carry the preparation's number, the dialogue's do not."""
    ending: HangUp | TransferTo | None = None
    dials: Dials | None = None
    """As the model was last told."""


@dataclass(frozen=True, slots=True)
class Woven:
    """The weave after one or more events, and what is now to be done."""

    weave: Weave
    events: tuple[TurnEvent, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    cancelled: tuple[str, ...] = ()
    survey: tuple[SurveyAnswered, ...] = ()
    questions: tuple[Classify | Unclassify, ...] = ()
    """To a language model, about the caller's words; and those no longer asked."""
    interpreting: tuple[Interpret | StopInterpreting, ...] = ()


def dialogue_id(offer_id: str) -> str:
    """The dialogue's id of an offer, whether it was prepared (`o7~3`) or not (`o7`)."""
    return offer_id.partition("~")[0]


def opening_dials(flow: Flow) -> Dials:
    """How the floor is held when a call begins."""
    return _dials(flow, flow.start)


def tell(weave: Weave, event: Event) -> Woven:
    """Tell the dialogue what happened. If it matters, an answer prepared on the former state is withdrawn."""
    step = advance(weave.flow, weave.dialogue, event)
    if not step.effects and step.state == weave.dialogue:
        return Woven(weave)
    withdrawn = _withdraw(weave.prepared)
    moved = replace(weave, dialogue=step.state, prepared=None)
    done = _carry_out(moved, step.effects, spoken=frozenset())
    return replace(done, events=(*withdrawn, *_language_news(weave, step.state), *done.events))


def overhear(weave: Weave, transcript: Transcript) -> Woven:
    """Prepare the answer to the caller's words so far; withdraw the one prepared before if it differs."""
    if not transcript.words:
        return Woven(replace(weave, prepared=None), _withdraw(weave.prepared))
    step = advance(weave.flow, weave.dialogue, _said(transcript, _SURE))
    effects = tuple(step.effects)
    if weave.prepared and weave.prepared.text == transcript.text and weave.prepared.effects == effects:
        return Woven(weave)
    number = weave.preparations + 1
    offers = tuple(
        replace(
            _offer(effect, f"{effect.offer_id}~{number}"),
            reply_to=transcript.text,
            sure_from=weave.flow.sureness.believe,
        )
        for effect in effects
        if isinstance(effect, Say)
    )
    prepared = Prepared(transcript.text, step.state, effects, offers)
    events = (*_withdraw(weave.prepared), *(OfferMade(offer) for offer in offers))
    return Woven(replace(weave, prepared=prepared, preparations=number), events)


def take(weave: Weave, transcript: Transcript, started: frozenset[str]) -> Woven:
    """The caller's turn ended with `transcript`; the model began to voice the offers `started` then."""
    prepared = weave.prepared
    if (
        prepared
        and prepared.text == transcript.text
        and any(offer.id in started for offer in prepared.offers)
    ):
        voiced = tuple(offer.id for offer in prepared.offers if offer.id in started)
        taken_up = (*weave.taken_up, *voiced)[-_TAKEN_UP_REMEMBERED:]
        moved = replace(weave, dialogue=prepared.state, prepared=None, taken_up=taken_up)
        spoken = frozenset(dialogue_id(offer_id) for offer_id in started)
        unspoken = tuple(OfferWithdrawn(offer.id) for offer in prepared.offers if offer.id not in started)
        done = _carry_out(moved, prepared.effects, spoken)
        return replace(done, events=(*unspoken, *_language_news(weave, prepared.state), *done.events))
    return tell(weave, _said(transcript, transcript.confidence))


def _said(transcript: Transcript, confidence: float) -> CallerSaid:
    """Tell the caller's turn in the dialogue's terms; `confidence` stands for that of its words."""
    spoken, other = transcript.spoken, transcript.otherwise
    return CallerSaid(
        transcript.text,
        confidence,
        transcript.language,
        None if spoken is None else SpokenLanguage(spoken.language, spoken.probability),
        None if other is None else _said(other, other.confidence),
    )


def has_reply(output: TurnOutput, waiting: Sequence[TurnEvent]) -> bool:
    """Whether the caller's turn was taken, the agent is silent, and an answer has been found since."""
    taken = any(isinstance(act, TurnTaken) for act in output.acts)
    offered = any(isinstance(event, OfferMade) for event in waiting)
    return taken and offered and not output.agent_audio.any()


def _language_news(weave: Weave, after: State) -> tuple[TurnEvent, ...]:
    """Tell the model when the call goes on in another language."""
    before = weave.flow.speaking(weave.dialogue.language).language
    language = weave.flow.speaking(after.language).language
    return () if language == before else (LanguageChanged(language),)


def _withdraw(prepared: Prepared | None) -> tuple[TurnEvent, ...]:
    return tuple(OfferWithdrawn(offer.id) for offer in prepared.offers) if prepared else ()


def _voiced_as(weave: Weave, offer_id: str) -> str:
    """Find the id under which the model knows an offer of the dialogue's."""
    return next((each for each in reversed(weave.taken_up) if dialogue_id(each) == offer_id), offer_id)


def _offer(say: Say, offer_id: str) -> Offer:
    return Offer(
        id=offer_id,
        text=say.text,
        urgency=Urgency.NEWS if say.news else Urgency.REPLY,
        expects=say.expects,
        interruptible=say.interruptible,
        language=say.language or None,
    )


def _carry_out(weave: Weave, effects: tuple[Effect, ...], spoken: frozenset[str]) -> Woven:
    """Turn the dialogue's effects into events for the model and orders for the call, in order.

    `spoken`: offers (dialogue ids) already being voiced, which need not be made again.
    """
    events: list[TurnEvent] = []
    delegations: list[Delegation] = []
    cancelled: list[str] = []
    answers: list[SurveyAnswered] = []
    questions: list[Classify | Unclassify] = []
    interpreting: list[Interpret | StopInterpreting] = []
    ending = weave.ending
    for effect in effects:
        match effect:
            case Say():
                if effect.offer_id not in spoken:
                    events.append(OfferMade(_offer(effect, effect.offer_id)))
            case Unsay():
                events.append(OfferWithdrawn(_voiced_as(weave, effect.offer_id)))
                ending = _unless_taken_back(ending, effect)
            case Delegation():
                delegations.append(effect)
            case CancelTask():
                cancelled.append(effect.task_id)
            case Interpret() | StopInterpreting():
                interpreting.append(effect)
            case HangUp() | TransferTo():
                ending = effect
            case SurveyAnswered():
                answers.append(effect)
            case Classify() | Unclassify():
                questions.append(effect)
            case _:
                assert_never(effect)
    dials = _dials(weave.flow, weave.dialogue.step)
    if dials != weave.dials:
        events.append(DialsTurned(dials))
    moved = replace(weave, ending=ending, dials=dials)
    return Woven(
        moved,
        tuple(events),
        tuple(delegations),
        tuple(cancelled),
        tuple(answers),
        tuple(questions),
        tuple(interpreting),
    )


def _unless_taken_back(ending: HangUp | TransferTo | None, said: Unsay) -> HangUp | TransferTo | None:
    return None if ending and ending.after_offer_id == said.offer_id else ending


def voice_of(flow: Flow) -> VoiceChoice:
    """Which voice speaks on the calls of a flow."""
    return VoiceChoice(flow.voice.name, flow.voice.speed, flow.voice.pitch)


def _dials(flow: Flow, step: str) -> Dials:
    dials = dials_at(flow, step)
    return Dials(dials.patience, dials.interruption, dials.backchannels)
