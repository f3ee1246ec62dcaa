"""What holds now, for whoever cannot wait for the database: read every few seconds, kept when that fails."""

import asyncio
import logging
from typing import Final

from admin.house.rules import Rules, read_rules
from config.database import Database
from config.house import House

logger = logging.getLogger(__name__)

_LOOKS_EVERY_S: Final = 2.0


class KeptRules:
    """The rules of the house, two seconds late at most."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rules = Rules()
        self._read = False

    @property
    def rules(self) -> Rules:
        """What holds, as it was last read."""
        return self._rules

    def house(self) -> House:
        """What holds for a call that begins now. Until the rules were read once, no sound is kept."""
        return self._rules.house() if self._read else House(records=False)

    async def read(self) -> None:
        """Read them now.

        Raises:
            Exception: the record cannot be read.
        """
        async with self._database.reading() as db:
            self._rules = await read_rules(db)
        self._read = True

    async def keep_ahead(self) -> None:
        """Read them for ever."""
        troubled = False
        while True:
            try:
                await self.read()
            except Exception as error:  # whatever the database does, calls go on by what was read last
                if not troubled:
                    logger.warning("the rules of the house cannot be read (%s)", type(error).__name__)
                troubled = True
            else:
                troubled = False
            await asyncio.sleep(_LOOKS_EVERY_S)
