"""Templates of requests: texts with `{name}` for an argument and `{credential:NAME}` for a credential. Pure.

`{{` and `}}` are braces. An argument's value never changes where a request goes: in the path it is
percent-encoded and may be neither empty nor a step upwards; in headers it may not begin a new line.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, cast
from urllib.parse import quote

from agents.credentials import CREDENTIAL
from agents.errors import Invalid

IDEMPOTENCY_KEY: Final = "idempotency_key"
"""The blank every tool that writes may use."""
_BLANK: Final = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*)\}")
_STRAY: Final = re.compile(r"[{}]")
_WHOLE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class TemplateError(ValueError):
    """A text is not a template."""


def blanks(template: str) -> frozenset[str]:
    """Name the arguments a text has blanks for.

    Raises:
        TemplateError: a brace stands where none can.
    """
    if _STRAY.search(_BLANK.sub("", CREDENTIAL.sub("", template))):
        raise TemplateError("a brace stands alone; write {name}, {credential:NAME}, or {{ for a brace")
    return frozenset(found[1] for found in _BLANK.finditer(template) if found[1])


def credentials(template: str) -> frozenset[str]:
    """Name the credentials a text refers to."""
    return frozenset(CREDENTIAL.findall(template))


def fill_path(template: str, values: Mapping[str, Any]) -> str:
    """Fill a URL's path.

    Raises:
        Invalid: a value is empty, or is or has a part that is `.` or `..`.
    """

    def encoded(name: str) -> str:
        value = _text(values[name])
        if not value or any(part in (".", "..") for part in re.split(r"[/\\]", value)):
            raise Invalid(f"{name}: cannot stand in an address")
        return quote(value, safe="")

    return _filled(template, encoded)


def fill_header(template: str, values: Mapping[str, Any]) -> str:
    """Fill a header. Credentials stay to be filled.

    Raises:
        Invalid: a value has characters other than printable ASCII.
    """

    def checked(name: str) -> str:
        value = _text(values[name])
        if not value.isascii() or not value.isprintable():
            raise Invalid(f"{name}: has characters that cannot stand in a header")
        # What an argument says is no reference to a credential.
        if "{" in value:
            raise Invalid(f"{name}: has a brace, which cannot stand in a header")
        return value

    return _filled(template, checked)


def fill_query(templates: Mapping[str, str], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Fill a query's values, to be encoded by whoever sends it. A missing argument takes its value away."""
    return [
        (name, _filled(template, lambda blank: _text(values[blank])))
        for name, template in templates.items()
        if all(values[blank] is not None for blank in blanks(template))
    ]


def fill_body(template: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Fill a JSON body. A text that is one blank becomes the value itself, and goes when there is none."""
    match template:
        case str():
            if whole := _WHOLE.fullmatch(template):
                return values[whole[1]]
            return _filled(template, lambda blank: _text(values[blank]))
        case dict():
            fields = cast("dict[str, Any]", template)
            return {name: fill_body(each, values) for name, each in fields.items() if _stays(each, values)}
        case list():
            return [fill_body(each, values) for each in cast("list[Any]", template) if _stays(each, values)]
        case _:
            return template


def texts(body: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """List all texts of a body."""
    match body:
        case str():
            return [body]
        case dict():
            return [text for each in cast("dict[str, Any]", body).values() for text in texts(each)]
        case list():
            return [text for each in cast("list[Any]", body) for text in texts(each)]
        case _:
            return []


def _stays(template: object, values: Mapping[str, Any]) -> bool:
    whole = _WHOLE.fullmatch(template) if isinstance(template, str) else None
    return whole is None or values[whole[1]] is not None


def _filled(template: str, value: Callable[[str], str]) -> str:
    return _BLANK.sub(lambda found: value(found[1]) if found[1] else found[0][0], template)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
