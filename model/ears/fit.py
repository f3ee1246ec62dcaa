"""Fit the map that completes the telephone's band: a small network trained through the acoustic model.

The network's cepstra, with their slopes and curvatures, go into the Gaussians of the acoustic model that
pocketsphinx carries; what is learnt is to make the right phone the likeliest, while staying near the cepstra
of the same speech heard without a telephone. Phones and their times are the synthesiser's own. Run it as

    python -c 'from model.ears.fit import fit; fit(minutes=15)'

Voices come from espeak-ng (the identities set aside for training) and, where the `flite` program is
installed, from flite, whose voices are recordings of people: without them the map would come to suit
espeak-ng's voices at the price of people's.
"""

import logging
import shutil
import subprocess
import tempfile
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from config.expectation import AnswerKind
from config.units import SAMPLE_RATE_HZ
from model.data.acoustics import Line, draw_line, through, to_model_rate
from model.data.clips import SPEECH_RMS
from model.data.scripts import answer
from model.data.utterances import to_wire_rate
from model.ears.acoustic_model import PHONES, STREAMS, read
from model.ears.band import CONTEXT, INPUT_BANDS, PARAMETERS, channel_mean, inputs
from model.ears.numbers import DIGITS, OH
from model.ears.pronounce import espeak_phones
from model.ears.spectrum import BANDS, FRAME_MS, FRAME_SAMPLES, STRETCHES, Floats, log_mel, no_history
from model.espeak import ESPEAK_RATE_HZ, EspeakVoice, synthesise
from model.synthesis.espeak_speakers import ACCENTS, TRAIN_VARIANTS

_log = logging.getLogger(__name__)

CEPSTRA: Final = 13
_LIFTER: Final = 22
_SILENCE_MS: Final = 300
_SIL: Final = PHONES.index("SIL")
_UNKNOWN: Final = -1
_FLITE_VOICES: Final = ("kal16", "awb", "rms")
"""`slt` is kept for evaluation."""
_FLITE_PHONES: Final = {"ax": "AH", "axr": "ER", "ix": "IH", "pau": "SIL", "dx": "T", "hv": "HH"}
_HIDDEN: Final = 128
_GAUSSIANS: Final = 64
"""Of each codebook, the weightiest; the others change little and cost as much."""
_CROP: Final = 150
_BATCH: Final = 10


def cosines() -> Floats:
    """float32[25, 13]: the orthonormal DCT-II with sphinxtrain's lifter, from log-mel to cepstra."""
    k, band = np.arange(CEPSTRA), np.arange(BANDS) + 0.5
    scale = np.where(k == 0, np.sqrt(1.0 / BANDS), np.sqrt(2.0 / BANDS))
    lifter = 1.0 + _LIFTER / 2.0 * np.sin(k * np.pi / _LIFTER)
    lifter[0] = 1.0
    return (np.cos(np.pi * band[:, None] * k / BANDS) * scale * lifter).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Utterance:
    """n frames: log-mel over the telephone and without it, float32[n, stretches, 25]; phones."""

    telephone: Floats
    wide: Floats
    phones: npt.NDArray[np.int64]


