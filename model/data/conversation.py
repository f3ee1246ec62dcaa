"""Who speaks when: a simulated conversation, written on a stage.

The agent asks, the caller answers with pauses, the agent replies early or late. On the way callers say
"mm-hm" over the agent or interrupt it in earnest, talk to somebody else, things fall down, and the agent now
and then blunders into a pause, so that the model has seen what its own mistakes look like.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

from config.expectation import AnswerKind, Expectation
from model.data import scripts
from model.data.acoustics import burst, from_afar
from model.data.clips import FRAME_MS, FRAME_SAMPLES, Clip, clips_of, plain_clip
from model.data.scripts import Break, CallerTurn, Split
from model.data.stage import Stage, TurnSpan, add
from model.data.timing import answer_gap_ms, pause_ms, reply_gap_ms, stop_ms
from model.data.voices import caller_voice
from model.espeak import EspeakVoice
from model.streams import digits_index, kind_index

_KINDS: Final = (
    (AnswerKind.FREE, 30),
    (AnswerKind.DIGITS, 26),
    (AnswerKind.YES_NO, 14),
    (AnswerKind.NOTHING, 14),
    (AnswerKind.DATE, 9),
    (AnswerKind.CHOICE, 7),
)
_DUE: Final = frozenset({Break.CLAUSE, Break.SENTENCE, Break.SEARCH})


@dataclass(frozen=True, slots=True)
class Manners:
    """How the agent of a simulated call behaves.

    Attributes:
        patient: it waits three seconds after every turn, never blunders into a pause, and stops late when
            interrupted: for measuring when a model would act, without being told by the agent.
        overlap_rate: how often the caller speaks over a prompt (interruptions and backchannels together).
    """

    patient: bool = False
    overlap_rate: float = 0.42


class Conversation:
    """One conversation being written. All randomness comes from the given source."""

    def __init__(
        self,
        stage: Stage,
        split: Split,
        random: Random,
        voices: tuple[EspeakVoice, EspeakVoice],
        manners: Manners,
    ) -> None:
        self.stage = stage
        self.split: Split = split
        self.random = random
        self.caller, self.agent = voices
        self.manners = manners
        self.now = 0
        """The frame the conversation has come to."""

    def run(self, *, from_start: bool) -> None:
        """Write until the stage is full."""
        self.now = self._frames(self.random.randint(200, 1_500))
        first = from_start
        while self.now < self.stage.frames:
            self._exchange(greeting=first)
            first = False

    # --- one exchange ---------------------------------------------------------------------------

    def _exchange(self, *, greeting: bool) -> None:
        kind = AnswerKind.FREE if greeting else self._choose_kind()
        count = (
            self.random.choice((6, 6, 6, 4, 5, 7, 8, 10, None, None)) if kind is AnswerKind.DIGITS else None
        )
        line = scripts.prompt("greeting" if greeting else kind, count, self.random)
        clip = plain_clip(line, self.agent)
        if clip is None:
            return
        begin = self.now
        self._expect(begin, kind, count)
        self.stage.digits_said[begin:] = 0
        self.stage.due_weight[begin : begin + clip.frames] = 0.05
        if clip.frames > self._frames(900) and self.random.random() < self.manners.overlap_rate:
            if self._spoken_over(clip, begin, kind, count):
                return
        else:
            self.now = self.stage.say_agent(clip, begin)
        self._answer(kind, count)

    def _answer(self, kind: AnswerKind, count: int | None) -> None:
        """After the prompt: an answer, or none."""
        silent = self.random.random()
        if kind is AnswerKind.NOTHING and silent < 0.45:
            self._wait(self.now, self.random.randint(300, 2_500))
            return
        if silent < 0.05:
            self._wait(self.now, self.random.randint(3_000, 6_000))
            return
        asked_until = self.now
        begin = max(asked_until + self._frames(answer_gap_ms(self.random)), 0)
        self.stage.await_answer(asked_until, begin)
        turn = scripts.answer(kind, count, self.split, self.random)
        if begin < asked_until:
            self.stage.overlap(begin, asked_until, earnest=True, weight=0.4)
        self._caller_turn(turn, begin, kind)

    def _choose_kind(self) -> AnswerKind:
        kinds, weights = zip(*_KINDS, strict=True)
        return self.random.choices(kinds, weights)[0]

    def _expect(self, at: int, kind: AnswerKind, count: int | None) -> None:
        """Tell the model; rarely the flow knows no better than "something"."""
        told = Expectation(kind, count) if self.random.random() > 0.06 else Expectation(AnswerKind.FREE)
        self.stage.expect(at, kind_index(told), digits_index(told))

    # --- the caller's turn ----------------------------------------------------------------------

    def _caller_turn(self, turn: CallerTurn, begin: int, kind: AnswerKind) -> None:
        stage, at, digits = self.stage, begin, 0
        pauses = list[tuple[int, int]]()
        clips = [clip for sentence in turn.sentences for clip in clips_of(sentence, self.caller)]
        for k, clip in enumerate(clips):
            at = stage.say_caller(clip, at, digits)
            digits += int(clip.digits[-1])
            if k == len(clips) - 1:
                break
            resumes = at + self._frames(pause_ms(clip.then, self.random))
            pauses.append((at, resumes))
            stage.hold(at, resumes, due=clip.then in _DUE and (turn.long or clip.then is Break.SEARCH))
            resumes = self._in_the_pause(at, resumes, clip, turn)
            at = resumes
        if clips and at <= stage.frames:
            stage.turns.append(TurnSpan(begin, at, tuple(pauses), kind_index(Expectation(kind)), turn.long))
        self._after_turn(at)

    def _in_the_pause(self, at: int, resumes: int, clip: Clip, turn: CallerTurn) -> int:
        """What an agent does in a caller's pause: mostly nothing, sometimes "mm-hm", sometimes a blunder."""
        length_ms = (resumes - at) * FRAME_MS
        chance = self.random.random()
        if turn.long and clip.then in _DUE and length_ms > 350 and chance < 0.2:
            said = plain_clip(scripts.prompt("backchannel", None, self.random), self.agent)
            if said is not None:
                self.stage.say_agent(said, at + self._frames(self.random.gauss(250, 60)))
        elif length_ms > 700 and chance > 0.93 and not self.manners.patient:
            said = plain_clip(scripts.prompt(self._choose_kind(), None, self.random), self.agent)
            if said is not None:
                starts = at + self._frames(self.random.uniform(300, min(length_ms, 1_500)))
                stops = resumes + self._frames(stop_ms(self.random))
                ended = self.stage.say_agent(said, starts, upto=stops)
                if ended > resumes:
                    self.stage.overlap(resumes, ended, earnest=True)
                self.stage.over_weight[starts:resumes] = 0.05
        return resumes

    def _after_turn(self, end: int) -> None:
        gap_ms = 3_000 if self.manners.patient else reply_gap_ms(self.random)
        self.now = end + self._frames(gap_ms)
        if gap_ms > 2_200 and not self.manners.patient and self.random.random() < 0.2:
            added = scripts.spoken("nothing", self.split, self.random)
            begin = end + self._frames(self.random.uniform(1_800, gap_ms))
            self.stage.free(end, begin)
            self._caller_turn(added, begin, AnswerKind.NOTHING)
            return
        self.stage.free(end, self.now)

    def _wait(self, begin: int, ms: int) -> None:
        self.now = begin + self._frames(ms)
        self.stage.await_answer(begin, self.now)

    # --- over the agent's speech ----------------------------------------------------------------

    def _spoken_over(self, clip: Clip, begin: int, kind: AnswerKind, count: int | None) -> bool:
        """The caller or the room makes itself heard over a prompt; True when the floor has changed hands."""
        latest = clip.frames - self._frames(500)
        onset = begin + self.random.randint(self._frames(200), max(min(latest, self._frames(3_200)), 21))
        what = self.random.random()
        if what < 0.42:
            self._barge_in(clip, begin, onset, kind, count)
            return True
        if what < 0.8:
            self._backchannels(clip, begin, onset)
        else:
            self._beside(clip, begin, onset)
        return False

    def _barge_in(self, clip: Clip, begin: int, onset: int, kind: AnswerKind, count: int | None) -> None:
        stops = onset + self._frames(1_500 if self.manners.patient else stop_ms(self.random))
        ended = self.stage.say_agent(clip, begin, upto=stops)
        early_answer = kind is not AnswerKind.NOTHING and self.random.random() < 0.25
        turn = (
            scripts.answer(kind, count, self.split, self.random)
            if early_answer
            else scripts.spoken("barge_in", self.split, self.random)
        )
        clips = clips_of(turn.sentences[0], self.caller)
        spoken = clips[0].frames if clips else 0
        self.stage.overlap(onset, min(max(ended, onset + 1), onset + spoken), earnest=True)
        self._caller_turn(turn, onset, kind)

    def _backchannels(self, clip: Clip, begin: int, onset: int) -> None:
        """Let the caller say "mm-hm", over the agent, who goes on; rarely it stops all the same."""
        turn = scripts.backchannel(self.random)
        said = clips_of(turn.sentences[0], self.caller)
        if not said:
            self.now = self.stage.say_agent(clip, begin)
            return
        end = self.stage.say_caller(said[0], onset, 0)
        self.stage.overlap(onset, end, earnest=False)
        if self.random.random() > 0.1 or self.manners.patient:
            self.now = self.stage.say_agent(clip, begin)
            return
        stops = onset + self._frames(stop_ms(self.random))
        ended = self.stage.say_agent(clip, begin, upto=stops)
        resumes = max(ended, end) + self._frames(self.random.uniform(300, 1_200))
        self.stage.free(max(ended, end), resumes)
        self.now = self.stage.say_agent(clip, resumes, since=max(ended - begin, 0))

    def _beside(self, clip: Clip, begin: int, onset: int) -> None:
        """Something that is not for the agent: it goes on."""
        self.now = self.stage.say_agent(clip, begin)
        end = self.sound_beside(onset)
        self.stage.overlap(onset, end, earnest=False)

    def sound_beside(self, onset: int) -> int:
        """A bang, a voice behind the caller, or the caller to somebody else; gives the frame it ends."""
        what = self.random.random()
        if what < 0.5:
            sound = burst(self.split, self.random)
        else:
            own = what > 0.75
            voice = self.caller if own else caller_voice(self.split, self.random)
            turn = scripts.spoken("aside", self.split, self.random)
            clips = clips_of(turn.sentences[0], voice)
            if not clips:
                return onset
            level_db = self.random.gauss(-9, 2) if own else self.random.gauss(-16, 4)
            sound = from_afar(clips[0].audio, level_db, dull=not own)
            if own:
                self.stage.voice_weight[onset : onset + clips[0].frames] = 0.0
        add(self.stage.caller, sound, onset * FRAME_SAMPLES)
        return onset + len(sound) // FRAME_SAMPLES

    def _frames(self, ms: float) -> int:
        return round(ms / FRAME_MS)
