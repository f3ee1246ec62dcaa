"""What the desk of a call needs around it: the process it stands in, and the outbox."""

from typing import Protocol

from agents.messages import TaskRequest
from agents.outbox import Withdrawal


class Office(Protocol):
    """What a desk needs of the process it stands in."""

    async def send(self, request: TaskRequest) -> None:
        """Put a request on the workers' queue. Raises `Unavailable`."""
        ...

    async def queued(self) -> int | None:
        """Count the requests no worker has taken yet; None when Redis does not answer."""
        ...

    async def tell_over(self, request: TaskRequest) -> None:
        """Tell whoever runs this task, or would begin to, that nobody waits for it any more."""
        ...

    def leave(self, call_id: str) -> None:
        """Deliver nothing more to this call."""
        ...

    async def clear(self, call_id: str) -> None:
        """Remove what workers and this call told each other: it has ended, and nothing is under way."""
        ...


class Outgoing(Protocol):
    """What a desk needs of the outbox. Everything raises what the database raises. See `agents.outbox`."""

    async def put(self, request: TaskRequest) -> None:
        """Write a request down."""
        ...

    async def mark_sent(self, task_id: str) -> None:
        """Note that the broker has it."""
        ...

    async def withdraw(self, task_id: str) -> Withdrawal:
        """Keep it from beginning, if it has not begun."""
        ...

    async def leave(self, task_id: str) -> None:
        """Note that the call has ended and it goes on."""
        ...

    async def tell(self, task_id: str) -> None:
        """Note that the call has heard how it ended."""
        ...
