"""Long-lived processes, one behind the other, that answer texts ended by a null byte, in order.

Each stage is a child of ours, so none is left behind as a zombie when one of them dies or hangs. A pipeline
that died, or did not answer in time, is ended and started again with the next text.
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from agents.translation.translator import TranslatorFailed

logger = logging.getLogger(__name__)

_LONGEST_ANSWER_BYTES: Final = 1 << 20
_MOST_WAITING: Final = 64
_LEAVES_WITHIN_S: Final = 0.5
_SLOW_START_S: Final = 10.0

Job = tuple[bytes, asyncio.Future[bytes]]


class Pipeline:
    """One direction's processes. Texts are answered one after the other, in the order they were asked.

    Args:
        stages: the command line of each process; the first reads texts, the last writes answers.
        patience_s: for one text, once the processes have answered before; before that it is 10 s.
        name: for error texts: "Apertium eng-spa".
    """

    def __init__(self, stages: Sequence[Sequence[str]], patience_s: float, name: str) -> None:
        self._stages = stages
        self._patience_s = patience_s
        self._name = name
        self._processes: list[asyncio.subprocess.Process] = []
        self._has_answered = False
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(_MOST_WAITING)
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the processes that run now, first stage first."""
        return tuple(process.pid for process in self._processes)

    async def ask(self, text: bytes) -> bytes:
        """Answer one text; neither it nor the answer has a null byte.

        Raises:
            TranslatorFailed: the processes cannot be started, died or hung, or too many texts wait.
        """
        if self._closed:
            raise TranslatorFailed(f"{self._name} is closed")
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name=self._name)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        try:
            self._jobs.put_nowait((text, answer))
        except asyncio.QueueFull:
            raise TranslatorFailed(f"{self._name}: {_MOST_WAITING} texts wait already; ask again") from None
        return await answer

    async def close(self) -> None:
        """End the processes. What waits fails."""
        self._closed = True
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
        while not self._jobs.empty():
            self._fail(self._jobs.get_nowait()[1], f"{self._name} is closed")
        await self._end()

    async def _work(self) -> None:
        while True:
            text, answer = await self._jobs.get()
            if answer.done():  # nobody waits for it any more
                continue
            try:
                answered = await self._exchange(text)
            except asyncio.CancelledError:
                self._fail(answer, f"{self._name} is closed")
                raise
            except TranslatorFailed as error:
                await self._given_up(answer, str(error))
            except TimeoutError:
                await self._given_up(answer, f"{self._name} gave no answer in time")
            except (OSError, asyncio.IncompleteReadError):
                await self._given_up(answer, f"{self._name} ended in the middle of a text")
            except asyncio.LimitOverrunError:
                await self._given_up(answer, f"{self._name} answered without an end")
            else:
                if not answer.done():
                    answer.set_result(answered)

    async def _exchange(self, text: bytes) -> bytes:
        if any(process.returncode is not None for process in self._processes):
            logger.warning("%s had ended; it is started again", self._name)
            await self._end()
        if not self._processes:
            await self._start()
        async with asyncio.timeout(self._patience_s if self._has_answered else _SLOW_START_S):
            into, out = self._processes[0].stdin, self._processes[-1].stdout
            if into is None or out is None:  # both are pipes
                raise BrokenPipeError
            reading = asyncio.create_task(out.readuntil(b"\0"))  # at once: both pipes may fill up
            try:
                into.write(text + b"\0")
                await into.drain()
                answer = await reading
            finally:
                reading.cancel()
                await asyncio.wait([reading])
        self._has_answered = True
        return answer[:-1]

    async def _start(self) -> None:
        self._has_answered = False
        stdin: int = asyncio.subprocess.PIPE
        for at, stage in enumerate(self._stages):
            following, stdout = asyncio.subprocess.PIPE, asyncio.subprocess.PIPE
            if at < len(self._stages) - 1:
                following, stdout = os.pipe()
            try:
                process = await asyncio.create_subprocess_exec(
                    *stage,
                    stdin=stdin,
                    stdout=stdout,
                    stderr=asyncio.subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is for us alone
                    limit=_LONGEST_ANSWER_BYTES,
                )
            except OSError as error:
                _close(following)
                raise TranslatorFailed(f"{self._name}: {stage[0]} does not start: {error}") from None
            finally:
                _close(stdin)
                _close(stdout)
            self._processes.append(process)
            stdin = following

    async def _given_up(self, answer: asyncio.Future[bytes], why: str) -> None:
        logger.warning("%s; it is started again with the next", why)
        await self._end()
        self._fail(answer, why)

    async def _end(self) -> None:
        """End all stages: they leave when nothing more comes; what does not is killed."""
        processes, self._processes = self._processes, []
        if not processes:
            return
        if (into := processes[0].stdin) is not None:
            into.close()
        leaving = asyncio.gather(*(process.wait() for process in processes))
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(leaving), _LEAVES_WITHIN_S)
        for process in processes:
            with suppress(ProcessLookupError):
                process.kill()
        await leaving

    @staticmethod
    def _fail(answer: asyncio.Future[bytes], why: str) -> None:
        if not answer.done():
            answer.set_exception(TranslatorFailed(why))


def _close(end: int) -> None:
    if end != asyncio.subprocess.PIPE:
        os.close(end)
