from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_SAMPLES, SLOT_SAMPLES
from model.heads import FUTURE_BINS, agent_soon, caller_soon
from model.interaction import InteractionModel
from model.pieces import told_tokens
from model.sizes import DMEL, SIZES
from model.streaming import ModelReadings, ModelTurn, StreamingModel, TooManyCallsError
from model.streams import (
    ACTS,
    AGENT_TEXT,
    DIGITS_ANY,
    LANGUAGES,
    SPEAKING_POWER,
    Slots,
    clock_bucket,
    digits_index,
    kind_index,
)

Pcm = npt.NDArray[np.int16]
SIX_DIGITS = Expectation(AnswerKind.DIGITS, 6)


@pytest.fixture(scope="module")
def model() -> InteractionModel:
    """Nothing it does is close to nothing: matrices are larger than before training."""
    torch.manual_seed(3)
    model = InteractionModel(SIZES["pocket"]).eval()
    with torch.no_grad():
        for parameter in model.blocks.parameters():
            parameter.mul_(3.0)
    return model


def sound(micro_turns: int, seed: int) -> Pcm:
    rng = np.random.default_rng(seed)
    loudness = np.repeat(rng.choice([0, 100, 3_000, 9_000], micro_turns * 4), SLOT_SAMPLES)
    return (rng.uniform(-1, 1, micro_turns * MICRO_TURN_SAMPLES) * loudness).astype(np.int16)


def turns(caller: Pcm, agent: Pcm, expectation: Expectation = SIX_DIGITS) -> list[ModelTurn]:
    parts = zip(caller.reshape(-1, MICRO_TURN_SAMPLES), agent.reshape(-1, MICRO_TURN_SAMPLES), strict=True)
    return [
        ModelTurn(one, other, expectation, said=(k % 3, 0, 2, 0), act=(0, 0, 0, k % 2), told=(k, 0, 0, 7))
        for k, (one, other) in enumerate(parts)
    ]


def stream(live: StreamingModel, told: list[ModelTurn]) -> list[ModelReadings]:
    call = live.open()
    readings = [live.step([call], [turn])[0] for turn in told]
    call.close()
    return readings


def offline(model: InteractionModel, caller: Pcm, agent: Pcm) -> npt.NDArray[np.float32]:
    pcm = torch.from_numpy(np.stack((caller, agent))).float() / 32_768
    features, _ = model.front_end(pcm, model.front_end.begin(2))
    slots = features.shape[1]
    power = pcm[1].view(-1, SLOT_SAMPLES).square().mean(-1)
    said, act, told = (
        torch.tensor([[number for turn in turns(caller, agent) for number in getattr(turn, name)]])
        for name in ("said", "act", "told")
    )
    with torch.inference_mode():
        readouts = model(
            Slots(
                said=said,
                act=act,
                told=told,
                caller=features[:1],
                agent=features[1:],
                speaking=(power > SPEAKING_POWER).long().unsqueeze(0),
                kind=torch.full((1, slots), kind_index(SIX_DIGITS)),
                digits=torch.full((1, slots), digits_index(SIX_DIGITS)),
                clock=clock_bucket(torch.arange(slots)).unsqueeze(0),
            )
        )
    return torch.cat((readouts.turn_end.sigmoid()[0].unsqueeze(-1), readouts.acts.softmax(-1)[0]), -1).numpy()


def test_streamed_and_offline_agree_beyond_the_window(model: InteractionModel):
    count = 4 * model.size.window_micro_turns - 1
    caller, agent = sound(count, 1), sound(count, 2)
    told = turns(caller, agent)
    streamed = np.concatenate(
        [np.column_stack((r.turn_end, r.acts)) for r in stream(StreamingModel(model, 1), told)]
    )
    assert np.abs(streamed - offline(model, caller, agent)).max() < 1e-5
    assert (streamed.std(0) > 1e-3).all()


def test_streamed_and_offline_agree_with_dmel_and_without_a_memory():
    torch.manual_seed(3)
    for size in (
        replace(SIZES["pocket"], front_end=DMEL),
        replace(SIZES["pocket"], memory_slots=0, experts=1),
    ):
        made = InteractionModel(size).eval()
        count = 2 * size.window_micro_turns
        caller, agent = sound(count, 1), sound(count, 2)
        streamed = np.concatenate([r.turn_end for r in stream(StreamingModel(made, 1), turns(caller, agent))])
        assert np.abs(streamed - offline(made, caller, agent)[:, 0]).max() < 1e-5


def test_a_call_reads_the_same_whoever_else_is_on_the_line(model: InteractionModel):
    told = turns(sound(30, 1), sound(30, 2))
    alone = stream(StreamingModel(model, 1), told)
    live = StreamingModel(model, 4)
    calls = [live.open() for _ in range(4)]
    for k, turn in enumerate(told):
        present = calls if k % 3 else [calls[2], calls[0]]
        others = [turns(sound(1, 100 * k + j), sound(1, 7 * j))[0] for j in range(4)]
        given = [turn if call is calls[2] else others[j] for j, call in enumerate(present)]
        read = live.step(present, given)[present.index(calls[2])]
        for name in ("caller_voice", "turn_end", "barge_in", "caller_soon", "language", "agent_text", "acts"):
            assert np.array_equal(getattr(read, name), getattr(alone[k], name)), f"{name} of {k}"
        assert read.words == alone[k].words


