"""`tandem eval --stress`: bad input, a verdict and figures for each kind of it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tandem.eval_run import Order, keep_one, progressing


def run_stress(order: Order, console: Console, write: Callable[[dict[str, Any]], None]) -> int:
    """Run all stress cases through the native system; gives the exit code."""
    from model.evaluate.judging import Verdict
    from model.evaluate.line_up import LABELS, NATIVE
    from model.evaluate.stepping import Stepping, run
    from model.evaluate.stress import judge_stress, stress_cases
    from tandem.eval_native import native

    cases = stress_cases(order.seed)
    by_id = {stress.case.id: stress for stress in cases}
    verdicts = {}
    with (
        progressing(console) as progress,
        progress(f"stress of {LABELS[NATIVE]}", len(cases)) as done,
        native(order.checkpoint, order.usual_ears, len(cases), rehearsed=True) as interlocutor,
    ):
        stepping = Stepping(words=order.usual_ears)
        for case, recording in run(interlocutor, [stress.case for stress in cases], stepping, done):
            verdict = judge_stress(by_id[case.id], recording)
            verdicts[case.id] = verdict
            kept = Verdict(case.id, verdict.ok, verdict.sentence, verdict.figures)
            keep_one(order.folder, NATIVE, (case, recording), kept)
    table = Table(title=f"Bad input, checkpoint {order.checkpoint}", show_edge=False, pad_edge=False)
    for heading in ("", "", "false turns", "backchannels", "agent speech", "answers after", ""):
        table.add_column(heading)
    for case_id in by_id:
        verdict = verdicts[case_id]
        figures = verdict.figures
        answered = f"{figures['latency_ms']:.0f} ms" if "latency_ms" in figures else "–"
        table.add_row(
            "[green]sane[/]" if verdict.ok else "[red]failed[/]",
            verdict.about,
            f"{figures['false_turns']:.0f}",
            f"{figures['backchannels']:.0f}",
            f"{figures['agent_speech_ms'] / 1_000:.1f} s",
            answered,
            "" if verdict.ok else escape(verdict.sentence),
        )
    console.print(table)
    for case_id, verdict in verdicts.items():
        if not verdict.ok:
            console.print(f"  tandem eval --case {order.folder / NATIVE / case_id}", soft_wrap=True)
    write({"version": 1, "checkpoint": order.checkpoint, "stress": [asdict(v) for v in verdicts.values()]})
    return 0 if all(verdict.ok for verdict in verdicts.values()) else 1
