"""`tandem hear`: what was said in a recording, word by word, with times and how sure that is."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from config.expectation import AnswerKind, Expectation

if TYPE_CHECKING:  # heavy: --help must answer at once
    from model.ears.recorded import HeardRecording
    from model.sound import Recording

_KINDS: Final = "digits | digits:6 | yes_no | date | phrases:FILE | free"
_MOST_DIGITS: Final = 16


def hear(
    file: Annotated[Path, typer.Argument(metavar="FILE.wav", help="Any WAV; of two channels, the left.")],
    expect: Annotated[str, typer.Option(help=f"What is said: {_KINDS}. FILE has one phrase per line.")] = (
        "free"
    ),
    ears: Annotated[
        Literal["encoder", "pocketsphinx", "all"],
        typer.Option(help="Which ears; all: the surest is believed."),
    ] = "encoder",
    language: Annotated[Literal["en", "es"], typer.Option(help="What is spoken.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say which words are in a recording, when, and how sure the ears are. Needs no server."""
    from model.ears.encoder_file import EncoderError
    from model.ears.head_file import HeadError
    from model.sound import SoundError, read_wav

    try:
        expectation = expectation_of(expect)
        recording = read_wav(file)
        heard = _hear(recording, expectation, ears, language)
    except (ValueError, SoundError, HeadError, EncoderError) as error:
        typer.secho(f"tandem hear: {error}", fg=typer.colors.RED, err=True)
        raise typer.Exit(2) from None
    if as_json:
        document = {
            "file": str(file),
            "language": language,
            "ears": ears,
            "expect": expect,
            "words": [
                {
                    "text": word.text,
                    "start_ms": word.start_ms,
                    "end_ms": word.end_ms,
                    "confidence": round(word.confidence, 3),
                }
                for word in heard.words
            ],
            "text": heard.text,
            "confidence": round(heard.confidence, 3),
            "seconds": round(recording.seconds, 3),
            "cpu_seconds": round(heard.cpu_s, 3),
        }
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _print(heard)


def expectation_of(expect: str) -> Expectation:
    """Read the option.

    Raises:
        ValueError: it names nothing that can be expected; says what can.
    """
    name, _, detail = expect.partition(":")
    match name:
        case "free" | "yes_no" | "date" if not detail:
            return Expectation(AnswerKind(name))
        case "digits" if not detail:
            return Expectation(AnswerKind.DIGITS)
        case "digits" if detail.isdecimal() and 1 <= int(detail) <= _MOST_DIGITS:
            return Expectation(AnswerKind.DIGITS, int(detail))
        case "digits":
            raise ValueError(f"--expect {expect}: digits:N takes a number from 1 to {_MOST_DIGITS}")
        case "phrases":
            return Expectation(AnswerKind.CHOICE, phrases=_phrases(detail))
        case _:
            raise ValueError(f"--expect {expect} is not known; use {_KINDS}")


def _phrases(file: str) -> tuple[str, ...]:
    from model.ears.recorded import phrases_in

    if not file:
        raise ValueError("--expect phrases needs a file: --expect phrases:FILE, one phrase per line")
    try:
        phrases = phrases_in(Path(file).read_text(encoding="utf-8-sig").splitlines())
    except OSError as error:
        raise ValueError(f"{file}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file}: not UTF-8 text; save it as UTF-8") from None
    if not phrases:
        raise ValueError(f"{file}: has no phrases; write one per line")
    return phrases


def _hear(
    recording: "Recording",
    expectation: Expectation,
    ears: Literal["encoder", "pocketsphinx", "all"],
    language: str,
) -> "HeardRecording":
    from model.ears.recorded import hear_with_calls, hear_with_encoder, surest
    from model.sound import to_model_rate

    sound = to_model_rate(recording).samples[0]
    heard: list[HeardRecording] = []
    if ears in ("encoder", "all"):
        from model.ears.phone_reader import load_phone_reader

        heard.append(hear_with_encoder(sound, load_phone_reader(), expectation, language))
    if ears in ("pocketsphinx", "all"):
        if language != "en":
            raise ValueError("--ears pocketsphinx knows English only; use --ears encoder")
        from model.ears.kinds import make_kind

        heard.append(hear_with_calls(sound, make_kind("pocketsphinx"), expectation, language))
    return surest(heard)


def _print(heard: "HeardRecording") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if not heard.text:
        console.print("[dim]no words[/dim]")
        return
    console.print(f"[bold]{heard.text}[/bold]  [dim]confidence {heard.confidence:.2f}[/dim]")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("from", "to", "sure"):
        table.add_column(name, justify="right", style="dim")
    table.add_column("word")
    for word in heard.words:
        table.add_row(
            f"{word.start_ms / 1000:.2f}", f"{word.end_ms / 1000:.2f}", f"{word.confidence:.2f}", word.text
        )
    console.print(table)
