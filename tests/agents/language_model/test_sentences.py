from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.language_model.completion import Completion, without_thoughts, words_before_json
from agents.language_model.sentences import START, cut
from agents.language_model.speaking import Speaker
from agents.language_model.speech import spoken, tidy
from agents.messages import Brief, TaskRequest

WORDS = [
    "It",
    "is",
    "the",
    "order",
    "Dr.",
    "Sr.",
    "No.",
    "e.g.",
    "p.m.",
    "etc.",
    "U.S.",
    "EE. UU.",
    "J.",
    "3.5",
    "5.",
]
WORDS += [
    "$1,234.50",
    "-$5",
    "1.234,56 €",
    "3",
    "104233",
    "2026-11-24",
    "20%",
    "**bold**",
    "_so_",
    "`x`",
    "a & b",
    "|",
]
WORDS += [
    "[here](https://a.com/b.c?d=1)",
    "https://acme.com.",
    "help@acme.com",
    "¿Qué?",
    "¡Sí!",
    '"Yes."',
    "(ok.)",
]
WORDS += [
    "lamp.",
    "sold!",
    "really?",
    "then...",
    "well…",
    "🎉",
    "<b>",
    "# T",
    "- item",
    "1. first",
    "—",
    "+1 900 555 1234",
]
SPACES = [" ", " ", " ", "\n", "\n\n", "  "]
texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(SPACES)), max_size=25).map(
    lambda pairs: "".join(word + space for word, space in pairs)
) | st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=80)


def in_pieces(text: str, places: list[int]) -> list[str]:
    ends = sorted({min(place, len(text)) for place in places} | {0, len(text)})
    return [text[begin:end] for begin, end in pairwise(ends)]


@given(texts, st.lists(st.integers(0, 200)))
def test_sentences_do_not_depend_on_how_the_words_arrive(text: str, places: list[int]) -> None:
    held, found = START, []
    for piece in in_pieces(text, places):
        sentences, held = cut(held, piece)
        found += sentences
    assert (found, held) == cut(START, text)


@given(texts)
def test_no_letter_is_lost_or_doubled(text: str) -> None:
    sentences, held = cut(START, text)
    assert "".join((*sentences, held)) == START + text
    assert all(sentence.strip() for sentence in sentences)


@settings(max_examples=50)
@given(texts, st.lists(st.integers(0, 200)), st.sampled_from(["en", "es"]))
async def test_what_is_spoken_is_the_tidy_text_however_it_arrives(
    text: str, places: list[int], language: str
) -> None:
    text = text.replace("+1 900 555 1234", "")  # a number nobody named is left out
    said: list[str] = []

    async def say(sentence: str) -> None:
        said.append(sentence)

    brief = Brief(goal="0123456789", language=language)
    request = TaskRequest(task_id="t", call_id="c", tool="l", arguments={}, brief=brief, deadline_unix_ms=0)
    speaker = Speaker(request, brief, say, held=False)
    so_far = ""
    for piece in in_pieces(text, places):
        so_far += piece
        await speaker.hear(Completion(text=so_far))
    await speaker.finish(Completion(text=so_far))
    assert " ".join(said) == tidy(text, "es" if language == "es" else "en")


@given(texts)
def test_what_is_spoken_has_no_markup_no_address_and_ends_with_a_mark(text: str) -> None:
    for sentence in (*cut(START, text)[0], cut(START, text)[1]):
        words = spoken(sentence, "en")
        assert not set(words) & set("*_`#|<>[]~\n\t🎉")
        assert "http" not in words or "http" in text.replace("https://", "")
        if words:
            assert words == " ".join(words.split())
            assert words.rstrip("\"'”’»)")[-1] in ".!?…,;:"


@given(st.lists(st.lists(st.sampled_from(["it", "was", "sold", "to", "him"]), min_size=1, max_size=5)))
def test_plain_sentences_are_cut_where_they_end_and_left_as_they_are(sentences: list[list[str]]) -> None:
    plain = [" ".join(words).capitalize() + "." for words in sentences]
    found, rest = cut(START, " ".join(plain))
    assert [spoken(each, "en") for each in (*found, rest) if each.strip()] == plain


