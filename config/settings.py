"""All settings: one frozen, validated object, read from the environment once, in an entry point."""

import hashlib
import re
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from config.errors import ConfigError

ENCODER: Final = "encoder"
POCKETSPHINX: Final = "pocketsphinx"
EMBEDDED_EARS: Final = (ENCODER, POCKETSPHINX)
"""The ears that come along (`TANDEM_EARS`)."""
_SOCKET_PATH_CHARACTERS: Final = 100
"""The kernel takes 107 (sockaddr_un); Redis opens temporary names beside it."""


class Crm(StrEnum):
    """Where customer records may be."""

    SQL = "sql"
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"
    ZENDESK = "zendesk"


class SettingsError(ConfigError):
    """An environment variable has a wrong value."""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an origin like https://voice.example.com")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must be an origin without a path, like https://voice.example.com")
    return f"{parts.scheme}://{parts.netloc}"


def _redis_url(url: str) -> str:
    if urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    return url


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address like https://api.openai.com/v1")
    return url.rstrip("/")


def _database_url(url: str) -> str:
    if not url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://", "postgresql+psycopg://")):
        raise ValueError("must begin with sqlite+aiosqlite:/// or postgresql+psycopg://")
    return url


def _networks(text: object) -> object:
    if not isinstance(text, str):
        return text or ()
    return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())


