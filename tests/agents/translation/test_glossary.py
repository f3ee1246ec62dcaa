from pathlib import Path

import pytest

from agents.translation.glossary import GlossaryError, glossary_of, read_glossary
from agents.translation.phrasebook import phrasebook, service_terms, words_of

COMPANY = {
    "terms": [
        {"en": "label", "es": "marca"},
        {"en": ["return label", "return labels"], "es": ["etiqueta", "etiquetas"], "gender": "f"},
    ],
    "keep": ["Zephyr 3"],
}


def found(text: str, source: str = "en-US", target: str = "es") -> list[tuple[str, str]]:
    terms = glossary_of(COMPANY, "here").found(text, source, target)
    return [(text[each.start : each.end], each.term.target) for each in terms]


def test_the_longest_term_is_found_in_any_case_as_whole_words_only() -> None:
    assert found("Return  LABELS, a label, relabelled") == [
        ("Return  LABELS", "etiquetas"),
        ("label", "marca"),
    ]
    assert found("la Etiqueta del zephyr 3", "es-MX", "en") == [
        ("Etiqueta", "return label"),
        ("zephyr 3", "Zephyr 3"),
    ]
    assert found("Zephyr 3 label", "de", "fr") == [("Zephyr 3", "Zephyr 3")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("- a list", "the file"),
        ("terms: {en: a}", "terms"),
        ("terms: [{en: order}]", "two languages"),
        ("terms: [{en: [a, b, c], es: x}]", "singular and plural"),
        ("terms: [{english: order, es: pedido}]", "write two letters"),
        ("terms: [{no: ordre, es: pedido}]", "write two letters"),
        ("terms: [{en: '...', es: pedido}]", "is no term"),
        ("terms: [{en: order, es: pedido, gender: x}]", "terms.0.gender"),
        ("keep: ['']", "is no term"),
        ("names: [x]", "names"),
        ("terms: [", "cannot be read"),
    ],
)
def test_what_is_no_glossary_is_said_with_its_place(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "glossary.yaml"
    path.write_text(content)
    with pytest.raises(GlossaryError, match=why) as caught:
        read_glossary(path)
    assert str(path) in str(caught.value)


def test_there_need_be_no_glossary(tmp_path: Path) -> None:
    assert read_glossary(tmp_path / "glossary.yaml").found("an order", "en", "es") == ()
    (tmp_path / "glossary.yaml").write_text("# nothing yet\n")
    assert read_glossary(tmp_path / "glossary.yaml").found("an order", "en", "es") == ()


def said(text: str, source: str) -> str | None:
    other = "es" if source == "en" else "en"
    words = words_of(text, service_terms().found(text, source, other))
    matched = phrasebook(source).whole(words, text)
    return matched and matched.says


def test_the_phrase_book_is_read_both_ways_with_its_blanks() -> None:
    assert said("What's your order number?", "en") == "cuál es su número de pedido"
    assert said("mi numero de factura es 700001", "es") == "my bill number is 700001"
    assert said("It's bill number 700001", "en") == "es la factura número 700001"
    assert said("I'd like a refund", "en") == "quiero un reembolso"
    assert said("buenas tardes", "es") == "good afternoon"
    assert said("I'd like an elephant", "en") is None
    assert said("I want to order", "en") is None
