"""The figures of live translation, with their targets: each way of interpreting beside the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from model.evaluate.figures import Measure, Rows, Value, mean, per, plain, quantile, ratio, share
from model.evaluate.translation.dialogues import Turn
from model.evaluate.translation.interpreted import Interpreted
from model.evaluate.translation.metrics import bleu, chrf, rows
from model.synthesis.speech import Language

Words = Literal["known", "ears"]
Way = Literal["simultaneous", "turn-based"]
Direction = tuple[Language, Language]

JSON_VERSION: Final = 1
DIRECTIONS: Final[tuple[Direction, ...]] = (("en", "es"), ("es", "en"))


def _of_time(found: Rows) -> Value:
    """A share of time is no rate of cases: it has no interval."""
    value = ratio("both_ms", "either_ms")(found)
    return Value(value.value, len(found))


MEASURES: Final[tuple[Measure, ...]] = (
    Measure("word_errors", None, "words misheard, of those said", per("word_errors", "words")),
    Measure("evs_median_ms", None, "ear-voice span, median", quantile("evs_ms", 0.5), "ms", 2_000, True),
    Measure("evs_p90_ms", None, "  p90", quantile("evs_ms", 0.9), "ms", 3_500, True),
    Measure("first_median_ms", None, "  of the first word, median", quantile("first_ms", 0.5), "ms"),
    Measure("said_ms", None, "  of it, mean: the phrase is said", mean("said_ms"), "ms"),
    Measure("heard_ms", None, "    its last word is told", mean("heard_ms"), "ms"),
    Measure("held_ms", None, "    it is sure, and a phrase", mean("held_ms"), "ms"),
    Measure("answered_ms", None, "    it is translated", mean("answered_ms"), "ms"),
    Measure("queued_ms", None, "    the voice is free", mean("queued_ms"), "ms"),
    Measure("al_median_ms", None, "average lagging, median of turns", quantile("al_ms", 0.5), "ms"),
    Measure("laal_median_ms", None, "  length-adaptive", quantile("laal_ms", 0.5), "ms"),
    Measure(
        "last_median_ms",
        None,
        "last word said → translated, median",
        quantile("last_ms", 0.5),
        "ms",
        1_500,
        True,
    ),
    Measure("last_p90_ms", None, "  p90", quantile("last_ms", 0.9), "ms"),
    Measure("last_begins_median_ms", None, "  until it begins", quantile("last_begins_ms", 0.5), "ms"),
    Measure("items_exact", None, "names, numbers, dates … exact", ratio("items_exact", "items"), target=1.0),
    Measure("overlap", None, "both voices at once, of the time", _of_time),
    Measure("corrections", None, "corrections, a minute spoken", per("corrections", "minutes"), "/min"),
    Measure("silent", None, "turns of which nothing was said", ratio("silent", "turns")),
    Measure("unsaid", None, "phrases without a translation, a turn", per("unsaid", "turns"), ""),
    Measure(
        "translator_median_ms", None, "translator, a request, median", quantile("translator_ms", 0.5), "ms"
    ),
    Measure("translator_p90_ms", None, "  p90", quantile("translator_ms", 0.9), "ms"),
)
"""What is made of `model.evaluate.translation.metrics.rows`."""


def _given(_: Rows) -> Value:
    """Made of the texts of all turns, not of rows."""
    return Value(None, 0)


CHRF: Final = Measure("chrf", None, "chrF", _given, "")
BLEU: Final = Measure("bleu", None, "BLEU", _given, "")
CHRF_KEPT: Final = Measure("chrf_kept", None, "  of the translator's own, on written text", _given, "", 0.85)
LAST_RATIO: Final = Measure("last_ratio", None, "  of the turn-based way's", _given, "", 0.6, at_most=True)
_AT: Final = next(k for k, measure in enumerate(MEASURES) if measure.key == "last_median_ms") + 1
ALL_MEASURES: Final = (*MEASURES[:_AT], LAST_RATIO, *MEASURES[_AT:], CHRF, CHRF_KEPT, BLEU)


@dataclass(frozen=True, slots=True)
class Written:
    """What the translator makes of a turn that it gets whole and without a fault: what it can do at best."""

    turn: Turn
    source: Language
    target: Language
    translation: str


@dataclass(frozen=True, slots=True)
class System:
    """One way of interpreting all the turns: whose words it is told, and whether it waits for their end."""

    words: Words
    way: Way
    turns: tuple[Interpreted, ...]

    def towards(self, direction: Direction) -> "tuple[Interpreted, ...]":
        """The turns of one direction."""
        return tuple(turn for turn in self.turns if (turn.spoken.language, turn.target) == direction)


def figures_of_writing(written: Sequence[Written]) -> dict[str, Value]:
    """What the translator alone reaches."""
    if not written:
        return {}
    said = [each.translation for each in written]
    references = [each.turn.written[each.target] for each in written]
    exact = [value.is_in(each.translation, each.target) for each in written for value in each.turn.values]
    return {
        "chrf": Value(chrf(said, references), len(said)),
        "bleu": Value(bleu(said, references), len(said)),
        "items_exact": share(sum(exact), len(exact)),
    }


def figures(
    turns: Sequence[Interpreted], turn_based: Sequence[Interpreted], alone: Mapping[str, Value]
) -> dict[str, Value]:
    """All figures of a system's turns of one direction.

    Args:
        turns: of the system.
        turn_based: the same turns, told the same words, translated when they were over; may be `turns`.
        alone: `figures_of_writing` of the same turns.
    """
    if not turns:
        return {}
    found_rows = rows(turns)
    found = {measure.key: measure.figure(found_rows) for measure in MEASURES}
    said = [turn.translation for turn in turns]
    references = [turn.turn.written[turn.target] for turn in turns]
    found["chrf"] = Value(chrf(said, references), len(said))
    found["bleu"] = Value(bleu(said, references), len(said))
    last = quantile("last_ms", 0.5)
    found["last_ratio"] = _over(last(found_rows), last(rows(turn_based)))
    found["chrf_kept"] = _over(found["chrf"], alone["chrf"])
    return found


def _over(value: Value, of: Value) -> Value:
    if value.value is None or not of.value:
        return Value(None, 0)
    return Value(value.value / of.value, value.n)


def as_json(
    setting: Mapping[str, Any], systems: Sequence[System], written: Sequence[Written]
) -> dict[str, Any]:
    """Plain data: the setting, every figure with its target, every turn as it was interpreted."""
    directions: dict[str, Any] = {}
    for direction in DIRECTIONS:
        alone = figures_of_writing(towards(written, direction))
        if alone:
            directions["-".join(direction)] = {
                "written": plain(alone, ALL_MEASURES),
                **{
                    f"{system.words}, {system.way}": plain(
                        figures(system.towards(direction), waiting(systems, system, direction), alone),
                        ALL_MEASURES,
                    )
                    for system in systems
                },
            }
    return {
        "version": JSON_VERSION,
        "setting": dict(setting),
        "directions": directions,
        "turns": [
            {
                "words": system.words,
                "way": system.way,
                "source": turn.spoken.language,
                "said": turn.turn.written[turn.spoken.language],
                "heard": turn.heard,
                "reference": turn.turn.written[turn.target],
                "translation": turn.translation,
            }
            for system in systems
            for turn in system.turns
        ],
    }


def towards(written: Sequence[Written], direction: Direction) -> list[Written]:
    """The written turns of one direction."""
    return [each for each in written if (each.source, each.target) == direction]


def waiting(systems: Sequence[System], system: System, direction: Direction) -> Sequence[Interpreted]:
    """The turns of the system that is told the same words and waits for their end."""
    return next(
        (
            each.towards(direction)
            for each in systems
            if each.words == system.words and each.way == "turn-based"
        ),
        (),
    )