def _hosts(text: object) -> object:
    if not isinstance(text, str):
        return text or ()
    hosts = tuple(each.strip().lower() for each in text.split(",") if each.strip())
    for each in hosts:
        if not re.fullmatch(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", each):
            raise ValueError(f"{each!r} is neither a host nor host:port")
    return hosts


class Settings(BaseSettings):
    """What a person can set. Build it with `load()`, so that a wrong value becomes one readable line."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    port: int = Field(default=8000, ge=1, le=65_535, validation_alias="TANDEM_PORT")
    host: str = Field(default="127.0.0.1", validation_alias="TANDEM_HOST")
    home: Path = Field(default=Path(".tandem"), validation_alias="TANDEM_HOME")
    public_origin: Annotated[str, AfterValidator(_origin)] | None = Field(
        default=None, validation_alias="TANDEM_PUBLIC_URL"
    )
    given_redis_url: Annotated[str, AfterValidator(_redis_url)] | None = Field(
        default=None, validation_alias="REDIS_URL"
    )
    given_database_url: Annotated[str, AfterValidator(_database_url)] | None = Field(
        default=None, validation_alias="DATABASE_URL"
    )
    twilio_account_sid: str | None = Field(
        default=None, validation_alias="TWILIO_ACCOUNT_SID", pattern=r"^AC[0-9a-fA-F]{32}$"
    )
    twilio_auth_token: SecretStr | None = Field(default=None, validation_alias="TWILIO_AUTH_TOKEN")
    twilio_api_url: Annotated[str, AfterValidator(_origin)] = Field(
        default="https://api.twilio.com", validation_alias="TWILIO_API_URL"
    )
    messages_from: str | None = Field(
        default=None,
        validation_alias="TWILIO_MESSAGES_FROM",
        pattern=r"^(\+[1-9][0-9]{6,14}|MG[0-9a-fA-F]{32})$",
    )
    """Number, or messaging service, that texts to callers come from. None: none are sent."""
    max_calls: int = Field(default=32, ge=1, le=10_000, validation_alias="TANDEM_MAX_CALLS")
    max_call_minutes: int = Field(default=60, ge=1, le=24 * 60, validation_alias="TANDEM_MAX_CALL_MINUTES")
    flow: str = Field(default="order_status", validation_alias="TANDEM_FLOW", min_length=1)
    """Name of a shipped flow, or the path of a YAML file."""
    ears: str = Field(default=ENCODER, validation_alias="TANDEM_EARS", min_length=1)
    """`encoder` or `pocketsphinx`, which come along, or a pipecat service as `module:Class`."""
    ears_options: SecretStr | None = Field(default=None, validation_alias="TANDEM_EARS_OPTIONS")
    """That service's keyword arguments as a JSON object."""
    http_tools_allow: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)] = Field(
        default=(), validation_alias="TANDEM_HTTP_TOOLS_ALLOW"
    )
    """Hosts, `name` or `name:port`, that tools may ask though they are private or not behind https."""
    worker_processes: int = Field(default=2, ge=1, le=64, validation_alias="TANDEM_WORKER_PROCESSES")
    llm_base_url: Annotated[str, AfterValidator(_http_url)] = Field(
        default="https://api.openai.com/v1", validation_alias="LLM_BASE_URL"
    )
    """Any endpoint with chat completions: OpenAI, vLLM, Ollama."""
    llm_api_key: SecretStr | None = Field(default=None, validation_alias="LLM_API_KEY")
    """None for endpoints that ask for none."""
    llm_model: str | None = Field(default=None, validation_alias="LLM_MODEL", min_length=1)
    """None: there are no language-model agents."""
    llm_timeout_s: float = Field(default=20.0, gt=0, le=120, validation_alias="LLM_TIMEOUT_S")
    """The longest silence of the endpoint, before its first word and between two."""
    llm_input_price_usd: float = Field(default=0.0, ge=0, validation_alias="LLM_INPUT_PRICE_USD")
    """Of a million tokens of prompts."""
    llm_output_price_usd: float = Field(default=0.0, ge=0, validation_alias="LLM_OUTPUT_PRICE_USD")
    """Of a million tokens of answers."""
    llm_most_usd_per_task: float = Field(default=0.25, gt=0, validation_alias="LLM_MOST_USD_PER_TASK")
    """Where prices are set, no task spends more."""
    llm_most_usd_per_day: Annotated[float, Field(gt=0)] | None = Field(
        default=None, validation_alias="LLM_MOST_USD_PER_DAY"
    )
    """Where prices are set, all tasks of a day together spend no more; None: no limit."""
    llm_most_tokens_per_day: int | None = Field(
        default=None, ge=1, validation_alias="LLM_MOST_TOKENS_PER_DAY"
    )
    """Of prompts and answers, over all tasks of a day; None: no limit."""
    translator: str | None = Field(
        default=None, validation_alias="TANDEM_TRANSLATOR", pattern=r"^(apertium|endpoint)$"
    )
    """Who translates live. None: Apertium where it is installed, else the endpoint where a model is set."""
    tool_calls_per_caller: int | None = Field(
        default=None, ge=1, validation_alias="TANDEM_TOOL_CALLS_PER_CALLER"
    )
    """How often tools are called a day for the number one calls from; None: no limit."""
    changes_per_caller: int | None = Field(default=None, ge=1, validation_alias="TANDEM_CHANGES_PER_CALLER")
    """... of these, tools that change something."""
    carrier_usd_per_minute: Annotated[float, Field(ge=0, le=100)] | None = Field(
        default=None, validation_alias="TANDEM_CARRIER_USD_PER_MINUTE"
    )
    """What the carrier asks for each minute begun of a call; None: what calls cost is not known."""
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)
    ] = Field(default=(), validation_alias="TANDEM_TRUSTED_PROXIES")
    """Networks of the proxies before us, whose X-Forwarded-For is believed: log-in is limited, and the audit
    log kept, by who asked them. One on this machine itself (127.0.0.1) is believed anyway."""
    set_up_link: bool = Field(default=True, validation_alias="TANDEM_SET_UP_LINK")
    """While there is no owner, `tandem serve` prints a link to become it."""
    oidc_issuer: Annotated[str, AfterValidator(_http_url)] | None = Field(
        default=None, validation_alias="OIDC_ISSUER"
    )
    """Identity provider that managers may also log in at; its address, without `/.well-known`."""
    oidc_client_id: str | None = Field(default=None, validation_alias="OIDC_CLIENT_ID", min_length=1)
    oidc_client_secret: SecretStr | None = Field(default=None, validation_alias="OIDC_CLIENT_SECRET")
    oidc_name: str = Field(default="your company", validation_alias="OIDC_NAME", max_length=40)
    """What the button says after "Log in with"."""
    metrics_token: SecretStr | None = Field(default=None, validation_alias="TANDEM_METRICS_TOKEN")
    """Who scrapes `/metrics` must bring it; without it only this machine is served."""
    worker_metrics_port: int | None = Field(
        default=None, ge=1, le=65_535, validation_alias="TANDEM_WORKER_METRICS_PORT"
    )
    """Where a worker shows its own `/metrics`; nowhere unless set."""
    traces: str = Field(default="off", validation_alias="TANDEM_TRACES", pattern=r"^(off|file)$")
    """`file`: spans go to a file beside the logs."""
    otlp_endpoint: str | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """Where spans go over OTLP; nowhere unless set."""
    crm: Crm = Field(default=Crm.SQL, validation_alias="TANDEM_CRM")
    """Where the customer records are; `sql` is the project's own database."""
    hubspot_token: SecretStr | None = Field(default=None, validation_alias="HUBSPOT_TOKEN")
    """Of a private app."""
    hubspot_url: Annotated[str, AfterValidator(_origin)] = Field(
        default="https://api.hubapi.com", validation_alias="HUBSPOT_URL"
    )
    salesforce_url: Annotated[str, AfterValidator(_origin)] | None = Field(
        default=None, validation_alias="SALESFORCE_URL"
    )
    """The company's own domain there."""
    salesforce_client_id: str | None = Field(default=None, validation_alias="SALESFORCE_CLIENT_ID")
    """Of a connected app that may use the client credentials flow."""
    salesforce_client_secret: SecretStr | None = Field(
        default=None, validation_alias="SALESFORCE_CLIENT_SECRET"
    )
    zendesk_url: Annotated[str, AfterValidator(_origin)] | None = Field(
        default=None, validation_alias="ZENDESK_URL"
    )
    zendesk_email: str | None = Field(default=None, validation_alias="ZENDESK_EMAIL")
    """Of the agent who has the token."""
    zendesk_token: SecretStr | None = Field(default=None, validation_alias="ZENDESK_TOKEN")
    log_level: str = Field(
        default="info", validation_alias="TANDEM_LOG_LEVEL", pattern=r"^(debug|info|warning|error)$"
    )

    @model_validator(mode="after")
    def _twilio_comes_whole(self) -> Self:
        if self.twilio_account_sid and not self.twilio_auth_token:
            raise ValueError("TWILIO_ACCOUNT_SID is set but TWILIO_AUTH_TOKEN is not: set both or neither")
        if self.twilio_auth_token and not self.twilio_account_sid:
            raise ValueError("TWILIO_AUTH_TOKEN is set but TWILIO_ACCOUNT_SID is not: set both or neither")
        return self

    @model_validator(mode="after")
    def _oidc_comes_whole(self) -> Self:
        given = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(given) and not all(given):
            raise ValueError(
                "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong together: set all or none"
            )
        return self

    @model_validator(mode="after")
    def _a_chosen_crm_can_be_reached(self) -> Self:
        needed: dict[Crm, dict[str, object]] = {
            Crm.HUBSPOT: {"HUBSPOT_TOKEN": self.hubspot_token},
            Crm.SALESFORCE: {
                "SALESFORCE_URL": self.salesforce_url,
                "SALESFORCE_CLIENT_ID": self.salesforce_client_id,
                "SALESFORCE_CLIENT_SECRET": self.salesforce_client_secret,
            },
            Crm.ZENDESK: {
                "ZENDESK_URL": self.zendesk_url,
                "ZENDESK_EMAIL": self.zendesk_email,
                "ZENDESK_TOKEN": self.zendesk_token,
            },
        }
        missing = [name for name, value in needed.get(self.crm, {}).items() if value is None]
        if missing:
            raise ValueError(f"TANDEM_CRM={self.crm} needs {' and '.join(missing)}, or choose TANDEM_CRM=sql")
        return self

    @model_validator(mode="after")
    def _a_translating_endpoint_has_a_model(self) -> Self:
        if self.translator == "endpoint" and self.llm_model is None:
            raise ValueError(
                "TANDEM_TRANSLATOR=endpoint needs LLM_MODEL, or choose TANDEM_TRANSLATOR=apertium"
            )
        return self

    @cached_property
    def public_url(self) -> str:
        """The origin carriers reach us at, without a trailing slash."""
        return self.public_origin or f"http://127.0.0.1:{self.port}"

    @cached_property
    def own_origins(self) -> frozenset[str]:
        """Where pages that may act in a person's name come from: ours, and in development this machine's."""
        own = {self.public_url}
        if self.development:
            own |= {f"http://{host}:{self.port}" for host in ("127.0.0.1", "localhost", "[::1]")}
        return frozenset(own)

    @cached_property
    def public_ws_url(self) -> str:
        """The same origin for WebSockets: wss:// for https, ws:// for http."""
        return "ws" + self.public_url.removeprefix("http")

    @cached_property
    def database_url(self) -> str:
        """SQLAlchemy's URL of the record; SQLite in the home unless given."""
        return self.given_database_url or f"sqlite+aiosqlite:///{self.home.resolve() / 'tandem.db'}"

    @cached_property
    def redis_url(self) -> str:
        """The given Redis, or the socket of the private one in the home."""
        return self.given_redis_url or f"unix://{self.redis_socket}"

    @cached_property
    def redis_socket(self) -> Path:
        """Where the private Redis listens: in the home, or in the temporary folder if that is too long."""
        path = self.home.resolve() / "redis" / "redis.sock"
        if len(str(path)) <= _SOCKET_PATH_CHARACTERS:
            return path
        name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"tandem-{name}" / "redis.sock"

    @cached_property
    def tapes(self) -> Path:
        """One folder per call."""
        return self.home.resolve() / "tapes"

    @cached_property
    def logs(self) -> Path:
        """One file per process."""
        return self.home.resolve() / "logs"

    @property
    def development(self) -> bool:
        """Whether webhooks are unsigned and so accepted from loopback only."""
        return self.twilio_auth_token is None


