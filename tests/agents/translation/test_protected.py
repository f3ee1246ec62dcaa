"""Whatever a translator does, what must pass exactly does."""

import asyncio
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.translation.glossary import Glossary, glossary_of
from agents.translation.items import items_in
from agents.translation.protected import GuardedTranslator
from agents.translation.translator import Passage, Term, TranslatorFailed


class Wilful:
    """Does to every text what it is told, and keeps what it was asked."""

    name = "wilful"

    def __init__(self, change: Callable[[str], str]) -> None:
        self.change = change
        self.asked: list[Passage] = []

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    async def translate(self, passage: Passage) -> str:
        self.asked.append(passage)
        return self.change(passage.text)

    async def close(self) -> None:
        pass


def _figures(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: re.sub(r"\d+", lambda found: change(found[0]), text)


WILFUL: dict[str, Callable[[str], str]] = {
    "says it as it is": str,
    "says nothing": lambda _: "",
    "says everything twice": lambda text: f"{text} {text}",
    "turns it round": lambda text: " ".join(reversed(text.split())),
    "shouts": str.upper,
    "groups figures": _figures(lambda figures: f"{figures[:3]},{figures[3:]}"),
    "counts on": _figures(lambda figures: str(int(figures) + 1)),
    "loses figures": _figures(lambda _: ""),
    "glues figures": lambda text: text.replace(" ", ""),
    "swaps the first for the second": lambda text: text.replace("00001", "00002"),
}
ITEMS = st.sampled_from(
    [
        "ZX-10423",
        "ada.b@example.com",
        "{order_number}",
        "+15035550123",
        "#88-12",
        "QT77",
        "https://a.example/x?y=7",
    ]
)
WORDS = st.sampled_from("the order of and is please we send it to them very soon ¿ ? , . ( ) ; año".split())  # noqa: SIM905


def said(change: Callable[[str], str], text: str, glossary: Glossary | None = None) -> str:
    return asyncio.run(GuardedTranslator(Wilful(change), glossary).translate(Passage(text, "en-US", "es-MX")))


@given(
    parts=st.lists(st.one_of(ITEMS, WORDS), max_size=12),
    change=st.sampled_from(list(WILFUL.values())),
)
def test_no_item_is_lost_or_doubled_or_changed_by_any_translator(
    parts: list[str], change: Callable[[str], str]
) -> None:
    items = {part for part in parts if any(sign in part for sign in "0123456789@{")}
    text = " ".join(parts)
    out = said(change, text)
    for item in items:
        assert out.count(item) == text.count(item)


@given(text=st.text(max_size=60), change=st.sampled_from(list(WILFUL.values())))
def test_every_item_of_any_text_comes_out(text: str, change: Callable[[str], str]) -> None:
    out = said(change, text)
    clean = " ".join(re.sub(r"[\x00-\x1f\x7f\ufeff\ud800-\udfff\s]+", " ", text).split())
    for item in items_in(clean, "en-US", "es-MX"):
        assert " ".join(item.said.split()) in " ".join(out.split())


@given(text=st.text(max_size=60))
def test_a_translator_that_says_all_as_it_is_keeps_every_figure(text: str) -> None:
    translator = GuardedTranslator(Wilful(str))
    out = asyncio.run(translator.translate(Passage(text, "qq", "rr")))
    items = items_in(" ".join(text.split()), "qq", "rr")
    if all(item.said == " ".join(text.split())[item.start : item.end] for item in items):
        assert [sign for sign in out if sign.isdecimal()] == [sign for sign in text if sign.isdecimal()]


def test_a_text_with_the_numbers_that_stand_for_items_is_no_trap() -> None:
    text = "700001 and 700002 and AB1 and 800001"
    for change in WILFUL.values():
        out = said(change, text)
        assert [out.count(each) for each in ("700001", "700002", "AB1", "800001")] == [1, 1, 1, 1]


def test_items_alone_need_no_translator() -> None:
    wilful = Wilful(lambda _: "nonsense")
    guarded = GuardedTranslator(wilful)
    for text, wanted in {
        "104233": "104233",
        "$5!": "5 dólares!",
        "AB-12, ada@x.example": "AB-12, ada@x.example",
    }.items():
        assert asyncio.run(guarded.translate(Passage(text, "en", "es"))) == wanted
    assert wilful.asked == []


def test_one_language_needs_no_translator() -> None:
    assert (
        asyncio.run(GuardedTranslator(Wilful(str.upper)).translate(Passage("a cat", "en-US", "en-GB")))
        == "a cat"
    )


COMPANY = {
    "terms": [{"en": ["return label", "return labels"], "es": ["etiqueta", "etiquetas"], "gender": "f"}],
    "keep": ["Acme Plus"],
}


def test_terms_are_handed_over_and_held_to_be_used() -> None:
    wilful = Wilful(lambda text: text.replace("return labels", "etiquetas"))
    guarded = GuardedTranslator(wilful, glossary_of(COMPANY, "here"))
    out = asyncio.run(guarded.translate(Passage("two return labels please", "en", "es")))
    assert out == "two etiquetas please"
    assert wilful.asked[0].terms == (Term("return labels", "etiquetas", "f", plural=True),)


@pytest.mark.parametrize("change", WILFUL.values(), ids=list(WILFUL))
def test_a_term_comes_out_whatever_the_translator_does(change: Callable[[str], str]) -> None:
    out = said(change, "the Return Label of acme plus", glossary_of(COMPANY, "here"))
    assert out.count("etiqueta") == 1
    assert out.count("acme plus") == 1


def test_names_known_in_the_call_stay_as_they_are() -> None:
    guarded = GuardedTranslator(Wilful(str.upper)).knowing(["rosa pinto"])
    out = asyncio.run(guarded.translate(Passage("tell rosa pinto that", "en", "es")))
    assert out == "TELL rosa pinto THAT"


def test_what_the_translator_cannot_do_is_said() -> None:
    def fails(_: str) -> str:
        raise TranslatorFailed("it hung")

    with pytest.raises(TranslatorFailed, match="it hung"):
        said(fails, "order 104233 please")
