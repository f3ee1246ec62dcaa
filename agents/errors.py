"""Errors of the background agents.

AgentsError
├── DeclarationError   a function cannot be a tool, or two tools have one name (also a ConfigError)
├── RedisServerError   the private Redis cannot be started: why, and what to do (also a ConfigError)
└── ToolError          a tool's work did not succeed; `word` is what the caller's side hears of it
    ├── NotFound       there is no such thing
    ├── Unavailable    the system behind the tool does not answer now
    ├── Refused        the rules of the company forbid it
    ├── Invalid        the arguments make no sense
    ├── Unsupported    the system behind the tool has no such thing
    ├── LimitReached   what may be used for this caller, this day or this task is used up
    ├── TimedOut       a read was not done in time
    └── Unknown        a write may or may not have happened

The words are those of `config.failures`.
"""

from typing import ClassVar

from config.errors import ConfigError


class AgentsError(Exception):
    """Anything this package raises on purpose."""


class DeclarationError(AgentsError, ConfigError):
    """A function cannot be a tool as it is written."""


class RedisServerError(AgentsError, ConfigError):
    """The private Redis cannot be started."""


class ToolError(AgentsError):
    """A tool's work did not succeed. Raise one of its kinds."""

    word: ClassVar[str] = "internal"
    """`TaskReport.error`."""


class NotFound(ToolError):  # noqa: N818 - read where it is raised: `raise NotFound(...)`
    """There is no such thing."""

    word = "not_found"


class Unavailable(ToolError):  # noqa: N818
    """The system behind the tool does not answer now; later it may."""

    word = "unavailable"


class Refused(ToolError):  # noqa: N818
    """The rules of the company forbid it."""

    word = "refused"


class Invalid(ToolError):  # noqa: N818
    """The arguments make no sense."""

    word = "invalid"


class Unsupported(ToolError):  # noqa: N818
    """The system behind the tool has no such thing: no orders, no appointments."""

    word = "unsupported"


class LimitReached(ToolError):  # noqa: N818
    """What may be used for this caller, this day or this task is used up. Nothing was begun."""

    word = "limit"


class TimedOut(ToolError):  # noqa: N818
    """A read was not done in time."""

    word = "timeout"


class Unknown(ToolError):  # noqa: N818
    """A write may or may not have happened. Never tried again blindly."""

    word = "unknown"
