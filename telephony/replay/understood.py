"""What a language model took words for on a recorded call, told again as late as then.

Words it was not asked about then, or whose answer is no option any more, it is asked about now, where one is
set; while it is, virtual time stands still.
"""

import asyncio
from collections.abc import Sequence

from agents.dialogue.events import Classified, Classify
from telephony.classifying import DROPPED, Asked, Classifier


class ReplayClassifier:
    """One replay's classifier (`telephony.classifying.Classifier`).

    Args:
        recorded: what was asked then.
        now: asks about what was not; None: it has no answer.
    """

    def __init__(self, recorded: Sequence[Asked], now: Classifier | None) -> None:
        self._recorded = list(recorded)
        self._now = now
        self._due: list[tuple[int, asyncio.Future[None]]] = []
        self._now_ms = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._at_work = 0

    async def classify(self, asked: Classify) -> Classified:
        """See `Classifier`."""
        if (then := self._then(asked)) is not None:
            if then.failed == DROPPED:
                await asyncio.Event().wait()  # nobody waited long enough for it
            await self._until(self._now_ms + then.took_ms)
            return Classified(asked.request_id, then.option, then.confidence, then.failed)
        if self._now is None:
            return Classified(asked.request_id, None, failed="unavailable")
        self._at_work += 1
        self._idle.clear()
        try:
            return await self._now.classify(asked)
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._idle.set()

    async def passed(self, now_ms: int) -> None:
        """Call time is now `now_ms`: give out what is due, and wait for what is asked now."""
        self._now_ms = now_ms
        for _, waiting in (each for each in self._due if each[0] <= now_ms):
            if not waiting.done():
                waiting.set_result(None)
        self._due = [each for each in self._due if each[0] > now_ms]
        await asyncio.sleep(0)  # what was asked a moment ago begins
        await self._idle.wait()

    def _then(self, asked: Classify) -> Asked | None:
        """What was asked about the same words at the same step then; each time, in turn."""
        names = {option.name for option in asked.options}
        for each in self._recorded:
            if (each.step, each.text) == (asked.step, asked.text) and (each.option or "") in {*names, ""}:
                self._recorded.remove(each)
                return each
        return None

    async def _until(self, at_ms: int) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._due.append((at_ms, waiting))
        await waiting
