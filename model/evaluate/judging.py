"""Judges one recording against what was to happen: the definitions of the evaluation, and nothing else.

A takeover is agent speech of a second or more, or of more than three words (Full-Duplex-Bench V1). Every time
is taken from the sound at the caller's ear; the word record only counts words and tells offers apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from config.units import MICRO_TURN_MS
from model.evaluate.backchannels import offsets_ms, serve
from model.evaluate.cases import Case, Events, Scenario, Span
from model.evaluate.offers_said import unaccounted_ms, verbatim
from model.evaluate.recording import HeardWord, Recording
from model.turn import OfferFinished

TAKEOVER_MS: Final = 1_000
TAKEOVER_WORDS: Final = 3
EARLY_MS: Final = 100
"""Speech that begins so shortly before the caller's last sound is an overlap people make too, no cut."""
ANSWERS_WITHIN_MS: Final = 3_000
STOPS_WITHIN_MS: Final = 2_000
STALL_MS: Final = 600
"""A silence of the agent's longer than any between two clauses of its own."""
RESUMES_WITHIN_MS: Final = 2_000
_WITHDRAWN_AFTER_MS: Final = 2 * MICRO_TURN_MS
"""What was on its way to the ear when an offer was withdrawn may begin until then."""
_UNACCOUNTED_MS: Final = 250.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a case.

    Attributes:
        ok: it went as it should.
        sentence: what happened, for people.
        figures: by name: rates are 0 or 1, times end in `_ms`, counts are summed.
        offsets_ms: of small utterances, from the nearest end of a clause.
    """

    case_id: str
    ok: bool
    sentence: str
    figures: Mapping[str, float] = field(default_factory=dict[str, float])
    offsets_ms: tuple[float, ...] = ()


def judge(case: Case, recording: Recording, events: Events | None = None) -> Verdict:
    """Judge a case; with `events` as if these had happened instead (the time-shuffled control)."""
    events = events or case.events
    ok, sentence, figures = _JUDGES[case.scenario](case, events, recording)
    finished, exact = verbatim(case.script, recording)
    counted = {**figures, "offers_finished": float(finished), "offers_verbatim": float(exact)}
    offsets: tuple[float, ...] = ()
    if case.scenario is Scenario.BACKCHANNEL:
        offsets = offsets_ms(_small(recording, _needed(events.turn)), events.openings)
    return Verdict(case.id, ok and finished == exact, sentence, counted, offsets)


# --- takeovers ------------------------------------------------------------------------------------


def is_takeover(speech: Span, words: int) -> bool:
    """Whether agent speech takes the floor."""
    return speech.ms >= TAKEOVER_MS or words > TAKEOVER_WORDS


def first_takeover(recording: Recording, within: Span) -> Span | None:
    """The first agent speech under way in a span that takes the floor, from where it enters the span."""
    for stretch in recording.speech():
        if stretch.start_ms < within.end_ms and stretch.end_ms > within.start_ms:
            inside = Span(max(stretch.start_ms, within.start_ms), stretch.end_ms)
            if is_takeover(inside, recording.words_within(inside)):
                return inside
    return None


Judged = tuple[bool, str, dict[str, float]]


def _pause(_case: Case, events: Events, recording: Recording) -> Judged:
    turn = _needed(events.turn)
    inside = Span(turn.start_ms, turn.end_ms - EARLY_MS)
    taken = first_takeover(recording, inside)
    spoke = any(s.start_ms < inside.end_ms and s.end_ms > inside.start_ms for s in recording.speech())
    judged, in_pause = len(events.pauses), 0
    if taken is not None:  # what pauses would have followed is no longer the same conversation
        judged, in_pause = max(sum(pause.start_ms <= taken.start_ms for pause in events.pauses), 1), 1
    figures = {
        "takeover": float(taken is not None),
        "spoke": float(spoke),
        "pauses": float(judged),
        "pauses_taken": float(in_pause),
    }
    if taken is None:
        answer = _answer(recording, turn.end_ms)
        if answer is not None:
            figures["latency_ms"] = answer.start_ms - turn.end_ms
        return True, "let the caller pause", figures
    return False, f"took the floor at {taken.start_ms / 1_000:.2f} s, in the caller's turn", figures


def _answer(recording: Recording, end_ms: float) -> Span | None:
    """The speech that answers a turn which ended at `end_ms`."""
    for stretch in recording.speech():
        soon = end_ms - EARLY_MS <= stretch.start_ms <= end_ms + ANSWERS_WITHIN_MS
        if soon and is_takeover(stretch, recording.words_within(stretch)):
            return stretch
    return None


def _turn(_case: Case, events: Events, recording: Recording) -> Judged:
    turn = _needed(events.turn)
    cut = first_takeover(recording, Span(turn.start_ms, turn.end_ms - EARLY_MS))
    if cut is not None:
        return False, f"cut the caller off at {cut.start_ms / 1_000:.2f} s", {"takeover": 0.0, "cut": 1.0}
    answer = _answer(recording, turn.end_ms)
    if answer is None:
        return False, "did not answer within three seconds", {"takeover": 0.0, "cut": 0.0}
    latency_ms = answer.start_ms - turn.end_ms
    figures = {"takeover": 1.0, "cut": 0.0, "latency_ms": latency_ms}
    return True, f"answered after {latency_ms:.0f} ms", figures


def _backchannel(_case: Case, events: Events, recording: Recording) -> Judged:
    story = _needed(events.turn)
    inside = Span(story.start_ms, story.end_ms - EARLY_MS)
    taken = first_takeover(recording, inside)
    small = _small(recording, story)
    begun = sum(inside.holds(stretch.start_ms) for stretch in recording.speech())
    served = serve(small, events.openings, story)
    figures = {
        "takeover": float(taken is not None),
        "given": float(len(small)),
        "spoke": float(begun > len(small)),
        "minutes": story.ms / 60_000,
        "in_place": float(served.in_place),
        "windows": float(served.windows),
        "windows_served": float(served.served),
        "divergence": served.divergence,
        "distance": served.distance,
    }
    if taken is not None:
        return False, f"took the floor at {taken.start_ms / 1_000:.2f} s, in the caller's story", figures
    told = (
        f"{len(small)} backchannels, {served.in_place} in place; {served.served} of {served.windows} windows"
    )
    return served.served > 0 or not served.windows, told, figures


def _small(recording: Recording, story: Span) -> tuple[Span, ...]:
    """Small utterances of the agent's own within the story: short, and of no offer."""
    inside = Span(story.start_ms, story.end_ms - EARLY_MS)
    return tuple(
        stretch
        for stretch in recording.speech()
        if inside.holds(stretch.start_ms)
        and not is_takeover(stretch, recording.words_within(stretch))
        and not any(word.offer and stretch.holds(word.start_ms) for word in recording.words)
    )


