"""Builds the cases of the own set: functions of scenario, language, seed and number, and of nothing else."""

# n samples at WIRE_RATE_HZ

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_MS, WIRE_SAMPLES_PER_MS
from model.data.acoustics import Sound, draw_line, in_background, through, to_somebody_else
from model.data.voices import Person
from model.evaluate.agent_lines import (
    CORRECTIONS,
    QUESTIONS,
    REMINDERS,
    REPLIES,
    STATEMENTS,
    mid_speech_ms,
    spoken_ms,
)
from model.evaluate.cases import Case, Cue, Events, Scenario, Script, Span
from model.evaluate.held_out_speech import (
    Said,
    caller,
    say,
    say_backchannel,
    say_digits,
    say_story,
    somebody_says,
)
from model.synthesis.speech import Language
from model.turn import Offer, OfferMade, OfferWithdrawn, Urgency, Word

_FIRST_SOUND_MS: Final = MICRO_TURN_MS
"""What is offered before the first micro-turn sounds from here on."""
_AFTER_MS: Final = 3_600
_DIGITS: Final = 6
_KINDS: Final = (
    (AnswerKind.FREE, AnswerKind.DIGITS, AnswerKind.YES_NO, AnswerKind.DATE, AnswerKind.CHOICE),
    (45, 25, 12, 10, 8),
)
"""Answers, and how often each is asked for."""
_LONGEST_TURN_MS: Final = 14_000
_LEAST_PAUSE_MS: Final = 300
_STORY_MS: Final = 14_000
_TRIES: Final = 40


@dataclass(frozen=True, slots=True)
class _Scene:
    """What a case is drawn from."""

    scenario: Scenario
    language: Language
    number: int
    random: Random
    person: Person

    @property
    def id(self) -> str:
        return f"{self.scenario}-{self.language}-{self.number:03d}"

    def pick(self, lines: Sequence[str]) -> str:
        return lines[self.number % len(lines)]

    def replies(self) -> tuple[Offer, ...]:
        return tuple(Offer("reply", text) for text in REPLIES[self.language])


def build(scenarios: Sequence[Scenario], languages: Sequence[Language], calls: int, seed: int) -> list[Case]:
    """Build `calls` cases of each scenario and language."""
    return [
        case(scenario, language, number, seed)
        for language in languages
        for scenario in scenarios
        for number in range(calls)
    ]


def case(scenario: Scenario, language: Language, number: int, seed: int) -> Case:
    """Build one case."""
    random = Random(f"{seed} {scenario} {language} {number}")
    scene = _Scene(scenario, language, number, random, caller(random))
    return _BUILDERS[scenario](scene)


# --- the caller's turn ----------------------------------------------------------------------------


def _pause(scene: _Scene) -> Case:
    return _answer(scene, lambda said: any(pause.ms >= _LEAST_PAUSE_MS for pause in said.pauses))


def _turn(scene: _Scene) -> Case:
    return _answer(scene, lambda said: all(pause.ms < _LEAST_PAUSE_MS for pause in said.pauses))


def _answer(scene: _Scene, fits: Callable[[Said], bool]) -> Case:
    kind, said = AnswerKind.FREE, _say(scene, AnswerKind.FREE)
    for _ in range(_TRIES):
        kind = scene.random.choices(*_KINDS)[0]
        said = _say(scene, kind)
        if fits(said) and said.ms <= _LONGEST_TURN_MS:
            break
    return _asked(scene, said, QUESTIONS[scene.language][kind], _expected(kind))


def _in_one_breath(scene: _Scene) -> Said:
    """A turn in which nobody could take the floor too early."""
    for _ in range(_TRIES):
        said = say("free", scene.language, scene.person, scene.random)
        if all(pause.ms < _LEAST_PAUSE_MS for pause in said.pauses):
            return said
    return say("transfer", scene.language, scene.person, scene.random)


def _say(scene: _Scene, kind: AnswerKind) -> Said:
    if kind is AnswerKind.DIGITS:
        return say_digits(_DIGITS, scene.language, scene.person, scene.random)
    return say(str(kind), scene.language, scene.person, scene.random)


def _expected(kind: AnswerKind) -> Expectation:
    return Expectation(kind, _DIGITS if kind is AnswerKind.DIGITS else None)


def _story(scene: _Scene) -> Case:
    said = say_story(scene.language, scene.person, _STORY_MS, scene.random)
    return _asked(scene, said, QUESTIONS[scene.language]["story"], Expectation(AnswerKind.FREE))


