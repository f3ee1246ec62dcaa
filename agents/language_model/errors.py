"""How the work of a language-model agent ends without a result; what the caller's side hears is `word`.

ToolError
├── Unavailable      no endpoint is set, or it does not answer, now or at all
│   └── Interrupted  it broke off in the middle of an answer
├── TimedOut         its deadline has come
├── LimitReached     the steps, tokens or dollars it was given, or those of the day, are used up
├── ModelRefused     the model, or the endpoint's filter, declined
└── NoAnswer         the model gave nothing that can be used
"""

from agents.errors import LimitReached as LimitReached
from agents.errors import ToolError, Unavailable


class Interrupted(Unavailable):
    """The endpoint broke off in the middle of an answer."""


class ModelRefused(ToolError):  # noqa: N818 - read where it is raised
    """The model, or the endpoint's filter, declined."""

    word = "refused"


class NoAnswer(ToolError):  # noqa: N818
    """The model gave nothing that can be used."""

    word = "internal"
