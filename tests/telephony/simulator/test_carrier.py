import asyncio
import json
import wave

import httpx
import numpy as np
import pytest

from telephony.simulator.carrier import Carrier, made_up_credentials, place_call
from telephony.simulator.report import Outcome, as_json
from telephony.simulator.script import CallScript, Keys, Say, When
from tests.telephony.simulator.scripted_server import ScriptedServer, serving

pytestmark = pytest.mark.service


async def test_a_call_is_answered_turn_by_turn_and_measured(tmp_path):
    platform = ScriptedServer(speech_ms=(600, 400))
    async with serving(platform) as url:
        report = await place_call(CallScript((Say("hello there"),)), server=url, out=tmp_path)

    assert report.failure is None
    assert report.outcome is Outcome.AGENT_HUNG_UP
    assert report.errors == ()
    (reply,) = report.measured.replies
    # the agent waits for 20 silent packets: 400 ms, and what lies between
    assert 380 <= reply.latency_ms <= 600
    assert report.measured.greeting_ms < 200
    assert report.measured.dropouts == ()
    assert report.measured.agent_speech_ms == pytest.approx(1_000, abs=40)
    with wave.open(str(report.recording)) as recording:
        assert recording.getnchannels() == 2
        assert recording.getnframes() == pytest.approx(report.duration_ms * 8, abs=320)
    json.dumps(as_json(report))


