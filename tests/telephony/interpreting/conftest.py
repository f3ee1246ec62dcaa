"""Interpreted calls, closed when a test is over."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from config.flow_file import load_flow
from telephony.interpreting.house import House
from telephony.interpreting.legs import Legs
from tests.telephony.interpreting.legs import Dictionary
from tests.telephony.interpreting.stage import Dialler, Engine, Open, Stage
from tests.telephony.live.follower import follow
from tests.telephony.scripted_call import open_scene

FLOW = Path(__file__).with_name("interpreted.yaml")


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    stages: list[Stage] = []

    def open_it(*, account: bool = True, notice: Mapping[str, str] | None = None) -> Stage:
        flow = load_flow(str(FLOW))
        call, kept = follow(flow)
        engine, dialler, translator = Engine(), Dialler(), Dictionary()
        legs = Legs(dialler if account else None)
        house = House(engine, translator, legs, lambda: True)
        scene = open_scene(tmp_path / "c1", follower=call, flow=flow, interpreters=house, notice=notice)
        stages.append(Stage(scene, call, kept, engine, dialler, legs, translator))
        return stages[-1]

    yield open_it
    for stage in stages:
        if stage.leg is not None:
            await stage.leg.close("stop")
        await stage.scene.call.close("stop")
