"""Languages, and drafts of texts in them for people to look at: no machine's words reach a caller unread."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from admin.parts import Parts
from admin.problems import Problem
from admin.words import Body, Document
from agents.interpreting.phrases import languages
from agents.translation.chosen import open_translator, status
from agents.translation.glossary import GlossaryError
from agents.translation.translator import NoSuchPair, NoTranslator, Passage, TranslationError
from config.flow_text import Tag
from config.languages import LANGUAGES

router = APIRouter(prefix="/translations", tags=["translations"])

_MOST_TEXTS = 20
_MOST_CHARACTERS = 1_000


class Languages(BaseModel):
    """From one language into another."""

    source: str
    target: str


class Translating(BaseModel):
    """Who translates here. `name` is empty where there is nobody: `remedy` is the line that brings one."""

    name: str
    pairs: list[Languages]
    """Languages, from and into; none: any, where there is somebody."""
    spoken: list[str]
    """Languages an interpreter of live calls speaks."""
    says: str
    remedy: str


class DraftsWanted(Body):
    """Texts of a flow. Their blanks, like {order_number}, stay as they are."""

    texts: Annotated[
        tuple[Annotated[Document, Field(min_length=1, max_length=_MOST_CHARACTERS)], ...],
        Field(min_length=1, max_length=_MOST_TEXTS),
    ]
    source: Tag
    target: Tag


class Drafts(BaseModel):
    """A draft for every text, in order, and who made them. Nothing is kept: a person reads them first."""

    drafts: list[str]
    by: str


class KnownLanguage(BaseModel):
    """A language people may choose."""

    code: str
    name: str
    """In English."""
    tags: list[str]
    """What a flow may be written in, the usual one first."""


class KnownLanguages(BaseModel):
    """The languages people may choose."""

    languages: list[KnownLanguage]


@router.get("/languages")
async def list_languages() -> KnownLanguages:
    """List the languages a flow may be written in."""
    known = LANGUAGES.items()
    return KnownLanguages(
        languages=[KnownLanguage(code=code, name=each.name, tags=list(each.tags)) for code, each in known]
    )


@router.get("")
async def read_translator(parts: Parts) -> Translating:
    """Tell who translates here, if anybody."""
    found = status(parts.settings)
    pairs = [Languages(source=source, target=target) for source, target in sorted(found.pairs)]
    return Translating(
        name=found.name,
        pairs=pairs,
        spoken=list(languages()),
        says=found.says,
        remedy=found.remedy,
    )


@router.post("/drafts")
async def draft_translations(body: DraftsWanted, parts: Parts) -> Drafts:
    """Draft texts in another language, for a person to look at."""
    try:
        translator = open_translator(parts.settings)
    except NoTranslator as missing:
        more = {"remedy": missing.remedy}
        detail = f"{_sentence(missing.why)} To have drafts: {missing.remedy}"
        raise Problem(503, "no-translator", detail, more) from None
    except GlossaryError as error:
        raise Problem(503, "wrong-glossary", f"The company's glossary is not valid. {error}") from None
    try:
        drafts = [await translator.translate(Passage(text, body.source, body.target)) for text in body.texts]
    except NoSuchPair as error:
        raise Problem(422, "no-such-pair", f"{_sentence(str(error))} Write this text yourself.") from None
    except TranslationError as error:
        detail = f"{_sentence(str(error))} Try again, or write the text yourself."
        raise Problem(503, "not-translated", detail, headers={"Retry-After": "5"}) from None
    finally:
        await translator.close()
    return Drafts(drafts=drafts, by=translator.name)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
