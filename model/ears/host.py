"""The ears' own process: hears any number of calls, whoever has paused first.

It reads `Order`s from a pipe and answers each call's news with an `Understood`. It ends when the pipe closes,
which also happens when its parent dies.
"""

import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final, assert_never

import numpy as np

from config.expectation import Expectation
from model.ears.ears import Hearing
from model.ears.kinds import AnyKind, CallHearing, EarsName, make_kind

_NICENESS: Final = 5
"""Micro-turns come first, words second."""
_UNHURRIED_PAUSED: Final = 1
"""More paused callers than this waiting at once, and each gets less effort."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The process has loaded what it needs; what it hears from now on is heard at once."""


@dataclass(frozen=True, slots=True)
class Open:
    """`language` is a BCP 47 tag."""

    call_id: str
    language: str


@dataclass(frozen=True, slots=True)
class Expect:
    call_id: str
    expectation: Expectation


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """`language` is a BCP 47 tag."""

    call_id: str
    language: str


@dataclass(frozen=True, slots=True)
class Listen:
    """`pcm`: 3200 samples, int16 in the machine's byte order."""

    call_id: str
    index: int
    pcm: bytes
    speaking: bool


@dataclass(frozen=True, slots=True)
class TurnOver:
    """`turn` counts the call's turns: what is heard from now on belongs to it."""

    call_id: str
    turn: int


@dataclass(frozen=True, slots=True)
class Close:
    call_id: str


Order = Open | Expect | ChangeLanguage | Listen | TurnOver | Close


@dataclass(frozen=True, slots=True)
class Understood:
    """What is understood of a call's turn number `turn` by now."""

    call_id: str
    turn: int
    hearing: Hearing


class Host:
    """The calls a process hears."""

    def __init__(self, kind: AnyKind) -> None:
        self._kind = kind
        self._calls: dict[str, CallHearing] = {}
        self._turns: dict[str, int] = {}
        self._waiting: dict[str, None] = {}

    @property
    def busy(self) -> bool:
        """Whether some call has audio that is not decoded yet."""
        return bool(self._waiting)

    def take(self, order: Order) -> None:
        """Carry out an order, all but the decoding. Orders for calls that are not open are dropped."""
        if isinstance(order, Open):
            self._calls[order.call_id] = self._kind.open(order.language)
            self._turns[order.call_id] = 0
            return
        call = self._calls.get(order.call_id)
        if call is None:
            return
        match order:
            case Expect(expectation=expectation):
                call.expect(expectation)
                self._waiting[order.call_id] = None
            case ChangeLanguage(language=language):
                call.change_language(language)
                self._waiting[order.call_id] = None
            case Listen(index=index, pcm=pcm, speaking=speaking):
                call.listen(index, np.frombuffer(pcm, np.int16), speaking=speaking)
                self._waiting[order.call_id] = None
            case TurnOver(turn=turn):
                call.turn_over()
                self._turns[order.call_id] = turn
                self._waiting[order.call_id] = None
            case Close(call_id=call_id):
                call.close()
                del self._calls[call_id], self._turns[call_id]
                self._waiting.pop(call_id, None)
            case _:
                assert_never(order)

    def work(self) -> list[Understood]:
        """Understand what some calls have brought. Only when `busy`.

        Callers who have paused come first, for they await an answer; then whoever has waited longest. Under
        load, partial words are left out and careful readings are less so.
        """
        paused = [one for one in self._waiting if self._calls[one].has_paused]
        speaking = sum(self._calls[one].attending for one in self._waiting)
        hurried = len(paused) > _UNHURRIED_PAUSED or speaking > self._kind.unhurried
        chosen = (paused or list(self._waiting))[: self._kind.together]
        calls = [self._calls[call_id] for call_id in chosen]
        hearings = self._kind.work(calls, hurried=hurried)
        for call_id, call in zip(chosen, calls, strict=True):
            if not call.has_paused:
                del self._waiting[call_id]
        return [
            Understood(call_id, self._turns[call_id], hearing)
            for call_id, hearing in zip(chosen, hearings, strict=True)
        ]


def serve(name: EarsName, orders: Connection, answers: Connection) -> None:
    """Run a process of the ears until `orders` closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        host = Host(make_kind(name))
        os.nice(_NICENESS)
        answers.send(Ready())
        while True:
            while orders.poll(0 if host.busy else None):
                host.take(orders.recv())
            if host.busy:
                for news in host.work():
                    answers.send(news)
    except (EOFError, OSError):
        return
