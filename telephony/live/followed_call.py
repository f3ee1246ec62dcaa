"""One call as those who follow it know it: what they are told of it, and what they want of it.

The call tells it what happens (`telephony.watching.Watcher`) and asks it what is wanted
(`telephony.steering.Steering`); commands come in between, and whether they are obeyed is decided at once.
Nothing here waits: what is told goes to a `Channel`, which sends it when it can.
"""

from dataclasses import dataclass, replace
from typing import Any, Final, Protocol
from uuid import uuid4

import numpy as np

from agents.dialogue.state import State
from agents.redaction import HIDDEN
from config.flow import Flow
from config.live import (
    HELD_MS,
    LISTENED_S,
    Answer,
    Command,
    CommandKind,
    Happening,
    LiveCall,
    LiveState,
)
from config.units import MICRO_TURN_MS
from model.turn import Audio, OfferDropped, OfferFinished, TurnOutput
from telephony import watching
from telephony.line import LineTurn
from telephony.live import talking, voice
from telephony.live.masking import Mask, Sensitive, mask_at, masked, masked_caller
from telephony.steering import Wanted, Whisper

_LISTENED_TURNS: Final = int(LISTENED_S * 1_000) // MICRO_TURN_MS
_MOST_WHISPERS: Final = 5
"""Waiting to be said."""
_OVER: Final = Answer(done=False, why="call-over", detail="This call has ended.")
_NOT_HELD: Final = Answer(done=False, why="not-held", detail="You no longer have this call.")


@dataclass(frozen=True, slots=True)
class Event:
    """A happening and its number: from 1, without gaps."""

    sequence: int
    kind: Happening
    data: dict[str, Any]


class Channel(Protocol):
    """Sends what is told of calls to whoever follows. Nothing here waits or raises."""

    def tell(self, event: Event, state: LiveState) -> None:
        """Send a happening, and the call as it is after it."""
        ...

    def sound(self, call_id: str, pcm: bytes, ear: bytes | None = None) -> None:
        """Send a micro-turn of audio, and the same for whoever has the call; it may be dropped."""
        ...


@dataclass(frozen=True, slots=True)
class Holding:
    """Who has the call: a token of theirs, their name, and when they were last heard of (call time).

    `language`: what they speak through an interpreter; None: without one.
    """

    holder: str
    person: str
    seen_ms: int
    language: str | None = None


@dataclass(slots=True)
class _Open:
    """A whisper that is not over. `finished`: all of it was given out."""

    whisper: Whisper
    voicing: bool = False
    finished: bool = False


