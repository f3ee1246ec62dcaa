"""`tandem translate`: what live translation makes of a text, and whether there is any."""

import asyncio
import json
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any, Never

import typer

from config.settings import load

if TYPE_CHECKING:  # heavy: --help must answer at once
    from agents.translation.translator import Passage, Translator
    from config.settings import Settings


def translate(
    text: Annotated[
        str, typer.Argument(help="What to translate. Left out: every line that comes in on standard input.")
    ] = "",
    source: Annotated[str, typer.Option("--from", metavar="LANGUAGE", help="Of the text: es, en-US.")] = "",
    target: Annotated[str, typer.Option("--to", metavar="LANGUAGE", help="To translate into.")] = "",
    status: Annotated[bool, typer.Option("--status", help="Tell only who translates here.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON for each text, of what goes wrong too.")
    ] = False,
) -> None:
    """Translate a text as an interpreted call would: items exact, the company's glossary honoured.

    tandem translate --from es --to en "¿Dónde está mi pedido 104233?"

    What the company calls things stands in glossary.yaml of TANDEM_HOME. Exit codes: 1 something was not
    translated, 2 nothing can be translated so.
    """
    settings = load()
    if status:
        _print_status(settings, as_json=as_json)
        return
    if not source or not target:
        _refuse("say which languages: tandem translate --from es --to en TEXT", as_json=as_json)
    if not text and sys.stdin.isatty():
        typer.echo(f"Type {source}, a line at a time; Ctrl-D ends.", err=True)
    failed = asyncio.run(_translate([text] if text else None, source, target, settings, as_json=as_json))
    if failed:
        raise typer.Exit(1)


def _print_status(settings: "Settings", *, as_json: bool) -> None:
    from agents.translation.chosen import status

    found = status(settings)
    if as_json:
        told = {
            "available": found.available,
            "name": found.name,
            "pairs": sorted(found.pairs),
            "says": found.says,
            "remedy": found.remedy,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(found.says)
        if found.remedy:
            typer.echo(f"To have it: {found.remedy}")
    if not found.available:
        raise typer.Exit(1)


async def _translate(
    texts: list[str] | None, source: str, target: str, settings: "Settings", *, as_json: bool
) -> int:
    """Translate texts, or the lines of standard input; tell how many were not."""
    from agents.translation.chosen import open_translator
    from agents.translation.translator import NoTranslator, Passage, language_of

    try:
        translator = open_translator(settings)
    except NoTranslator as missing:
        _refuse(str(missing), as_json=as_json)
    pair = (language_of(source), language_of(target))
    pairs = translator.pairs()
    if pairs and pair not in pairs and pair[0] != pair[1]:
        known = ", ".join(f"{one} to {other}" for one, other in sorted(pairs))
        _refuse(
            f"{translator.name} does not translate {source} to {target}; it does {known}", as_json=as_json
        )
    failed = 0
    before: tuple[str, ...] = ()
    try:
        if texts:
            return await _one(translator, Passage(texts[0], source, target), as_json=as_json)
        while line := await asyncio.to_thread(sys.stdin.readline):
            said = line.strip()
            if said:
                failed += await _one(translator, Passage(said, source, target, before), as_json=as_json)
                before = (*before[-5:], said)
    finally:
        await translator.close()
    return failed


async def _one(translator: "Translator", passage: "Passage", *, as_json: bool) -> int:
    from agents.translation.translator import TranslationError

    begun = time.perf_counter()
    told: dict[str, Any] = {"text": passage.text, "from": passage.source, "to": passage.target}
    try:
        said = await translator.translate(passage)
    except TranslationError as error:
        if as_json:
            typer.echo(json.dumps(told | {"error": error.word, "says": str(error)}, ensure_ascii=False))
        else:
            typer.secho(f"tandem: {error}", fg=typer.colors.RED, err=True)
        return 1
    if as_json:
        took_ms = round((time.perf_counter() - begun) * 1_000, 1)
        told |= {"translation": said, "by": translator.name, "took_ms": took_ms}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(said)
    return 0


def _refuse(why: str, *, as_json: bool) -> Never:
    if as_json:
        typer.echo(json.dumps({"error": "invalid", "says": why}, ensure_ascii=False))
    else:
        typer.secho(f"tandem: {why}", fg=typer.colors.RED, err=True)
    raise typer.Exit(2)