def _asked(scene: _Scene, said: Said, question: str, expects: Expectation) -> Case:
    """The agent asks at once, the caller answers, then there is time for a reply."""
    gap_ms = round(max(scene.random.gauss(450, 150), 200))
    begin_ms = _FIRST_SOUND_MS + spoken_ms(question, scene.language) + gap_ms
    ends_ms = begin_ms + said.ms
    script = Script((Cue(0, OfferMade(Offer("question", question, expects=expects))),), scene.replies())
    return Case(
        id=scene.id,
        scenario=scene.scenario,
        language=scene.language,
        caller=_heard(scene, ends_ms + _AFTER_MS, [(begin_ms, said.audio)]),
        events=Events(
            turn=Span(begin_ms, ends_ms),
            pauses=tuple(_later(pause, begin_ms) for pause in said.pauses if pause.ms >= _LEAST_PAUSE_MS),
            openings=tuple(_later(opening, begin_ms) for opening in said.openings),
        ),
        script=script,
        spoken=_words(said, begin_ms),
        about=f"after “{question}” the caller says: {said.text}",
        expectation=expects,
    )


# --- over the agent's speech ----------------------------------------------------------------------


def _interruption(scene: _Scene) -> Case:
    said = say("barge_in", scene.language, scene.person, scene.random)
    return _spoken_over(scene, said, said.audio, tail_ms=_AFTER_MS)


def _caller_backchannel(scene: _Scene) -> Case:
    said = say_backchannel(scene.language, scene.person, scene.random)
    return _spoken_over(scene, said, said.audio)


def _talking_to_other(scene: _Scene) -> Case:
    said = say("aside", scene.language, scene.person, scene.random)
    return _spoken_over(scene, said, to_somebody_else(said.audio, scene.random.gauss(-8, 1)))


def _background_speech(scene: _Scene) -> Case:
    said = somebody_says(scene.language, scene.random)
    return _spoken_over(scene, said, in_background(said.audio, scene.random.gauss(-15, 1)))


def _spoken_over(scene: _Scene, said: Said, sound: Sound, tail_ms: int | None = None) -> Case:
    """The agent explains at length; something sounds at the caller's end meanwhile."""
    statement = scene.pick(STATEMENTS[scene.language])
    ends_ms = _FIRST_SOUND_MS + spoken_ms(statement, scene.language)
    onset_ms = _FIRST_SOUND_MS + scene.random.choice(mid_speech_ms(statement, scene.language))
    lasts_ms = sound.size // WIRE_SAMPLES_PER_MS
    whole_ms = onset_ms + lasts_ms + tail_ms if tail_ms else max(ends_ms, onset_ms + lasts_ms) + 3_000
    meant = scene.scenario in (Scenario.INTERRUPTION, Scenario.CALLER_BACKCHANNEL)
    return Case(
        id=scene.id,
        scenario=scene.scenario,
        language=scene.language,
        caller=_heard(scene, whole_ms, [(onset_ms, sound)]),
        events=Events(
            turn=Span(onset_ms, onset_ms + said.ms) if scene.scenario is Scenario.INTERRUPTION else None,
            overlap=Span(onset_ms, onset_ms + lasts_ms),
        ),
        script=Script((Cue(0, OfferMade(Offer("statement", statement))),), scene.replies()),
        spoken=_words(said, onset_ms) if meant else (),
        about=f"while the agent explains something, {scene.scenario.replace('_', ' ')}: {said.text}",
    )


# --- time and offers ------------------------------------------------------------------------------


def _time(scene: _Scene) -> Case:
    promise, reminder = REMINDERS[scene.language]
    said_ms = _FIRST_SOUND_MS + spoken_ms(promise, scene.language)
    thanks = say_backchannel(scene.language, scene.person, scene.random)
    thanks_ms = said_ms + scene.random.randint(300, 700)
    due_ms = thanks_ms + thanks.ms + scene.random.randint(2_600, 5_600)
    speaks = scene.number % 2 == 1
    cues = (
        Cue(0, OfferMade(Offer("promise", promise))),
        Cue(due_ms - MICRO_TURN_MS, OfferMade(Offer("reminder", reminder, Urgency.NEWS))),
    )
    return Case(
        id=scene.id,
        scenario=scene.scenario,
        language=scene.language,
        caller=_heard(scene, due_ms + 3_000, [(thanks_ms, thanks.audio)] if speaks else []),
        events=Events(due_ms=due_ms),
        script=Script(cues),
        spoken=_words(thanks, thanks_ms) if speaks else (),
        about=f"asked to speak at {due_ms / 1_000:.1f} s",
    )


def _offers(scene: _Scene) -> Case:
    """Replaced before it is voiced, withdrawn while it is, or stale before the floor is free."""
    first, second = CORRECTIONS[scene.language]
    match scene.number % 3:
        case 0:
            return _replaced_in_time(scene, first, second)
        case 1:
            return _withdrawn_in_mid_sentence(scene, second)
        case _:
            return _stale(scene, first, second)