class FollowedCall:
    """See the module. `call` as it begins; `sensitive`: what of its flow is kept from those who follow.

    `no_interpreter`: see `LiveCalls`.
    """

    def __init__(
        self,
        call: LiveCall,
        flow: Flow,
        sensitive: Sensitive,
        channel: Channel,
        server: str,
        no_interpreter: str = "",
    ) -> None:
        self._no_interpreter = no_interpreter
        self._call = call
        self._flow = flow
        self._sensitive = sensitive
        self._channel = channel
        self._server = server
        self._sequence = 0
        self._now_ms = 0
        self._mask = self._mask_before = Mask()
        self._talking = talking.Talking()
        self._holding: Holding | None = None
        self._voice = voice.Voice()
        self._whispers: dict[str, _Open] = {}
        self._new: tuple[Whisper, ...] = ()
        self._withdrawn: tuple[str, ...] = ()
        self._ended_by: str | None = None
        self._ending = False
        self._over = False
        self._listened_turns = 0

    @property
    def id(self) -> str:
        """The call's."""
        return self._call.id

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self._over

    @property
    def state(self) -> LiveState:
        """The call as it is now."""
        return LiveState(call=self._call, server=self._server, holder=self._holding and self._holding.holder)

    # --- what the call tells --------------------------------------------------------------------------

    def saw(self, at_ms: int, happening: watching.Happening) -> None:
        """See `telephony.watching.Watcher`."""
        self._now_ms = at_ms
        match happening:
            case watching.CallBegan():
                self._tell(Happening.CALL_BEGAN, self._call.model_dump(mode="json"))
            case watching.WordsSaid():
                self._words(happening)
            case watching.Interpreted():
                self._interpreted(happening)
            case watching.InterpreterNews():
                self._interpreter(happening)
            case watching.TaskNews(task_id, tool, status, text):
                news = {"task_id": task_id, "tool": tool, "status": status, "text": self._masked(text)}
                self._tell(Happening.TASK, news)
            case watching.ChartMade(chart_id, sentence):
                made = {"chart_id": chart_id, "url": f"/charts/{chart_id}.svg"}
                self._tell(Happening.CHART, {**made, "sentence": self._masked(sentence)})
            case watching.StepReached(step, language):
                self._now(step=step, language=language)
            case watching.CallEnded(outcome):
                self._over = True
                self._end_whispers()
                self._tell(Happening.CALL_ENDED, {"outcome": outcome})

    def followed(self, turn: LineTurn, output: TurnOutput, dialogue: State, ear: Audio | None = None) -> None:
        """See `telephony.steering.Steering`."""
        self._now_ms = (turn.index + 1) * MICRO_TURN_MS
        self._mask_before, self._mask = self._mask, mask_at(self._sensitive, self._flow, dialogue)
        for key in turn.keys:
            self._tell(Happening.KEY, {"key": HIDDEN if self._mask.asked else key})
        for act in output.acts:
            self._of_whispers(act)
        if self._listened_turns > 0:
            self._listened_turns -= 1
            both = _together(turn.caller_audio, output.agent_audio)
            self._channel.sound(self.id, both, None if ear is None else _together(ear, output.agent_audio))
        self._talking = talking.after(self._talking, output)
        self._now(state=talking.shown(self._talking, held=self._holding is not None))

    def _words(self, said: watching.WordsSaid) -> None:
        hidden = self._masked(said.text, caller=said.side == "caller")
        words = {
            "side": said.side,
            "utterance": said.utterance,
            "text": hidden,
            "start_ms": said.words[0].start_ms if said.words else self._now_ms,
            "end_ms": said.words[-1].end_ms if said.words else self._now_ms,
            "final": said.final,
            "language": said.language or self._call.language,
        }
        if hidden and said.side != "person":
            last = {"caller_words": hidden} if said.side == "caller" else {"agent_words": hidden}
            self._call = self._call.model_copy(update=last)
        self._tell(Happening.WORDS, words)
        if opened := self._whispers.get(said.utterance):
            self._whisper_voiced(opened, final=said.final)

    def _interpreted(self, row: watching.Interpreted) -> None:
        told = {
            "speaker": row.speaker,
            "utterance": row.offer_id,
            "source": self._masked(row.source, caller=row.speaker == "caller"),
            "source_language": row.source_language,
            "text": self._masked(row.text),
            "language": row.language,
            "start_ms": row.from_ms,
            "lag_ms": row.lag_ms,
            "corrects": row.corrects,
            "repeats": row.repeats,
        }
        self._tell(Happening.INTERPRETED, told)

    def _interpreter(self, news: watching.InterpreterNews) -> None:
        """Say whether an interpreter is there; whoever has the call is told in so many words."""
        held = self._holding is not None and self._holding.language is not None
        if held and (news.language or news.lost):
            self._control("not_interpreted" if news.lost else "interpreting", "")
        if news.language or news.lost or not held:
            self._now(interpreted=news.language)

    # --- what is wanted of the call -------------------------------------------------------------------

    def wanted(self, now_ms: int) -> Wanted:
        """See `telephony.steering.Steering`. Whoever has the call and is not heard of loses it here."""
        self._now_ms = now_ms
        holding = self._holding
        if holding is not None and now_ms - holding.seen_ms > HELD_MS:
            self._back(by=holding.person, what="holder_lost")
        whispers, self._new = self._new, ()
        withdrawn, self._withdrawn = self._withdrawn, ()
        ended_by, self._ended_by = self._ended_by, None
        return Wanted(
            self._holding and self._holding.person,
            self._holding and self._holding.language,
            tuple(each for each in whispers if each.id not in withdrawn),
            withdrawn,
            ended_by,
        )

    def voice(self) -> Audio:
        """See `telephony.steering.Steering`."""
        self._voice, audio = voice.take(self._voice)
        return audio

    def spoke(self, holder: str, audio: Audio) -> None:
        """Take in int16[n] at 16 kHz of the one who has the call; anybody else's is dropped."""
        if self._holding is not None and self._holding.holder == holder:
            self._voice = voice.came(self._voice, audio)

    def obey(self, command: Command) -> Answer:
        """Do what somebody wants, or say why not."""
        if self._over or self._ending:
            return _OVER
        match command.kind:
            case CommandKind.WHISPER:
                return self._take_whisper(command)
            case CommandKind.TAKE_OVER | CommandKind.INTERPRET:
                return self._take_over(command)
            case CommandKind.HAND_BACK:
                return self._hand_back(command)
            case CommandKind.END:
                return self._end(command)
            case CommandKind.HOLD:
                return self._hold(command)
            case CommandKind.LISTEN:
                self._listened_turns = _LISTENED_TURNS
        return Answer(done=True)

    def _take_whisper(self, command: Command) -> Answer:
        text = " ".join(command.text.split())
        if self._holding is not None:
            detail = f"{self._holding.person} has taken this call over; the agent says nothing meanwhile."
            return Answer(done=False, why="taken-over", detail=detail)
        if not text:
            return Answer(done=False, why="no-words", detail="There are no words in it. Type what to say.")
        if len(self._whispers) >= _MOST_WHISPERS:
            detail = "The agent has not yet said what was whispered before. Wait until it has."
            return Answer(done=False, why="too-many-whispers", detail=detail)
        whisper = Whisper(f"whisper-{uuid4().hex[:8]}", text, command.person)
        self._whispers[whisper.id] = _Open(whisper)
        self._new = (*self._new, whisper)
        self._tell_whisper(whisper, "offered")
        return Answer(done=True)

    def _take_over(self, command: Command) -> Answer:
        if self._holding is not None:
            detail = f"{self._holding.person} has taken this call over already. Ask them to hand it back."
            return Answer(done=False, why="already-taken", detail=detail)
        if command.kind is CommandKind.INTERPRET and self._no_interpreter:
            return Answer(done=False, why="no-interpreter", detail=self._no_interpreter)
        language = command.language or None
        self._holding = Holding(command.holder, command.person, self._now_ms, language)
        self._voice = voice.Voice()
        self._end_whispers()
        self._control("taken_over" if language is None else "interpreted", command.person)
        self._now(state="taken_over", held_by=command.person, interpreted=language)
        return Answer(done=True)

    def _end(self, command: Command) -> Answer:
        if command.holder and not self._holds(command):
            return _NOT_HELD
        self._ended_by, self._ending = command.person, True
        self._control("ended", command.person)
        return Answer(done=True)

    def _holds(self, command: Command) -> bool:
        return self._holding is not None and self._holding.holder == command.holder

    def _hold(self, command: Command) -> Answer:
        holding = self._holding
        if holding is None or not self._holds(command):
            return _NOT_HELD
        self._holding = replace(holding, seen_ms=self._now_ms)
        return Answer(done=True)

    def _hand_back(self, command: Command) -> Answer:
        holding = self._holding
        if holding is None or command.holder not in ("", holding.holder):
            return Answer(done=False, why="not-held", detail="The agent has this call already.")
        self._back(by=command.person or holding.person, what="handed_back")
        return Answer(done=True)

    def _back(self, by: str, what: str) -> None:
        self._holding = None
        self._voice = voice.Voice()
        self._control(what, by)
        self._now(state=talking.shown(self._talking, held=False), held_by=None, interpreted=None)

    # --- whispers ---------------------------------------------------------------------------------------

    def _of_whispers(self, act: object) -> None:
        match act:
            case OfferFinished(offer_id) if opened := self._whispers.get(offer_id):
                opened.finished = True
            case OfferDropped(offer_id) if offer_id in self._whispers:
                self._tell_whisper(self._whispers.pop(offer_id).whisper, "unsaid")
            case _:
                pass

    def _whisper_voiced(self, opened: _Open, *, final: bool) -> None:
        whisper = opened.whisper
        if final:
            del self._whispers[whisper.id]
            self._tell_whisper(whisper, "heard" if opened.finished else "cut_off")
        elif not opened.voicing:
            opened.voicing = True
            self._tell_whisper(whisper, "voicing")

    def _end_whispers(self) -> None:
        """Nothing whispered will be said any more; what is being said is cut off where it is."""
        self._withdrawn = (*self._withdrawn, *self._whispers)
        for each in [opened for opened in self._whispers.values() if not opened.voicing]:
            self._tell_whisper(self._whispers.pop(each.whisper.id).whisper, "unsaid")

    def _tell_whisper(self, whisper: Whisper, status: str) -> None:
        told = {"whisper_id": whisper.id, "text": self._masked(whisper.text), "by": whisper.by}
        self._tell(Happening.WHISPER, {**told, "status": status})

    # --- telling ----------------------------------------------------------------------------------------

    def _masked(self, text: str, *, caller: bool = False) -> str:
        """Hide what was to be hidden before this micro-turn, and what is now.

        A caller who is asked for something sensitive from now on has answered something else so far.
        """
        before, now = self._mask_before, self._mask
        text = (masked_caller if caller else masked)(text, before, self._call.language)
        return masked(text, now, self._call.language)

    def _control(self, what: str, by: str) -> None:
        self._tell(Happening.CONTROL, {"what": what, "by": by})

    def _now(self, **changed: object) -> None:
        """Note where the call is, and tell if that is news."""
        call = self._call.model_copy(update=changed)
        if call != self._call:
            self._call = call
            now = call.model_dump(include={"state", "step", "language", "held_by", "interpreted"})
            self._tell(Happening.STATE, now)

    def _tell(self, kind: Happening, data: dict[str, Any]) -> None:
        self._sequence += 1
        whole = {"call_id": self.id, "at_ms": self._now_ms, **data}
        self._channel.tell(Event(self._sequence, kind, whole), self.state)


def _together(left: Audio, right: Audio) -> bytes:
    """Interleave two sides: int16 stereo, little endian."""
    return np.stack((left, right), axis=1).astype("<i2").tobytes()
