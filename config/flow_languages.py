"""One flow in several languages: any text, and what callers may mean, is written once for each.

    languages: [en-US, es-MX]
    ...
    says: {en: How can I help you?, es: ¿En qué puedo ayudarle?}

What is written so is taken apart on reading: each language becomes a flow of its own, the same in all but
its words. Where a flow has several languages, `en` and `es` are no names of anything else.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from config.flow import Flow
from config.flow_graph import texts
from config.flow_slots import ChoiceSlot
from config.flow_text import BLANK, Text
from config.languages import language_name


def primary(tag: str) -> str:
    """Give the language of a tag: `es` of `es-MX`."""
    return tag.partition("-")[0]


def tags_of(content: Mapping[Any, Any]) -> tuple[str, ...]:
    """List the tags of the languages a flow is written in; one or none: nothing is to be taken apart."""
    languages = content.get("languages")
    if not isinstance(languages, list):
        return ()
    return tuple(tag for tag in cast("list[object]", languages) if isinstance(tag, str))


def in_one_language(content: Mapping[Any, Any], tag: str, tags: tuple[str, ...]) -> dict[Any, Any]:
    """Reduce what was read to one language. What lacks it is left out."""
    known = frozenset(map(primary, tags))
    return {**cast("Mapping[Any, Any]", _reduced(content, primary(tag), known)), "language": tag}


def _reduced(value: object, language: str, known: frozenset[str]) -> object:
    if isinstance(value, list):
        return [_reduced(each, language, known) for each in cast("list[Any]", value)]
    if not isinstance(value, Mapping):
        return value
    mapping = cast("Mapping[Any, Any]", value)
    if _by_language(mapping, known):
        return mapping.get(language, next(iter(mapping.values())))
    return {key: _reduced(each, language, known) for key, each in mapping.items()}


def _by_language(mapping: Mapping[Any, Any], known: frozenset[str]) -> bool:
    return bool(mapping) and all(key in known for key in mapping)


def missing_languages(content: Mapping[Any, Any], flow: Flow, tags: tuple[str, ...]) -> tuple[str, ...]:
    """List the texts that are not written in all of a flow's languages."""
    known = tuple(dict.fromkeys(map(primary, tags)))
    found: list[str] = []
    for path, text in _worded(flow):
        written = _languages_at(content, path.split("."), frozenset(known))
        if written is None and not any(map(_has_words, text)):
            continue  # "{last}" is the same in any language
        lacking = [language_name(each) for each in known if each not in (written or ())]
        if lacking:
            place, _, field = path.partition(".")
            named = place in ("steps", "meanings", "slots")
            name, _, field = field.partition(".") if named else ("", "", field)
            where = f"{place.removesuffix('s')} '{name}'" if name else place
            what = f"{field} " if field else ""
            fix = f"write it as {{{', '.join(f'{each}: ...' for each in known)}}}"
            found.append(f"{where}: {what}has no {' and no '.join(lacking)}; {fix}")
    return tuple(dict.fromkeys(found))


def _worded(flow: Flow) -> Iterator[tuple[str, Text]]:
    yield "resuming", flow.resuming
    yield "talked_over", flow.talked_over
    yield from (("silence.says", text) for text in flow.silence.says)
    for name, meaning in flow.meanings.items():
        yield f"meanings.{name}", meaning.phrases
    for name, slot in flow.slots.items():
        if isinstance(slot, ChoiceSlot):
            yield from ((f"slots.{name}.choices.{choice}", words) for choice, words in slot.choices.items())
    for name, step in flow.steps.items():
        yield from ((f"steps.{name}.{field}", text) for field, text in texts(step))


def _languages_at(value: object, path: list[str], known: frozenset[str]) -> tuple[str, ...] | None:
    """Find in which languages the text at a path is written; None: it is not written by language."""
    if isinstance(value, Mapping):
        mapping = cast("Mapping[Any, Any]", value)
        if _by_language(mapping, known):
            return tuple(mapping)
        if path and path[0] in mapping:
            return _languages_at(mapping[path[0]], path[1:], known)
        return _of_all(mapping.values(), known) if not path else None
    if isinstance(value, list):
        return _of_all(cast("list[Any]", value), known)
    return None


def _of_all(values: Iterable[object], known: frozenset[str]) -> tuple[str, ...] | None:
    """What several texts have in common: `again: [{en: ..., es: ...}, {en: ..., es: ...}]`."""
    each = [_languages_at(value, [], known) for value in values if not isinstance(value, bool)]
    if not each or any(languages is None for languages in each):
        return None
    return tuple(name for name in sorted(known) if all(languages and name in languages for languages in each))


def _has_words(wording: str) -> bool:
    return any(sign.isalpha() for sign in BLANK.sub("", wording))
