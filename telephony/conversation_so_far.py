"""The conversation so far, as background agents are given it: who said what, when, and what was heard. Pure.

Call time in ms. An agent's sentence that was cut off is there in two parts: what the caller heard, and what
they did not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agents.messages import SaidWords
from model.turn import Offer, Transcript
from telephony.utterances import Utterance, Utterances

Conversation = tuple[SaidWords, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said in one call.

    Attributes:
        said: by both, in the order in which it ended.
        texts: of the offers made and not yet done with, by id.
        offset_ms: call time minus agent time.
        caller_spoke_ms: when the caller last began to speak.
    """

    said: Conversation = ()
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    offset_ms: int = 0
    caller_spoke_ms: int = 0


def offered(spoken: Spoken, offer: Offer) -> Spoken:
    """Note the text of an offer, to know what of it stays unsaid."""
    return replace(spoken, texts={**spoken.texts, offer.id: offer.text})


def forgotten(spoken: Spoken, offer_id: str) -> Spoken:
    """An offer is done with: voiced, dropped or withdrawn."""
    return replace(spoken, texts={name: text for name, text in spoken.texts.items() if name != offer_id})


def caller_said(spoken: Spoken, transcript: Transcript, now_ms: int) -> Spoken:
    """The caller's turn is over. One without words adds nothing."""
    return replace(spoken, said=spoken.said + _of_caller(spoken, transcript, now_ms))


def agent_said(spoken: Spoken, utterance: Utterance) -> Spoken:
    """The agent's utterance is over: heard to its end, or cut off."""
    said = spoken.said + _of_agent(spoken, utterance)
    return forgotten(replace(spoken, said=said), utterance.offer_id)


def so_far(
    spoken: Spoken, under_way: Utterances, heard_ms: int, now_ms: int, transcript: Transcript | None = None
) -> Conversation:
    """All that was said until now, in the order in which it ended.

    Args:
        spoken: what is over.
        under_way: the agent's utterances under way; what the caller has heard of them is said.
        heard_ms: agent time up to which they have heard.
        now_ms: call time.
        transcript: the caller's turn under way, if there is one.
    """
    said = list(spoken.said)
    for utterance in under_way:
        heard = replace(utterance.as_heard(heard_ms), complete=True, flushed=utterance.flushed)
        said += _of_agent(spoken, heard)
    if transcript is not None:
        said += _of_caller(spoken, transcript, now_ms)
    return tuple(said)


def _of_caller(spoken: Spoken, transcript: Transcript, now_ms: int) -> Conversation:
    if not transcript.words:
        return ()
    start_ms = min(spoken.caller_spoke_ms, now_ms)
    return (SaidWords(speaker="caller", text=transcript.text, start_ms=start_ms, end_ms=now_ms),)


def _of_agent(spoken: Spoken, utterance: Utterance) -> Conversation:
    """Part an utterance into what was heard of it and what was not."""
    parts: list[SaidWords] = []
    words, flushed = utterance.words, utterance.flushed
    if words:
        start_ms = max(0, words[0].start_ms + spoken.offset_ms)
        end_ms = max(0, words[-1].end_ms + spoken.offset_ms)
        parts.append(SaidWords(speaker="agent", text=utterance.text, start_ms=start_ms, end_ms=end_ms))
    lost = " ".join(word.text for word in flushed)
    if not utterance.complete:
        rest = _rest(spoken.texts.get(utterance.offer_id, ""), f"{utterance.text} {lost}")
        lost = f"{lost} {rest}".strip()
    if lost:
        at_ms = flushed[0].start_ms if flushed else words[-1].end_ms if words else 0
        at_ms = max(0, at_ms + spoken.offset_ms)
        parts.append(SaidWords(speaker="agent", text=lost, start_ms=at_ms, end_ms=at_ms, heard=False))
    return tuple(parts)


def _rest(text: str, begun: str) -> str:
    """What of an offer's text was never given out; nothing when it was not voiced from its beginning on."""
    words, voiced = text.split(), begun.split()
    return " ".join(words[len(voiced) :]) if voiced and words[: len(voiced)] == voiced else ""
