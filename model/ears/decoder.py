"""One pocketsphinx decoder: a grammar and cepstra in, the best path through the grammar out.

The decoder's own front end, normalisation and endpointer are not used: cepstra come from `model.ears.band`.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import numpy as np
import pocketsphinx

from model.ears.grammar import SOUND, Grammar
from model.ears.pronounce import MODEL_PATH, pronunciations
from model.ears.spectrum import Floats

_SCORE_TO_NATS: Final = 1_024.0
"""pocketsphinx hands out exp(score · 1e-4) of a score it keeps in units of 1024e-4 nats."""
_GRAMMARS_KEPT: Final = 12
_TAIL_FRAMES: Final = 12
"""Slopes at the end of an utterance are made of its last frames: its path may end that much early."""
_SILENCES: Final = frozenset({"<sil>", "(NULL)", "<s>", "</s>", "[NOISE]", "[SPEECH]"})


@dataclass(frozen=True, slots=True)
class Span:
    """A word of the path, from frame to frame (the last one not included); `score`: its acoustics, nats."""

    word: str
    start_frame: int
    end_frame: int
    score: float


@dataclass(frozen=True, slots=True)
class Path:
    """The best way through the grammar, without its silences; `score` of all of it, nats."""

    spans: tuple[Span, ...] = ()
    score: float = -math.inf

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(span.word for span in self.spans)


NO_PATH: Final = Path()


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard the search tries.

    Attributes:
        beam: paths less likely than the best by more than this factor are given up.
        gaussians: of each codebook, how many of the best are summed.
        silence: nats a pause between words costs.
    """

    beam: float = 1e-64
    gaussians: int = 4
    silence: float = 40.0


class Decoder:
    """Decodes one utterance at a time; grammars it has seen lately need no preparation."""

    def __init__(self, effort: Effort = Effort()) -> None:
        self._decoder = pocketsphinx.Decoder(
            pocketsphinx.Config(
                hmm=str(MODEL_PATH / "en-us"),
                lm=None,
                dict=None,
                loglevel="FATAL",
                cmn="none",
                bestpath=False,
                lw=1.0,
                wip=1.0,
                pip=1.0,
                topn=effort.gaussians,
                beam=effort.beam,
                pbeam=effort.beam,
                wbeam=effort.beam ** (2 / 3),
                silprob=math.exp(-effort.silence),
                fillprob=1e-80,
            )
        )
        self._grammars: OrderedDict[Grammar, str] = OrderedDict()
        self._made = 0

    def begin(self, grammar: Grammar) -> None:
        """Start an utterance. `finish` or `abandon` must have ended the one before."""
        if grammar in self._grammars:
            self._grammars.move_to_end(grammar)
        else:
            self._learn(grammar)
        self._decoder.activate_search(self._grammars[grammar])
        self._decoder.start_utt()

    def feed(self, cepstra: Floats) -> None:
        """Search on through float32[n, 13]."""
        if len(cepstra):
            self._decoder.process_cep(np.ascontiguousarray(cepstra, np.float32).tobytes())

    def path(self) -> Path:
        """The best path so far: before `finish` it need not be a whole sentence of the grammar."""
        hypothesis = self._decoder.hyp()
        if hypothesis is None:
            return NO_PATH
        spans = tuple(
            Span(
                segment.word.split("(")[0], segment.start_frame, segment.end_frame + 1, _nats(segment.ascore)
            )
            for segment in self._decoder.seg()
            if segment.word not in _SILENCES
        )
        return Path(spans, _nats(hypothesis.best_score))

    def finish(self) -> Path:
        """End the utterance; the best whole sentence of the grammar."""
        self._decoder.end_utt()
        return self.path()

    def decode(self, grammar: Grammar, cepstra: Floats) -> Path:
        """The best sentence of `grammar` in a whole utterance, float32[n, 13].

        `NO_PATH` when the search lost every path on the way: a wider beam may keep one.
        """
        self.begin(grammar)
        self.feed(cepstra)
        path = self.finish()
        ends = [segment.end_frame for segment in self._decoder.seg()] if path.spans else []
        return path if ends and max(ends) >= len(cepstra) - 1 - _TAIL_FRAMES else NO_PATH

    def _learn(self, grammar: Grammar) -> None:
        known: set[str] = set()
        for word in grammar.words:
            sounds = (word.removeprefix(SOUND),) if word.startswith(SOUND) else pronunciations(word)
            if sounds:
                known.add(word)
            if sounds and self._decoder.lookup_word(word) is None:
                for number, phones in enumerate(sounds, start=1):
                    self._decoder.add_word(word if number == 1 else f"{word}({number})", phones, False)
        self._made += 1
        name = f"g{self._made}"
        transitions = [
            (arc.start, arc.end, math.exp(-arc.cost)) + (() if arc.word is None else (arc.word,))
            for arc in grammar.arcs
            if arc.word is None or arc.word in known
        ]
        self._decoder.add_fsg(name, self._decoder.create_fsg(name, 0, grammar.final, transitions))
        self._grammars[grammar] = name
        if len(self._grammars) > _GRAMMARS_KEPT:
            self._decoder.remove_search(self._grammars.popitem(last=False)[1])


def _nats(handed_out: float) -> float:
    return math.log(max(handed_out, 1e-300)) * _SCORE_TO_NATS
