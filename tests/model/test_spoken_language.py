"""Which language the caller speaks: evidence that adds up, and a head that was trained on other voices."""

import numpy as np
import pytest

from config.expectation import AnswerKind, Expectation
from model.ears.encoder_ears import EncoderKind
from model.ears.head_file import HeadError
from model.ears.language_head import LanguageHead, load_language_head, save_language_head
from model.ears.spoken_language import CLASSES, MOST_NATS, NO_NATS, SpokenLanguage, nats_of, with_words
from model.evaluate.ear_trials import QUIET_LINE, held_out_speakers, on_the_line
from model.turn import LanguageHeard
from tests.model.made_up_speech import MadeUpReader, spoken

SPANISH = (-1.5, 2.0, -0.5)
REQUESTS = Expectation(
    AnswerKind.FREE, phrases=("where is my order", "i want a refund"),
    elsewhere=(("es", ("dónde está mi pedido", "quiero un reembolso")),),
)  # fmt: skip
SAID = {
    "en": ("hi where is my order", "i would like to speak to somebody please"),
    "es": ("hola quería saber dónde está mi pedido", "quisiera hablar con alguien por favor"),
}


def test_turns_add_up_and_older_ones_count_less() -> None:
    one = SpokenLanguage("en")
    two = one.after(SPANISH)
    assert one.likely(SPANISH)["es"] < two.likely(SPANISH)["es"]
    changed = two.after((4.0, -3.0, -1.0))
    assert changed.likely((4.0, -3.0, -1.0))["en"] > 0.9


def test_nothing_said_is_most_likely_in_the_language_of_the_call() -> None:
    for language in ("en", "es"):
        likely = SpokenLanguage(language).likely(NO_NATS)
        assert max(likely, key=lambda each: likely[each]) == language
        assert sum(likely.values()) == pytest.approx(1.0)


def test_no_turn_says_more_than_so_much() -> None:
    nats = nats_of(np.tile(np.array([9.0, -9.0, 0.0], np.float32), (200, 1)))
    assert max(nats) - min(nats) == pytest.approx(MOST_NATS)
    assert nats_of(np.zeros((0, len(CLASSES)), np.float32)) == NO_NATS


def test_a_turn_is_likelier_in_the_language_it_is_understood_in() -> None:
    english, spanish, other = with_words(NO_NATS, {"en": 0.2, "es": 0.9})
    assert spanish > 0 > english
    assert other == 0


def test_the_language_that_was_asked_for_counts_more_than_what_was_heard_before() -> None:
    asked = SpokenLanguage("en").after((5.0, -5.0, 0.0)).going_on_in("es")
    assert asked.likely(NO_NATS)["es"] > 0.5


class Bilingual(MadeUpReader):
    """Reads made-up speech, and takes every frame for Spanish."""

    def read(self, sounds):
        return [
            np.hstack([phones, np.tile(np.array([-0.1, 0.12, -0.02], np.float32), (len(phones), 1))])
            for phones in super().read(sounds)
        ]


def heard(kind: EncoderKind, sound, expectation=REQUESTS):
    call = kind.open("en-US")
    call.expect(expectation)
    hearing = None
    for index, (audio, speaking) in enumerate(sound):
        call.listen(index, audio, speaking=speaking)
        (hearing,) = kind.work([call], hurried=False)
    return call, hearing


def test_a_turn_in_another_language_is_understood_in_it_and_told_with_both_readings() -> None:
    _, hearing = heard(EncoderKind(Bilingual()), spoken("dónde está mi pedido", "es"))
    transcript = hearing.transcript(final=True)
    assert (transcript.text, transcript.language) == ("dónde está mi pedido", "es")
    assert transcript.spoken == LanguageHeard("es", pytest.approx(1.0, abs=0.1))
    assert transcript.otherwise is not None
    assert transcript.otherwise.language == "en"


def test_a_call_that_has_no_other_language_tells_the_language_and_understands_in_its_own() -> None:
    only = Expectation(AnswerKind.FREE, phrases=REQUESTS.phrases)
    _, hearing = heard(EncoderKind(Bilingual()), spoken("dónde está mi pedido", "es"), only)
    assert hearing.language == ""
    assert hearing.otherwise is None
    assert hearing.spoken is not None
    assert hearing.spoken.language == "es"


def test_ears_that_cannot_tell_languages_say_nothing_of_them() -> None:
    _, hearing = heard(EncoderKind(MadeUpReader()), spoken("where is my order"))
    assert hearing.spoken is None
    assert hearing.transcript(final=True).text == "where is my order"


@pytest.mark.slow
def test_voices_that_nobody_trained_on_are_told_apart_by_what_they_say_first() -> None:
    kind = EncoderKind()
    right = []
    for language, texts in SAID.items():
        for number, voice in enumerate(held_out_speakers(language)[:4]):
            audio, voiced = on_the_line(texts[number % 2], voice, QUIET_LINE, number)
            micro_turns = list(zip(audio.reshape(len(voiced), -1), voiced, strict=True))
            _, hearing = heard(kind, micro_turns)
            assert hearing.spoken is not None
            right.append(hearing.spoken.language == language)
    assert sum(right) >= len(right) - 1


def test_a_head_is_kept_and_read_again(tmp_path) -> None:
    head = LanguageHead()
    save_language_head(tmp_path / "head.safetensors", head)
    again = load_language_head(tmp_path / "head.safetensors")
    for name, tensor in head.state_dict().items():
        assert again.state_dict()[name] == pytest.approx(tensor, abs=1e-3)


def test_a_head_that_is_missing_or_damaged_is_said_in_one_line(tmp_path) -> None:
    path = tmp_path / "head.safetensors"
    with pytest.raises(HeadError, match="there is no language head"):
        load_language_head(path)
    path.write_bytes(b"nonsense")
    with pytest.raises(HeadError, match="is not a language head"):
        load_language_head(path)
