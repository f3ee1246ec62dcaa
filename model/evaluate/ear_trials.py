"""What is said to the ears when they are examined: turns of held-out voices over the telephone's line."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_SAMPLES, WIRE_RATE_HZ
from model.data.acoustics import Line, through, to_model_rate
from model.data.clips import SPEECH_RMS
from model.data.utterances import to_wire_rate
from model.ears.tongue import Tongue, tongue_of
from model.espeak import EspeakVoice, synthesise
from model.sound import to_rate
from model.synthesis.espeak_speakers import TEST_VARIANTS, EspeakSpeaker
from model.synthesis.speakers import identity_split, installed, synthesiser_of
from model.synthesis.speech import Language, Speaker

QUIET_LINE: Final = Line(
    gain_db=0, noise_db=-40, tilt=1, hum_hz=0, sway=0, echo=0, echo_ms=100, low_hz=200, high_hz=3_450
)
NOISY_LINE: Final = Line(
    gain_db=-8, noise_db=-20, tilt=1.4, hum_hz=50, sway=0.5, echo=0, echo_ms=100, low_hz=300, high_hz=3_300
)
_AROUND: Final = np.zeros(WIRE_RATE_HZ * 2 // 5, np.float32)
_ACCENTS: Final[dict[Language, tuple[str, ...]]] = {"en": ("en-us", "en-us", "en"), "es": ("es", "es-419")}

REQUESTS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        *("where is my order", "what is the status of my order", "i want a refund"),
        *("i want to return something", "i have a question about my invoice", "i was charged twice"),
        *("i want to change my address", "when will it be delivered", "i want to make an appointment"),
        *("i have a complaint", "customer service", "speak to a person", "agent please", "repeat that"),
        *("i do not have the number", "what are your hours"),
    ),
    "es": (
        *("dónde está mi pedido", "quiero un reembolso", "quiero devolver un artículo"),
        *("tengo una pregunta sobre mi factura", "me cobraron dos veces", "quiero cambiar mi dirección"),
        *("cuándo lo entregan", "quiero pedir una cita", "tengo una queja", "hablar con una persona"),
        *("no tengo el número", "cuál es su horario"),
    ),
}
ANSWERS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        *("yes", "yeah", "yes please", "that is right", "correct", "sure", "yes that is correct"),
        *("no", "nope", "no thanks", "no that is wrong", "no that is all", "that is not right"),
    ),
    "es": (
        *("sí", "sí por favor", "claro que sí", "correcto", "así es", "de acuerdo"),
        *("no", "no gracias", "no es correcto", "eso no es", "nada más"),
    ),
}
_NONSENSE_EN: Final = (
    "purple elephants dance under the midnight bridge",
    "my grandmother used to bake bread on sundays",
    "the weather in the mountains was lovely",
    "blah blah blah la la la",
    "football is on television tonight",
    "close the window and feed the cat",
    "seventeen bottles of beer on the wall",
    "bonjour je voudrais un croissant",
)

NONSENSE: Final[dict[Language, tuple[str, ...]]] = {
    "en": _NONSENSE_EN,
    "es": (
        *("los elefantes morados bailan bajo el puente", "mi abuela hacía pan los domingos"),
        *("la montaña estaba preciosa en otoño", "the trains are always crowded in the evening"),
        *("ayer llovió mucho en la costa", "compramos un perro y dos gatos"),
    ),
}
_DENIALS: Final = frozenset({"no", "nope", "nah", "not", "wrong", "incorrect", "nada"})
_ASSENTS: Final = frozenset(
    {
        "yes",
        "yeah",
        "yep",
        "yup",
        "sure",
        "correct",
        "right",
        "exactly",
        "sí",
        "claro",
        "correcto",
        "así",
        "acuerdo",
    }
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One turn: `speaker` says `text`; `meant` should be understood, nothing of nonsense.

    `call` tells which call the turn belongs to: turns of one caller on one line.
    """

    name: str
    expectation: Expectation
    text: str
    meant: str
    speaker: Speaker
    call: str

    @property
    def language(self) -> Language:
        return self.speaker.language


