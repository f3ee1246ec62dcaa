"""Training of the language head: `tandem train-ears --language-head FILE` makes what ships.

Voices of the training split say lessons, callers' turns and, in other languages, a few sentences, over the
lines of the ears' lessons; the packaged encoder with our phone head listens, and the head learns from its
last hidden states which language each turn was in. English and Spanish are spoken by the same synthesisers
about as often, so that the voice tells nothing of the language.
"""

# H frames of 20 ms · W width

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
import yaml
from torch.nn import functional

from config.units import SAMPLE_RATE_HZ
from model.data import scripts
from model.ears.head_file import load_head
from model.ears.language_head import LanguageHead, save_language_head
from model.ears.lesson_sounds import Sound, in_another_throat, through_lesson_line, trimmed
from model.ears.lesson_texts import draw_text
from model.ears.phone_head import PhoneNetwork
from model.ears.spoken_language import CLASSES, OTHER
from model.ears.whisper_mel import log_mel
from model.ears.windows import WINDOWS_SAMPLES, frames_of, in_window, window_for
from model.synthesis.espeak_speakers import TEST_VARIANTS, TRAIN_VARIANTS, EspeakSpeaker
from model.synthesis.speakers import Split, identity_split, installed, synthesiser_of
from model.synthesis.speech import Language, Manner, Speaker, SynthesisError

States = npt.NDArray[np.float16]

LESSONS: Final = 4_000
_SHARES: Final = {"en": 0.40, "es": 0.40, OTHER: 0.16, "": 0.04}
"""The empty one: nobody speaks, which says nothing."""
_SYNTHESISERS: Final[dict[Language, dict[str, float]]] = {
    "en": {"espeak": 0.6, "pico": 0.25, "flite": 0.05, "RHVoice": 0.05, "festival": 0.05},
    "es": {"espeak": 0.7, "pico": 0.3},
}
_LESSON_SHARE: Final = 0.55
_TURNS: Final = (
    "free",
    "yes_no",
    "date",
    "choice",
    "nothing",
    "barge_in",
    "no_digits",
    "goodbye",
    "transfer",
)
_EPOCHS: Final = 14
_TOGETHER: Final = 32
_RATE: Final = 2e-3
_DECAY: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """Something said in a language of `CLASSES`, empty: nothing; float32[n] at 16 kHz, who says it, what."""

    language: str
    voice: str
    text: str
    sound: Sound


class Utterances:
    """Draws utterances of one side of the split; the same seed on the same machine draws the same ones."""

    def __init__(self, split: Split, seed: int) -> None:
        self._split: Split = split
        self._random = Random(f"language {split} {seed}")
        self._others: dict[str, list[str]] = yaml.safe_load(
            (files("model.ears") / "language_lessons.yaml").read_text("utf-8")
        )[split]

    def draw(self) -> Utterance:
        """The next one, at most 8 s."""
        random = self._random
        while True:
            language = random.choices(list(_SHARES), list(_SHARES.values()))[0]
            try:
                utterance = self._draw(language)
            except SynthesisError:
                continue
            if len(utterance.sound) <= WINDOWS_SAMPLES[-1]:
                return utterance

    def _draw(self, language: str) -> Utterance:
        random = self._random
        match language:
            case "en" | "es":
                speaker, text = self._speaker(language), self._text(language)
            case "":
                silence = np.zeros(int(random.uniform(0.5, 2.0) * SAMPLE_RATE_HZ), np.float32)
                return Utterance("", "", "", through_lesson_line(silence, random))
            case _:
                accent = random.choice(list(self._others))
                variants = TRAIN_VARIANTS if self._split == "train" else TEST_VARIANTS
                speaker = EspeakSpeaker("en", accent, random.choice(variants))
                text = random.choice(self._others[accent])
        return Utterance(language, speaker.identity, text, telephoned(speaker, text, random))

    def _speaker(self, language: Language) -> Speaker:
        speakers = [who for who in installed(language) if identity_split(who.identity) == self._split]
        shares = _SYNTHESISERS[language]
        there = sorted({synthesiser_of(who) for who in speakers})
        chosen = self._random.choices(there, [shares.get(name, 0.0) for name in there])[0]
        return self._random.choice([who for who in speakers if synthesiser_of(who) == chosen])

    def _text(self, language: Language) -> str:
        random = self._random
        if self._split == "train" and random.random() < _LESSON_SHARE:
            return draw_text(language, random).text
        while True:
            turn = scripts.spoken(random.choice(_TURNS), self._split, random, language)
            if all(sentence.language == language for sentence in turn.sentences):
                return turn.text


