"""Hand-made recordings: agent speech where it is asked for, as loud as a voice, and words in it."""

from dataclasses import replace

import numpy as np

from config.units import WIRE_SAMPLES_PER_MS
from model.evaluate.cases import Case, Cue, Events, Scenario, Script, Span
from model.evaluate.recording import HeardWord, Moment, Recording
from model.turn import Offer, OfferFinished, OfferMade, TurnAct

LASTS_MS = 12_000
WORD_MS = 250


def a_case(scenario: Scenario, events: Events, script: Script | None = None) -> Case:
    """A case whose caller is silent: only its events count."""
    silence = np.zeros(LASTS_MS * WIRE_SAMPLES_PER_MS, np.int16)
    statement = Cue(0, OfferMade(Offer("statement", "one two three four five six seven eight")))
    made = script or Script((statement,), (Offer("reply", "certainly I will see to that now"),))
    return Case(f"{scenario}-en-000", scenario, "en", silence, events, made)


def speech(*spans: tuple[float, float, str]) -> Recording:
    """The agent sounds in each span (from ms, to ms), voicing words of an offer (its id), one in 250 ms."""
    agent = np.zeros(LASTS_MS * WIRE_SAMPLES_PER_MS, np.int16)
    words: list[HeardWord] = []
    for start, end, offer in spans:
        first, last = round(start) * WIRE_SAMPLES_PER_MS, round(end) * WIRE_SAMPLES_PER_MS
        agent[first:last] = np.where(np.arange(last - first) % 2, 3_000, -3_000)
        words += [
            HeardWord(f"w{k}", offer, at, min(at + WORD_MS, end))
            for k, at in enumerate(np.arange(start, end, WORD_MS).tolist())
        ]
    return Recording(np.zeros_like(agent), agent, tuple(words))


def with_acts(recording: Recording, *acts: tuple[int, TurnAct]) -> Recording:
    """Add acts of the model at these moments."""
    return replace(recording, moments=tuple(Moment(at_ms, act) for at_ms, act in acts))


def finished(recording: Recording, offer: str = "statement") -> Recording:
    """The offer has been given out to its end, in its own words."""
    text = ("one", "two", "three", "four", "five", "six", "seven", "eight")
    return replace(
        recording,
        moments=(*recording.moments, Moment(9_000, OfferFinished(offer))),
        voiced=((offer, text),),
    )


def span(start_ms: float, end_ms: float) -> Span:
    return Span(start_ms, end_ms)