# --- over the agent's speech ----------------------------------------------------------------------


def _interruption(_case: Case, events: Events, recording: Recording) -> Judged:
    overlap = _needed(events.overlap)
    under_way = _speech_at(recording, overlap.start_ms)
    figures: dict[str, float] = {}
    stopped = False
    if under_way is not None:
        stop_ms = under_way.end_ms - overlap.start_ms
        again = [w for w in _of(recording, "statement") if w.start_ms > under_way.end_ms]
        stopped = stop_ms <= STOPS_WITHIN_MS and not again
        figures["yields"] = float(stopped)
        if stopped:
            figures["stop_ms"] = stop_ms
    answer = next(
        (
            s
            for s in recording.speech()
            if overlap.end_ms - EARLY_MS <= s.start_ms <= overlap.end_ms + ANSWERS_WITHIN_MS
            and is_takeover(s, recording.words_within(s))
            and any(s.holds(word.start_ms) for word in _of(recording, "reply"))
        ),
        None,
    )
    figures["responds"] = float(answer is not None)
    if answer is not None:
        figures["response_ms"] = answer.start_ms - overlap.end_ms
    stop = f"stopped after {figures['stop_ms']:.0f} ms" if stopped else "did not stop"
    then = "did not answer" if answer is None else f"answered after {figures['response_ms']:.0f} ms"
    return stopped and answer is not None, f"{stop}, {then}", figures


