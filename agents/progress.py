"""What a tool tells while it works: parts of its answer, and whole sentences to be voiced."""

from typing import Annotated, Any, Protocol

from agents.tool import Injected


class Progress(Protocol):
    """Tells the conversation of work that goes on. What is told may be lost; the result is not."""

    async def partial(self, result: dict[str, Any]) -> None:
        """Tell a part of the result; the flow words it."""
        ...

    async def say(self, sentence: str) -> None:
        """Have one whole sentence voiced when the floor is free."""
        ...


Telling = Annotated[Progress, Injected()]
"""What a tool writes to be given its `Progress`."""


class Unheard:
    """Progress where nobody listens: on the terminal, in a follow-up."""

    async def partial(self, result: dict[str, Any]) -> None:
        """See `Progress`."""

    async def say(self, sentence: str) -> None:
        """See `Progress`."""
