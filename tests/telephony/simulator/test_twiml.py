import pytest

from telephony.simulator.errors import CallError
from telephony.simulator.twiml import ConnectStream, HangUp, PauseFor, RedirectTo, SayText, parse

_LONG_PARAMETER = (
    '<Response><Connect><Stream url="wss://a.example">'
    f'<Parameter name="n" value="{"v" * 500}"/></Stream></Connect></Response>'
)


def test_verbs_come_in_order_and_the_query_of_a_stream_is_stripped():
    document = """<?xml version="1.0" encoding="UTF-8"?>
    <Response>
      <Say voice="alice">Please <break/> hold.</Say>
      <Connect><Stream url="wss://a.example/m/t?x=1"><Parameter name="n" value="v"/></Stream></Connect>
      <Pause length="2"/><Redirect method="GET">/after</Redirect><Hangup/>
    </Response>"""
    assert parse(document) == (
        SayText("Please hold."),
        ConnectStream("wss://a.example/m/t", (("n", "v"),)),
        PauseFor(2_000),
        RedirectTo("/after", "GET"),
        HangUp(),
    )


@pytest.mark.parametrize(
    "document",
    [
        "nothing",
        "<html/>",
        "<Response><Dance/></Response>",
        "<Response><Connect/></Response>",
        '<Response><Connect><Stream url="https://a.example"/></Connect></Response>',
        '<Response><Pause length="long"/></Response>',
        '<!DOCTYPE r [<!ENTITY a "b">]><Response/>',
        _LONG_PARAMETER,
    ],
)
def test_what_twilio_would_refuse_is_refused(document):
    with pytest.raises(CallError):
        parse(document)
