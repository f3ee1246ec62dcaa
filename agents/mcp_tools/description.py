"""The MCP servers whose tools are used, as they stand in `TANDEM_HOME/mcp.yaml`.

```yaml
servers:
  stock:
    command: stock-server
    arguments: [--read-only]
    environment: {STOCK_TOKEN: "{credential:STOCK}"}
    tools: [levels]
    reads: [levels]
  parcels:
    url: https://parcels.example/mcp
    headers: {Authorization: "Bearer {credential:PARCELS}"}
    trust_hints: true
```

A tool writes unless it is listed under `reads`, or the server calls it read-only and `trust_hints` says that
it is believed. What writes asks for the caller's consent unless it is listed under `no_consent`.
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agents.http_tools.addresses import AddressError, target
from agents.tool import LONGEST_TIMEOUT_MS, MOST_RETRIES

ServerName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class McpServer(BaseModel):
    """One server: a command that is started, or a URL."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command: str = ""
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = Field(default_factory=dict)
    url: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    tools: tuple[str, ...] = ()
    """Which of its tools are used; empty: all."""
    reads: tuple[str, ...] = ()
    no_consent: tuple[str, ...] = ()
    trust_hints: bool = False
    prefix: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{0,30})?$")
    """Stands before the names of its tools, so that two servers' tools do not meet."""
    timeout_ms: int = Field(default=8_000, ge=1, le=LONGEST_TIMEOUT_MS)
    start_ms: int = Field(default=20_000, ge=1, le=60_000)
    """How long it may take until it can be asked."""
    retries: int = Field(default=1, ge=0, le=MOST_RETRIES)
    """Of what reads."""
    most_bytes: int = Field(default=262_144, ge=1, le=8_388_608)
    identity: bool = False
    """All its tools are for verified callers."""

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise ValueError("give one of command and url")
        if self.url and (self.arguments or self.environment):
            raise ValueError("arguments and environment are for a command")
        if self.command and self.headers:
            raise ValueError("headers are for a url")
        for name in (*self.reads, *self.no_consent):
            if self.tools and name not in self.tools:
                raise ValueError(f"{name} is not one of its tools")
        if self.url:
            try:
                target(self.url)
            except AddressError as error:
                raise ValueError(f"url: {error}") from None
        return self


class McpServers(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    servers: dict[ServerName, McpServer]