@pytest.mark.parametrize(
    "one",
    [
        "Ask Dr. Lee or Mrs. Kim about No. 5 on Main St. in the U.S. today.",
        "It weighs 3.5 kg and costs $1,234.50 vs. $20 before.",
        "Bring a lamp, e.g. The Brass One, at 5 p.m. or later.",
        "J. R. Tolkien wrote it... and then some.",
        'He said "Really? no." and left.',
        "El Sr. Gil y la Dra. Paz viven en EE. UU. desde el 3 de p. ej. mayo.".replace("Dra.", "Sra."),
        "¿Le ayudo con el art. 5 del contrato?",
    ],
)
def test_what_only_looks_like_an_end_cuts_nothing(one: str) -> None:
    assert cut(START, one + " ") == ([], f"{START}{one} ")
    assert cut(START, one + " Next")[0] == [START + one]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "No. I cannot. So am I. At 5 p.m. We close.",
            ["No.", "I cannot.", "So am I.", "At 5 p.m.", "We close."],
        ),
        ("Two things:\n- a lamp\n- a shade", ["Two things:", "a lamp.", "a shade."]),
        ("## Order\n1. It shipped\n2. It is late", ["Order.", "It shipped.", "It is late."]),
        ("¿Sí? ¡Claro! «Bien.» Vale", ["¿Sí?", "¡Claro!", "«Bien.»", "Vale."]),
        ("It goes on\nover the line. Done", ["It goes on over the line.", "Done."]),
    ],
)
def test_sentences_are_found(text: str, sentences: list[str]) -> None:
    found, rest = cut(START, text)
    assert [spoken(each, "en") for each in (*found, rest)] == sentences


@pytest.mark.parametrize(
    ("written", "english", "spanish"),
    [
        ("$49.90", "49 dollars and 90 cents.", "49 dólares con 90 centavos."),
        ("-$1.01", "minus 1 dollar and 1 cent.", "menos un dólar con un centavo."),
        ("$0.99", "99 cents.", "99 centavos."),
        ("£1", "1 pound.", "una libra."),
        ("$1.5 million", "1.5 million dollars.", "1.5 million dólares."),
        ("1.234,56 €", "1234 euros and 56 cents.", "1234 euros con 56 céntimos."),
        ("104233", "1 0 4 2 3 3.", "1 0 4 2 3 3."),
        ("order #104233", "order number 1 0 4 2 3 3.", "order número 1 0 4 2 3 3."),
        ("12,500 points", "12500 points.", "12500 points."),
        ("1Z99AA1012", "1 Z 9 9 A A 1 0 1 2.", "1 Z 9 9 A A 1 0 1 2."),
        ("+1 (900) 555-1234", "plus 1, 9 0 0, 5 5 5, 1 2 3 4.", "más 1, 9 0 0, 5 5 5, 1 2 3 4."),
        ("2026-11-24", "Tuesday the 24th of November.", "martes 24 de noviembre."),
        ("2026-11-24T17:30:00Z", "Tuesday the 24th of November.", "martes 24 de noviembre."),
        (
            "2026-11-24T09:30:00-08:00",
            "Tuesday the 24th of November at 9 30 in the morning.",
            "martes 24 de noviembre a las 9 y media de la mañana.",
        ),
        ("2026-13-24", "2026-13-24.", "2026-13-24."),
        ("15% & more", "15 percent and more.", "15 por ciento y more."),
        ("help@acme.com", "help at acme dot com.", "help arroba acme punto com."),
        ("see https://acme.com/track?x=1.", "see the website.", "see la página web."),
        ("[our page](https://a.com) 🎉", "our page.", "our page."),
        ("**Great** — it _is_ `done`", "Great, it is done.", "Great, it is done."),
        ("in 2026 at 14:30", "in 2026 at 14:30.", "in 2026 at 14:30."),
        ("***", "", ""),
    ],
)
def test_text_is_said_as_people_say_it(written: str, english: str, spanish: str) -> None:
    assert spoken(START + written, "en") == english
    assert spoken(START + written, "es") == spanish


@given(st.text(alphabet="<think>/ a.`{"), st.lists(st.integers(0, 60)))
def test_words_once_shown_are_never_taken_back(text: str, places: list[int]) -> None:
    shown = ""
    for end in range(len(text) + 1):
        words = words_before_json(without_thoughts(text[:end], whole=False), whole=False)
        assert words.startswith(shown)
        shown = words
    assert words_before_json(without_thoughts(text, whole=True), whole=True).startswith(shown)
