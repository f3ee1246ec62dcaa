import subprocess
import sys

import numpy as np
import pytest

from telephony.simulator.ear import sounds
from telephony.simulator.errors import ScriptError
from telephony.simulator.performance import VOICE_DBOV, perform, room_noise, speak
from telephony.simulator.script import CallScript, Keys, Pause, Say


def level_dbov(audio: np.ndarray) -> float:
    return 20 * np.log10(np.sqrt(np.mean(np.square(audio.astype(float)))) / 32_768)


def test_the_caller_speaks_at_telephone_level_with_no_more_silence_around_than_speech_fades_in():
    audio = speak("hi, where is my order?", "en-us+f3")
    (sound,) = sounds(audio)
    assert level_dbov(audio[int(sound.start_ms * 8) : int(sound.end_ms * 8)]) == pytest.approx(
        VOICE_DBOV, abs=0.2
    )
    assert sound.start_ms <= 60
    assert audio.size / 8 - sound.end_ms <= 65


def test_noise_lies_as_far_below_the_voice_as_asked():
    assert level_dbov(room_noise(15.0, seed=1)) == pytest.approx(VOICE_DBOV - 15, abs=0.2)
    assert np.array_equal(room_noise(15.0, seed=1), room_noise(15.0, seed=1))


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (Say(" "), "empty"),
        (Say("x", if_heard="("), "regular expression"),
        (Keys("12x"), "cannot be keyed in"),
        (Keys(""), "cannot be keyed in"),
        (Pause(-1), "not possible"),
    ],
)
def test_what_no_caller_can_do_is_refused_before_dialling(step, why):
    with pytest.raises(ScriptError, match=why):
        perform(CallScript((step,)))


def test_an_unknown_voice_is_named():
    with pytest.raises(ScriptError, match="nobody"):
        perform(CallScript((Say("x"),), voice="nobody"))


def test_the_simulator_does_without_torch():
    code = (
        "import sys, telephony.simulator.carrier, telephony.simulator.demo; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - ours
