"""What any carrier can be asked to do with a call that is up. Adapters live in a package each."""

from typing import Protocol


class Carrier(Protocol):
    """Call control, by the carrier's own call id."""

    async def hang_up(self, carrier_call_id: str) -> None:
        """End the call at once. A call that has already ended is no error.

        Raises:
            CarrierError: the carrier refused or could not be reached.
        """
        ...

    async def transfer(self, carrier_call_id: str, to_number: str) -> None:
        """Hand the caller to another number (E.164). The media stream of the call ends with it.

        Raises:
            CallGoneError: the call had already ended.
            CarrierError: the carrier refused or could not be reached.
        """
        ...
