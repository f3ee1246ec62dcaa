"""One call from the carrier's side: from the webhook, through the instructions, to the last status.

Follows TwiML verb by verb as Twilio does: when a stream ends because the server closed it, the next verb
comes; when call control replaces the instructions, the stream ends and the new ones are followed; at the
end of the instructions the carrier hangs up.
"""

import asyncio
import secrets
import time
from typing import Final, assert_never

import numpy as np

from config.tape.witness import Witness, take
from config.units import PACKET_MS, PACKET_WIRE_BYTES, WIRE_SAMPLES_PER_MS
from telephony import mulaw
from telephony.simulator import twiml
from telephony.simulator.caller import Action, Begin, HangUp, Moment, Press
from telephony.simulator.control import Dialled, EndCall, NewTwiml, NewUrl, Order
from telephony.simulator.errors import CallError
from telephony.simulator.events import AgentSounded, Announced, CallerActed, LineOpened, TapeTold, Watch
from telephony.simulator.handset import Handset
from telephony.simulator.performance import Keyed, Spoken, speak
from telephony.simulator.report import Outcome
from telephony.simulator.script import CallScript
from telephony.simulator.stream import (
    CallerHungUp,
    Ordered,
    ProtocolError,
    ServerClosed,
    StreamCounts,
    StreamParts,
    run_stream,
)
from telephony.simulator.tape_feed import follow
from telephony.simulator.webhooks import Webhooks
from telephony.simulator.wire import StreamIds

NO_ACCOUNT: Final = "AC" + "0" * 32
LONGEST_CALL_MS: Final = 15 * 60 * 1_000
_MOST_FETCHES: Final = 20
_CLEAN_CLOSES: Final = frozenset({1000, 1001, 1005})
_TAPE_END_S: Final = 3.0
_CARRIER_VOICE: Final = "en-us+m3"


