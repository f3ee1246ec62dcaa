"""The description of an HTTP tool, as it stands in `TANDEM_HOME/tools/NAME.yaml`.

```yaml
name: parcel_status
description: Look up where a parcel is.
reads: true
says: Let me look up that parcel.
url: https://api.parcels.example/v1/parcels/{number}
query: {language: en}
headers: {Authorization: "Bearer {credential:PARCELS}"}
arguments: # by name
  number: {description: as printed on the label, pattern: "^[A-Z]{2}[0-9]{9}$"}
result:
  status: parcel.state
  city: parcel.events.0.city
```

Scheme and host stand in the URL as they are: no argument chooses where a request goes. Credentials stand in
headers and nowhere else. A tool that writes may use `{idempotency_key}`.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agents.http_tools.addresses import AddressError, target
from agents.http_tools.templates import IDEMPOTENCY_KEY, TemplateError, blanks, credentials, texts
from agents.tool import LONGEST_TIMEOUT_MS, MOST_RETRIES

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")

TYPES: Final = {"string": str, "integer": int, "number": float, "boolean": bool, "date": date}


class _Described(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Argument(_Described):
    """One argument. It must be given, unless it has a default or `required` is false."""

    type: Literal["string", "integer", "number", "boolean", "date"] = "string"
    description: str = ""
    pattern: str | None = None
    """Of a string; a regular expression of Rust's `regex`, which takes time in proportion to the text."""
    choices: tuple[str, ...] = ()
    required: bool = True
    default: str | int | float | bool | None = None
    sensitive: bool = False

    @model_validator(mode="after")
    def _rules_are_for_strings(self) -> Self:
        if self.type != "string" and (self.pattern or self.choices):
            raise ValueError("pattern and choices are for strings")
        return self


class HttpTool(_Described):
    """One tool."""

    name: Name
    description: str = Field(min_length=1)
    reads: bool = False
    writes: bool = False
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: str
    query: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None
    """Any JSON, with templates for texts."""
    arguments: dict[Name, Argument] = Field(default_factory=dict)
    result: dict[Name, str] = Field(default_factory=dict)
    """Field → dotted path in the answer's JSON; numbers count in lists from 0. Empty: the whole object."""
    timeout_ms: int = Field(default=4_000, ge=1, le=LONGEST_TIMEOUT_MS)
    most_bytes: int = Field(default=262_144, ge=1, le=8_388_608)
    says: str = ""
    consent: bool = False
    identity: bool = False
    retries: int = Field(default=0, ge=0, le=MOST_RETRIES)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        problem = next(_problems(self), None)
        if problem is not None:
            raise ValueError(problem)
        return self

    @property
    def uses_key(self) -> bool:
        """Whether a template has a blank for the idempotency key."""
        return any(IDEMPOTENCY_KEY in blanks(each) for _, each in _templates(self))

    @property
    def origin_and_path(self) -> tuple[str, str]:
        """The URL's two parts: what never changes, and the path's template."""
        found = re.fullmatch(r"(https?://[^/]*)(/.*)?", self.url)
        if found is None:  # validation has seen to it
            raise ValueError("url: must begin with https://")
        return found[1], found[2] or "/"


def _problems(tool: HttpTool) -> Iterator[str]:
    if tool.reads == tool.writes:
        yield "say one of reads: true and writes: true"
    if tool.consent and tool.reads:
        yield "consent is for what writes"
    if tool.retries and tool.writes:
        yield "retries are for what reads"
    if tool.body is not None and tool.method == "GET":
        yield "a GET has no body"
    if IDEMPOTENCY_KEY in tool.arguments:
        yield f"{IDEMPOTENCY_KEY} is given, not asked for; name the argument otherwise"
    yield from _url_problems(tool)
    yield from _header_problems(tool)
    yield from _template_problems(tool)
    for field, path in tool.result.items():
        if not re.fullmatch(r"[^.\s]+(\.[^.\s]+)*", path):
            yield f"result.{field}: {path!r} is not a path like order.lines.0.state"


def _template_problems(tool: HttpTool) -> Iterator[str]:
    for where, template in _templates(tool):
        try:
            used = blanks(template)
        except TemplateError as error:
            yield f"{where}: {error}"
            return
        if unknown := sorted(used - set(tool.arguments) - {IDEMPOTENCY_KEY}):
            yield f"{where}: {{{unknown[0]}}} is not one of the arguments"
        if where != "headers" and credentials(template):
            yield f"{where}: a credential can stand in headers only"
        if IDEMPOTENCY_KEY in used and tool.reads:
            yield f"{where}: {{{IDEMPOTENCY_KEY}}} is for what writes"
        optional = [name for name in used if name in tool.arguments and not _always(tool.arguments[name])]
        if where in ("url", "headers") and optional:
            yield f"{where}: {{{optional[0]}}} may be missing; require it or give it a default"


def _url_problems(tool: HttpTool) -> Iterator[str]:
    try:
        target(re.split(r"(?<=[^/:])/", tool.url, maxsplit=1)[0])
    except AddressError as error:
        yield f"url: {error}"
        return
    if not re.fullmatch(r"https?://[^/{}?#]+(/[^?#]*)?", tool.url):
        yield "url: write https://host/path; blanks stand in the path, and what follows ? under query"


def _header_problems(tool: HttpTool) -> Iterator[str]:
    for name, value in tool.headers.items():
        if not _HEADER.fullmatch(name) or not value.isascii() or not value.isprintable():
            yield f"headers.{name}: has characters that cannot stand in a header"
        if name.lower() in _OURS:
            yield f"headers.{name}: is set by Tandem"


def _templates(tool: HttpTool) -> Iterator[tuple[str, str]]:
    yield "url", tool.url
    yield from (("query", each) for each in tool.query.values())
    yield from (("headers", each) for each in tool.headers.values())
    yield from (("body", each) for each in texts(tool.body))


def _always(argument: Argument) -> bool:
    return argument.required or argument.default is not None
