"""The booth in which the small utterances are recorded: run it where RHVoice and SVOX pico are installed.

Every recording is brought to the voice of the house: its sex and pitch, its spectrum, its loudness within the
telephone's band. English words are said by RHVoice's "bdl"; the Spanish ones by pico's Spanish woman, whose
pitch and formants are lowered to a man's; "mm-hm" is hummed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import SAMPLE_RATE_HZ, SAMPLES_PER_MS
from model.sound import FULL_SCALE, to_rate, write_mu_law_wav
from model.synthesis.pico import PicoSpeaker
from model.synthesis.rhvoice import RhvoiceSpeaker
from model.synthesis.speech import Manner, Speaker
from model.voice.house import HouseVoice
from model.voice.humming import Hum, sound
from model.voice.shaping import Tone
from model.voice.small import file_name

Wave = npt.NDArray[np.float64]

LONGEST_MS: Final = 800
_FRAME_SAMPLES: Final = 5 * SAMPLES_PER_MS
_ACTIVE_BELOW_DB: Final = 30.0
_TRIM_BELOW_DB: Final = 40.0
_LOUDEST_RMS_DB: Final = -18.0  # over all frequencies
_RISE_MS: Final = 12
_FALL_MS: Final = 40
_PEAK: Final = 0.9
_MOST_TONE_DB: Final = 5.0
_TELEPHONE: Final = Tone(((290.0, -120.0), (300.0, 0.0), (3_400.0, 0.0), (3_450.0, -120.0)))
_HUMMED: Final = Tone(
    ((70.0, -30.0), (110.0, -14.0), (220.0, -5.0), (400.0, 3.0), (900.0, 6.0), (2_500.0, 6.0), (6_000.0, 0.0))
)
"""A hum is nearly all below 300 Hz, of which a telephone leaves nothing."""
_READ_BY_THE_HOUSE: Final = (
    "Thanks for calling Northwind. How can I help you today? It shipped on Monday, November 23rd; it should "
    "arrive by 3:30 p.m. tomorrow. Your order number is 1 0 4, 2 3 3. Is that right?"
)
_READ_IN_SPANISH: Final = (
    "Gracias por llamar. ¿En qué puedo ayudarle hoy? El paquete salió el lunes, veintitrés de noviembre, y "
    "debe llegar mañana a las tres y media. Su número de pedido es uno cero cuatro, dos tres tres. ¿Es "
    "correcto?"
)


@dataclass(frozen=True, slots=True)
class Artist:
    """Who says it.

    Attributes:
        speaker: a synthesiser's voice.
        manner: usual speed and pitch.
        shrink: formants (and pitch) are multiplied by this, 1 for as they are.
        reads: a text to know the artist's spectrum by.
    """

    speaker: Speaker
    manner: Manner
    shrink: float
    reads: str

    def say(self, text: str, *, rate: float = 1.0, pitch: float = 1.0) -> Wave:
        """Speak: float64[n] at 16 kHz."""
        manner = Manner(self.manner.rate * rate / self.shrink, self.manner.pitch * pitch)
        speech = self.speaker.say(text, manner)
        samples = (speech.audio / FULL_SCALE).astype(np.float32)
        return to_rate(samples, round(speech.rate_hz * self.shrink), SAMPLE_RATE_HZ).astype(np.float64)


ENGLISH: Final = Artist(RhvoiceSpeaker("bdl"), Manner(pitch=0.86), 1.0, _READ_BY_THE_HOUSE)
SPANISH: Final = Artist(PicoSpeaker("es-ES"), Manner(pitch=0.66), 0.83, _READ_IN_SPANISH)


@dataclass(frozen=True, slots=True)
class Take:
    """A way to say a text: how it is written for the artist, how fast, how high, how loud.

    With `nasal`, its many m and n are thinned out as a hum is; with `swell_db`, its end is that much louder
    against its beginning.
    """

    written: str
    rate: float = 1.0
    pitch: float = 1.0
    level_db: float = 0.0
    nasal: bool = False
    swell_db: float = 0.0


HUMS: Final = (
    Hum(
        pitch_hz=((0, 98), (90, 104), (190, 96), (235, 108), (330, 129), (470, 117)),
        voice=((0, 0), (45, 0.8), (130, 0.75), (185, 0.35), (215, 0.08), (290, 1.0), (380, 0.7), (490, 0)),
        breath=((0, 0), (60, 0.03), (170, 0.05), (212, 0.55), (250, 0.12), (300, 0.04), (490, 0)),
        seed=1,
    ),
    Hum(
        pitch_hz=((0, 104), (80, 107), (160, 101), (210, 112), (290, 122), (410, 108)),
        voice=((0, 0), (40, 0.7), (110, 0.65), (155, 0.3), (185, 0.1), (255, 0.9), (330, 0.6), (430, 0)),
        breath=((0, 0), (50, 0.03), (140, 0.05), (180, 0.45), (215, 0.1), (270, 0.03), (430, 0)),
        seed=2,
    ),
    Hum(
        pitch_hz=((0, 96), (110, 99), (220, 94), (280, 110), (400, 138), (540, 133)),
        voice=((0, 0), (55, 0.75), (150, 0.7), (215, 0.3), (250, 0.08), (340, 1.0), (440, 0.7), (560, 0)),
        breath=((0, 0), (70, 0.03), (200, 0.06), (248, 0.5), (290, 0.12), (350, 0.04), (560, 0)),
        seed=3,
    ),
    Hum(
        pitch_hz=((0, 112), (90, 118), (180, 108), (225, 112), (300, 108), (430, 90)),
        voice=((0, 0), (40, 0.9), (120, 0.8), (175, 0.3), (205, 0.1), (275, 0.85), (350, 0.5), (450, 0)),
        breath=((0, 0), (60, 0.03), (160, 0.05), (200, 0.5), (235, 0.1), (290, 0.03), (450, 0)),
        seed=4,
    ),
)
"""Two tones, the second after a puff: rising (agreeing), a little (going along), widely (keenly), falling."""
TAKES: Final[tuple[tuple[str, Artist, tuple[Take, ...]], ...]] = (
    (
        "Uh-huh.",
        ENGLISH,
        (Take("Uh-huh.", pitch=1.15), Take("Uh-huh,", 1.1, 1.24, -1.0), Take("Uh-huh.", 0.93, 1.08)),
    ),
    ("I see.", ENGLISH, (Take("I see."), Take("I see,", 1.1, 1.06, -1.0), Take("I see.", 0.92, 0.95))),
    ("Okay.", ENGLISH, (Take("Okay."), Take("Okay,", 1.1, 1.08, -1.0), Take("Okay.", 0.94, 0.95))),
    ("Right.", ENGLISH, (Take("Right."), Take("Right,", 1.08, 1.06, -1.0), Take("Right.", 0.92, 0.95))),
    ("One moment.", ENGLISH, (Take("One moment."), Take("One moment,", 1.08, 1.05, -0.5))),
    (
        "Ajá.",
        SPANISH,
        (
            Take("ajá.", swell_db=13),
            Take("¿ajá?", 1.1, 0.95, -1.0, swell_db=11),
            Take("¡ajá!", 0.93, 0.94, swell_db=14),
        ),
    ),
    ("Ya veo.", SPANISH, (Take("ya veo."), Take("ya veo,", 1.1, 1.06, -1.0), Take("ya veo.", 0.95, 0.95))),
    ("Vale.", SPANISH, (Take("vale."), Take("vale,", 1.1, 1.06, -1.0), Take("vale.", 0.95, 0.95))),
    (
        "Claro.",
        SPANISH,
        (Take("claro.", 1.0, 0.94), Take("claro,", 1.1, 1.0, -1.0), Take("claro.", 0.93, 0.9)),
    ),
    (
        "Un momento.",
        SPANISH,
        (Take("un momento.", 1.12, 0.88, nasal=True), Take("un momento,", 1.22, 0.93, -0.5, nasal=True)),
    ),
)


def record(folder: Path) -> int:
    """Make every recording anew in `folder`; returns how many.

    Raises:
        SynthesisError: RHVoice or SVOX pico is not installed here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    house = np.concatenate([clause.audio for clause in HouseVoice().speak(_READ_BY_THE_HOUSE)]) / FULL_SCALE
    loudness = loudness_db(house)
    recordings = 0
    for k, hum in enumerate(HUMS):
        _keep(folder / file_name("Mm-hm.", k), _trimmed(_toned(sound(hum), _HUMMED)), loudness)
        recordings += 1
    tones = {artist: _tone_towards(house, artist.say(artist.reads)) for artist in (ENGLISH, SPANISH)}
    for text, artist, takes in TAKES:
        for k, take in enumerate(takes):
            wave = _toned(artist.say(take.written, rate=take.rate, pitch=take.pitch), tones[artist])
            wave = _swelling(_trimmed(_toned(wave, _HUMMED) if take.nasal else wave), take.swell_db)
            _keep(folder / file_name(text, k), wave, loudness + take.level_db)
            recordings += 1
    return recordings


