"""`tandem eval --translation`: how late and how well calls between two languages are interpreted."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

from agents.interpreting.policy import DEFAULT, LOCAL_AGREEMENT_2, LOCAL_AGREEMENT_3, WAIT_3, WAIT_5
from tandem.eval_run import EarsNameError, Progressing, progressing
from tandem.eval_translation_report import figures_table, print_lost, print_translation, words_label

if TYPE_CHECKING:
    from agents.interpreting.policy import Policy
    from agents.translation.translator import Translator
    from model.evaluate.figures import Value
    from model.evaluate.translation.dialogues import Dialogue, Split
    from model.evaluate.translation.figures import System, Way, Words, Written
    from model.evaluate.translation.hearing import Listens
    from tandem.eval_translation_run import Heards

POLICIES: Final[Mapping[str, "Policy"]] = {
    "local agreement 2": LOCAL_AGREEMENT_2,
    "local agreement 3": LOCAL_AGREEMENT_3,
    "wait 3": WAIT_3,
    "wait 5": WAIT_5,
    "as heard": DEFAULT,
    "as heard, joints alone": replace(DEFAULT, idle=DEFAULT.most),
    "as heard, nothing ahead": replace(DEFAULT, ahead=False),
    "as heard, usual speed": replace(DEFAULT, speed=1.0, behind_speed=1.0),
}


@dataclass(frozen=True, slots=True)
class TranslationOrder:
    """What was asked for.

    Attributes:
        calls: dialogues.
        ears: `known` tells every word as it was said; an embedded kind hears; empty: both, the usual kind.
        folder: where cases are kept.
        policies: compare the policies, on the texts they may be tuned on.
    """

    calls: int
    seed: int
    ears: str
    folder: Path
    policies: bool = False


def run_translation(
    order: TranslationOrder, console: Console, write: Callable[[dict[str, Any]], None]
) -> None:
    """Interpret the dialogues in every way that was asked for, print the figures, keep the calls.

    Raises:
        NoTranslator: there is none here; the text says how to get one.
        EarsNameError: there are no such ears.
    """
    asyncio.run(_run(order, console, write))


async def _run(order: TranslationOrder, console: Console, write: Callable[[dict[str, Any]], None]) -> None:
    from agents.translation.chosen import open_translator
    from config.settings import load

    translator = open_translator(load())
    try:
        if order.policies:
            await compare(order, translator, console, write)
        else:
            await measure(order, translator, console, write)
    finally:
        await translator.close()


async def measure(
    order: TranslationOrder,
    translator: "Translator",
    console: Console,
    write: Callable[[dict[str, Any]], None],
) -> None:
    """Interpret held-out dialogues in every way; print and write the figures, keep the calls."""
    from model.evaluate.translation.figures import System, as_json
    from model.evaluate.translation.kept import keep
    from tandem.eval_translation_run import TURN_BASED
    from tandem.eval_translation_run import write as write_down

    systems: list[System] = []
    written: list[Written] = []
    calls = _dialogues("test", order)
    with progressing(console) as progress:
        with progress(f"{translator.name} alone", len(calls)) as done:
            for dialogue in calls:
                written += await write_down(dialogue, translator)
                done()
        for words, listens in _listeners(order):
            heard = list(_heard(calls, listens, order.seed, (progress, words)))
            for way, policy in _WAYS:
                system = await _interpreted(
                    (words, way), heard, translator, TURN_BASED if policy is None else policy, progress
                )
                systems.append(system)
                keep(order.folder, system)
    setting = _setting(order, translator)
    print_translation(console, setting, systems, written)
    print_lost(console, order.folder, systems)
    write(as_json(setting, systems, written))


_WAYS: Final[tuple[tuple["Way", "Policy | None"], ...]] = (("simultaneous", DEFAULT), ("turn-based", None))


async def _interpreted(
    named: "tuple[Words, Way]",
    heard: "Sequence[tuple[Dialogue, Sequence[Heards]]]",
    translator: "Translator",
    policy: "Policy",
    progress: Progressing,
) -> "System":
    from model.evaluate.translation.figures import System
    from tandem.eval_translation_run import interpret

    words, way = named
    turns: list[Any] = []
    with progress(f"{way}, {words_label(words)}", len(heard)) as done:
        for dialogue, spoken in heard:
            turns += await interpret(dialogue, spoken, translator, policy)
            done()
    return System(words, way, tuple(turns))


def _dialogues(split: "Split", order: TranslationOrder) -> "list[Dialogue]":
    from model.evaluate.translation.dialogues import dialogues

    return list(dialogues(split, order.calls, order.seed))


def _listeners(order: TranslationOrder) -> "Iterator[tuple[Words, Listens]]":
    """Who listens: those that never err, then the ears."""
    from model.ears.kinds import HEARS, EarsName, make_kind
    from model.evaluate.known_words import KNOWN
    from model.evaluate.translation.hearing import ears, known

    bilingual: list[EarsName] = [name for name, languages in HEARS.items() if {"en", "es"} <= languages]
    if order.ears not in ("", KNOWN, *bilingual):
        raise EarsNameError(f"--ears {order.ears} is not one of {', '.join((*bilingual, KNOWN))}")
    if order.ears in ("", KNOWN):
        yield "known", known
    if order.ears != KNOWN:
        chosen: list[EarsName] = [name for name in bilingual if name == (order.ears or "encoder")]
        yield "ears", ears(make_kind(chosen[0]))


def _heard(
    calls: "Sequence[Dialogue]", listens: "Listens", seed: int, how: "tuple[Progressing, Words]"
) -> "Iterator[tuple[Dialogue, Sequence[Heards]]]":
    """Say every dialogue in held-out voices, and listen to it."""
    from model.evaluate.translation.spoken import people, speak
    from tandem.eval_translation_run import Heards

    progress, words = how
    with progress(f"listening, {words_label(words)}", len(calls)) as done:
        for dialogue in calls:
            voices = people(dialogue, seed)
            turns = [
                speak(dialogue, number, voices[turn.who], seed) for number, turn in enumerate(dialogue.turns)
            ]
            yield dialogue, [Heards(turn, listens(turn)) for turn in turns]
            done()


def _setting(order: TranslationOrder, translator: "Translator") -> dict[str, Any]:
    from model.evaluate.translation.hearing import TURN_END

    return {
        "calls": order.calls,
        "seed": order.seed,
        "texts": "train" if order.policies else "test",
        "translator": translator.name,
        "ears": order.ears or "encoder",
        "policy": str(DEFAULT),
        "turn_end_micro_turns": TURN_END,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


# --- policies -------------------------------------------------------------------------------------


async def compare(
    order: TranslationOrder,
    translator: "Translator",
    console: Console,
    write: Callable[[dict[str, Any]], None],
) -> None:
    """The same heard words through every policy, on texts that may be tuned on."""
    from model.evaluate.figures import plain
    from model.evaluate.translation.figures import ALL_MEASURES, figures, figures_of_writing
    from tandem.eval_translation_run import TURN_BASED
    from tandem.eval_translation_run import write as write_down

    calls = _dialogues("train", order)
    found: dict[Words, dict[str, dict[str, Value]]] = {}
    with progressing(console) as progress:
        written = [each for dialogue in calls for each in await write_down(dialogue, translator)]
        alone = figures_of_writing(written)
        for words, listens in _listeners(order):
            heard = list(_heard(calls, listens, order.seed, (progress, words)))
            waits = await _interpreted((words, "turn-based"), heard, translator, TURN_BASED, progress)
            found[words] = {"turn-based": figures(waits.turns, waits.turns, alone)}
            for name, policy in POLICIES.items():
                system = await _interpreted((words, "simultaneous"), heard, translator, policy, progress)
                found[words][name] = figures(system.turns, waits.turns, alone)
    console.print(
        f"[bold]Policies[/] {order.calls} calls, seed {order.seed}, training texts, both directions"
    )
    for words, columns in found.items():
        console.print(figures_table(words_label(words), columns))
    write(
        {
            "setting": _setting(order, translator),
            "policies": {
                words: {name: plain(values, ALL_MEASURES) for name, values in columns.items()}
                for words, columns in found.items()
            },
        }
    )
