"""Who speaks when: a simulated conversation, written on a stage.

The agent asks, the caller answers with pauses, the agent replies early or late. On the way callers say
"mm-hm" over the agent or interrupt it in earnest, talk to somebody else, things fall down, and the agent now
and then blunders into a pause, so that the model has seen what its own mistakes look like.
"""

from dataclasses import dataclass
from typing import Final

from config.expectation import AnswerKind, Expectation
from model.data import scripts
from model.data.clips import Clip
from model.data.delivery import FRAME_MS, FRAME_SAMPLES
from model.data.errands import after_turn
from model.data.interjections import agent_backchannel, aside, caller_backchannel, something_beside
from model.data.noises import breath
from model.data.scene import Phase, Scene
from model.data.scripts import Break, CallerTurn
from model.data.stage import TurnSpan, add
from model.data.timing import answer_gap_ms, pause_ms, reply_gap_ms, stop_ms
from model.streams import digits_index, kind_index


@dataclass(frozen=True, slots=True)
class Topic:
    """What the agent asks: a list of prompts, and the kind of answer the flow awaits."""

    prompts: str
    kind: AnswerKind


_TOPICS: Final = (
    (Topic("free", AnswerKind.FREE), 26),
    (Topic("digits", AnswerKind.DIGITS), 26),
    (Topic("yes_no", AnswerKind.YES_NO), 14),
    (Topic("nothing", AnswerKind.NOTHING), 11),
    (Topic("date", AnswerKind.DATE), 7),
    (Topic("choice", AnswerKind.CHOICE), 5),
    (Topic("spelling", AnswerKind.FREE), 4),
    (Topic("email", AnswerKind.FREE), 2),
    (Topic("money", AnswerKind.FREE), 2),
    (Topic("person", AnswerKind.FREE), 3),
)
_ANYTHING_GOES: Final = frozenset(topic.prompts for topic, _ in _TOPICS if topic.prompts != topic.kind)
_DUE: Final = frozenset({Break.CLAUSE, Break.SENTENCE, Break.SEARCH})


