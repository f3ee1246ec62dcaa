"""`tandem eval`: how well the model converses, by published definitions, beside the usual systems."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer
from rich.console import Console
from typer.core import TyperCommand

from config.errors import ConfigError
from config.settings import load

if TYPE_CHECKING:
    from typer._click.core import Context

    from model.evaluate.cases import Case
    from model.synthesis.speech import Language
    from tandem.eval_run import Order

_STDOUT: Final = "-"
_LANGUAGES: Final[dict[str, tuple[Literal["en", "es"], ...]]] = {
    "en": ("en",),
    "es": ("es",),
    "both": ("en", "es"),
}


class EvalError(ConfigError):
    """An option of the evaluation is wrong."""


class JsonTo(TyperCommand):
    """`--json FILE` writes to the file, `--json` alone to the terminal."""

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Give a bare `--json` its value."""
        for k, arg in enumerate(args):
            if arg == "--json" and (k + 1 == len(args) or args[k + 1].startswith("-")):
                args = [*args[: k + 1], _STDOUT, *args[k + 1 :]]
                break
        return super().parse_args(ctx, args)


def evaluate(
    only: Annotated[
        str, typer.Option(metavar="NAMES", help="Only these scenarios, with commas: pause,turn,... [all]")
    ] = "",
    calls: Annotated[int, typer.Option(min=1, max=1_000, help="Calls of each scenario.")] = 20,
    seed: Annotated[int, typer.Option(help="Of the calls.")] = 2_026,
    language: Annotated[str, typer.Option(metavar="en|es|both", help="What the callers speak.")] = "en",
    systems: Annotated[
        str, typer.Option(metavar="NAMES", help="native,cascade,energy,silent,talking [all]")
    ] = "",
    checkpoint: Annotated[str, typer.Option(metavar="NAME", help="A shipped name or a file.")] = "first",
    ears: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Ears of the native system; 'known' tells it the words, 'none' tells it nothing.",
        ),
    ] = "",
    steps: Annotated[
        bool, typer.Option("--steps", help="In virtual time, without the carrier simulator: fast.")
    ] = False,
    at_once: Annotated[int, typer.Option(min=1, max=100, help="Calls at the same time.")] = 12,
    curves: Annotated[bool, typer.Option("--curves", help="Also the trade-off curves.")] = False,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder in Full-Duplex-Bench's layout.")
    ] = None,
    stress: Annotated[bool, typer.Option("--stress", help="Bad input: does the model stay sane?")] = False,
    words: Annotated[
        bool,
        typer.Option("--words", help="Measure the ears instead: words of held-out voices, and of people."),
    ] = False,
    translation: Annotated[
        bool,
        typer.Option(
            "--translation",
            help="Measure live translation instead: calls between English and Spanish, in virtual time.",
        ),
    ] = False,
    policies: Annotated[
        bool,
        typer.Option("--policies", help="With --translation: compare when to translate, on training texts."),
    ] = False,
    case: Annotated[
        Path | None, typer.Option(metavar="DIR/ID", help="Show one kept case on a time line.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the cases here [.tandem/eval].")
    ] = None,
    plots: Annotated[Path | None, typer.Option(metavar="DIR", help="Draw plots (with curves) here.")] = None,
    as_json: Annotated[
        str, typer.Option("--json", metavar="[FILE]", help="Write JSON to a file, or print it.")
    ] = "",
) -> None:
    """Measure turn-taking, interruptions, backchannels, time and offers on voices nobody trained on.

    Every case is one short call with every event known by construction. The same cases go through the model
    and through what everybody else uses: Silero with smart-turn, an energy detector, silence, endless talk.

    Exit code: 0 measured, 1 a stress case failed, 2 an option is wrong.
    """
    quiet = as_json == _STDOUT
    console = Console(quiet=quiet, highlight=False)
    if case is not None:
        _show_case(console, case)
        return
    if words:
        _words(console, ears, _languages(language), as_json)
        return
    if translation or policies:
        _translation(console, (calls, seed, ears), policies, keep, as_json)
        return
    from tandem.eval_run import Order, run

    order = Order(
        systems=_names(systems, _all_systems(), "--systems"),
        checkpoint=checkpoint,
        ears=ears,
        steps=steps or stress,
        at_once=at_once,
        calls=calls,
        seed=seed,
        languages=_languages(language),
        folder=keep or load().home / "eval",
        data=str(data or ""),
    )
    if stress:
        from tandem.eval_stress import run_stress

        raise typer.Exit(run_stress(order, console, lambda content: _write(as_json, content)))
    from tandem.eval_report import print_evaluation, print_failures

    evaluation = run(order, _cases(order, only, data), console, with_curves=curves or plots is not None)
    print_evaluation(console, evaluation)
    print_failures(console, evaluation.results, order.folder)
    if plots is not None:
        from model.evaluate.plots import draw

        for path in draw(evaluation, plots):
            console.print(f"drew {path}", soft_wrap=True)
    from model.evaluate.evaluation import as_json as plain

    _write(as_json, plain(evaluation))


