"""`tandem agent ask` in a process of its own, against the played endpoint."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.agents.language_model.conftest import PlayedEndpoint, asks, says

ASK = "from tandem.main import main; main()"


async def ask(*words: str, home: Path, **variables: str) -> tuple[int, str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LLM_")}
    environment |= {"TANDEM_HOME": str(home), **variables}
    environment.pop("DATABASE_URL", None)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ASK, "agent", "ask", *words),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


@pytest.mark.service
async def test_what_it_says_and_calls_is_shown_and_then_the_result(
    played: PlayedEndpoint, tmp_path: Path
) -> None:
    schema = tmp_path / "answer.json"
    schema.write_text('{"type": "object", "properties": {"status": {"type": "string"}}}')
    played.replies = [
        asks(("order_status", '{"order_number": "104233"}'), words="Let me look."),
        says('It has shipped. {"status": "shipped"}'),
    ]
    given = {"LLM_BASE_URL": played.url, "LLM_MODEL": "m"}
    words = ("Where is it?", "--tools", "order_status", "--said", "It is 104233.", "--answer", str(schema))
    code, out, error = await ask(*words, home=tmp_path, **given)
    assert (code, error) == (0, "")
    assert out.startswith('says   Let me look.\ncalls  order_status {"order_number": "104233"}\n')
    assert 'says   It has shipped.\nspent  140 tokens\n{\n  "status": "shipped"\n}\n' in out
    result = played.requests[1]["messages"][-1]["content"].splitlines()[1]
    assert json.loads(result)["status"] == "shipped"
    assert "It is 104233." in played.requests[0]["messages"][1]["content"]


@pytest.mark.service
async def test_what_is_not_set_or_not_there_is_said_in_one_line(
    played: PlayedEndpoint, tmp_path: Path
) -> None:
    code, _, error = await ask("Help.", home=tmp_path)
    assert (code, error.count("\n")) == (2, 1)
    assert "LLM_MODEL" in error
    given = {"LLM_BASE_URL": played.url, "LLM_MODEL": "m"}
    code, _, error = await ask("Help.", "--tools", "dance", home=tmp_path, **given)
    assert code == 2
    assert "no tool dance" in error
    played.replies = [says("It is", finish="content_filter")]
    code, _, error = await ask("Help.", home=tmp_path, **given)
    assert (code, error) == (1, "refused: the model declined\n")
