"""Acceptance checks 1 to 4: G.711 as ITU-T G.191 has it."""

import hashlib

import numpy as np

from telephony import mulaw

ALL_CODES = bytes(range(256))
ALL_SAMPLES = np.arange(-32_768, 32_768).astype(np.int16)


def test_the_encoder_is_exact():
    digest = hashlib.sha256(mulaw.encode(ALL_SAMPLES)).hexdigest()
    assert digest == "90c29de505fb68e766118303bd552a16005dcf810873698bee1d8f3b247ce28c"


def test_the_decoder_is_exact():
    digest = hashlib.sha256(mulaw.decode(ALL_CODES).astype("<i2").tobytes()).hexdigest()
    assert digest == "3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827"


def test_decoding_and_encoding_is_the_identity_but_for_negative_zero():
    changed = {code for code in ALL_CODES if mulaw.encode(mulaw.decode(bytes([code])))[0] != code}
    assert changed == {0x7F}
    assert mulaw.encode(mulaw.decode(b"\x7f")) == b"\xff"


def test_padding_is_silence():
    assert mulaw.SILENCE == 0xFF
    assert mulaw.encode(np.zeros(4, np.int16)) == bytes([mulaw.SILENCE] * 4)
    assert mulaw.decode(bytes([mulaw.SILENCE]))[0] == 0
