"""How well the language a caller speaks is recognised: held-out voices over the telephone, two turns each.

    python -c 'from model.evaluate.spoken_language import report; print(report(200))'

Four ways on the same sound: the interaction model's language head added up over the caller's speech; the
ears' language head; the ears' words alone, understood in both languages; and what ships, both of the ears'.
Beside them, people in English (`model.evaluate.human_speech`), where their recordings are installed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from random import Random
from typing import Final

import numpy as np

from config.expectation import NOTHING_AWAITED, AnswerKind, Expectation
from config.flow_file import load_flow, shipped_flows
from config.flow_languages import primary
from config.units import MICRO_TURN_SAMPLES
from model.checkpoint import find_checkpoint, load_checkpoint
from model.data import scripts
from model.data.acoustics import draw_line
from model.ears.encoder_call import EncoderCall
from model.ears.encoder_ears import EncoderKind
from model.ears.spoken_language import CLASSES, SpokenLanguage, TurnNats, with_words
from model.evaluate.ear_trials import held_out_speakers, on_the_line
from model.evaluate.human_speech import human_recordings, over_the_telephone
from model.sound import to_int16
from model.streaming import ModelTurn, StreamingModel
from model.synthesis.speech import Language, Speaker, SynthesisError
from model.turn import Audio

SHIPPED: Final = "sound and words"
_LANGUAGES: Final[tuple[Language, Language]] = ("en", "es")
_OFF_THE_LIST: Final = 0.35
"""The share of turns in which callers say what no flow expects."""
_TURNS: Final = ("free", "yes_no", "date", "no_digits", "barge_in")
_AS_WELL: Final = 0.5
"""How often callers begin with a word or two: "sí", "hello"."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """One caller: the language, what was said in each turn, and by way the odds of English after each."""

    language: Language
    texts: tuple[str, ...]
    odds: dict[str, tuple[float, ...]]

    def right(self, way: str, turns: int) -> bool:
        """Whether that way tells the language after so many turns."""
        return (self.odds[way][turns - 1] > 0) == (self.language == "en")


class Examination:
    """Callers of the test split on test lines, the same ones for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        self._random = Random(f"spoken language {seed}")
        self._kind = EncoderKind()
        model, _ = load_checkpoint(find_checkpoint("first"))
        self._model = StreamingModel(model, 1)
        self._expectation = _expectation()

    def caller(self, language: Language) -> Recognised:
        """Have somebody who is held out of training say two things, and listen in all ways."""
        random = self._random
        while True:
            speaker = random.choice(held_out_speakers(language))
            texts = tuple(self._text(language, speaker, turn) for turn in range(2))
            try:
                turns = [self._heard(text, speaker) for text in texts]
            except SynthesisError:
                continue
            return Recognised(language, texts, self.ways(turns))

    def ways(self, turns: Sequence[tuple[Audio, list[bool]]]) -> dict[str, tuple[float, ...]]:
        """Tell the log-odds of English after each turn, by way. Neither language is the call's."""
        sound: list[TurnNats] = []
        words: list[TurnNats] = []
        for turn in turns:
            nats, fits = self.listen(*turn, self._expectation).evidence()
            sound.append(nats)
            words.append(with_words((0.0,) * len(CLASSES), fits))
        return {
            "interaction model": self._by_model(turns),
            "sound": _added(sound),
            "words": _added(words),
            SHIPPED: _added([_sum(one, two) for one, two in zip(sound, words, strict=True)]),
        }

    def listen(self, audio: Audio, voiced: Sequence[bool], expectation: Expectation) -> EncoderCall:
        """Have the ears hear a turn, int16[n·3200], and whether each micro-turn has voice in it."""
        call = self._kind.open("en-US")
        call.expect(expectation)
        for index, micro_turn in enumerate(audio.reshape(-1, MICRO_TURN_SAMPLES)):
            call.listen(index, micro_turn, speaking=voiced[index])
        self._kind.work([call], hurried=False)
        return call

    def _text(self, language: Language, speaker: Speaker, turn: int) -> str:
        random = self._random
        if random.random() < _OFF_THE_LIST:
            while True:
                said = scripts.spoken(random.choice(_TURNS), "test", random, language)
                if all(sentence.language == language for sentence in said.sentences):
                    return said.text
        phrases = dict(self._expectation.elsewhere).get(language, self._expectation.phrases)
        few = [phrase for phrase in phrases if len(phrase.split()) <= 2]
        return random.choice(few if turn == 0 and random.random() < _AS_WELL else phrases)

    def _heard(self, text: str, speaker: Speaker) -> tuple[Audio, list[bool]]:
        line = replace(draw_line("test", self._random), echo=0.0)
        return on_the_line(text, speaker, line, self._random.randrange(1 << 30))

    def _by_model(self, turns: Sequence[tuple[Audio, list[bool]]]) -> tuple[float, ...]:
        call = self._model.open()
        odds: list[float] = []
        total = 0.0
        for audio, voiced in turns:
            for index, micro_turn in enumerate(audio.reshape(-1, MICRO_TURN_SAMPLES)):
                (readings,) = self._model.step([call], [ModelTurn(micro_turn)])
                if voiced[index]:
                    total += float(np.log(readings.language[:, 1] / readings.language[:, 2]).sum())
            odds.append(total)
        call.close()
        return tuple(odds)


