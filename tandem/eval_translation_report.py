"""What `tandem eval --translation` prints: the figures of every way of interpreting, side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tandem.eval_report import measure_cell, measure_target

if TYPE_CHECKING:
    from model.evaluate.figures import Value
    from model.evaluate.translation.figures import System, Words, Written

_SHOWN: Final = 8
_LABELS: Final = {("en", "es"): "English → Spanish", ("es", "en"): "Spanish → English"}


def words_label(words: "Words") -> str:
    """Whose words the interpreter was told."""
    return "words known" if words == "known" else "words from the ears"


def print_translation(
    console: Console, setting: Mapping[str, Any], systems: "Sequence[System]", written: "Sequence[Written]"
) -> None:
    """Print a table for each direction."""
    from model.evaluate.translation.figures import (
        DIRECTIONS,
        figures,
        figures_of_writing,
        towards,
        waiting,
    )

    console.print(
        f"[bold]tandem eval --translation[/] in virtual time, at the listener's ear; a turn is over after "
        f"0.6 to 0.8 s of silence, whoever waits for it\n"
        f"{setting['calls']} calls of held-out texts and voices, seed {setting['seed']}, translator "
        f"{setting['translator']}",
        soft_wrap=True,
    )
    for direction in DIRECTIONS:
        alone = figures_of_writing(towards(written, direction))
        if not alone:
            continue
        columns = {
            f"{system.way}\n{words_label(system.words)}": figures(
                system.towards(direction), waiting(systems, system, direction), alone
            )
            for system in systems
        }
        turns = len(towards(written, direction))
        console.print(
            figures_table(
                f"{_LABELS[direction]}, {turns} turns", {**columns, "translator alone\nwritten text": alone}
            )
        )


def figures_table(title: str, columns: "Mapping[str, Mapping[str, Value]]") -> Table:
    """All figures there are, a column for each way, with their targets."""
    from model.evaluate.translation.figures import ALL_MEASURES

    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("")
    table.add_column("target", justify="right")
    for name in columns:
        table.add_column(name, justify="right")
    for measure in ALL_MEASURES:
        values = [values.get(measure.key) for values in columns.values()]
        if any(value is not None and value.value is not None for value in values):
            table.add_row(
                measure.label, measure_target(measure), *(measure_cell(measure, value) for value in values)
            )
    return table


def print_lost(console: Console, folder: Path, systems: "Sequence[System]") -> None:
    """Say where values did not get through, and how to listen to it."""
    from model.evaluate.translation.kept import path_of

    for system in systems:
        if system.way == "turn-based":
            continue
        failed = [
            (turn, value)
            for turn in system.turns
            for value in turn.turn.values
            if not value.is_in(turn.translation, turn.target)
        ]
        console.print(f"\n{len(failed)} values did not get through, {words_label(system.words)}")
        for turn, value in failed[:_SHOWN]:
            console.print(
                f"  tandem eval --case {path_of(folder, system, turn)}   "
                f"[dim]{escape(value.forms[turn.target].written)}: {escape(turn.translation)}[/]",
                soft_wrap=True,
            )


def print_interpreted(console: Console, wav: Path, story: Mapping[str, Any]) -> None:
    """Show a kept call: what was said, what was understood, and which phrase was voiced when."""
    console.print(f"[bold]{story['id']}[/] · {story['system']}")
    for turn in story["turns"]:
        console.print(f"\n{turn['at_ms'] / 1_000:8.2f} s  [bold]{turn['source']}[/] {escape(turn['said'])}")
        console.print(f"            [dim]heard: {escape(turn['heard'])}[/]")
        for phrase in turn["phrases"]:
            if phrase["begins_ms"] is None:
                continue
            after_s = (phrase["begins_ms"] - phrase["from_ms"]) / 1_000
            mark = " [yellow](puts right)[/]" if phrase["corrects"] else ""
            console.print(
                f"{phrase['begins_ms'] / 1_000:8.2f} s  [bold]{turn['target']}[/] {escape(phrase['text'])}"
                f"{mark} [dim]{after_s:.1f} s after {escape(phrase['source'])}[/]",
                soft_wrap=True,
            )
        if turn["lost"]:
            console.print(f"            [red]lost: {escape(', '.join(turn['lost']))}[/]")
    console.print(f"\nspeakers left, translation right: {wav}", soft_wrap=True)
