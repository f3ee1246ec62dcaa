"""How training goes, seen from a few calls that are never trained on (their voices are)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from config.units import SLOT_MS
from model.data.batches import Batch, to_slots, to_targets
from model.data.calls import SimulatedCall, simulate
from model.data.delivery import FRAME_MS
from model.data.scene import Manners
from model.evaluate.metrics import auc
from model.interaction import InteractionModel
from model.native_words import NativeWords
from model.train.loss import Weights, losses

_SEED: Final = 777
_CALLS: Final = 24
_AFTER_MS: Final = (100, 300)
"""Lengths of silence at which turn ends are told from pauses."""
_OVERLAP_MS: Final = 400
_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Seen:
    """What the watched calls show.

    Attributes:
        figures: losses by name, and AUCs: "end 100 ms", "end 300 ms" (turn end or pause after so much
            silence), "interruption 400 ms" (or another sound, so long after its onset).
        samples: what was said in a few calls, and what the model read.
    """

    figures: dict[str, float]
    samples: str


class Watch:
    """The calls, simulated once."""

    def __init__(self, model: InteractionModel) -> None:
        patient = Manners(patient=True, overlap_rate=0.5)
        self._calls = [simulate(_SEED, number, manners=patient) for number in range(_CALLS)]
        self._batches = [
            Batch(to_slots(some, model.front_end), to_targets(some))
            for some in (self._calls[k : k + 4] for k in range(0, _CALLS, 4))
        ]

    @torch.inference_mode()
    def look(self, model: InteractionModel, device: torch.device) -> Seen:
        """Let the model read the calls and judge it."""
        sums: dict[str, float] = {}
        ends: list[np.ndarray] = []
        barges: list[np.ndarray] = []
        samples: list[str] = []
        for batch in self._batches:
            reading = model.read(type(batch.slots)(*(part.to(device) for part in batch.slots)))
            targets = type(batch.targets)(*(part.to(device) for part in batch.targets))
            for name, value in losses(reading, targets, Weights())._asdict().items():
                sums[name] = sums.get(name, 0.0) + float(value) / len(self._batches)
            ends += list(reading.readouts.turn_end.float().cpu().numpy())
            barges += list(reading.readouts.barge_in.float().cpu().numpy())
            if len(samples) < _SHOWN:
                chances, classes = reading.readouts.words.float().softmax(-1).max(-1)
                samples += [
                    " ".join(word.text for word in NativeWords().heard(best, sure, 0).words)
                    for best, sure in zip(classes.tolist(), chances.tolist(), strict=True)
                ]
        for after_ms in _AFTER_MS:
            sums[f"end {after_ms} ms"] = _ends(self._calls, ends, after_ms)
        sums[f"interruption {_OVERLAP_MS} ms"] = _overlaps(self._calls, barges, _OVERLAP_MS)
        return Seen(sums, "\n".join(_side_by_side(self._calls, samples)))


def _side_by_side(calls: list[SimulatedCall], read: list[str]) -> list[str]:
    return [
        f"said: {' '.join(word.text for word in call.caller_words)}\nread: {text}"
        for call, text in zip(calls[:_SHOWN], read[:_SHOWN], strict=True)
    ]


def _ends(calls: list[SimulatedCall], scores: list[np.ndarray], after_ms: int) -> float:
    found, truths = list[float](), list[bool]()
    for call, score in zip(calls, scores, strict=True):
        for turn in call.turns:
            silences = [(first, last, False) for first, last in turn.pauses]
            silences.append((turn.end, turn.end + 300, True))
            for first, last, over in silences:
                slot = (first * FRAME_MS + after_ms) // SLOT_MS - 1
                if (last - first) * FRAME_MS >= after_ms and 0 <= slot < len(score):
                    found.append(float(score[slot]))
                    truths.append(over)
    return auc(np.array(found), np.array(truths, np.bool_))


def _overlaps(calls: list[SimulatedCall], scores: list[np.ndarray], after_ms: int) -> float:
    found, truths = list[float](), list[bool]()
    for call, score in zip(calls, scores, strict=True):
        for overlap in call.overlaps:
            slot = min((overlap.begin * FRAME_MS + after_ms) // SLOT_MS - 1, len(score) - 1)
            found.append(float(score[slot]))
            truths.append(overlap.earnest)
    return auc(np.array(found), np.array(truths, np.bool_))