def _goes_on(_case: Case, events: Events, recording: Recording) -> Judged:
    overlap = _needed(events.overlap)
    if _speech_at(recording, overlap.start_ms) is None:
        return False, "was not speaking", {"goes_on": 0.0, "without_stop": 0.0}
    finished = any(
        isinstance(act, OfferFinished) and act.offer_id == "statement"
        for act in recording.acts(OfferFinished)
    )
    answered = bool(_of(recording, "reply"))
    last_ms = max((word.end_ms for word in _of(recording, "statement")), default=overlap.start_ms)
    silence_ms = _longest_silence(recording, overlap.start_ms, last_ms)
    goes_on = finished and not answered and silence_ms <= RESUMES_WITHIN_MS
    figures = {"goes_on": float(goes_on), "without_stop": float(goes_on and silence_ms <= STALL_MS)}
    if answered:
        return False, "took it for a turn and answered", figures
    if not finished:
        return False, "fell silent for good", figures
    return goes_on, f"went on (longest silence {silence_ms:.0f} ms)", figures


def _speech_at(recording: Recording, at_ms: float) -> Span | None:
    return next((s for s in recording.speech() if s.start_ms <= at_ms < s.end_ms), None)


def _of(recording: Recording, offer: str) -> list[HeardWord]:
    """The words heard of an offer, however its id was varied."""
    return [word for word in recording.words if word.offer.startswith(offer)]


def _longest_silence(recording: Recording, from_ms: float, to_ms: float) -> float:
    longest, reached = 0.0, from_ms
    for stretch in recording.speech(bridge_ms=0):
        if stretch.end_ms <= from_ms:
            continue
        if stretch.start_ms >= to_ms:
            break
        longest = max(longest, stretch.start_ms - reached)
        reached = max(reached, stretch.end_ms)
    return longest


# --- time and offers ------------------------------------------------------------------------------


def _time(_case: Case, events: Events, recording: Recording) -> Judged:
    due_ms = _needed_ms(events.due_ms)
    spoken = _of(recording, "reminder")
    if not spoken:
        return False, "was never said", {"on_time": 0.0}
    begun = _speech_at(recording, (spoken[0].start_ms + spoken[0].end_ms) / 2)
    error_ms = (spoken[0].start_ms if begun is None else begun.start_ms) - due_ms
    on_time = abs(error_ms) <= MICRO_TURN_MS
    figures = {"on_time": float(on_time), "error_ms": error_ms}
    return on_time, f"spoke {error_ms:+.0f} ms from the moment asked for", figures


def _offers(_case: Case, events: Events, recording: Recording) -> Judged:
    due_ms = _needed_ms(events.due_ms)
    late = [w for w in _of(recording, "withdrawn") if w.start_ms > due_ms + _WITHDRAWN_AFTER_MS]
    corrected = any(
        isinstance(act, OfferFinished) and act.offer_id == "correction"
        for act in recording.acts(OfferFinished)
    )
    stray_ms = unaccounted_ms(recording)
    figures = {
        "withdrawn_unvoiced": float(not late),
        "corrected": float(corrected),
        "unaccounted": float(stray_ms > _UNACCOUNTED_MS),
    }
    if late:
        return False, f"voiced “{late[0].text}” of what had been taken back", figures
    if stray_ms > _UNACCOUNTED_MS:
        return False, f"{stray_ms:.0f} ms of speech that no offer accounts for", figures
    return corrected, "said what stood" if corrected else "never said what stood", figures


def _needed(span: Span | None) -> Span:
    if span is None:
        raise ValueError("the case lacks the event its scenario is about")
    return span


def _needed_ms(ms: float | None) -> float:
    if ms is None:
        raise ValueError("the case lacks the moment its scenario is about")
    return ms


_JUDGES: Final[dict[Scenario, Callable[[Case, Events, Recording], Judged]]] = {
    Scenario.PAUSE: _pause,
    Scenario.TURN: _turn,
    Scenario.BACKCHANNEL: _backchannel,
    Scenario.INTERRUPTION: _interruption,
    Scenario.CALLER_BACKCHANNEL: _goes_on,
    Scenario.TALKING_TO_OTHER: _goes_on,
    Scenario.BACKGROUND_SPEECH: _goes_on,
    Scenario.TIME: _time,
    Scenario.OFFERS: _offers,
}