def loudness_db(wave: Wave) -> float:
    """RMS of the active frames within the telephone's band, dB below full scale."""
    frames = _frames(_toned(wave, _TELEPHONE))
    active = frames[frames >= frames.max() * 10 ** (-_ACTIVE_BELOW_DB / 20)]
    return _rms_db(active)


def _rms_db(wave: Wave) -> float:
    return float(10 * np.log10(np.mean(wave**2)))


def _keep(path: Path, wave: Wave, loudness: float) -> None:
    """Level a take, soften its edges, and write it."""
    louder_db = min(loudness - loudness_db(wave), _LOUDEST_RMS_DB - _rms_db(wave))
    wave = wave * 10 ** (louder_db / 20)
    wave = wave * min(1.0, _PEAK / float(np.abs(wave).max()))
    rise, fall = _RISE_MS * SAMPLES_PER_MS, _FALL_MS * SAMPLES_PER_MS
    wave[:rise] *= np.sin(np.linspace(0.0, np.pi / 2, rise)) ** 2
    wave[-fall:] *= np.cos(np.linspace(0.0, np.pi / 2, fall)) ** 2
    write_mu_law_wav(path, wave.astype(np.float32))


def _trimmed(wave: Wave) -> Wave:
    frames = _frames(wave)
    heard = np.flatnonzero(frames >= frames.max() * 10 ** (-_TRIM_BELOW_DB / 20))
    return wave[heard[0] * _FRAME_SAMPLES : (heard[-1] + 2) * _FRAME_SAMPLES][: LONGEST_MS * SAMPLES_PER_MS]


