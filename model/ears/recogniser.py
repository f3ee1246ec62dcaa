"""The embedded ears, of whichever kind, in processes of their own.

Nothing here blocks: orders go out through a thread, what is understood comes in through another. A process
that dies is started again and given each call's current turn once more.
"""

import logging
import multiprocessing
import os
import time
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Final

from config.expectation import NOTHING_AWAITED, Expectation
from config.units import MICRO_TURN_MS
from model.ears.ears import Hearing
from model.ears.host import (
    ChangeLanguage,
    Close,
    Expect,
    Listen,
    Open,
    Order,
    Ready,
    TurnOver,
    Understood,
    serve,
)
from model.ears.kinds import HEARS, EarsName
from model.turn import Audio

_log = logging.getLogger(__name__)

_REMEMBERED: Final = 20_000 // MICRO_TURN_MS
"""Micro-turns of the current turn kept for a process that must begin anew."""
_QUICK_DEATH_S: Final = 5.0
_QUICK_DEATHS_BORNE: Final = 3
_FAREWELL_S: Final = 2.0
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class EmbeddedEars:
    """`Ears` of the kind `name` in `processes` processes; calls are dealt out to the one with the fewest."""

    def __init__(self, name: EarsName, processes: int = 1) -> None:
        if processes < 1:
            raise ValueError(f"processes={processes}: at least one is needed")
        self._name: EarsName = name
        self._hosts = [_HostProcess(name) for _ in range(processes)]

    def open(self, call_id: str, language: str) -> "EmbeddedListener":
        """Begin to hear a call. A `language` (BCP 47 tag) these ears do not know is said in the log."""
        host = min(self._hosts, key=lambda host: host.calls)
        return host.open(call_id, language)

    def wait_until_ready(self, timeout_s: float) -> bool:
        """Wait for the processes to have loaded; False when one still has not."""
        deadline = time.monotonic() + timeout_s
        return all(host.ready.wait(max(0.0, deadline - time.monotonic())) for host in self._hosts)

    def close(self) -> None:
        for host in self._hosts:
            host.close()


class EmbeddedListener:
    """The ears of one call. Its methods may be called from any one thread."""

    def __init__(self, call_id: str, language: str, host: "_HostProcess") -> None:
        self._call_id = call_id
        self._language = language
        self._host = host
        self._expectation = NOTHING_AWAITED
        self._recent: deque[Listen] = deque(maxlen=_REMEMBERED)
        self._turn = 0
        self._hearing = Hearing()
        self._closed = False

    def expect(self, expectation: Expectation) -> None:
        if expectation != self._expectation:
            self._expectation = expectation
            self._host.send(Expect(self._call_id, expectation))

    def change_language(self, language: str) -> None:
        """Hear `language` (BCP 47 tag) from now on; one these ears do not know is said in the log."""
        if language != self._language:
            self._language = language
            self._host.warn_of(self._call_id, language)
            self._host.send(ChangeLanguage(self._call_id, language))

    def listen(self, index: int, audio: Audio, *, speaking: bool) -> None:
        order = Listen(self._call_id, index, audio.tobytes(), speaking)
        self._host.send(order, remember_in=self._recent)

    def hearing(self) -> Hearing:
        return self._hearing

    def turn_over(self) -> None:
        self._turn += 1
        self._hearing = Hearing(upto_ms=self._hearing.upto_ms)
        self._host.send(TurnOver(self._call_id, self._turn), forget=self._recent)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._host.drop(self._call_id)

    def understood(self, news: Understood) -> None:
        """Take in what the process says, unless the turn it is about is over."""
        if news.turn == self._turn:
            self._hearing = news.hearing

    def orders_again(self) -> Iterable[Order]:
        """All that a process which knows nothing must be told about this call."""
        yield Open(self._call_id, self._language)
        yield TurnOver(self._call_id, self._turn)
        yield Expect(self._call_id, self._expectation)
        yield from self._recent