class Conversation:
    """One conversation being written."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.stage = scene.stage
        self.random = scene.random
        self.now = 0
        """The frame the conversation has come to."""
        self._free_from = 0
        """Since when nobody holds the floor."""
        self._full = scene.manners.phase in {Phase.FULL_DUPLEX, Phase.WOVEN}

    def run(self, *, from_start: bool) -> None:
        """Write until the stage is full."""
        if self.scene.manners.phase is Phase.WORDS:
            self._monologue()
            return
        self.now = self._frames(self.random.randint(200, 1_500))
        self.stage.tell(0, "role", scripts.prompt("role", None, self.random, self.scene.language))
        first = from_start
        while self.now < self.stage.frames:
            self._exchange(greeting=first)
            first = False

    def _monologue(self) -> None:
        """The caller answers questions nobody is heard to ask."""
        while self.now < self.stage.frames:
            topic, count = self._choose_topic()
            self._expect(self.now, topic.kind, count)
            self.stage.digits_said[self.now :] = 0
            turn = self._answer_to(topic, count)
            end = self._caller_turn(turn, self.now, topic.kind)
            self.now = end + self._frames(self.random.uniform(250, 900))
            self.stage.free(end, self.now, weight=0.6)

    # --- one exchange ---------------------------------------------------------------------------

    def _exchange(self, *, greeting: bool) -> None:
        topic, count = (Topic("greeting", AnswerKind.FREE), None) if greeting else self._choose_topic()
        text, clip = self.scene.line(topic.prompts, count)
        if clip is None:
            return
        begin = self.now
        told = begin - self._frames(200 + self.random.choice((0, 100, 300, 600, 1_200, 2_000)))
        self.stage.tell(told, "offer", text)
        self.stage.may_speak(max(told, self._free_from), begin)
        self._expect(begin, topic.kind, count)
        self.stage.digits_said[begin:] = 0
        self.stage.due_weight[begin : begin + clip.frames] = 0.05
        self.stage.over_weight[begin : begin + clip.frames] = 0.05
        overlaps = self._full and self.random.random() < self.scene.manners.overlap_rate
        if overlaps and clip.frames > self._frames(900):
            if self._spoken_over(clip, begin, topic, count):
                return
        else:
            self.now = self.stage.say_agent(clip, begin)
        self._answer(topic, count)

    def _answer(self, topic: Topic, count: int | None) -> None:
        """After the prompt: an answer, or none."""
        silent = self.random.random()
        if topic.kind is AnswerKind.NOTHING and silent < 0.45:
            self._wait(self.now, self.random.randint(300, 2_500))
            return
        if silent < 0.05:
            self._wait(self.now, self.random.randint(3_000, 5_000))
            return
        asked_until = self.now
        gap_ms = answer_gap_ms(self.random)
        begin = max(asked_until + self._frames(gap_ms if self._full else max(gap_ms, 150)), 0)
        self.stage.await_answer(asked_until, begin)
        turn = self._answer_to(topic, count)
        if begin < asked_until:
            self.stage.overlap(begin, asked_until, "answer", weight=0.4)
        if self._full and gap_ms > 1_200 and self.random.random() < 0.3:
            self._beside_in(asked_until, begin)
        self._caller_turn_then_reply(turn, begin, topic.kind)

    def _answer_to(self, topic: Topic, count: int | None) -> CallerTurn:
        language = self.scene.caller_language()
        name = (
            topic.prompts if topic.prompts in _ANYTHING_GOES and topic.prompts != "greeting" else topic.kind
        )
        draw = self.random.random()
        if name == AnswerKind.FREE and self.scene.manners.phase is Phase.WOVEN and draw < 0.14:
            name = "remind" if draw < 0.09 else "cancel"
            return scripts.spoken(name, self.scene.split, self.random, language)
        return scripts.answer(name, count, self.scene.split, self.random, language)

    def _choose_topic(self) -> tuple[Topic, int | None]:
        topics, weights = zip(*_TOPICS, strict=True)
        topic = self.random.choices(topics, weights)[0]
        if topic.kind is not AnswerKind.DIGITS:
            return topic, None
        return topic, self.random.choice((6, 6, 6, 4, 5, 7, 8, 9, 10, None, None))

    def _expect(self, at: int, kind: AnswerKind, count: int | None) -> None:
        """Tell the model; rarely the flow knows no better than "something"."""
        told = Expectation(kind, count) if self.random.random() > 0.06 else Expectation(AnswerKind.FREE)
        self.stage.expect(at, kind_index(told), digits_index(told))

    # --- the caller's turn ----------------------------------------------------------------------

    def _caller_turn_then_reply(self, turn: CallerTurn, begin: int, kind: AnswerKind) -> None:
        self._after_turn(self._caller_turn(turn, begin, kind), turn)

    def _caller_turn(self, turn: CallerTurn, begin: int, kind: AnswerKind) -> int:
        """Write a turn; gives the frame it ends."""
        stage, at, digits = self.stage, begin, 0
        pauses, said = list[tuple[int, int]](), [list[str]()]
        pieces = self.scene.pieces(turn)
        if self.random.random() < 0.25:
            self._breathe(begin)
        for k, (clip, language) in enumerate(pieces):
            at = stage.say_caller(clip, at, digits, language)
            digits += int(clip.digits[-1])
            said[-1] += [word.text for word in clip.words]
            if k == len(pieces) - 1:
                break
            resumes = at + self._frames(pause_ms(clip.then, self.random))
            if clip.then in {Break.SWITCH, Break.FILLER}:
                at = resumes
                continue
            pauses.append((at, resumes))
            said.append([])
            stage.hold(at, resumes, due=clip.then in _DUE and (turn.long or clip.then is Break.SEARCH))
            at = self._in_the_pause(at, resumes, clip, turn)
        if pieces and at <= stage.frames:
            texts = tuple(" ".join(words) for words in said)
            stage.turns.append(
                TurnSpan(begin, at, tuple(pauses), kind_index(Expectation(kind)), turn.long, texts)
            )
        return at

    def _in_the_pause(self, at: int, resumes: int, clip: Clip, turn: CallerTurn) -> int:
        """What happens in a caller's pause: mostly nothing; a "mm-hm", a noise, sometimes a blunder."""
        length_ms = (resumes - at) * FRAME_MS
        chance = self.random.random()
        if length_ms > 500 and self.random.random() < 0.4:
            self._breathe(resumes)
        if not self._full:
            return resumes
        if turn.long and clip.then in _DUE and length_ms > 350 and chance < 0.3:
            agent_backchannel(self.scene, at + self._frames(max(self.random.gauss(200, 40), 60)))
        elif length_ms > 1_200 and chance > 0.85:
            if clip.then is Break.SEARCH and self.random.random() < 0.5:
                spoken_until = aside(self.scene, at + self._frames(300))
                longer = max(resumes, spoken_until + self._frames(300))
                self.stage.hold(resumes, longer, due=False)
                return longer
            self._beside_in(at, resumes)
        elif length_ms > 700 and 0.4 < chance < 0.46 and not self.scene.manners.patient:
            _, said = self.scene.line(self._choose_topic()[0].prompts)
            if said is not None:
                starts = at + self._frames(self.random.uniform(300, min(length_ms, 1_500)))
                stops = resumes + self._frames(stop_ms(self.random))
                ended = self.stage.say_agent(said, starts, upto=stops)
                self.stage.blunder(starts, ended)
                if ended > resumes:
                    self.stage.overlap(resumes, ended, "interruption")
                    self.stage.be_quiet(resumes, ended)
                self.stage.over_weight[starts:resumes] = 0.05
        return resumes

    def _breathe(self, before: int) -> None:
        """Air drawn in shortly before speech."""
        sound = breath(self.random)
        begin = before - len(sound) // FRAME_SAMPLES - self._frames(self.random.uniform(0, 120))
        add(self.stage.caller, sound, begin * FRAME_SAMPLES)

    def _beside_in(self, begin: int, end: int) -> None:
        """A noise or somebody else's voice in a silence."""
        if end - begin > 60:
            something_beside(self.scene, self.random.randint(begin + 10, end - 40))

    def _after_turn(self, end: int, turn: CallerTurn) -> None:
        gap_ms = 3_000 if self.scene.manners.patient else reply_gap_ms(self.random)
        self.now = end + self._frames(gap_ms)
        if gap_ms > 2_200 and not self.scene.manners.patient and self.random.random() < 0.2:
            added = scripts.spoken("nothing", self.scene.split, self.random, self.scene.language)
            begin = end + self._frames(self.random.uniform(1_800, gap_ms))
            self.stage.free(end, begin)
            self._caller_turn_then_reply(added, begin, AnswerKind.NOTHING)
            return
        self.stage.free(end, self.now)
        if turn.long:
            self.stage.forgive(end)
        self._free_from = end
        if self._full and gap_ms > 800 and self.random.random() < 0.1:
            self._beside_in(end, self.now)
        if turn.asks != "none":
            self.stage.act(
                end, turn.asks, done=end + self._frames(400) if self.random.random() < 0.7 else None
            )
        if self.scene.manners.phase is Phase.WOVEN:
            self.now = after_turn(self.scene, turn, end, self.now)

    def _wait(self, begin: int, ms: int) -> None:
        self.now = begin + self._frames(ms)
        self.stage.await_answer(begin, self.now)
        if self._full and ms > 1_500 and self.random.random() < 0.3:
            self._beside_in(begin, self.now)

    # --- over the agent's speech ----------------------------------------------------------------

    def _spoken_over(self, clip: Clip, begin: int, topic: Topic, count: int | None) -> bool:
        """The caller or the room makes itself heard over a prompt; True when the floor has changed hands."""
        latest = clip.frames - self._frames(500)
        onset = begin + self.random.randint(self._frames(200), max(min(latest, self._frames(3_200)), 21))
        what = self.random.random()
        if what < 0.4:
            self._barge_in(clip, begin, onset, (topic, count))
            return True
        if what < 0.7:
            self.now = caller_backchannel(self.scene, clip, begin, onset)
        else:
            self.now = self.stage.say_agent(clip, begin)
            end, kind = something_beside(self.scene, onset)
            self.stage.overlap(onset, end, kind)
        return False

    def _barge_in(self, clip: Clip, begin: int, onset: int, asked: tuple[Topic, int | None]) -> None:
        topic, count = asked
        stops = onset + self._frames(1_500 if self.scene.manners.patient else stop_ms(self.random))
        ended = self.stage.say_agent(clip, begin, upto=stops)
        early_answer = topic.kind is not AnswerKind.NOTHING and self.random.random() < 0.25
        language = self.scene.caller_language()
        turn = (
            self._answer_to(topic, count)
            if early_answer
            else scripts.spoken("barge_in", self.scene.split, self.random, language)
        )
        pieces = self.scene.pieces(turn)
        spoken = pieces[0][0].frames if pieces else 0
        self.stage.overlap(onset, min(max(ended, onset + 1), onset + spoken), "interruption")
        self.stage.be_quiet(onset + self._frames(150), max(ended, onset + spoken))
        self._caller_turn_then_reply(turn, onset, topic.kind)

    def _frames(self, ms: float) -> int:
        return self.scene.frames(ms)