class LiveCall:
    """A call while it runs, and what is known of it afterwards."""

    def __init__(
        self,
        script: CallScript,
        handset: Handset,
        webhooks: Webhooks,
        watch: Watch,
        dialled: Dialled | None = None,
    ) -> None:
        """Prepare a call to the platform, or, `dialled`, one that it makes."""
        self._dialled = dialled
        self.sid = f"CA{secrets.token_hex(16)}"
        self.handset = handset
        self.told = Witness()
        self.counts = StreamCounts()
        self.errors: list[ProtocolError] = []
        self.announced: list[str] = []
        self.notes: list[str] = []
        self.outcome = Outcome.AGENT_HUNG_UP
        self.failure: str | None = None
        self.over = False
        self._script = script
        self._webhooks = webhooks
        self._watch = watch
        self._verbs: tuple[twiml.Verb, ...] = ()
        self._base = ""
        self._order: Order | None = None
        self._hang_up = False
        self._streamed = False
        self._speaking = False
        self._fetches = 0
        self._errands: set[asyncio.Task[None]] = set()
        self._feed: asyncio.Task[None] | None = None

    # --- from outside ---------------------------------------------------------------------------

    def order(self, order: Order) -> None:
        """Do what call control asks, within a packet."""
        self._order = order

    def hang_up(self) -> None:
        """Let the caller hang up now."""
        self._hang_up = True

    async def run(self) -> None:
        """Make the call. What goes wrong is told in `outcome` and `failure`."""
        began = time.monotonic()
        try:
            await self._follow_instructions()
        except CallError as error:
            self._fail(str(error))
        self.over = True
        if self._streamed or self._fetches:
            await self._tell_status(round(time.monotonic() - began))
        await self._finish_feed()
        await asyncio.gather(*self._errands)
        self.notes.extend(self.handset.caller.notes)
        left = sum(
            isinstance(step, Keyed) or (isinstance(step, Spoken) and not step.if_heard)
            for step in self.handset.caller.steps
        )
        if left and self.outcome is Outcome.AGENT_HUNG_UP:
            self.notes.append(
                f"the call ended before the script: {left} {'step' if left == 1 else 'steps'} left"
            )

    # --- the instructions -----------------------------------------------------------------------

    async def _follow_instructions(self) -> None:
        if self._dialled is None:
            await self._fetch(self._webhooks.absolute("twilio/voice"), "ringing")
        else:
            await self._fetch(self._dialled.url, "in-progress")
        while self._verbs:
            verb, *rest = self._verbs
            self._verbs = tuple(rest)
            await self._do(verb)
            await self._obey()
        if not self._streamed and self.failure is None:
            said = f"it said: {' '.join(self.announced)!r}" if self.announced else "and it said nothing"
            raise CallError(f"the server did not connect the call to the agent; {said}")

    async def _do(self, verb: twiml.Verb) -> None:
        match verb:
            case twiml.ConnectStream():
                await self._connect(verb)
            case twiml.SayText(text):
                await self._announce(text)
            case twiml.PauseFor(ms):
                await self._wait(ms)
            case twiml.RedirectTo(url, method):
                await self._fetch(self._webhooks.absolute(url, self._base), "in-progress", method)
            case twiml.DialOut(to):
                self._note_announced(f"dials {to}")
                self._end(Outcome.TRANSFERRED)
            case twiml.HangUp():
                self._verbs = ()
            case twiml.Reject(reason):
                raise CallError(f"the server rejected the call ({reason})")
            case _:
                assert_never(verb)

    async def _obey(self) -> None:
        """Do what call control, or the caller, has asked for meanwhile."""
        order, self._order = self._order, None
        match order:
            case None:
                pass
            case EndCall():
                self._verbs = ()
            case NewTwiml(document):
                self._verbs = twiml.parse(document)
            case NewUrl(url, method):
                await self._fetch(self._webhooks.absolute(url, self._base), "in-progress", method)
            case _:
                assert_never(order)
        if self._hang_up:
            self._end(Outcome.CALLER_HUNG_UP)

    def _end(self, outcome: Outcome) -> None:
        self._verbs = ()
        if self.failure is None:
            self.outcome = outcome

    async def _connect(self, verb: twiml.ConnectStream) -> None:
        """Run the stream until one side ends it."""
        ids = StreamIds(self._account, self.sid, f"MZ{secrets.token_hex(16)}")
        parts = StreamParts(
            ids,
            self.handset,
            self.counts,
            self.errors,
            think=self._think,
            ordered=lambda: self._order,
            stall_ms=self._script.stall_ms,
            seed=self._script.seed,
        )
        callback = self._webhooks.absolute(verb.status_callback, self._base) if verb.status_callback else None
        self._tell_stream(callback, ids, "stream-started")
        if self._feed is None:
            self._feed = asyncio.create_task(self._follow_tape(), name="tape feed")
        try:
            self._watch(LineOpened(self.sid))
            end = await run_stream(verb, self._webhooks.credentials, parts)
        except CallError as error:
            self._fail(str(error))
            self._tell_stream(callback, ids, "stream-error")
            return
        self._streamed = True
        self._tell_stream(callback, ids, "stream-stopped")
        match end:
            case ServerClosed(code, reason):
                if code not in _CLEAN_CLOSES:
                    why = f" ({reason})" if reason else ""
                    self._fail(f"the server closed the media socket with {code}{why}")
            case Ordered():
                pass
            case CallerHungUp():
                self._end(Outcome.CALLER_HUNG_UP)
            case _:
                assert_never(end)

    async def _fetch(self, url: str, status: str, method: str = "POST") -> None:
        """Get instructions, which replace what is left of the present ones."""
        if self._fetches >= _MOST_FETCHES:
            raise CallError(f"the instructions go in circles: {_MOST_FETCHES} redirects")
        document = await self._webhooks.fetch(url, self._form(status), method)
        self._fetches += 1
        self._base = url
        self._verbs = twiml.parse(document)

    def _fail(self, why: str) -> None:
        self.outcome = Outcome.FAILED
        self.failure = self.failure or why

    # --- the caller -----------------------------------------------------------------------------

    def _think(self) -> Action | None:
        now_ms, ear, told = self.handset.now_ms, self.handset.ear, self.told
        if ear.speaking(now_ms) != self._speaking:
            self._speaking = not self._speaking
            self._watch(
                AgentSounded(ear.speech_began_ms if self._speaking else ear.last_sound_ms, self._speaking)
            )
        if self._hang_up:
            return HangUp()
        if now_ms >= LONGEST_CALL_MS:
            self.notes.append(f"the caller gave up after {LONGEST_CALL_MS // 60_000} minutes")
            return HangUp()
        moment = Moment(
            now_ms=now_ms,
            ear=ear,
            tool_open=told.tool_open,
            asked_ms=max((tool.asked_ms for tool in told.tools), default=-1),
            settled_ms=told.settled_ms,
            answer_began_ms=told.answer_began_ms,
            agent_words=told.words_since(self.handset.caller.busy_until_ms),
        )
        action = self.handset.act(moment)
        if isinstance(action, Begin | Press):
            self._watch(CallerActed(now_ms, action))
        return action

    async def _announce(self, text: str) -> None:
        """Say it with the carrier's own voice, as `<Say>` does."""
        self._note_announced(text)
        if text:
            audio = await asyncio.to_thread(speak, text, _CARRIER_VOICE)
            self.handset.queue_audio(mulaw.encode(np.ascontiguousarray(audio)))
            await self._wait(audio.size / WIRE_SAMPLES_PER_MS)

    def _note_announced(self, text: str) -> None:
        self.announced.append(text)
        self._watch(Announced(self.handset.now_ms, text))

    async def _wait(self, ms: float) -> None:
        """Keep the line open for `ms` without a stream, or until somebody ends it."""
        loop = asyncio.get_running_loop()
        began = loop.time() - self.handset.now_ms / 1_000
        until_ms = self.handset.now_ms + ms
        while self.handset.now_ms < until_ms and self._order is None and not self._hang_up:
            due = began + (self.handset.now_ms + PACKET_MS) / 1_000
            await asyncio.sleep(max(0.0, due - loop.time()))
            self.handset.play_until((self.handset.packets + 1) * PACKET_WIRE_BYTES)
            self.handset.next_packet()

    # --- on the side ----------------------------------------------------------------------------

    async def _follow_tape(self) -> None:
        async for row in follow(self._webhooks.server, self.sid, self._webhooks.credentials):
            self.told = take(self.told, row)
            self._watch(TapeTold(self.handset.now_ms, self.told))

    async def _finish_feed(self) -> None:
        if self._feed is None:
            return
        if self.told.call_id:
            await asyncio.wait((self._feed,), timeout=_TAPE_END_S)
        self._feed.cancel()
        await asyncio.gather(self._feed, return_exceptions=True)

    async def _tell_status(self, seconds: int) -> None:
        form = self._form("completed") | {"CallDuration": str(seconds)}
        url = self._dialled.status_url if self._dialled else self._webhooks.absolute("twilio/status")
        if url:
            await self._post_aside(url, form)

    def _tell_stream(self, url: str | None, ids: StreamIds, event: str) -> None:
        if url is None:
            return
        form = {
            "AccountSid": ids.account_sid,
            "CallSid": ids.call_sid,
            "StreamSid": ids.stream_sid,
            "StreamEvent": event,
        }
        errand = asyncio.create_task(self._post_aside(url, form), name=event)
        self._errands.add(errand)

    async def _post_aside(self, url: str, form: dict[str, str]) -> None:
        try:
            await self._webhooks.tell(url, form)
        except CallError as error:
            self.notes.append(str(error))

    @property
    def _account(self) -> str:
        credentials = self._webhooks.credentials
        return credentials.account_sid if credentials else NO_ACCOUNT

    def _form(self, status: str) -> dict[str, str]:
        numbers = self._dialled or self._script
        from_number, to_number = numbers.from_number, numbers.to_number
        return {
            "AccountSid": self._account,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": status,
            "Called": to_number,
            "Caller": from_number,
            "Direction": "outbound-api" if self._dialled else "inbound",
            "From": from_number,
            "To": to_number,
        }