class _HostProcess:
    """One process of the ears as its parent sees it."""

    def __init__(self, name: EarsName) -> None:
        self._name: EarsName = name
        self.ready = Event()
        self._context = multiprocessing.get_context("spawn")
        self._lock = Lock()
        self._listeners: dict[str, EmbeddedListener] = {}
        self._closed = False
        self._quick_deaths = 0
        self._start()

    @property
    def calls(self) -> int:
        return len(self._listeners)

    def open(self, call_id: str, language: str) -> EmbeddedListener:
        self.warn_of(call_id, language)
        listener = EmbeddedListener(call_id, language, self)
        with self._lock:
            self._listeners[call_id] = listener
            self._orders.put(Open(call_id, language))
        return listener

    def warn_of(self, call_id: str, language: str) -> None:
        """Say in the log that a language is not known."""
        if language.lower().partition("-")[0] not in HEARS[self._name]:
            _log.warning("call %s: the ears (%s) do not know %s", call_id, self._name, language)

    def send(
        self, order: Order, *, remember_in: deque[Listen] | None = None, forget: deque[Listen] | None = None
    ) -> None:
        """Pass an order on; what is to be remembered or forgotten with it, in the same breath."""
        with self._lock:
            if remember_in is not None and isinstance(order, Listen):
                remember_in.append(order)
            if forget is not None:
                forget.clear()
            self._orders.put(order)

    def drop(self, call_id: str) -> None:
        with self._lock:
            self._listeners.pop(call_id, None)
            self._orders.put(Close(call_id))

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._orders.put(None)
        self._process.join(_FAREWELL_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._receiver.join(_FAREWELL_S)
        self._process.close()

    def _start(self) -> None:
        """Start a process and the two threads that talk with it. Under the lock, or before there is one."""
        theirs, ours = self._context.Pipe(duplex=False)
        answers, theirs_too = self._context.Pipe(duplex=False)
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._process = self._context.Process(
            target=serve, args=(self._name, theirs, theirs_too), name="tandem-ears", daemon=True
        )
        self._started_at = time.monotonic()
        with _one_thread():
            self._process.start()
        theirs.close()
        theirs_too.close()
        Thread(target=_deliver, args=(self._orders, ours), name="ears-orders", daemon=True).start()
        self._receiver = Thread(target=self._receive, args=(answers,), name="ears-answers", daemon=True)
        self._receiver.start()

    def _receive(self, answers: Connection) -> None:
        """Hand on what is understood until the process ends; then start another."""
        try:
            while True:
                news: Understood | Ready = answers.recv()
                if isinstance(news, Ready):
                    self.ready.set()
                    continue
                listener = self._listeners.get(news.call_id)
                if listener is not None:
                    listener.understood(news)
        except (EOFError, OSError):
            answers.close()
            self._died()

    def _died(self) -> None:
        with self._lock:
            self._orders.put(None)
            if self._closed:
                return
            quick = time.monotonic() - self._started_at < _QUICK_DEATH_S
            self._quick_deaths = self._quick_deaths + 1 if quick else 0
            if self._quick_deaths > _QUICK_DEATHS_BORNE:
                _log.error("the ears' process keeps dying at its start; words are not heard any more")
                return
            self._process.join(_FAREWELL_S)
            _log.warning("the ears' process died (exit %s); starting another", self._process.exitcode)
            self._start()
            for listener in self._listeners.values():
                for order in listener.orders_again():
                    self._orders.put(order)


@contextmanager
def _one_thread() -> Generator[None]:
    """Let processes started meanwhile compute in one thread each: the matrices here are small."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _deliver(orders: "SimpleQueue[Order | None]", pipe: Connection) -> None:
    """Write orders into the pipe until told to stop, or until nobody reads them any more."""
    try:
        while (order := orders.get()) is not None:
            pipe.send(order)
    except OSError:
        _log.debug("the ears' process is gone")
    finally:
        pipe.close()