async def test_the_wire_is_as_twilio_documents_it(tmp_path):
    platform = ScriptedServer()
    async with serving(platform) as url:
        report = await place_call(CallScript((Keys("4#"),)), server=url)

    first, second, *rest = platform.received
    assert first["event"] == "connected"
    assert second["sequenceNumber"] == "1"
    start = second["start"]
    assert start["callSid"] == report.call_sid
    assert start["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    assert start["customParameters"] == {"to": "+18005551212"}
    assert [int(m["sequenceNumber"]) for m in rest] == list(range(2, len(rest) + 2))
    packets = [m["media"] for m in rest if m["event"] == "media"]
    assert [(p["chunk"], p["timestamp"]) for p in packets] == [
        (str(k + 1), str(20 * k)) for k in range(len(packets))
    ]
    assert [m["dtmf"]["digit"] for m in rest if m["event"] == "dtmf"] == ["4", "#"]
    assert platform.statuses[-1]["CallStatus"] == "completed"


async def test_call_control_ends_the_call_and_then_the_call_is_gone():
    credentials = made_up_credentials()
    carrier = Carrier(credentials)
    platform = ScriptedServer(
        credentials=(credentials.account_sid, credentials.auth_token),
        api_url=carrier.api_url,
        hang_up_by_rest=True,
    )
    async with carrier, serving(platform) as url:
        report = await carrier.place_call(CallScript((Say("hello"),)), url)
        path = f"/2010-04-01/Accounts/{credentials.account_sid}/Calls/{report.call_sid}.json"
        async with httpx.AsyncClient(base_url=carrier.api_url, trust_env=False) as http:
            unknown = await http.post(path, data={"Status": "completed"})
            gone = await http.post(
                path,
                data={"Status": "completed"},
                auth=(credentials.account_sid, credentials.auth_token),
            )

    assert report.outcome is Outcome.AGENT_HUNG_UP
    assert platform.refused == []
    assert platform.rest_answers[0][0] == 200
    assert platform.received[-1]["event"] == "stop"
    assert (unknown.status_code, unknown.json()["code"]) == (401, 20003)
    assert (gone.status_code, gone.json()["code"]) == (404, 20404)


async def test_an_interruption_is_measured_from_the_first_sound_to_the_agents_last():
    platform = ScriptedServer(speech_ms=(4_000, 300), clears_on_speech=True)
    async with serving(platform) as url:
        script = CallScript((Say("stop, that is not what I want", when=When.BARGE_IN),))
        report = await place_call(script, server=url)

    (interruption,) = report.measured.interruptions
    assert interruption.agent_was_speaking
    assert interruption.stop_ms == pytest.approx(100, abs=80)  # the fifth loud packet
    assert 1_150 <= interruption.at_ms <= 1_500


async def test_malformed_messages_are_recorded_and_the_call_goes_on():
    frames = (
        "not json",
        '{"event":"media","streamSid":"MZ0","media":{"payload":"AAAA"}}',
        '{"event":"dtmf"}',
    )
    platform = ScriptedServer(extra_frames=frames)
    async with serving(platform) as url:
        report = await place_call(CallScript((Say("hello"),)), server=url)

    assert [error.code for error in report.errors] == [31951, 31951, 31951]
    assert report.ok


@pytest.mark.parametrize(
    ("platform", "why"),
    [
        (ScriptedServer(voice_status=403), "answered 403: the signature does not match"),
        (ScriptedServer(twiml="<Response><Reject reason='busy'/></Response>"), "rejected the call (busy)"),
        (ScriptedServer(twiml="<Response><Say>We are closed.</Say></Response>"), "it said: 'We are closed.'"),
        (ScriptedServer(twiml="<html/>"), "begins with <html>"),
        (ScriptedServer(twiml="<Response><Redirect>voice</Redirect></Response>"), "go in circles"),
    ],
)
async def test_a_call_that_does_not_come_about_says_why(platform, why):
    async with serving(platform) as url:
        report = await place_call(CallScript(), server=url)

    assert report.outcome is Outcome.FAILED
    assert why in report.failure


async def test_a_server_that_is_not_there_is_named():
    report = await place_call(CallScript(), server="http://127.0.0.1:9")
    assert report.failure == "no server answers at http://127.0.0.1:9; start one with 'tandem up'"


async def test_a_stall_holds_packets_back_and_then_delivers_all_of_them():
    platform = ScriptedServer(speech_ms=(3_000, 3_000))
    async with serving(platform) as url:
        report = await place_call(CallScript((Say("hello"),), stall_ms=500), server=url)

    packets = [int(m["media"]["chunk"]) for m in platform.received if m["event"] == "media"]
    assert packets == list(range(1, len(packets) + 1))
    assert report.duration_ms / 20 - len(packets) < 5


async def test_ten_callers_at_once_all_get_through():
    platforms = [ScriptedServer(speech_ms=(600, 400)) for _ in range(10)]

    async def one(platform):
        async with serving(platform) as url:
            return await place_call(CallScript((Say("hello there"),), noise_db=40.0), server=url)

    reports = await asyncio.gather(*(one(platform) for platform in platforms))
    assert all(report.ok for report in reports)
    assert np.median([report.measured.replies[0].latency_ms for report in reports]) < 700


async def test_somebody_the_platform_calls_answers_and_follows_its_instructions():
    credentials = made_up_credentials()
    account = (credentials.account_sid, credentials.auth_token)
    statuses: list[str] = []
    platform = ScriptedServer(credentials=account)
    carrier = Carrier(credentials, answering={"+15550003333": CallScript((Say("hello"),))})
    path = f"/2010-04-01/Accounts/{credentials.account_sid}/Calls.json"
    async with carrier, serving(platform) as url:
        form = {
            "From": "+15550002222",
            "Url": f"{url}/twilio/voice",
            "StatusCallback": f"{url}/twilio/status",
        }
        async with httpx.AsyncClient(base_url=carrier.api_url, trust_env=False, auth=account) as http:
            made = await http.post(path, data=form | {"To": "+15550003333"})
            nobody = await http.post(path, data=form | {"To": "+15550004444"})
            wrong = await http.post(path, data={"To": "+15550003333"})
        (report,) = await carrier.answered()
        statuses = [status["CallStatus"] for status in platform.statuses if "CallStatus" in status]

    assert (made.status_code, nobody.status_code, wrong.status_code) == (201, 201, 400)
    assert report.call_sid == made.json()["sid"]
    assert report.failure is None
    assert platform.refused == []
    assert sorted(statuses) == ["completed", "no-answer"]
