"""The carrier: places calls to a platform and plays Twilio's side of them.

    report = await place_call(CallScript((Say("where is my order?"),)), server="http://127.0.0.1:8000")

A platform that controls calls over REST must know the carrier's address before it starts; then hold a
`Carrier`:

    carrier = Carrier(credentials)              # carrier.api_url is the platform's TWILIO_API_URL
    async with carrier:
        report = await carrier.place_call(script, server)
"""

import asyncio
import secrets
from pathlib import Path
from types import TracebackType
from typing import Self

from config.units import WIRE_SAMPLES_PER_MS
from telephony.simulator.control import CallControl
from telephony.simulator.ear import measure
from telephony.simulator.events import CallEvent, Watch
from telephony.simulator.handset import Handset
from telephony.simulator.live_call import LiveCall
from telephony.simulator.performance import perform
from telephony.simulator.report import CallReport
from telephony.simulator.script import CallScript
from telephony.simulator.wav import write_stereo
from telephony.simulator.webhooks import Credentials, Webhooks


def made_up_credentials() -> Credentials:
    """Make a random account, for a platform of one's own."""
    return Credentials(f"AC{secrets.token_hex(16)}", secrets.token_hex(16))


def _unwatched(_event: CallEvent) -> None:
    """Take no notice."""


class Carrier:
    """A carrier with one account, or without one (nothing is signed, call control asks for no password)."""

    def __init__(self, credentials: Credentials | None = None) -> None:
        """Bind the address of call control; nothing runs yet."""
        self.credentials = credentials
        self._control = CallControl(credentials)
        self._calls: set[LiveCall] = set()

    @property
    def api_url(self) -> str:
        """Where call control is served: the platform's TWILIO_API_URL."""
        return self._control.url

    async def __aenter__(self) -> Self:
        await self._control.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._control.stop()

    def hang_up(self) -> None:
        """Let the callers of all running calls hang up now."""
        for call in self._calls:
            call.hang_up()

    async def place_call(
        self, script: CallScript, server: str, *, out: Path | None = None, watch: Watch = _unwatched
    ) -> CallReport:
        """Call the platform at `server` (an origin) and follow the script to the end.

        Args:
            script: what the caller does.
            server: where the platform's webhooks are, `http://127.0.0.1:8000`.
            out: the recording is written to `<out>/<call SID>/line.wav`; None for no recording.
            watch: told of what happens while it happens.

        Raises:
            ScriptError: the script cannot be performed. Everything else is told in the report.
        """
        handset = await asyncio.to_thread(lambda: Handset(script, perform(script)))
        async with Webhooks(server, self.credentials) as webhooks:
            call = LiveCall(script, handset, webhooks, watch)
            self._calls.add(call)
            self._control.calls[call.sid] = call
            try:
                await call.run()
            finally:
                self._calls.discard(call)
                call.over = True
        return await asyncio.to_thread(_report, call, out)


async def place_call(
    script: CallScript,
    *,
    server: str,
    credentials: Credentials | None = None,
    out: Path | None = None,
    watch: Watch = _unwatched,
) -> CallReport:
    """Place one call with a carrier of its own (see `Carrier.place_call`)."""
    async with Carrier(credentials) as carrier:
        return await carrier.place_call(script, server, out=out, watch=watch)


def _report(call: LiveCall, out: Path | None) -> CallReport:
    caller, agent = call.handset.both_sides()
    recording: Path | None = None
    if out is not None:
        recording = out / call.sid / "line.wav"
        recording.parent.mkdir(parents=True, exist_ok=True)
        write_stereo(recording, caller, agent)
    past = call.handset.recording
    return CallReport(
        call_sid=call.sid,
        outcome=call.outcome,
        failure=call.failure,
        duration_ms=caller.size // WIRE_SAMPLES_PER_MS,
        lines=tuple(past.lines),
        measured=measure(agent, tuple(past.lines), tuple(past.dry), tuple(past.clears_ms)),
        told=call.told,
        counts=call.counts,
        errors=tuple(call.errors),
        announced=tuple(call.announced),
        notes=tuple(call.notes),
        recording=recording,
    )
