"""`tandem record`: make the recordings of the small utterances anew."""

from pathlib import Path
from typing import Annotated

import typer

from config.errors import ConfigError


def record(
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where to; the ones in use when not given.", file_okay=False)
    ] = None,
) -> None:
    """Make the recordings of "mm-hm", "I see", ... anew; needs RHVoice and SVOX pico."""
    from model.synthesis.speech import SynthesisError
    from model.voice.booth import record as record_all
    from model.voice.small import RECORDINGS

    into = folder or RECORDINGS
    try:
        count = record_all(into)
    except SynthesisError as error:
        raise ConfigError(str(error)) from None
    typer.echo(f"{count} recordings in {into}")