def held_out_speakers(language: Language) -> tuple[Speaker, ...]:
    """One of espeak-ng for each identity kept out of training, and the other synthesisers' that are here."""
    accents = _ACCENTS[language]
    espeak = [
        EspeakSpeaker(language, accents[k % len(accents)], variant) for k, variant in enumerate(TEST_VARIANTS)
    ]
    others = [
        speaker
        for speaker in installed(language)
        if synthesiser_of(speaker) != "espeak" and identity_split(speaker.identity) == "test"
    ]
    return (*espeak, *others)


def trials(speakers: Sequence[Speaker], per_speaker: int, seed: int) -> Iterator[Trial]:
    """`per_speaker` turns of each kind from each speaker."""
    random = Random(seed)
    for speaker in speakers:
        language = speaker.language
        requests, tongue = REQUESTS[language], tongue_of(language)
        six = Expectation(AnswerKind.DIGITS, 6, (requests[0], requests[-2]))
        free = Expectation(AnswerKind.FREE, phrases=requests)
        yes_no = Expectation(AnswerKind.YES_NO, phrases=(requests[-2],))
        for _ in range(per_speaker):
            digits = " ".join(random.choice(tongue.numerals.digits) for _ in range(6))
            request, answer = random.choice(requests), random.choice(ANSWERS[language])
            nonsense = random.choice(NONSENSE[language])
            call = speaker.identity
            yield Trial("six digits", six, digits, digits, speaker, call)
            yield Trial("requests", free, request, request, speaker, call)
            yield Trial("yes or no", yes_no, answer, answer, speaker, call)
            yield Trial("nonsense", random.choice((six, free, yes_no)), nonsense, "", speaker, call)


def agrees(answer: str) -> bool | None:
    """Yes, no, or neither."""
    words = set(answer.split())
    if words & _DENIALS:
        return False
    return True if words & _ASSENTS else None


def on_the_line(
    text: str, voice: EspeakVoice | Speaker, line: Line, seed: int
) -> tuple[npt.NDArray[np.int16], list[bool]]:
    """Say `text` on the line: int16[n·3200] at 16 kHz, and whether each micro-turn has voice in it."""
    if isinstance(voice, EspeakVoice):
        clean = to_wire_rate(synthesise(text, voice, repeatable=True).audio)
    else:
        speech = voice.say(text)
        clean = to_rate(speech.audio.astype(np.float32), speech.rate_hz, WIRE_RATE_HZ)
    clean = clean * np.float32(SPEECH_RMS / max(float(np.sqrt(np.mean(clean**2))), 1e-4))
    clean = np.concatenate([_AROUND, clean, _AROUND, _AROUND])
    clean = clean[: len(clean) // (MICRO_TURN_SAMPLES // 2) * (MICRO_TURN_SAMPLES // 2)]
    heard = to_model_rate(through(line, clean, np.zeros_like(clean), seed))
    level = np.sqrt(np.mean(clean.reshape(-1, MICRO_TURN_SAMPLES // 2) ** 2, axis=1))
    return heard, [bool(loud) for loud in level > 0.03 * level.max()]


def seed_of(trial: Trial, seed: int) -> int:
    """The noise of a trial, the same for every kind of ears."""
    return seed + zlib.crc32(f"{trial.name}{trial.text}{trial.call}".encode()) % 1_000_000


@cache
def phrases_300() -> tuple[str, ...]:
    """About three hundred phrases: cards, loudspeakers, days, requests, answers."""
    ranks = ("ace", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "jack", "queen")
    cards = [
        f"{rank} of {suit}" for rank in (*ranks, "king") for suit in ("clubs", "hearts", "spades", "diamonds")
    ]
    places = [
        f"{where} {side}" for where in ("front", "rear", "side") for side in ("left", "right", "center")
    ]
    tongue: Tongue = tongue_of("en")
    whole = (
        *REQUESTS["en"],
        *tongue.yes,
        *tongue.no,
        *tongue.courtesies,
        *tongue.repairs,
        *tongue.dates()[:130],
    )
    more = ("go forward ten meters", "go backward ten meters", "turn left", "turn right", "five five")
    return tuple(dict.fromkeys((*cards, *places, *whole, *more)))