def _expectation() -> Expectation:
    """What callers may say in the flows that come along, in English and in Spanish."""
    phrases: dict[str, list[str]] = {language: [] for language in _LANGUAGES}
    for name in shipped_flows():
        flow = load_flow(name)
        for tag in flow.languages:
            for meaning in flow.speaking(tag).meanings.values():
                phrases[primary(tag)] += meaning.phrases
    said = {language: tuple(dict.fromkeys(each)) for language, each in phrases.items()}
    return Expectation(AnswerKind.FREE, 6, said["en"], (("es", said["es"]),))


def _sum(one: TurnNats, two: TurnNats) -> TurnNats:
    return tuple(a + b for a, b in zip(one, two, strict=True))


def _added(turns: Sequence[TurnNats]) -> tuple[float, ...]:
    """Log-odds of English against Spanish after each turn, as the ears keep them but for the call's own."""
    spoken, odds = SpokenLanguage(""), list[float]()
    for nats in turns:
        likely = spoken.likely(nats)
        odds.append(log(max(likely["en"], 1e-12) / max(likely["es"], 1e-12)))
        spoken = spoken.after(nats)
    return tuple(odds)


def people(examination: Examination) -> list[tuple[str, str, float]]:
    """Let the ears hear people: collection, what is said, and the log-odds of English by the sound alone."""
    heard: list[tuple[str, str, float]] = []
    for recording in human_recordings():
        audio = to_int16(over_the_telephone(recording.sound)[: 8 * 16_000])
        whole = audio[: len(audio) // MICRO_TURN_SAMPLES * MICRO_TURN_SAMPLES]
        voiced = [True] * (len(whole) // MICRO_TURN_SAMPLES - 1) + [False]
        nats, _ = examination.listen(whole, voiced, NOTHING_AWAITED).evidence()
        heard.append((recording.kind, recording.text, _added([nats])[0]))
    return heard


def report(callers: int = 200, seed: int = 7) -> str:
    """Tell how often each way is right after one turn and after two, and where what ships was wrong."""
    examination = Examination(seed)
    heard = [examination.caller(_LANGUAGES[number % 2]) for number in range(callers)]
    lines = [f"{callers} callers            first turn  first two   en      es     (first turn)"]
    for way in heard[0].odds:
        right = {turns: [one.right(way, turns) for one in heard] for turns in (1, 2)}
        each = [sum(right[1][k::2]) / len(right[1][k::2]) for k in (0, 1)]
        first, both = (sum(one) / callers for one in right.values())
        lines.append(f"{way:22}  {first:9.3f}  {both:9.3f}   {each[0]:.3f}   {each[1]:.3f}")
    lines += [f"{one.language} {one.texts}" for one in heard if not one.right(SHIPPED, 1)]
    told = people(examination)
    lines.append(f"people, English: {sum(odds > 0 for *_, odds in told)} of {len(told)} recordings")
    return "\n".join(lines)
