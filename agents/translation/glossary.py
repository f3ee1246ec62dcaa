"""What a company calls things: a term in every language, and words that stay as they are.

A glossary is a YAML file, `glossary.yaml` in TANDEM_HOME:

    terms:
      - {en: [return label, return labels], es: [etiqueta de devolución, etiquetas de devolución], gender: f}
      - {en: chequing account, es: cuenta corriente, gender: f}
    keep: [Acme Plus, Zephyr 3]

A term is one form, or singular and plural. `gender` is that of the Spanish noun: it lets Apertium write the
words around it rightly. What stands in `keep` is never translated.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, Self, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from agents.errors import AgentsError
from agents.translation.translator import Term, language_of
from config.errors import ConfigError

FILE: Final = "glossary.yaml"
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_MOST_TERMS: Final = 5_000
_LONGEST: Final = 120


class GlossaryError(AgentsError, ConfigError):
    """The glossary cannot be read: where, why, and what to write instead."""


@dataclass(frozen=True, slots=True)
class FoundTerm:
    """A term that stands in a text, from `start` up to `end`."""

    start: int
    end: int
    term: Term


class Entry(BaseModel):
    """One term: its forms by language, singular before plural."""

    model_config = ConfigDict(frozen=True)

    forms: Mapping[str, tuple[str, ...]]
    gender: Literal["m", "f", ""] = ""
    after: frozenset[str] = frozenset()
    """English words one of which must stand before it: for words that are verbs too ("to order")."""

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, given: object) -> object:
        """Languages stand beside `gender` in the file."""
        if not isinstance(given, dict) or "forms" in given:
            return cast("object", given)
        entry = cast("dict[str, Any]", given)
        rest = {name: value for name, value in entry.items() if name not in ("gender", "after")}
        return {**{name: entry[name] for name in ("gender", "after") if name in entry}, "forms": rest}

    @field_validator("forms", mode="before")
    @classmethod
    def _listed(cls, forms: dict[str, Any]) -> dict[str, Any]:
        for language in forms:
            if not isinstance(cast("object", language), str) or not _LANGUAGE.fullmatch(language):
                raise ValueError(f"{language!r} is no language: write two letters, as en or es")
        return {language: [each] if isinstance(each, str) else each for language, each in forms.items()}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(self.forms) < 2:
            raise ValueError("write the term in two languages or more; what stays as it is goes under keep")
        for language, forms in self.forms.items():
            if not 1 <= len(forms) <= 2:
                raise ValueError(f"{language}: write one form, or singular and plural")
            for form in forms:
                _check(form)
        return self


class Book(BaseModel):
    """A glossary as its file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    terms: tuple[Entry, ...] = Field(default=(), max_length=_MOST_TERMS)
    keep: tuple[str, ...] = Field(default=(), max_length=_MOST_TERMS)

    @field_validator("keep")
    @classmethod
    def _kept(cls, keep: tuple[str, ...]) -> tuple[str, ...]:
        for each in keep:
            _check(each)
        return keep


def _check(form: str) -> None:
    if not form.strip() or len(form) > _LONGEST or not any(sign.isalnum() for sign in form):
        raise ValueError(
            f"{form[:40]!r} is no term: write 1 to {_LONGEST} characters, with a letter or figure"
        )


class Glossary:
    """Terms to be found in texts.

    Args:
        entries: the first of two that begin at the same place and are as long is taken.
        keep: words that stay as they are.
    """

    def __init__(self, entries: Iterable[Entry] = (), keep: Iterable[str] = ()) -> None:
        self._entries = tuple(entries)
        self._keep = tuple(keep)
        self._given: tuple[Term, ...] = ()
        self._ways: dict[tuple[str, str], _Way] = {}

    def with_kept(self, names: Iterable[str]) -> "Glossary":
        """Return it with more words that stay as they are: names that are known in this call."""
        return Glossary(self._entries, (*self._keep, *(name for name in names if name.strip())))

    def before_these(self, terms: Iterable[Term]) -> "Glossary":
        """Return it with terms that stand above its own, whatever the languages."""
        given = tuple(terms)
        if not given:
            return self
        other = Glossary(self._entries, self._keep)
        other._given = given
        return other

    def found(self, text: str, source: str, target: str) -> tuple[FoundTerm, ...]:
        """Find what stands in the text, in order; the longest of those that overlap. Any case will do."""
        pair = (language_of(source), language_of(target))
        way = self._ways.get(pair)
        if way is None:
            way = self._ways[pair] = _Way(self._entries, self._keep, self._given, *pair)
        return way.found(text)


class _Way:
    """The terms of one direction."""

    def __init__(
        self,
        entries: tuple[Entry, ...],
        keep: tuple[str, ...],
        given: tuple[Term, ...],
        source: str,
        target: str,
    ) -> None:
        self._terms: dict[str, tuple[Term, frozenset[str]]] = {}
        for term in given:
            self._terms.setdefault(_key(term.source), (term, frozenset()))
        for each in keep:
            self._terms.setdefault(_key(each), (Term(each, each), frozenset()))
        for entry in entries:
            forms, others = entry.forms.get(source), entry.forms.get(target)
            if forms and others:
                for at, form in enumerate(forms):
                    term = Term(form, others[min(at, len(others) - 1)], entry.gender, plural=at == 1)
                    self._terms.setdefault(_key(form), (term, entry.after if source == "en" else frozenset()))

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self._terms:
            return None
        longest_first = sorted(self._terms, key=len, reverse=True)
        forms = "|".join(r"\s+".join(map(re.escape, key.split(" "))) for key in longest_first)
        return re.compile(rf"(?<!\w)(?:{forms})(?!\w)", re.IGNORECASE)

    def found(self, text: str) -> tuple[FoundTerm, ...]:
        if self._pattern is None:
            return ()
        found: list[FoundTerm] = []
        for match in self._pattern.finditer(text):
            term, after = self._terms.get(_key(match[0])) or (None, frozenset[str]())
            if term and (not after or _word_before(text, match.start()) in after):
                found.append(FoundTerm(match.start(), match.end(), term))
        return tuple(found)


def _key(form: str) -> str:
    return " ".join(form.lower().split())


def _word_before(text: str, at: int) -> str:
    before = text[:at].lower().split()
    return before[-1] if before else ""


def read_glossary(path: Path) -> Glossary:
    """Read a company's glossary; there need be none.

    Raises:
        GlossaryError: it cannot be read, or something in it is no term.
    """
    try:
        content: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Glossary()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise GlossaryError(f"{path} cannot be read: {error}") from None
    return glossary_of(content, str(path))


def glossary_of(content: object, where: str) -> Glossary:
    """Build a glossary of what its file holds. `where`: for error texts.

    Raises:
        GlossaryError: something in it is no term.
    """
    try:
        book = Book.model_validate({} if content is None else content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        raise GlossaryError(f"{where}: {place or 'the file'}: {why}") from None
    return Glossary(book.terms, book.keep)
