import json

import pytest

from telephony.simulator import wire
from telephony.simulator.wire import ClearMessage, Malformed, MarkMessage, MediaMessage, parse


def test_the_three_messages_are_read():
    media = '{"event":"media","streamSid":"MZ1","media":{"payload":"//8="}}'
    assert parse(media, "MZ1") == MediaMessage(b"\xff\xff")
    assert parse('{"event":"mark","streamSid":"MZ1","mark":{"name":"m"}}', "MZ1") == MarkMessage("m")
    assert parse('{"event":"clear","streamSid":"MZ1"}', "MZ1") == ClearMessage()


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "{}",
        '{"event":"media","streamSid":"MZ1"}',
        '{"event":"media","streamSid":"MZ2","media":{"payload":"//8="}}',
        '{"event":"media","streamSid":"MZ1","media":{"payload":"%%%"}}',
        '{"event":"media","streamSid":"MZ1","media":{"payload":7}}',
        '{"event":"media","streamSid":"MZ1","media":{"payload":"//8=","track":"outbound"}}',
        '{"event":"media","streamSid":"MZ1","sequenceNumber":"1","media":{"payload":"//8="}}',
        '{"event":"mark","streamSid":"MZ1","mark":{"name":""}}',
        '{"event":"mark","streamSid":"MZ1","mark":"m"}',
        '{"event":"stop","streamSid":"MZ1"}',
    ],
)
def test_anything_else_is_malformed(frame):
    answer = parse(frame, "MZ1")
    assert isinstance(answer, Malformed)
    assert answer.code == wire.MALFORMED


def test_a_binary_frame_has_its_own_code():
    answer = parse(b"{}", "MZ1")
    assert isinstance(answer, Malformed)
    assert answer.code == wire.BINARY_FRAME


def test_the_packet_written_without_a_json_library_is_json():
    message = json.loads(wire.media(3, "MZ1", 2, 20, b"\xff" * 160))
    assert message["sequenceNumber"] == "3"
    assert message["media"]["chunk"] == "2"
    assert message["media"]["timestamp"] == "20"
    assert message["media"]["track"] == "inbound"