def test_a_row_taken_again_remembers_nothing_of_the_call_before(model: InteractionModel):
    live = StreamingModel(model, 1)
    told = turns(sound(20, 1), sound(20, 2))
    first = stream(live, told)
    stream(live, turns(sound(25, 5), sound(25, 6)))
    again = stream(live, told)
    for a, b in zip(first, again, strict=True):
        assert np.array_equal(a.turn_end, b.turn_end)


def test_readings_of_a_slot_do_not_change_with_later_sound(model: InteractionModel):
    caller, agent = sound(6, 1), sound(6, 2)
    changed = caller.copy()
    changed[-SLOT_SAMPLES:] = 12_000
    last = stream(StreamingModel(model, 1), turns(caller, agent))[-1]
    other = stream(StreamingModel(model, 1), turns(changed, agent))[-1]
    assert np.array_equal(last.turn_end[:3], other.turn_end[:3])
    assert last.turn_end[3] != other.turn_end[3]


def test_the_expectation_and_the_agents_own_sound_are_heard(model: InteractionModel):
    caller, agent = sound(5, 1), sound(5, 2)
    plain = stream(StreamingModel(model, 1), turns(caller, agent))[-1].turn_end
    asked = stream(StreamingModel(model, 1), turns(caller, agent, Expectation(AnswerKind.YES_NO)))[
        -1
    ].turn_end
    mute = stream(StreamingModel(model, 1), turns(caller, np.zeros_like(agent)))[-1].turn_end
    assert not np.allclose(plain, asked)
    assert not np.allclose(plain, mute)


def test_every_reading_is_a_probability_per_slot(model: InteractionModel):
    for reading in stream(StreamingModel(model, 1), turns(sound(5, 1), sound(5, 2))):
        for values in (
            reading.caller_voice,
            reading.agent_voice,
            reading.turn_end,
            reading.barge_in,
            reading.backchannel_due,
        ):
            assert values.shape == (4,)
            assert ((values >= 0) & (values <= 1)).all()
        assert reading.caller_soon.shape == (4, FUTURE_BINS)
        for values, classes in (
            (reading.language, LANGUAGES),
            (reading.agent_text, AGENT_TEXT),
            (reading.acts, ACTS),
        ):
            assert values.shape == (4, len(classes))
            assert np.allclose(values.sum(-1), 1.0, atol=1e-5)


def test_what_the_agent_said_did_and_was_told_is_heard(model: InteractionModel):
    plain = ModelTurn(sound(1, 1), sound(1, 2))
    offered = tuple(told_tokens("offer", "two of them"))[:4]
    for told in (
        replace(plain, said=(0, 2, 0, 0)),
        replace(plain, act=(1, 0, 0, 0)),
        replace(plain, told=offered),
    ):
        assert not np.allclose(
            stream(StreamingModel(model, 1), [plain])[0].turn_end,
            stream(StreamingModel(model, 1), [told])[0].turn_end,
        )


def test_futures_marginalise_to_the_bins_of_each_side():
    logits = torch.full((1, 1, 256), -50.0)
    logits[0, 0, 0b0010_0101] = 50.0
    assert caller_soon(logits)[0, 0].round().tolist() == [1, 0, 1, 0]
    assert agent_soon(logits)[0, 0].round().tolist() == [0, 1, 0, 0]


def test_one_call_too_many_is_refused_and_a_closed_one_makes_room(model: InteractionModel):
    live = StreamingModel(model, 2)
    first, _ = live.open(), live.open()
    with pytest.raises(TooManyCallsError, match="2 calls are open"):
        live.open()
    first.close()
    first.close()
    live.open()
    with pytest.raises(TooManyCallsError):
        live.open()


def test_a_closed_call_cannot_be_stepped(model: InteractionModel):
    live = StreamingModel(model, 1)
    call = live.open()
    call.close()
    with pytest.raises(ValueError, match="closed"):
        live.step([call], turns(sound(1, 1), sound(1, 2)))


class Work(TorchDispatchMode):
    """Keeps what torch is asked to do: each operation and the shapes it is done on."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[tuple[str, list[tuple[int, ...]]]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        shapes = [tuple(each.shape) for each in tree_leaves((args, kwargs)) if isinstance(each, torch.Tensor)]
        self.done.append((str(func), shapes))
        return func(*args, **(kwargs or {}))


def test_a_step_is_the_same_work_after_ten_minutes():
    size = replace(SIZES["pocket"], experts=1)
    live = StreamingModel(InteractionModel(size).eval(), 1)
    call = live.open()
    first, last = Work(), Work()
    for work, micro_turns in ((first, size.window_micro_turns), (last, 3_000)):
        call.micro_turns = micro_turns - micro_turns % size.memory_micro_turns
        with work:
            for turn in turns(sound(size.memory_micro_turns, 1), sound(size.memory_micro_turns, 2)):
                live.step([call], [turn])
    assert last.done == first.done
    assert len(first.done) > 500


def test_the_awaited_digits_have_an_index_each():
    assert digits_index(Expectation(AnswerKind.FREE)) == 0
    assert digits_index(Expectation(AnswerKind.DIGITS, 6)) == 6
    assert digits_index(Expectation(AnswerKind.DIGITS)) == DIGITS_ANY
