import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agents.simulation.events import HangsUp, Keys, Says, Silence
from config.errors import ConfigError
from tandem.flow_try import _event
from tandem.main import app


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", "DATABASE_URL", "TANDEM_FLOW"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))


def tried(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["flow", "try", *arguments])


def test_a_script_is_walked_in_the_order_it_is_given_with_real_look_ups() -> None:
    result = tried("order_status", "--say", "where is my order", "--keys", "104233", "--say", "no thanks")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line.split()[1] for line in lines[:4]] == ["agent", "caller", "agent", "caller"]
    assert "on its way with UPS" in result.output
    assert lines[-1].endswith("The call ends.")


def test_changes_are_made_up_or_come_to_what_was_asked_for() -> None:
    script = ("--say", "yes", "--say", "104225", "--say", "83702", "--say", "yes please")
    assert "refund_order {'order_number': '104225'} → succeeded, made up" in tried("refund", *script).output
    refused = tried("refund", *script, "--outcome", "refused", "--json")
    told = json.loads(refused.output)
    assert (told["outcome"], told["transfer_to"]) == ("transferred", "customer_care")


def test_what_cannot_be_tried_is_said_in_a_line() -> None:
    for arguments, words in (
        (("no_such_flow",), "no flow has this name"),
        (("refund", "--language", "fr-FR"), "the flow speaks en-US, es-MX"),
        (("refund", "--outcome", "magic"), "is not one of succeeded, refused, failed, unknown"),
        (("refund", "--keys", "x"), "keys 'x'"),
    ):
        result = tried(*arguments)
        assert result.exit_code != 0
        assert isinstance(result.exception, ConfigError)
        assert words in str(result.exception)


def test_what_is_typed_becomes_what_the_caller_does() -> None:
    assert _event("where is my order") == Says(text="where is my order")
    assert _event("/keys 104 233") == Keys(keys="104233")
    assert _event("/wait") == Silence()
    assert _event("/wait 2.5") == Silence(ms=2_500)
    assert _event("/over no wait") == Says(text="no wait", interrupts=True)
    assert _event("/bye") == HangsUp()
    for wrong in ("/keys", "/wait long", "/dance", "a" * 501):
        with pytest.raises(ConfigError):
            _event(wrong)
