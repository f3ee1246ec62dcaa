"""Whether what the agent said is what it was offered, word for word, and nothing else. Pure."""

from typing import Final

from model.evaluate.cases import Script
from model.evaluate.recording import HeardWord, Recording
from model.turn import OfferFinished, OfferMade

_NEAR_MS: Final = 250.0
"""Word times may be off by so much."""


def offered_texts(script: Script) -> dict[str, str]:
    """Texts by the ids the offers were first given."""
    return {
        cue.event.offer.id: cue.event.offer.text for cue in script.cues if isinstance(cue.event, OfferMade)
    }


def verbatim(script: Script, recording: Recording) -> tuple[int, int]:
    """How many offers were finished, and how many of them were voiced word for word."""
    made = offered_texts(script)
    replies = [reply.text for reply in script.replies]
    voiced = dict(recording.voiced)
    finished = exact = 0
    for act in recording.acts(OfferFinished):
        if not isinstance(act, OfferFinished) or act.offer_id.startswith("chatter"):
            continue
        texts = [made[act.offer_id]] if act.offer_id in made else replies
        said = _words(voiced.get(act.offer_id, ()))
        finished += 1
        exact += any(says(said, _words((text,))) for text in texts)
    return finished, exact


def says(said: list[str], text: list[str]) -> bool:
    """Whether the words are the text; what was taken up again may come twice."""
    at = 0
    for k, word in enumerate(said):
        if at < len(text) and word == text[at]:
            at += 1
            continue
        rest = said[k:]
        back = next((j for j in range(at) if text[j : j + len(rest)][: at - j] == rest[: at - j]), None)
        if back is None:
            return False
        at = back + 1
    return at == len(text)


def unaccounted_ms(recording: Recording) -> float:
    """Agent sound with no word of the record anywhere near it."""
    stray = 0.0
    for span in recording.speech(bridge_ms=0):
        stray += (
            span.ms if not any(_near(word, span.start_ms, span.end_ms) for word in recording.words) else 0
        )
    return stray


def _near(word: HeardWord, start_ms: float, end_ms: float) -> bool:
    return word.start_ms - _NEAR_MS < end_ms and word.end_ms + _NEAR_MS > start_ms


def _words(texts: tuple[str, ...]) -> list[str]:
    return [word for text in texts for word in text.split()]