def _swelling(wave: Wave, swell_db: float) -> Wave:
    return wave * 10 ** (np.linspace(0.0, swell_db, len(wave)) / 20)


def _tone_towards(house: Wave, artist: Wave) -> Tone:
    """What gives the artist the long-term spectrum of the house, in thirds of an octave, within reason."""
    centres = 125.0 * 2.0 ** (np.arange(18) / 3)
    wanted = _thirds_db(house, centres) - _thirds_db(artist, centres)
    bounded = np.clip(wanted - float(np.mean(wanted)), -_MOST_TONE_DB, _MOST_TONE_DB)
    points = [(float(hz), float(db)) for hz, db in zip(centres, bounded, strict=True)]
    return Tone(((60.0, -24.0), *points, (7_900.0, -24.0)))


def _thirds_db(wave: Wave, centres: Wave) -> Wave:
    power = np.abs(np.fft.rfft(wave)) ** 2
    hz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE_HZ)
    bands = [power[(hz >= c * 2 ** (-1 / 6)) & (hz < c * 2 ** (1 / 6))].mean() for c in centres]
    return 10 * np.log10(np.array(bands))


def _toned(wave: Wave, tone: Tone) -> Wave:
    """Equalise without delay, float64[n]."""
    padded = 2 * len(wave)
    hz = np.arange(padded // 2 + 1, dtype=np.float64) * SAMPLE_RATE_HZ / padded
    return np.fft.irfft(np.fft.rfft(wave, padded) * tone.gain(hz), padded)[: len(wave)]


def _frames(wave: Wave) -> Wave:
    """RMS of each whole 5 ms."""
    count = len(wave) // _FRAME_SAMPLES
    return np.sqrt(np.mean(wave[: count * _FRAME_SAMPLES].reshape(count, -1) ** 2, axis=1))
