"""The phone head: its file, its reader, its training."""

from pathlib import Path

import numpy as np
import pytest
import torch

from model.ears.encoder import load_encoder
from model.ears.fit_head import HeadRecipe, HeadTraining, ctc_per_phone, masked
from model.ears.head_file import SHIPPED, HeadError, HeadStory, load_head, save_head
from model.ears.lesson_words import distance, sounds_of
from model.ears.lessons import Batch
from model.ears.phone_head import CLASSES, PhoneNetwork
from model.ears.phone_reader import PhoneReader, load_phone_reader
from model.ears.windows import frames_of
from model.evaluate.human_speech import over_the_telephone
from model.evaluate.phone_errors import greedy
from model.sound import to_rate
from model.synthesis.espeak_speakers import EspeakSpeaker

_STORY = HeadStory(seed=1, steps=2, hours_heard=0.1, minutes=3.0, speakers=4)


@pytest.fixture(scope="module")
def reader() -> PhoneReader:
    return load_phone_reader()


def _noise(samples: int, seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal(samples) * 0.05).astype(np.float32)


def test_every_frame_of_20_ms_gets_log_posteriors_that_sum_to_one(reader: PhoneReader) -> None:
    for samples in (1, 320, 321, 32_000, 50_001, 128_000):
        (posteriors,) = reader.read([_noise(samples, 1)])
        assert posteriors.shape == (frames_of(samples), CLASSES)
        assert posteriors.dtype == np.float32
        np.testing.assert_allclose(np.exp(posteriors).sum(axis=1), 1, atol=1e-4)


def test_what_is_read_of_a_sound_does_not_depend_on_those_beside_it(reader: PhoneReader) -> None:
    sounds = [_noise(samples, seed) for seed, samples in enumerate((20_000, 60_000, 31_000, 64_000))]
    for sound, together in zip(sounds, reader.read(sounds), strict=True):
        np.testing.assert_allclose(together, reader.read([sound])[0], atol=2e-3)


def test_the_shipped_head_reads_digits_of_voices_it_never_heard_over_the_telephone(
    reader: PhoneReader,
) -> None:
    errors = phones = 0
    for variant, digits in (
        ("Annie", "four seven one nine"),
        ("f5", "two three eight zero"),
        ("m7", "six five one"),
    ):
        speech = EspeakSpeaker("en", "en-us", variant).say(digits)
        sound = to_rate(speech.audio.astype(np.float32) / np.float32(32_768), speech.rate_hz, 16_000)
        heard = greedy(reader.read([over_the_telephone(sound)])[0])
        said = tuple(phone for digit in digits.split() for phone in sounds_of(digit, "en")[0])
        errors, phones = errors + distance(heard, said), phones + len(said)
    assert errors / phones < 0.2


def test_nothing_is_read_of_nothing(reader: PhoneReader) -> None:
    assert reader.read([]) == []


def test_more_than_eight_seconds_are_refused(reader: PhoneReader) -> None:
    with pytest.raises(ValueError, match="too long"):
        reader.read([_noise(128_001, 1)])


def test_the_shipped_head_is_small() -> None:
    assert SHIPPED.stat().st_size <= 5e6


def test_folding_the_updates_in_changes_nothing() -> None:
    torch.manual_seed(1)
    network = PhoneNetwork(load_encoder()).eval()
    for name, tensor in network.learnt().items():
        if name.endswith(".up"):
            tensor.normal_(std=0.01)
    mel = torch.randn(2, 80, 200)
    with torch.no_grad():
        before = network(mel)
        network.merge()
        torch.testing.assert_close(network(mel), before, atol=1e-3, rtol=1e-3)


def test_a_head_is_read_as_it_was_written(tmp_path: Path) -> None:
    network = PhoneNetwork(load_encoder())
    save_head(tmp_path / "head.safetensors", network.learnt(), _STORY)
    again, story = load_head(tmp_path / "head.safetensors")
    assert story == _STORY
    torch.testing.assert_close(again.narrow.weight, network.narrow.weight.half().float())


def test_head_files_that_cannot_be_used_say_why_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(HeadError, match="there is no phone head"):
        load_head(tmp_path / "none.safetensors")
    (tmp_path / "other.safetensors").write_bytes(b"something else")
    with pytest.raises(HeadError, match="is not a phone head"):
        load_head(tmp_path / "other.safetensors")
    save_head(tmp_path / "small.safetensors", {"narrow.weight": torch.zeros(2, 2)}, _STORY)
    with pytest.raises(HeadError, match="another shape"):
        load_head(tmp_path / "small.safetensors")


def test_the_loss_is_per_phone_so_that_short_windows_count_little() -> None:
    posteriors = torch.log_softmax(torch.zeros(2, 50, CLASSES), dim=-1)
    long = ctc_per_phone(posteriors, Batch(np.zeros((2, 16_000), np.float32), (np.arange(9), np.arange(1))))
    each = [
        ctc_per_phone(posteriors[:1], Batch(np.zeros((1, 16_000), np.float32), (np.arange(count),)))
        for count in (9, 1)
    ]
    assert float(long) == pytest.approx((9 * float(each[0]) + float(each[1])) / 10, rel=1e-5)


def test_masks_blank_out_some_of_a_window_and_leave_most() -> None:
    torch.manual_seed(2)
    mel = torch.randn(4, 80, 400)
    changed = (masked(mel) != mel).float().mean(dim=(1, 2))
    assert (changed > 0).all()
    assert (changed < 0.6).all()


@pytest.mark.slow
def test_training_stops_saves_and_goes_on(tmp_path: Path) -> None:
    recipe = HeadRecipe(minutes=10, seed=4)
    training = HeadTraining(recipe, tmp_path, resume=False)
    assert not training.run(lambda _: None, lambda: training.step >= 2)
    weight = training.network.narrow.weight.clone()
    again = HeadTraining(recipe, tmp_path, resume=True)
    assert (again.step, again.seconds) == (2, training.seconds)
    torch.testing.assert_close(again.network.narrow.weight, weight)
    assert load_head(again.checkpoint)[1].steps == 2
    with pytest.raises(HeadError, match="holds a run of seed 4"):
        HeadTraining(HeadRecipe(seed=5), tmp_path, resume=True)
    with pytest.raises(HeadError, match="holds no run"):
        HeadTraining(recipe, tmp_path / "nowhere", resume=True)