def telephoned(speaker: Speaker, text: str, random: Random) -> Sound:
    """Have somebody say it, in some manner, in some throat, over some line, with some silence around.

    Raises:
        SynthesisError: the speaker cannot say it.
    """
    manner = Manner(
        random.triangular(0.75, 1.4, 1.0), 2 ** random.uniform(-0.3, 0.3), random.uniform(0.5, 1.6)
    )
    speech = speaker.say(text + random.choice((".", ".", "?", ",", "")), manner)
    warp = 2 ** random.triangular(-0.2, 0.2, 0.0)
    said = trimmed(in_another_throat(speech.audio, speech.rate_hz, warp))
    around = [np.zeros(int(random.triangular(0.1, 0.7, 0.4) * SAMPLE_RATE_HZ), np.float32) for _ in range(2)]
    return through_lesson_line(np.concatenate([around[0], said, around[1]]), random)


@torch.inference_mode()
def states_of(network: PhoneNetwork, sound: Sound) -> States:
    """The encoder's last hidden states of a sound of at most 8 s, float16[H, W]."""
    window = in_window(sound, window_for(len(sound)))
    final = network.states(log_mel(torch.from_numpy(window[None]))).final[0]
    return final[len(final) - frames_of(len(sound)) :].half().numpy()


def fit(heard: Sequence[tuple[str, States]], seed: int) -> LanguageHead:
    """Learn from the states of turns, and the language of each."""
    torch.manual_seed(seed)
    random = Random(seed)
    head = LanguageHead()
    some = torch.from_numpy(np.concatenate([states for _, states in heard[::4]])).float()
    head.mean.copy_(some.mean(dim=0))
    head.scale.copy_(1 / (some.std(dim=0) + 1e-2))
    optimiser = torch.optim.AdamW(
        [p for p in head.parameters() if p.requires_grad], _RATE, weight_decay=_DECAY
    )
    steps = _EPOCHS * (len(heard) // _TOGETHER)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps)
    order = list(heard)
    head.train()
    for _ in range(_EPOCHS):
        random.shuffle(order)
        for first in range(0, len(order) - _TOGETHER + 1, _TOGETHER):
            loss = _loss(head, order[first : first + _TOGETHER])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    return head.eval()


def _loss(head: LanguageHead, turns: Sequence[tuple[str, States]]) -> torch.Tensor:
    """Cross entropy of the turns' nats; where nobody speaks, no language is likelier than another."""
    longest = max(len(states) for _, states in turns)
    padded = torch.zeros(len(turns), longest, turns[0][1].shape[1])
    there = torch.zeros(len(turns), longest, 1)
    for k, (_, states) in enumerate(turns):
        padded[k, : len(states)] = torch.from_numpy(states).float()
        there[k, : len(states)] = 1.0
    nats = (head(padded) * there).sum(dim=1)
    even = [1 / len(CLASSES)] * len(CLASSES)
    targets = [[float(each == language) for each in CLASSES] if language else even for language, _ in turns]
    return functional.cross_entropy(nats, torch.tensor(targets), label_smoothing=0.02)


def train_language_head(out: Path, lessons: int, seed: int, report: Callable[[int], None]) -> None:
    """Draw so many lessons, listen to them, learn, write the head; `report` is told how many were heard."""
    torch.set_num_threads(1)
    network, _ = load_head()
    utterances = Utterances("train", seed)
    heard: list[tuple[str, Any]] = []
    for number in range(lessons):
        utterance = utterances.draw()
        heard.append((utterance.language, states_of(network, utterance.sound)))
        report(number + 1)
    save_language_head(out, fit(heard, seed))
