"""`tandem translate`, where there is a translator and where there is none."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tandem.main import app

needs_apertium = pytest.mark.skipif(
    shutil.which("lt-proc") is None, reason="needs apertium: apt-get install apertium apertium-eng-spa"
)


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))
    for name in ("LLM_MODEL", "TANDEM_TRANSLATOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("nobody")
def test_without_a_translator_the_line_that_brings_one_is_said() -> None:
    told = CliRunner().invoke(app, ["translate", "--status"])
    assert told.exit_code == 1
    assert "apt-get install apertium apertium-eng-spa" in told.output
    told = CliRunner().invoke(app, ["translate", "--from", "es", "--to", "en", "--json", "hola"])
    assert told.exit_code == 2
    assert "apt-get install" in json.loads(told.stdout)["says"]


@pytest.mark.usefixtures("nobody")
def test_with_a_model_its_endpoint_translates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_MODEL", "m")
    told = json.loads(CliRunner().invoke(app, ["translate", "--status", "--json"]).stdout)
    assert (told["available"], told["name"], told["pairs"]) == (True, "m", [])


def test_languages_are_asked_for() -> None:
    told = CliRunner().invoke(app, ["translate", "hola"])
    assert told.exit_code == 2
    assert "--from es --to en" in told.stderr


@pytest.mark.service
@needs_apertium
def test_lines_are_translated_with_the_companys_glossary(tmp_path: Path) -> None:
    (tmp_path / "glossary.yaml").write_text("terms: [{en: purchase, es: pedido, gender: m}]\n")
    lines = "Hola, ¿dónde está mi pedido?\n\nes el uno cero cuatro dos tres tres\n"
    told = CliRunner().invoke(app, ["translate", "--from", "es", "--to", "en-US"], input=lines)
    assert told.exit_code == 0
    assert told.stdout.splitlines() == ["Hello, where is my purchase?", "it is 1 0 4 2 3 3"]
    told = CliRunner().invoke(app, ["translate", "--from", "de", "--to", "en", "hallo"])
    assert told.exit_code == 2
    assert "does not translate de to en" in told.stderr


@needs_apertium
def test_a_wrong_glossary_is_said(tmp_path: Path) -> None:
    (tmp_path / "glossary.yaml").write_text("terms: [{en: purchase}]\n")
    told = CliRunner().invoke(app, ["translate", "--from", "es", "--to", "en", "hola"])
    assert "two languages" in str(told.exception)
