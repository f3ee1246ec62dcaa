"""Counting wrong phones."""

import numpy as np
import pytest

from model.ears.phone_reader import PhoneReader
from model.evaluate.human_speech import human_recordings, over_the_telephone
from model.evaluate.phone_errors import PhoneErrors, greedy, phone_errors
from model.synthesis.phones import PHONES


def _posteriors(*names: str) -> np.ndarray:
    """Frames that are sure of these; "" is the blank."""
    rows = np.full((len(names), len(PHONES) + 1), -9.0, np.float32)
    for row, name in zip(rows, names, strict=True):
        row[PHONES.index(name) + 1 if name else 0] = 0.0
    return rows


class _Deaf(PhoneReader):
    """Hears one "t" in everything."""

    def __init__(self) -> None:
        pass

    def read(self, sounds):
        return [_posteriors("t") for _ in sounds]


def test_repetitions_are_one_sound_unless_a_blank_parts_them() -> None:
    assert greedy(_posteriors("s", "s", "", "s", "eh", "", "")) == ("s", "s", "eh")
    assert greedy(_posteriors("", "")) == ()


def test_the_blank_is_trusted_less_than_it_says() -> None:
    unsure = _posteriors("")
    unsure[0, PHONES.index("k") + 1] = -1.0
    assert greedy(unsure) == ("k",)


def test_a_reader_that_hears_nothing_gets_nearly_everything_wrong() -> None:
    rows = {row.kind: row for row in phone_errors(_Deaf(), lessons=4)}
    voices = [row for kind, row in rows.items() if kind.startswith("held-out voices")]
    assert voices
    assert all(0.6 < row.rate <= 1.0 for row in voices)


def test_rates_are_errors_per_phone() -> None:
    assert PhoneErrors("people", 3, 12).rate == pytest.approx(0.25)


def test_recordings_of_people_are_whole_or_absent() -> None:
    recordings = human_recordings()
    if not recordings:
        pytest.skip("neither pocketsphinx-testdata nor alsa-utils is installed")
    for recording in recordings:
        assert 0.5 < len(recording.sound) / 16_000 < 8.01
        assert 0.01 < np.abs(recording.sound).max() <= 1
        assert over_the_telephone(recording.sound).shape[0] == pytest.approx(len(recording.sound), abs=2)
