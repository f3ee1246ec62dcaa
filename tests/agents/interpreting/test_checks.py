"""Languages an interpreter is asked for that he does not speak."""

from pathlib import Path

from agents.interpreting.checks import interpreter_problems
from agents.interpreting.phrases import languages
from agents.interpreting.tongue import tongue_of
from config.flow_file import read_flow
from config.languages import LANGUAGES, language_name

SOURCE = (Path(__file__).parents[2] / "telephony/interpreting/interpreted.yaml").read_text("utf-8")
JOIN = "    to: support\n    language: en-US\n"


def test_a_language_without_words_of_its_own_is_refused_with_those_there_are() -> None:
    assert interpreter_problems(read_flow(SOURCE)) == ()
    french = read_flow(
        SOURCE.replace(JOIN, JOIN.replace("en-US", "fr-FR") + "    introductions: {fr: Bonjour}\n")
    )
    assert interpreter_problems(french) == (
        "step 'join': the interpreter does not speak 'fr-FR'; choose one of: en, es",
        "step 'join': introductions has 'fr', which is no language of the interpreter's; there are: en, es",
    )


def test_whoever_has_sentences_of_a_language_knows_its_words_and_it_can_be_chosen() -> None:
    others = [tongue_of(language) for language in languages() if language != "en"]
    assert all(tongue is not tongue_of("en") for tongue in others)
    assert set(languages()) <= LANGUAGES.keys()
    assert [language_name(tag) for tag in ("es-MX", "en", "xx-YY")] == ["Spanish", "English", "xx"]