def utterance(random: Random) -> Utterance:
    """One utterance of a training voice on a training line."""
    text = _text(random)
    if shutil.which("flite") and random.random() < 0.25:
        sound, rate_hz, ends = _flite(text, random.choice(_FLITE_VOICES))
    else:
        speech = synthesise(text, _voice(random), repeatable=True)
        sound, rate_hz = speech.audio, ESPEAK_RATE_HZ
        starts = [event.ms for event in speech.phonemes] + [len(sound) * 1_000 // rate_hz]
        ends = [
            (phone, starts[k] + (starts[k + 1] - starts[k]) * (part + 1) // len(phones))
            for k, event in enumerate(speech.phonemes)
            for phones in (espeak_phones(event.name) or ("SIL",),)
            for part, phone in enumerate(phones)
        ]
    at_telephone_rate = to_wire_rate(_resampled(sound, rate_hz, ESPEAK_RATE_HZ))
    rms = float(np.sqrt(np.mean(at_telephone_rate**2))) + 1e-4
    silence = np.zeros(_SILENCE_MS * 8, np.float32)
    clean = np.concatenate([silence, at_telephone_rate * np.float32(SPEECH_RMS / rms), silence])
    line = _line(random)
    heard = to_model_rate(through(line, clean, np.zeros_like(clean), random.getrandbits(30)))
    quiet = np.zeros(_SILENCE_MS * 16, np.int16)
    unheard = np.concatenate([quiet, _resampled(sound, rate_hz, SAMPLE_RATE_HZ), quiet])
    noise = np.random.default_rng(random.getrandbits(30)).normal(0, 6, len(unheard))
    return _utterance(heard, (unheard + noise).astype(np.int16), ends)


def _voice(random: Random) -> EspeakVoice:
    return EspeakVoice(
        language=random.choice(ACCENTS["en"]),
        variant=random.choice(TRAIN_VARIANTS),
        rate_wpm=random.choice((130, 145, 160, 175, 190, 210, 235)),
        pitch=random.choice((25, 40, 50, 60, 75)),
        pitch_range=random.choice((35, 50, 65, 80)),
    )


def _utterance(
    heard: npt.NDArray[np.int16], unheard: npt.NDArray[np.int16], ends: list[tuple[str, int]]
) -> Utterance:
    frames = min(len(heard), len(unheard)) // FRAME_SAMPLES
    both = [log_mel(sound[: frames * FRAME_SAMPLES], no_history()) for sound in (heard, unheard)]
    telephone, wide = (bands - channel_mean(bands)[0] for bands in both)
    phones = np.full(frames, _SIL, np.int64)
    begin = _SILENCE_MS // FRAME_MS
    for phone, end_ms in ends:
        end = (_SILENCE_MS + end_ms) // FRAME_MS
        phones[begin:end] = PHONES.index(phone) if phone in PHONES else _UNKNOWN
        begin = max(begin, end)
    return Utterance(telephone, wide, phones)


def _text(random: Random) -> str:
    """Digits nearly half of the time; else what callers say."""
    if random.random() < 0.45:
        words = [random.choice((*DIGITS, OH)) for _ in range(random.choice((3, 4, 6, 6, 8)))]
        return (" " if random.random() < 0.7 else ", ").join(words)
    turn = answer(random.choice(list(AnswerKind)), 6, "train", random)
    return " ".join(sentence.text for sentence in turn.sentences)


def _line(random: Random) -> Line:
    line = draw_line("train", random)
    noise_db = None if line.noise_db is None else min(line.noise_db, -14.0)
    low_hz, high_hz = random.choice((60, random.uniform(200, 350))), random.uniform(3_200, 3_900)
    return replace(line, echo=0.0, noise_db=noise_db, low_hz=low_hz, high_hz=high_hz)


def _flite(text: str, voice: str) -> tuple[npt.NDArray[np.int16], int, list[tuple[str, int]]]:
    """Speech, its rate, and its phones with the ms at which each ends."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = [shutil.which("flite") or "flite", "-voice", voice, "-psdur", "-t", text, "-o", str(path)]
        said = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603
        with wave.open(str(path)) as file:
            sound, rate_hz = np.frombuffer(file.readframes(file.getnframes()), np.int16), file.getframerate()
    ends = [item.rsplit(":", 1) for item in said.split() if ":" in item]
    return sound, rate_hz, [(_FLITE_PHONES.get(p, p.upper()), round(float(s) * 1_000)) for p, s in ends]


def _resampled(sound: npt.NDArray[np.int16], rate_hz: int, to_hz: int) -> npt.NDArray[np.int16]:
    """By cutting or padding the spectrum."""
    samples = round(len(sound) * to_hz / rate_hz)
    spectrum = np.fft.rfft(sound.astype(np.float64))
    kept = np.zeros(samples // 2 + 1, np.complex128)
    kept[: len(spectrum)] = spectrum[: len(kept)]
    there = np.fft.irfft(kept, samples) * (samples / max(len(sound), 1))
    return np.clip(np.round(there), -32_768, 32_767).astype(np.int16)


class BandNetwork(nn.Module):
    """What `model.ears.band.BandMap` computes, to be trained."""

    def __init__(self) -> None:
        super().__init__()
        seen = INPUT_BANDS * (2 * CONTEXT + 1)
        self.linear = nn.Linear(seen, CEPSTRA)
        self.first, self.second = nn.Linear(seen, _HIDDEN), nn.Linear(_HIDDEN, _HIDDEN)
        self.third = nn.Linear(_HIDDEN, CEPSTRA)
        nn.init.zeros_(self.third.weight)
        nn.init.zeros_(self.third.bias)

    def forward(self, frames: Tensor) -> Tensor:
        hidden = torch.relu(self.second(torch.relu(self.first(frames))))
        return self.linear(frames) + self.third(hidden)

    def start_from(self, utterances: list[Utterance]) -> None:
        """Begin as the ridge regression to the cepstra of the unheard band."""
        one = STRETCHES.index(1.0)
        x = np.concatenate([inputs(u.telephone[:, one], one) for u in utterances])
        y = np.concatenate([u.wide[:, one] @ cosines() for u in utterances])
        x1 = np.concatenate([x, np.ones((len(x), 1), np.float32)], axis=1)
        solved = np.linalg.solve(x1.T @ x1 + 3 * np.eye(x1.shape[1]), x1.T @ y)
        with torch.no_grad():
            self.linear.weight.copy_(torch.tensor(solved[:-1].T))
            self.linear.bias.copy_(torch.tensor(solved[-1]))

    def save(self) -> None:
        """Write what `band_map` reads."""
        arrays = {
            name.removesuffix(".weight").replace(".bias", "_bias"): value.numpy().T
            for name, value in self.state_dict().items()
        }
        np.savez(PARAMETERS, **arrays)


class PhoneLikelihoods(nn.Module):
    """log p(frame | phone) up to a constant of the frame, by the acoustic model; nothing in it is trained."""

    def __init__(self) -> None:
        super().__init__()
        model = read()
        means, precisions = torch.tensor(model.means), 1 / torch.tensor(model.variances)
        weights, best = torch.tensor(model.log_weights).topk(_GAUSSIANS, dim=2)
        index = best[..., None].expand(-1, -1, -1, CEPSTRA)
        m, p = means.gather(2, index), precisions.gather(2, index)
        self.slopes = torch.cat([-0.5 * p, m * p], dim=3)
        self.constants = weights - 0.5 * (m * m * p).sum(3) + 0.5 * torch.log(p).sum(3)

    def forward(self, cepstra: Tensor) -> Tensor:
        """Float[B, T, 13] → Float[B, T - 6, 42]: three frames at each end have no slope."""
        still = cepstra[:, 3:-3]
        slope = cepstra[:, 5:-1] - cepstra[:, 1:-5]
        curvature = (cepstra[:, 6:] - cepstra[:, 2:-4]) - (cepstra[:, 4:-2] - cepstra[:, :-6])
        total = torch.zeros(())
        for stream, x in zip(range(STREAMS), (still, slope, curvature), strict=True):
            squares = torch.cat([x * x, x], dim=2)
            each = torch.einsum("btf,pgf->btpg", squares, self.slopes[:, stream])
            total = total + torch.logsumexp(each + self.constants[:, stream], dim=3)
        return total


def fit(minutes: float = 15.0, utterances: int = 4_000, seed: int = 1) -> None:
    """Fit the map and write it to the checkpoints.

    Half of `minutes` is for making speech (at most `utterances` of it), half for training.
    """
    random, rng = Random(seed), np.random.default_rng(seed)
    torch.manual_seed(seed)
    corpus = list(_until(time.monotonic() + 30 * minutes, utterances, random))
    network, likelihoods = BandNetwork(), PhoneLikelihoods()
    network.start_from(corpus[:300])
    fast = [*network.first.parameters(), *network.second.parameters(), *network.third.parameters()]
    slow = {"params": [*network.linear.parameters()], "lr": 2e-4}
    optimiser = torch.optim.AdamW([slow, {"params": fast, "lr": 1.5e-3}], weight_decay=1e-3)
    weights = torch.ones(len(PHONES))
    weights[_SIL], weights[:2] = 0.3, 0.0
    deadline, step = time.monotonic() + 30 * minutes, 0
    while time.monotonic() < deadline:
        frames, wide, phones = _batch(corpus, rng)
        cepstra = network(frames)
        scores = 0.3 * likelihoods(cepstra).flatten(0, 1)
        known = phones[:, 3:-3].flatten()
        wrong = nn.functional.cross_entropy(scores, known, weight=weights, ignore_index=_UNKNOWN)
        loss = wrong + 0.008 * torch.mean((cepstra - wide) ** 2)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % 50 == 0:
            _log.info("step %d: phone cross-entropy %.3f", step, float(wrong))
    network.save()


def _until(deadline: float, count: int, random: Random) -> Iterator[Utterance]:
    for _ in range(count):
        if time.monotonic() >= deadline:
            return
        yield utterance(random)


def _batch(corpus: list[Utterance], rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Crops: what the map sees, the wideband cepstra, the phones."""
    crops: list[tuple[Floats, Floats, npt.NDArray[np.int64]]] = []
    while len(crops) < _BATCH:
        one = corpus[rng.integers(len(corpus))]
        if len(one.phones) < _CROP:
            continue
        stretch, at = int(rng.integers(len(STRETCHES))), int(rng.integers(len(one.phones) - _CROP + 1))
        shaken = one.telephone[:, stretch] + rng.normal(0, 0.3, BANDS).astype(np.float32)
        part = slice(at, at + _CROP)
        seen = inputs(shaken, stretch)[part]
        crops.append((seen, one.wide[part, stretch] @ cosines(), one.phones[part]))
    seen, wide, phones = (torch.tensor(np.stack(column)) for column in zip(*crops, strict=True))
    return seen, wide, phones
