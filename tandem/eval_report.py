"""What `tandem eval` prints: the table of figures, the control, the failed cases, one case on a time line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from model.evaluate.curves import Curve
    from model.evaluate.evaluation import Evaluation, SystemResult
    from model.evaluate.figures import Measure, Value

_COLUMN_MS: Final = 50
_LISTED: Final = 12
_LANE: Final = 7
HOW: Final = {
    "carrier": "over the carrier simulator, in real time, at the caller's ear",
    "steps": "in virtual time, through the seam (no network, no waiting for the processor)",
}


def print_evaluation(console: Console, evaluation: "Evaluation") -> None:
    """Print figures, control and curves."""
    from model.evaluate.figures import MEASURES

    setting = evaluation.setting
    measured = (
        f"data of {setting.data}" if setting.data else f"{setting.calls} calls each, seed {setting.seed}"
    )
    console.print(
        f"[bold]tandem eval[/] {HOW[setting.how]}\n"
        f"checkpoint {setting.checkpoint}, ears {setting.ears}, {measured}, "
        f"{' and '.join(setting.languages)}"
    )
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("")
    table.add_column("target", justify="right")
    for each in evaluation.results:
        table.add_column(each.label, justify="right")
    last = None
    for measure in MEASURES:
        values = [each.figures.get(measure.key) for each in evaluation.results]
        if all(value is None or value.value is None for value in values):
            continue
        if last is not None and measure.scenario != last:
            table.add_section()
        last = measure.scenario
        table.add_row(
            measure.label, measure_target(measure), *(measure_cell(measure, value) for value in values)
        )
    console.print(table)
    for each in evaluation.results:
        if each.torn:
            console.print(
                f"[yellow]{each.label}: in {each.torn} of {len(each.verdicts)} calls the agent's speech was "
                "torn: this machine is too busy for so many calls; its times are not to be trusted[/]",
                soft_wrap=True,
            )
    for each in evaluation.results:
        if any(value.value is not None for value in each.control.values()):
            _print_control(console, each)
            break
    if evaluation.curves:
        console.print(_curves(evaluation.curves))


def print_failures(console: Console, results: Sequence["SystemResult"], folder: Path) -> None:
    """Say which cases of the first system failed, and how to listen to them."""
    if not results:
        return
    first = results[0]
    failed = [verdict for verdict in first.verdicts if not verdict.ok]
    console.print(
        f"\n{len(first.verdicts) - len(failed)} of {len(first.verdicts)} cases of {first.label} went as they "
        f"should; kept in {folder / first.name}",
        soft_wrap=True,
    )
    for verdict in failed[:_LISTED]:
        path = folder / first.name / verdict.case_id
        console.print(f"  tandem eval --case {path}   [dim]{escape(verdict.sentence)}[/]", soft_wrap=True)
    if len(failed) > _LISTED:
        console.print(f"  and {len(failed) - _LISTED} more")


def measure_target(measure: "Measure") -> str:
    """What a figure should be, as printed."""
    if measure.target is None:
        return ""
    return f"{'≤' if measure.at_most else '≥'} {_number(measure, measure.target)}"


def _number(measure: "Measure", value: float) -> str:
    match measure.unit:
        case "%":
            return f"{value:.0%}"
        case "ms":
            return f"{value:.0f} ms"
        case "/min":
            return f"{value:.1f} /min"
        case _:
            return f"{value:.2f}"


def measure_cell(measure: "Measure", value: "Value | None") -> Text:
    """A figure as printed: green where it meets its target, red where not."""
    if value is None or value.value is None:
        return Text("–", "dim")
    told = _number(measure, value.value)
    met = measure.met(value)
    style = "" if met is None else "green" if met else "red"
    cell = Text(told, style)
    if value.low is not None and value.high is not None and value.n:
        cell.append(f"  {value.low:.0%}–{value.high:.0%}", "dim")
    return cell


def _print_control(console: Console, result: "SystemResult") -> None:
    from model.evaluate.figures import MEASURES

    told = [
        f"{measure.label.strip()} {_number(measure, value.value)}"
        for measure in MEASURES
        if measure.target is not None
        and (value := result.control.get(measure.key)) is not None
        and value.value is not None
        and measure.key != "offers_verbatim"
    ]
    console.print(
        f"[dim]Time-shuffled control ({result.label}'s decisions against the events of other cases): "
        f"{'; '.join(told)}[/]",
        soft_wrap=True,
    )


def _curves(curves: "Sequence[Curve]") -> Table:
    table = Table(title="Latency against takeovers in pauses (virtual time)", show_edge=False, pad_edge=False)
    for heading in ("", "setting", "takeovers, of pauses", "turn ends found", "median", "p90"):
        table.add_column(heading, justify="left" if not heading else "right")
    for curve in curves:
        for k, point in enumerate(curve.points):
            table.add_row(
                curve.label if not k else "",
                f"{curve.setting} {point.setting:g}",
                _share(point.takeover.value),
                _share(point.found.value),
                _ms(point.median_ms),
                _ms(point.p90_ms),
                end_section=k == len(curve.points) - 1,
            )
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} ms"


# --- one case -------------------------------------------------------------------------------------


def print_case(console: Console, wav: Path, story: Mapping[str, Any]) -> None:
    """Draw a kept case on a time line and say where its sound is."""
    verdict = "[green]went as it should[/]" if story["ok"] else "[red]failed[/]"
    console.print(f"[bold]{story['id']}[/] · {story['system']} · {verdict}: {escape(str(story['what']))}")
    console.print(escape(str(story["about"])), soft_wrap=True)
    events = story["events"]
    turn, pauses = events["turn"], events["pauses"]
    spoken = [] if turn is None else _less(turn, pauses)
    lanes: list[tuple[str, str, list[list[float]], str]] = [
        ("caller", "█", spoken, "cyan"),
        ("over it", "▒", [events["overlap"]] if events["overlap"] and turn is None else [], "cyan"),
        ("mm-hm?", "·", events["openings"], "dim"),
        ("agent", "█", story["agent_speech"], "magenta"),
    ]
    width = max(20, console.width - _LANE - 1)
    per_line_ms = width * _COLUMN_MS
    for begin_ms in range(0, int(story["ms"]), per_line_ms):
        console.print(Text(" " * _LANE + _ruler(begin_ms, width), "dim"))
        for name, mark, spans, style in lanes:
            row = _lane(mark, spans, begin_ms, width)
            if row.strip() or name in ("caller", "agent"):
                console.print(Text(f"{name:<{_LANE}}") + Text(row, style))
    for act in story["acts"]:
        detail = " ".join(str(value) for key, value in act.items() if key not in ("at_ms", "act"))
        console.print(f"{act['at_ms'] / 1_000:8.2f} s  {act['act']} [dim]{escape(detail)}[/]")
    if story["agent_words"]:
        console.print(f"the agent said: {escape(' '.join(word[0] for word in story['agent_words']))}")
    console.print(f"caller left, agent right: {wav}", soft_wrap=True)


def _less(turn: list[float], pauses: list[list[float]]) -> list[list[float]]:
    """A turn without its pauses."""
    spans: list[list[float]] = []
    begin = turn[0]
    for pause in pauses:
        spans.append([begin, pause[0]])
        begin = pause[1]
    return [*spans, [begin, turn[1]]]


def _ruler(begin_ms: int, width: int) -> str:
    per_second = 1_000 // _COLUMN_MS
    first = -(-begin_ms // 1_000)
    row = [" "] * width
    for second in range(first, first + width // per_second + 1):
        at = (second * 1_000 - begin_ms) // _COLUMN_MS
        for k, sign in enumerate(f"|{second}"):
            if 0 <= at + k < width:
                row[at + k] = sign
    return "".join(row)


def _lane(mark: str, spans: list[list[float]], begin_ms: int, width: int) -> str:
    row = [" "] * width
    for start, end in spans:
        first = max(int((start - begin_ms) // _COLUMN_MS), 0)
        last = min(int((end - begin_ms) // _COLUMN_MS), width - 1)
        row[first : last + 1] = mark * max(last + 1 - first, 0)
    return "".join(row)
