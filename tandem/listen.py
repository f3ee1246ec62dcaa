"""`tandem listen`: run the whole model over a recording and show what it makes of it."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import ConfigError
from tandem.hear import expectation_of

if TYPE_CHECKING:
    from model.ears.kinds import AnyKind
    from model.evaluate.timeline import Timeline
    from model.sound import Samples


_ALIKE = 1 / 2_048
"""Channels that differ by less, of full scale, hold the same sound twice."""


class Sides(StrEnum):
    """Whom a recording holds."""

    AUTO = "auto"
    MONO = "mono"
    STEREO = "stereo"


class EarsChoice(StrEnum):
    """Whose words are shown."""

    ENCODER = "encoder"
    POCKETSPHINX = "pocketsphinx"
    ALL = "all"
    NONE = "none"


def listen(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.wav", help="Any WAV: the caller, or caller and agent.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print every micro-turn as JSON.")] = False,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the time line as a picture.")] = None,
    sides: Annotated[
        Sides, typer.Option(help="auto takes two different channels as caller left, agent right.")
    ] = Sides.AUTO,
    expect: Annotated[str, typer.Option(help="The answer awaited, as for `tandem hear`.")] = "free",
    language: Annotated[str, typer.Option(help="The caller's: en or es.")] = "en",
    ears: Annotated[EarsChoice, typer.Option(help="For the words.")] = EarsChoice.ENCODER,
    checkpoint: Annotated[str, typer.Option(help="Name or path of the model.")] = "first",
) -> None:
    """Show voices, futures, decisions and words of a recording on one time line.

    Decisions are made with the words a call would have at that moment; the words shown are those of the whole
    recording, as `tandem hear` gives them.
    """
    from model.checkpoint import find_checkpoint, load_checkpoint
    from model.evaluate.timeline import Listener, as_plain, with_words
    from model.sound import SoundError, read_wav, to_model_rate
    from model.streaming import StreamingModel

    try:
        expectation = expectation_of(expect)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if language not in ("en", "es"):
        raise ConfigError(f"--language {language!r} is not one of en, es")
    try:
        recording = to_model_rate(read_wav(file))
    except SoundError as error:
        raise ConfigError(str(error)) from None
    caller, agent = _sides(recording.samples, sides, file)
    model, _ = load_checkpoint(find_checkpoint(checkpoint))
    listener = Listener(StreamingModel(model, 1), _ears(ears), language, expectation)
    timeline = listener.listen(caller, agent)
    if ears in (EarsChoice.ENCODER, EarsChoice.ALL):
        from model.ears.phone_reader import load_phone_reader
        from model.ears.recorded import hear_with_encoder

        heard = hear_with_encoder(caller, load_phone_reader(), expectation, language)
        timeline = with_words(timeline, heard.words)
    if png is not None:
        from model.evaluate.timeline_picture import draw

        try:
            draw(timeline, png, f"{file.name} · {timeline.seconds:.1f} s")
        except (OSError, ValueError) as error:
            raise ConfigError(f"--png {png}: cannot be written ({error})") from None
    if as_json:
        typer.echo(json.dumps({"file": str(file), **as_plain(timeline)}))
        return
    _show(timeline, file)
    if png is not None:
        typer.echo(f"Drawn in {png}")


def _sides(channels: "Samples", sides: Sides, file: Path) -> "tuple[Samples, Samples | None]":
    count = len(channels)
    if sides is Sides.STEREO and count != 2:
        raise ConfigError(f"{file} has {count} channel{'s' * (count != 1)}, not two; leave --sides away")
    alike = count == 2 and bool((abs(channels[0] - channels[1]) < _ALIKE).all())
    if sides is Sides.MONO or count != 2 or (sides is Sides.AUTO and alike):
        return channels.mean(axis=0, dtype=channels.dtype), None
    return channels[0], channels[1]


def _ears(choice: EarsChoice) -> "AnyKind | None":
    if choice is EarsChoice.NONE:
        return None
    from model.ears.kinds import make_kind

    return make_kind(choice.value)


def _show(timeline: "Timeline", file: Path) -> None:
    from rich.console import Console

    from tandem.listen_strip import strips

    console = Console()
    whom = "caller" if timeline.agent is None else "caller and agent"
    console.print(f"[bold]{file.name}[/]  {timeline.seconds:.1f} s, {whom}")
    for line in strips(timeline, console.width):
        console.print(line)