def _all_systems() -> tuple[str, ...]:
    from model.evaluate.line_up import SYSTEMS

    return SYSTEMS


def _names(given: str, known: tuple[str, ...], option: str) -> tuple[str, ...]:
    chosen = tuple(name.strip() for name in given.split(",") if name.strip())
    for name in chosen:
        if name not in known:
            raise EvalError(f"{option} {name} is not one of {', '.join(known)}")
    return tuple(name for name in known if name in chosen) if chosen else known


def _languages(given: str) -> "tuple[Language, ...]":
    if given not in _LANGUAGES:
        raise EvalError(f"--language {given} is not one of {', '.join(_LANGUAGES)}")
    return _LANGUAGES[given]


def _cases(order: "Order", only: str, data: Path | None) -> "list[Case]":
    from model.evaluate.cases import Scenario

    names = _names(only, tuple(str(scenario) for scenario in Scenario), "--only")
    scenarios = [scenario for scenario in Scenario if str(scenario) in names]
    if data is not None:
        from model.evaluate.public_set import read_public_set

        return read_public_set(data, scenarios, order.calls)
    from model.evaluate.scenes import build

    return build(scenarios, order.languages, order.calls, order.seed)


def _words(console: Console, ears: str, languages: "tuple[Language, ...]", target: str) -> None:
    """Measure the ears named, or all of them."""
    from model.ears.kinds import HEARS, EarsName
    from model.evaluate.ears import evaluate_ears

    kinds: list[EarsName] = [name for name in HEARS if not ears or name == ears]
    if not kinds:
        raise EvalError(f"--ears {ears} is not one of {', '.join(HEARS)}")
    with console.status("The ears listen"):
        report = evaluate_ears(kinds, languages=languages)
    console.print(report.table(), markup=False)
    _write(target, report.as_json())


def _translation(
    console: Console, asked: tuple[int, int, str], policies: bool, keep: Path | None, target: str
) -> None:
    """Measure live translation, or compare its policies."""
    from tandem.eval_translation import TranslationOrder, run_translation

    calls, seed, ears = asked
    order = TranslationOrder(calls, seed, ears, keep or load().home / "eval", policies)
    run_translation(order, console, lambda content: _write(target, content))


def _show_case(console: Console, path: Path) -> None:
    from model.evaluate.kept import find
    from model.evaluate.translation.kept import SCENARIO
    from tandem.eval_report import print_case
    from tandem.eval_translation_report import print_interpreted

    kept = find(path)
    show = print_interpreted if kept.story["scenario"] == SCENARIO else print_case
    show(console, kept.wav, kept.story)


def _write(target: str, content: dict[str, Any]) -> None:
    """Write JSON where it was asked for; nowhere when it was not."""
    if not target:
        return
    text = json.dumps(content, indent=2, ensure_ascii=False)
    if target == _STDOUT:
        print(text)
    else:
        Path(target).write_text(text + "\n")
