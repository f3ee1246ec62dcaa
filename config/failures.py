"""The words in which work of background agents fails: tools raise, flows branch on, figures count them."""

from typing import Final

FAILURES: Final = {
    "not_found": "there is no such thing",
    "unavailable": "the system behind the tool does not answer now",
    "timeout": "it was not done in time",
    "invalid": "the arguments make no sense",
    "refused": "the rules of the company forbid it",
    "unsupported": "the system behind the tool has no such thing",
    "limit": "what may be used for this caller, this day or this task is used up",
    "unknown": "a change may or may not have happened",
    "internal": "something is broken",
}
"""Word → what it means."""

MAY_HAVE_HAPPENED: Final = frozenset({"timeout", "internal"})
"""Of a change these tell no more than `unknown` does: nobody has said that it did not happen."""