_FIXES: Final = {
    "TANDEM_PORT": "a port number from 1 to 65535, for example TANDEM_PORT=8000",
    "TANDEM_HOME": "a folder that can be written, for example TANDEM_HOME=./.tandem",
    "TANDEM_PUBLIC_URL": "the origin carriers reach you at, for example TANDEM_PUBLIC_URL=https://voice.example.com",
    "REDIS_URL": "for example REDIS_URL=redis://127.0.0.1:6379/0, or unset it for a private server",
    "DATABASE_URL": "for example DATABASE_URL=postgresql+psycopg://user@host/tandem, or unset it for SQLite",
    "TWILIO_ACCOUNT_SID": "AC and 32 hex digits, as the Twilio console shows it",
    "TWILIO_MESSAGES_FROM": "a number of your account like +15035550123, or a messaging service like MG…",
    "TWILIO_API_URL": "for example TWILIO_API_URL=https://api.twilio.com",
    "TANDEM_MAX_CALLS": "a number of calls from 1 to 10000",
    "TANDEM_MAX_CALL_MINUTES": "minutes from 1 to 1440",
    "TANDEM_LOG_LEVEL": "one of debug, info, warning, error",
    "TANDEM_CRM": "one of sql, hubspot, salesforce, zendesk",
    "HUBSPOT_URL": "for example HUBSPOT_URL=https://api.hubapi.com",
    "SALESFORCE_URL": "your own domain there, for example SALESFORCE_URL=https://acme.my.salesforce.com",
    "ZENDESK_URL": "your own domain there, for example ZENDESK_URL=https://acme.zendesk.com",
    "TANDEM_WORKER_METRICS_PORT": "a port number from 1 to 65535, or unset it",
    "TANDEM_TRUSTED_PROXIES": "networks with commas between them, for example 10.0.0.0/8,fd00::/8",
    "TANDEM_SET_UP_LINK": "true or false",
    "TANDEM_TRACES": "file, or off",
    "TANDEM_HTTP_TOOLS_ALLOW": "hosts with commas between them, for example crm.internal,127.0.0.1:8765",
    "TANDEM_WORKER_PROCESSES": "a number of processes from 1 to 64",
    "LLM_BASE_URL": "an address with chat completions, for example LLM_BASE_URL=http://127.0.0.1:11434/v1",
    "OIDC_ISSUER": "your provider's address, for example OIDC_ISSUER=https://accounts.google.com",
    "LLM_MODEL": "a model that LLM_BASE_URL serves, for example LLM_MODEL=qwen3:8b",
    "LLM_TIMEOUT_S": "seconds above 0, up to 120",
    "LLM_INPUT_PRICE_USD": "dollars for a million tokens, for example LLM_INPUT_PRICE_USD=0.40",
    "LLM_OUTPUT_PRICE_USD": "dollars for a million tokens, for example LLM_OUTPUT_PRICE_USD=1.60",
    "LLM_MOST_USD_PER_DAY": "dollars above 0, for example LLM_MOST_USD_PER_DAY=20, or unset it",
    "LLM_MOST_TOKENS_PER_DAY": "a number of tokens, for example LLM_MOST_TOKENS_PER_DAY=2000000, or unset it",
    "TANDEM_TRANSLATOR": "apertium or endpoint (the one of LLM_MODEL), or unset it",
    "TANDEM_TOOL_CALLS_PER_CALLER": "a number from 1, for example 200, or unset it",
    "TANDEM_CARRIER_USD_PER_MINUTE": "dollars, for example 0.0085, or unset it",
    "TANDEM_CHANGES_PER_CALLER": "a number from 1, for example 20, or unset it",
    "LLM_MOST_USD_PER_TASK": "dollars above 0, for example LLM_MOST_USD_PER_TASK=0.25",
}
_SECRETS: Final = frozenset(
    {
        "TWILIO_AUTH_TOKEN",
        "TANDEM_METRICS_TOKEN",
        "LLM_API_KEY",
        "OIDC_CLIENT_SECRET",
        "HUBSPOT_TOKEN",
        "SALESFORCE_CLIENT_SECRET",
        "ZENDESK_TOKEN",
    }
)


def load(overrides: Mapping[str, str | None] | None = None) -> Settings:
    """Read the environment and validate it.

    Args:
        overrides: variables by name that stand above the environment's; None unsets one.

    Raises:
        SettingsError: one line: the variable, the value, the fix.
    """
    try:
        return Settings(**(overrides or {}))  # pyright: ignore[reportArgumentType] - aliases are the names
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise SettingsError(first["msg"].removeprefix("Value error, ")) from None
        name = str(first["loc"][0])
        value = "(hidden)" if name in _SECRETS else repr(str(first["input"]))
        why = first["msg"].removeprefix("Value error, ")
        fix = _FIXES.get(name, why)
        raise SettingsError(f"{name}={value} is not valid ({why}). Set it to {fix}.") from None
