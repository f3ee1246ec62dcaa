"""Synthesis ahead of need: texts become sound in one background thread, clause by clause, once.

An offer is usually known some micro-turns before it may be voiced; by then its first clause lies ready. What
is said often (greetings, "one moment please") is kept, within a bound, and shared by all calls.
"""

import time
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Condition, Lock
from typing import Final, Protocol

from config.units import SAMPLE_RATE_HZ
from model.turn import AS_USUAL, VoiceChoice
from model.voice.voice import Speech, Voice

KEPT_SECONDS: Final = 600.0
"""Sound kept for repeated texts: about 19 MB."""
PATIENCE_S: Final = 0.06
"""How long the calls of a step may wait for clauses, together: a slow voice makes pauses, not late steps."""


class Utterance(Protocol):
    """A text on its way to being sound."""

    @property
    def complete(self) -> bool:
        """Whether every clause there will ever be is there."""
        ...

    def clause(self, index: int) -> Speech | None:
        """Clause `index`, or None: past the end when `complete`, else not ready yet.

        Raises what the voice raised, when it could not speak the text.
        """
        ...


class _Patience:
    """Until when it may be waited."""

    def __init__(self) -> None:
        self.until_s = 0.0

    @property
    def left_s(self) -> float:
        return max(0.0, self.until_s - time.monotonic())


_Said = tuple[VoiceChoice, str, str]
"""Who says what: the voice, the language, the text."""


class _Synthesis:
    """An utterance filled in by the thread. Clauses are only ever added."""

    def __init__(self, said: _Said, patience: _Patience) -> None:
        self.said = said
        self._patience = patience
        self._clauses: list[Speech] = []
        self._complete = False
        self._failure: Exception | None = None
        self._changed = Condition()

    @property
    def complete(self) -> bool:
        return self._complete

    def clause(self, index: int) -> Speech | None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._complete or len(self._clauses) > index, self._patience.left_s
            )
            if self._failure is not None:
                raise self._failure
            return self._clauses[index] if index < len(self._clauses) else None

    @property
    def seconds(self) -> float:
        return sum(len(clause.audio) for clause in self._clauses) / SAMPLE_RATE_HZ

    def add(self, clause: Speech) -> None:
        with self._changed:
            self._clauses.append(clause)
            self._changed.notify_all()

    def finish(self, failure: Exception | None = None) -> None:
        with self._changed:
            self._complete = True
            self._failure = failure
            self._changed.notify_all()


class Ahead:
    """Prepares utterances with one voice for any number of calls. Thread-safe."""

    def __init__(self, voice: Voice, *, kept_seconds: float = KEPT_SECONDS) -> None:
        self._voice = voice
        self._kept_seconds = kept_seconds
        self._known: OrderedDict[_Said, _Synthesis] = OrderedDict()
        self._lock = Lock()
        self._patience = _Patience()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="voice")

    def prepare(
        self, text: str, language: str = "en-US", speed: float = 1.0, *, choice: VoiceChoice = AS_USUAL
    ) -> Utterance:
        """Begin to synthesise `text` (BCP 47 tag), or find it among what is kept. Returns at once.

        `speed`: times that of the choice.
        """
        if speed != 1.0:
            choice = replace(choice, speed=choice.speed * speed)
        said = (choice, language, text)
        with self._lock:
            utterance = self._known.get(said)
            if utterance is None:
                utterance = self._known[said] = _Synthesis(said, self._patience)
                self._thread.submit(self._next_clause, utterance, self._voice.speak(text, language, choice))
            self._known.move_to_end(said)
            return utterance

    def begin_step(self) -> None:
        """Allow the calls of one step their wait."""
        self._patience.until_s = time.monotonic() + PATIENCE_S

    def _next_clause(self, utterance: _Synthesis, rest: Iterator[Speech]) -> None:
        """Synthesise one clause and queue for the next, so that long texts hold up nobody's first clause."""
        try:
            utterance.add(next(rest))
        except StopIteration:
            utterance.finish()
            self._forget_the_oldest()
        except Exception as failure:  # any voice may be behind the seam: its call fails, this thread goes on
            with self._lock:
                self._known.pop(utterance.said, None)
            utterance.finish(failure)
        else:
            self._thread.submit(self._next_clause, utterance, rest)

    def _forget_the_oldest(self) -> None:
        with self._lock:
            kept = sum(utterance.seconds for utterance in self._known.values())
            for said, utterance in list(self._known.items()):
                if kept <= self._kept_seconds:
                    break
                if utterance.complete:
                    kept -= utterance.seconds
                    del self._known[said]

    def close(self) -> None:
        """End the thread; what is not yet synthesised stays silent. Idempotent."""
        self._thread.shutdown(wait=True, cancel_futures=True)
