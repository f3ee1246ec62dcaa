"""Keeping sensitive values out of what errors say. Errors end in logs, in reports and on terminals."""

from collections.abc import Collection, Iterator
from typing import Final

from agents.errors import AgentsError, ToolError

HIDDEN: Final = "(hidden)"


class RedactedError(AgentsError):
    """What a tool raised, without the sensitive values its text had. Keeps the traceback, not the chain."""


def redacted(error: Exception, secrets: Collection[str]) -> Exception:
    """Return the error, or one without these values in its text when they are in it or in what caused it.

    A `ToolError` stays of its kind.
    """
    if not any(secret in repr(each) or secret in str(each) for each in _chain(error) for secret in secrets):
        return error
    text = str(error)
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    if isinstance(error, ToolError):
        clean: Exception = type(error)(text)
    else:
        clean = RedactedError(f"{type(error).__name__}: {text}")
    return clean.with_traceback(error.__traceback__)


def secret_texts(value: object) -> Iterator[str]:
    """Yield each way a sensitive value, or a part of it, may be written in a text."""
    match value:
        case None | bool():
            return
        case dict():
            for each in value.values():  # pyright: ignore[reportUnknownVariableType] - anything at all
                yield from secret_texts(each)  # pyright: ignore[reportUnknownArgumentType]
        case list() | tuple() | set() | frozenset():
            for each in value:  # pyright: ignore[reportUnknownVariableType]
                yield from secret_texts(each)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            if text := str(value):
                yield text


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__
