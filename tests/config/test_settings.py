from pathlib import Path

import pytest

from config.settings import SettingsError, load

ACCOUNT = "AC" + "0" * 32


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "HOME", "PUBLIC_URL", "MAX_CALLS", "FLOW", "EARS", "LOG_LEVEL", "HOST"):
        monkeypatch.delenv(f"TANDEM_{name}", raising=False)
    for name in ("REDIS_URL", "DATABASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_URL"):
        monkeypatch.delenv(name, raising=False)


def test_a_newcomer_needs_to_set_nothing() -> None:
    settings = load()
    assert settings.port == 8000
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.development
    assert settings.database_url.startswith("sqlite+aiosqlite:///")
    assert settings.redis_url == f"unix://{Path('.tandem').resolve()}/redis/redis.sock"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TANDEM_PORT", "eighty"),
        ("TANDEM_PORT", "0"),
        ("TANDEM_PUBLIC_URL", "voice.example.com"),
        ("TANDEM_PUBLIC_URL", "https://voice.example.com/tandem"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("DATABASE_URL", "mysql://x"),
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("TANDEM_LOG_LEVEL", "loud"),
        ("TANDEM_MAX_CALLS", "0"),
        ("LLM_BASE_URL", "localhost:11434"),
        ("LLM_TIMEOUT_S", "0"),
        ("LLM_INPUT_PRICE_USD", "cheap"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable_the_value_and_the_fix(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load()
    line = str(raised.value)
    assert line.startswith(f"{name}={value!r} ")
    assert "Set it to" in line
    assert "\n" not in line


def test_a_secret_is_never_in_an_error_or_a_printout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "topsecret")
    with pytest.raises(SettingsError) as raised:
        load()
    assert "TWILIO_ACCOUNT_SID" in str(raised.value)
    assert "topsecret" not in str(raised.value)
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    assert "topsecret" not in repr(load())
    monkeypatch.setenv("LLM_API_KEY", "topsecret")
    assert "topsecret" not in repr(load())


def test_with_an_account_webhooks_are_verified() -> None:
    assert not load({"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "t"}).development


def test_media_sockets_follow_the_public_origin() -> None:
    assert (
        load({"TANDEM_PUBLIC_URL": "https://voice.example.com/"}).public_ws_url == "wss://voice.example.com"
    )
    assert load({"TANDEM_PORT": "8123"}).public_ws_url == "ws://127.0.0.1:8123"


def test_a_home_too_deep_for_a_socket_still_gets_one(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    socket = load({"TANDEM_HOME": str(deep)}).redis_socket
    assert len(str(socket)) <= 100
    assert socket != load({"TANDEM_HOME": str(deep / "z")}).redis_socket


def test_an_override_stands_above_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert load({"REDIS_URL": None}).redis_url.startswith("unix://")
    assert load().redis_url == "redis://127.0.0.1:1/0"


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().port = 1  # type: ignore[misc]


def test_hosts_tools_may_ask_are_listed_with_commas() -> None:
    assert load({"TANDEM_HTTP_TOOLS_ALLOW": "crm.Internal, 127.0.0.1:8765,[::1]:80"}).http_tools_allow == (
        "crm.internal",
        "127.0.0.1:8765",
        "[::1]:80",
    )
    assert load({"TANDEM_HTTP_TOOLS_ALLOW": None}).http_tools_allow == ()


@pytest.mark.parametrize("hosts", ["http://crm.internal", "a b", "crm/x", "*"])
def test_a_host_that_is_none_is_refused(hosts: str) -> None:
    with pytest.raises(SettingsError, match="TANDEM_HTTP_TOOLS_ALLOW"):
        load({"TANDEM_HTTP_TOOLS_ALLOW": hosts})


def test_proxies_are_networks_or_single_addresses() -> None:
    found = load({"TANDEM_TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8,192.0.2.7"}).trusted_proxies
    assert [str(each) for each in found] == ["10.0.0.0/8", "fd00::/8", "192.0.2.7/32"]
    assert load({"TANDEM_TRUSTED_PROXIES": None}).trusted_proxies == ()


@pytest.mark.parametrize("value", ["10.0.0.1/8", "proxy.internal", "*"])
def test_a_proxy_that_is_no_network_is_refused_in_one_line(value: str) -> None:
    with pytest.raises(SettingsError, match="TANDEM_TRUSTED_PROXIES"):
        load({"TANDEM_TRUSTED_PROXIES": value})
