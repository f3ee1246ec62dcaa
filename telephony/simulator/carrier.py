"""The carrier: places calls to a platform and plays Twilio's side of them.

    report = await place_call(CallScript((Say("where is my order?"),)), server="http://127.0.0.1:8000")

A platform that controls calls over REST must know the carrier's address before it starts; then hold a
`Carrier`:

    carrier = Carrier(credentials)              # carrier.api_url is the platform's TWILIO_API_URL
    async with carrier:
        report = await carrier.place_call(script, server)

Somebody whom the platform calls itself answers if there is a script for their number:

    carrier = Carrier(credentials, answering={"+15550003333": CallScript((Say("hello?"),))})
    ...
    reports = await carrier.answered()
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from config.units import WIRE_SAMPLES_PER_MS
from telephony.simulator.control import CallControl, Dialled
from telephony.simulator.ear import measure
from telephony.simulator.events import CallEvent, Watch
from telephony.simulator.handset import Handset
from telephony.simulator.live_call import LiveCall
from telephony.simulator.performance import perform
from telephony.simulator.report import CallReport
from telephony.simulator.script import CallScript
from telephony.simulator.wav import write_stereo
from telephony.simulator.webhooks import Credentials, Webhooks

_RINGS_S: Final = 0.5
"""So long somebody is rung before they answer, or the carrier says that they do not."""


def made_up_credentials() -> Credentials:
    """Make a random account, for a platform of one's own."""
    return Credentials(f"AC{secrets.token_hex(16)}", secrets.token_hex(16))


def _unwatched(_event: CallEvent) -> None:
    """Take no notice."""


class Carrier:
    """A carrier with one account, or without one (nothing is signed, call control asks for no password)."""

    def __init__(
        self,
        credentials: Credentials | None = None,
        answering: Mapping[str, CallScript | Sequence[CallScript]] | None = None,
    ) -> None:
        """Bind the address of call control; nothing runs yet.

        Args:
            credentials: of the account.
            answering: people at numbers of their own. Of several at a number each answers one call, in order.
        """
        self.credentials = credentials
        self._answering = {
            number: repeat(who) if isinstance(who, CallScript) else iter(who)
            for number, who in (answering or {}).items()
        }
        self._control = CallControl(credentials)
        self._control.dial = self._dial
        self._calls: set[LiveCall] = set()
        self._dialled: list[asyncio.Task[CallReport | None]] = []

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
        for task in self._dialled:
            task.cancel()
        await asyncio.gather(*self._dialled, return_exceptions=True)
        await self._control.stop()

    async def answered(self) -> tuple[CallReport, ...]:
        """Wait until all calls the platform has made are over; what those who answered have heard."""
        reports = await asyncio.gather(*self._dialled)
        return tuple(report for report in reports if report is not None)

    def _dial(self, wanted: Dialled) -> str:
        """Ring somebody for the platform; who has no script does not answer."""
        sid = f"CA{secrets.token_hex(16)}"
        self._dialled.append(asyncio.create_task(self._ring(wanted, sid), name="dialled call"))
        return sid

    async def _ring(self, wanted: Dialled, sid: str) -> CallReport | None:
        await asyncio.sleep(_RINGS_S)
        script = next(self._answering.get(wanted.to_number, iter(())), None)
        origin = urlsplit(wanted.url)
        async with Webhooks(f"{origin.scheme}://{origin.netloc}", self.credentials) as webhooks:
            if script is None:
                if wanted.status_url:
                    numbers = {"From": wanted.from_number, "To": wanted.to_number}
                    form = {"CallSid": sid, "CallStatus": "no-answer", "Direction": "outbound-api"}
                    await webhooks.tell(wanted.status_url, form | numbers)
                return None
            handset = await asyncio.to_thread(lambda: Handset(script, perform(script)))
            call = LiveCall(script, handset, webhooks, _unwatched, wanted)
            call.sid = sid
            self._control.calls[sid] = call
            await call.run()
        return await asyncio.to_thread(_report, call, None)

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
