"""Drafts of flow texts in another language."""

import shutil
from pathlib import Path

import pytest

from admin.roles import Role
from agents.interpreting.phrases import languages
from tests.admin.office import Office

WANTED = {"texts": ["Your order {order_number} is on its way."], "source": "en-US", "target": "es-MX"}
needs_apertium = pytest.mark.skipif(
    shutil.which("lt-proc") is None, reason="needs apertium: apt-get install apertium apertium-eng-spa"
)


async def test_without_a_translator_the_line_that_brings_one_is_answered(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    manager = await office.person(Role.MANAGER)
    answer = await manager.post("/translations/drafts", json=WANTED)
    assert answer.status_code == 503
    assert "apt-get install apertium apertium-eng-spa" in answer.json()["detail"]
    told = (await manager.get("/translations")).json()
    assert told["name"] == ""
    assert told["remedy"].startswith("apt-get install")
    assert told["spoken"] == ["en", "es"]


@pytest.mark.service
@needs_apertium
async def test_texts_are_drafted_with_their_blanks_as_they_are(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    answer = await manager.post("/translations/drafts", json=WANTED)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"drafts": ["Su pedido {order_number} está en camino."], "by": "Apertium"}
    answer = await manager.post("/translations/drafts", json=WANTED | {"target": "de"})
    assert answer.status_code == 422
    assert "not en into de" in answer.json()["detail"]


async def test_the_languages_to_choose_from_are_told_with_those_that_are_interpreted(office: Office) -> None:
    viewer = await office.person(Role.VIEWER)
    known = (await viewer.get("/translations/languages")).json()["languages"]
    assert {"code": "es", "name": "Spanish", "tags": ["es-MX", "es-ES"]} in known
    assert (await viewer.get("/translations")).json()["spoken"] == list(languages())


async def test_only_managers_have_texts_drafted(office: Office) -> None:
    agent = await office.person(Role.AGENT)
    assert (await agent.post("/translations/drafts", json=WANTED)).status_code == 403
    assert (await agent.get("/translations")).status_code == 200
    assert (await office.stranger().post("/translations/drafts", json=WANTED)).status_code == 401


async def test_what_cannot_be_drafted_is_said(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    for wrong in ({"texts": []}, {"texts": ["x" * 1_001]}, {"source": "spanish"}, {"texts": ["a\x00b"]}):
        answer = await manager.post("/translations/drafts", json=WANTED | wrong)
        assert answer.status_code == 422, wrong


async def test_a_glossary_that_is_none_is_said(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    if shutil.which("lt-proc") is None:
        pytest.skip("needs apertium: apt-get install apertium apertium-eng-spa")
    office.settings.home.mkdir(parents=True, exist_ok=True)
    (office.settings.home / "glossary.yaml").write_text("terms: [{en: order}]\n")
    answer = await manager.post("/translations/drafts", json=WANTED)
    assert answer.status_code == 503
    assert "two languages" in answer.json()["detail"]