def _replaced_in_time(scene: _Scene, first: str, second: str) -> Case:
    said = _in_one_breath(scene)
    begin_ms, ends_ms = 600, 600 + said.ms
    made_ms = begin_ms + min(600, said.ms // 2)
    cues = (
        Cue(made_ms, OfferMade(Offer("withdrawn", first))),
        Cue(made_ms + MICRO_TURN_MS, OfferWithdrawn("withdrawn")),
        Cue(made_ms + MICRO_TURN_MS, OfferMade(Offer("correction", second))),
    )
    return Case(
        id=scene.id,
        scenario=scene.scenario,
        language=scene.language,
        caller=_heard(scene, ends_ms + spoken_ms(second, scene.language) + 3_500, [(begin_ms, said.audio)]),
        events=Events(turn=Span(begin_ms, ends_ms), due_ms=made_ms + MICRO_TURN_MS),
        script=Script(cues),
        spoken=_words(said, begin_ms),
        about="a reply is replaced by another while the caller speaks",
    )


def _withdrawn_in_mid_sentence(scene: _Scene, second: str) -> Case:
    statement = scene.pick(STATEMENTS[scene.language])
    withdrawn_ms = scene.random.randint(2_000, 6_000)
    cues = (
        Cue(0, OfferMade(Offer("withdrawn", statement))),
        Cue(withdrawn_ms, OfferWithdrawn("withdrawn")),
        Cue(withdrawn_ms, OfferMade(Offer("correction", second))),
    )
    return Case(
        id=scene.id,
        scenario=scene.scenario,
        language=scene.language,
        caller=_heard(scene, withdrawn_ms + spoken_ms(second, scene.language) + 3_500, []),
        events=Events(due_ms=withdrawn_ms),
        script=Script(cues),
        about=f"a statement is taken back at {withdrawn_ms / 1_000:.1f} s",
    )


def _stale(scene: _Scene, first: str, second: str) -> Case:
    said = _in_one_breath(scene)
    begin_ms, ends_ms = 600, 600 + said.ms
    made_ms = begin_ms + min(600, said.ms // 2)
    cues = (
        Cue(made_ms, OfferMade(Offer("withdrawn", first, expires_ms=made_ms + MICRO_TURN_MS))),
        Cue(made_ms + MICRO_TURN_MS, OfferMade(Offer("correction", second))),
    )
    return Case(
        id=scene.id,
        scenario=scene.scenario,
        language=scene.language,
        caller=_heard(scene, ends_ms + spoken_ms(second, scene.language) + 3_500, [(begin_ms, said.audio)]),
        events=Events(turn=Span(begin_ms, ends_ms), due_ms=made_ms + 2 * MICRO_TURN_MS),
        script=Script(cues),
        spoken=_words(said, begin_ms),
        about="a reply expires while the caller speaks",
    )


# --- sound ----------------------------------------------------------------------------------------


def _heard(scene: _Scene, ms: int, sounds: Sequence[tuple[int, Sound]]) -> np.ndarray:
    """Put sounds on a line of the test set's: int16[n] after band, level, noise and µ-law."""
    micro_turns = -(-ms // MICRO_TURN_MS)
    clean = np.zeros(micro_turns * MICRO_TURN_MS * WIRE_SAMPLES_PER_MS, np.float32)
    for at_ms, sound in sounds:
        begin = at_ms * WIRE_SAMPLES_PER_MS
        fits = min(sound.size, clean.size - begin)
        clean[begin : begin + fits] += sound[:fits]
    line = draw_line("test", scene.random)
    return through(line, clean, np.zeros_like(clean), scene.random.getrandbits(32))


def _words(said: Said, at_ms: int) -> tuple[Word, ...]:
    return tuple(Word(w.text, w.start_ms + at_ms, w.end_ms + at_ms) for w in said.words)


def _later(span: Span, by_ms: float) -> Span:
    return Span(span.start_ms + by_ms, span.end_ms + by_ms)


_BUILDERS: Final[dict[Scenario, Callable[[_Scene], Case]]] = {
    Scenario.PAUSE: _pause,
    Scenario.TURN: _turn,
    Scenario.BACKCHANNEL: _story,
    Scenario.INTERRUPTION: _interruption,
    Scenario.CALLER_BACKCHANNEL: _caller_backchannel,
    Scenario.TALKING_TO_OTHER: _talking_to_other,
    Scenario.BACKGROUND_SPEECH: _background_speech,
    Scenario.TIME: _time,
    Scenario.OFFERS: _offers,
}
