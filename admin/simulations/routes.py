"""Trying a flow by text: what the agent would say, step by step, before anybody calls."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from admin.flows.chosen import FlowChoice, flow_has_errors, text_of
from admin.flows.findings import Finding
from admin.parts import Parts
from admin.problems import Problem
from admin.simulations.apart import NoSuchLanguageError, look_over, walk_text
from admin.words import Body
from agents.language_model.chosen import classifier
from agents.simulation.events import MOST_EVENTS, Event
from agents.simulation.simulate import simulate
from agents.simulation.told import Told
from agents.simulation.trial_tools import trial_tools
from agents.simulation.walk import TooLongError
from agents.simulation.walked import Setting, Walked
from config.flow_text import Tag

router = APIRouter(prefix="/simulations", tags=["simulations"])


class Trial(Body):
    """What is tried, and all that the tester has done so far, in order."""

    flow: FlowChoice
    language: Tag | None = None
    """One of the flow's languages to begin in; null: its own."""
    events: Annotated[tuple[Event, ...], Field(max_length=MOST_EVENTS)] = ()
    today: date | None = None
    """The caller's day, for "tomorrow"; null: today."""


class Simulation(Told):
    """The call so far. `events` go back with the next request, with what the tester then does."""

    events: list[Event]
    findings: list[Finding]
    """What would keep the flow from being published though it can be tried: tools that are not there."""


@router.post("")
async def simulate_flow(body: Trial, parts: Parts) -> Simulation:
    """Walk a flow through what a tester says, keys and waits; nothing is kept.

    Tools that only read are run, and their outcome is added to the events. Tools that change something never
    are: the tester chooses what they come to, or leaves the result out and an example is made up. Where
    a language model is set, it tells what words mean that fit no phrase, as on a call.
    """
    text, _ = await text_of(body.flow, parts)
    sound, findings = await parts.apart.run(look_over, text, parts.settings)
    if not sound:
        raise flow_has_errors([each.model_dump() for each in findings], "tried")
    tools = await asyncio.to_thread(trial_tools, parts.settings, parts.database)
    today = body.today or datetime.fromtimestamp(parts.now_ms() / 1_000).astimezone().date()
    understanding = classifier(parts.settings, parts.now_ms)
    setting = Setting(today, body.language or "", tools.reading, classifies=understanding is not None)

    async def walking(events: Sequence[Event]) -> Walked:
        return await parts.apart.run(walk_text, text, events, setting)

    try:
        simulated = await simulate(walking, body.events, tools, understanding)
    except NoSuchLanguageError as error:
        detail = f"The flow does not speak '{body.language}'. It speaks {error}."
        raise Problem(422, "no-such-language", detail) from None
    except TooLongError:
        detail = "This call takes too long to walk through. Begin a new one, or leave out some events."
        raise Problem(422, "too-long", detail) from None
    finally:
        if understanding is not None:
            await understanding.close()
    return Simulation(**simulated.told.model_dump(), events=list(simulated.events), findings=findings)
