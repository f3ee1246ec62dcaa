"""The few recordings of people that Debian packages carry, with what is said in them. Never trained on.

`pocketsphinx-testdata`: playing cards, read sentences, a command; `alsa-utils`: loudspeakers by name.
Where a package is not installed its recordings are not there.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import SAMPLE_RATE_HZ
from model.data.acoustics import mulaw_there_and_back
from model.sound import Samples, read_wav, to_rate

_SPHINX: Final = Path("/usr/share/pocketsphinx/test/data")
_ALSA: Final = Path("/usr/share/sounds/alsa")
_CARDS: Final = (
    *(("001", "ten of clubs"), ("002", "four queen of clubs"), ("003", "seven of clubs")),
    *(("004", "five five"), ("005", "eight of spades four of clubs seven of hearts")),
)
_READ: Final = (
    ("0870", "and mister john dashwood had then leisure to consider how much there might be prudently in "
     "his power to do for them"),
    ("0880", "he was not an ill disposed young man"),
    ("0890", "unless to be rather cold hearted and rather selfish is to be ill disposed"),
    ("0920", "had he married a more a amiable woman he might have been made still more respectable than he "
     "was"),
    ("0930", "he might even have been made amiable himself"),
)  # fmt: skip
_SPEAKERS: Final = (
    *("front center", "front left", "front right", "rear center", "rear left", "rear right"),
    *("side left", "side right"),
)
_LINE_HZ: Final = (300.0, 3_400.0)


@dataclass(frozen=True, slots=True, eq=False)
class HumanRecording:
    """Somebody saying `text`: float32[n] at 16 kHz, ±1. `kind` names the collection."""

    kind: str
    text: str
    sound: Samples


def human_recordings() -> tuple[HumanRecording, ...]:
    """Those that are installed, in an order that stays."""
    places = [
        *(("cards", text, _SPHINX / "cards" / f"{number}.wav") for number, text in _CARDS),
        *(
            ("read", text, _SPHINX / "librivox" / f"sense_and_sensibility_01_austen_64kb-{number}.wav")
            for number, text in _READ
        ),
        *(("speakers", text, _ALSA / f"{text.title().replace(' ', '_')}.wav") for text in _SPEAKERS),
    ]
    found = [HumanRecording(kind, text, _sound(path)) for kind, text, path in places if path.is_file()]
    command = _SPHINX / "goforward.raw"
    if command.is_file():
        pcm = np.fromfile(command, np.int16).astype(np.float32) / np.float32(32_768)
        found.append(HumanRecording("command", "go forward ten meters", pcm))
    return tuple(found)


def over_the_telephone(sound: Samples) -> Samples:
    """The same at 16 kHz after 300-3400 Hz, 8 kHz and µ-law."""
    narrow = to_rate(sound, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ // 2)
    spectrum: npt.NDArray[np.complexfloating] = np.fft.rfft(narrow)
    hz = np.arange(len(spectrum)) * (SAMPLE_RATE_HZ / 2 / len(narrow))
    spectrum[(hz < _LINE_HZ[0]) | (hz > _LINE_HZ[1])] = 0
    coded = mulaw_there_and_back(np.fft.irfft(spectrum, len(narrow)).astype(np.float32))
    heard = coded.astype(np.float32) / np.float32(32_768)
    return to_rate(heard, SAMPLE_RATE_HZ // 2, SAMPLE_RATE_HZ)


def _sound(path: Path) -> Samples:
    recording = read_wav(path)
    return to_rate(recording.mono, recording.rate_hz, SAMPLE_RATE_HZ)
