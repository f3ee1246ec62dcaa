"""Following the caller into the language they speak, without being asked to. Pure.

The ears tell with every turn which language it most likely was in, by all the caller has said. The call goes
on in another one that the flow has once that is sure enough: at once when it is very likely and more than a
word was said, else when it was likely two turns in a row. Names say nothing of a language. Where the flow
lacks the language, the caller hears so once, in their own.
"""

from dataclasses import replace
from typing import Final

from babel import Locale, UnknownLocaleError

from agents.dialogue.events import CallerSaid, Say
from agents.dialogue.expecting import answered_ask
from agents.dialogue.scene import Scene, say
from agents.dialogue.standing import standing
from agents.dialogue.state import Purpose
from agents.dialogue.switching import going_on_in
from agents.dialogue.tongue import listed
from config.flow import Flow
from config.flow_languages import primary
from config.flow_slots import EmailSlot, SpelledNameSlot

_IN_A_ROW: Final = 2
_OTHER: Final = "other"
"""A language the ears do not know."""
_MORE_FOR_NAMES: Final = 3
"""More words than a name has must be said where one is asked for."""


def followed(scene: Scene, said: CallerSaid) -> tuple[Scene, CallerSaid]:
    """Go on in the language the caller speaks if that is sure enough; what they said, in the call's language.

    A turn that was understood in two languages is taken as it was in the one the call is in now.
    """
    tag = "" if said.spoken is None else scene.flow.tag_for(said.spoken.language)
    if said.spoken is None or not tag or primary(tag) == primary(scene.flow.language):
        return scene.now(strange=0), _in(scene.flow.language, said)
    settings = scene.flow.recognise_language
    tells = _tells(scene, _in(tag, said).text)
    strange = scene.state.strange + 1 if tells and said.spoken.probability >= settings.likely else 0
    at_once = tells and said.spoken.probability >= settings.sure and _words(_in(tag, said)) >= settings.words
    if settings.on and (at_once or strange >= _IN_A_ROW):
        scene = going_on_in(scene.now(strange=0), tag)
    else:
        scene = scene.now(strange=strange)
    heard = _in(scene.flow.language, said)
    return replace(scene, words=heard.text), heard


def lacking(scene: Scene, said: CallerSaid) -> Scene:
    """Say, once in a call, that the line does not speak the caller's language: in that language if we can."""
    spoken, settings = said.spoken, scene.flow.recognise_language
    if spoken is None or not settings.on or scene.state.lacked or scene.flow.tag_for(spoken.language):
        return scene
    if spoken.probability < settings.sure or not _is_lost(scene, said):
        return scene
    language = scene.flow.language if spoken.language == _OTHER else spoken.language
    text = standing("only_speaks", language)
    if not text:
        return scene
    text = text.replace("{languages}", _named(scene.flow, language))
    before = scene.effects
    offered = say(scene.now(lacked=True), text, Purpose.REMARK)
    ours = tuple(
        replace(effect, language=language) if isinstance(effect, Say) else effect
        for effect in offered.effects[len(before) :]
    )
    first = next((at for at, effect in enumerate(before) if isinstance(effect, Say)), len(before))
    return replace(offered, effects=(*before[:first], *ours, *before[first:]))


def _in(tag: str, said: CallerSaid) -> CallerSaid:
    """Take the turn as it was understood in a language; as it was told where that is the only way."""
    other = said.otherwise
    if other is None or primary(other.language) != primary(tag) or primary(said.language) == primary(tag):
        return said
    return replace(said, text=other.text, confidence=other.confidence, language=other.language)


def _tells(scene: Scene, text: str) -> bool:
    """Whether what was said can tell of a language: a name asked for cannot."""
    ask = answered_ask(scene.flow, scene.state)
    slot = scene.flow.slots.get(ask.slot) if ask and ask.slot else None
    named = isinstance(slot, SpelledNameSlot | EmailSlot)
    return not named or len(text.split()) > _MORE_FOR_NAMES


def _words(said: CallerSaid) -> int:
    return len(said.text.split())


def _is_lost(scene: Scene, said: CallerSaid) -> bool:
    """Whether the words were not understood in the call's language."""
    heard = _in(scene.flow.language, said)
    return not heard.text or heard.confidence < scene.flow.sureness.believe or scene.state.misses > 0


def _named(flow: Flow, language: str) -> str:
    """Name the flow's languages in one language: "English and Spanish"."""
    try:
        names = Locale(primary(language)).languages
    except UnknownLocaleError:
        names = Locale("en").languages
    tags = dict.fromkeys(primary(tag) for tag in flow.languages or (flow.language,))
    return listed([names.get(each, each) for each in tags], language)
