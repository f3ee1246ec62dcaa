"""The voice of the house with its lines learnt by heart: in virtual time nobody waits for a synthesiser."""

from collections.abc import Iterable, Iterator
from functools import cache

from model.evaluate.agent_lines import tag_of
from model.evaluate.cases import Case
from model.turn import AS_USUAL, OfferMade, VoiceChoice
from model.voice.house import HouseVoice
from model.voice.voice import Speech


class RehearsedVoice:
    """Says what the voice of the house says; what was said before, or rehearsed, comes at once."""

    def speak(self, text: str, language: str = "en-US", choice: VoiceChoice = AS_USUAL) -> Iterator[Speech]:
        """Yield the clauses of `text`; whatever the `choice`, as usual."""
        yield from _spoken(text, language)


def rehearse(cases: Iterable[Case]) -> None:
    """Learn all that can be offered in these cases."""
    for case in cases:
        made = (cue.event.offer for cue in case.script.cues if isinstance(cue.event, OfferMade))
        for offer in (*made, *case.script.replies):
            _spoken(offer.text, tag_of(case.language))


@cache
def _spoken(text: str, language: str) -> tuple[Speech, ...]:
    return tuple(HouseVoice().speak(text, language))
