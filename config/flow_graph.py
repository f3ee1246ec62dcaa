"""Where the steps of a flow lead, what they need, and all they may say."""

from collections.abc import Iterator

from config.flow import Flow
from config.flow_steps import (
    Agent,
    Aside,
    Ask,
    Decide,
    End,
    HowLong,
    Interpret,
    LookUp,
    Remind,
    Say,
    Speak,
    Step,
    StopReminding,
    Survey,
    Transfer,
    Watch,
    Work,
)
from config.flow_text import BLANK, Text


def entrances(flow: Flow) -> Iterator[tuple[str, str]]:
    """List where a call gets to from anywhere: the place that says so, and the step named there."""
    yield "start", flow.start
    yield "silence.then", flow.silence.then
    yield "misunderstood.then", flow.misunderstood.then
    yield "trouble", flow.trouble
    yield from ((f"global_steps.{meaning}", name) for meaning, name in flow.global_steps.items())
    yield from ((f"global_keys.{key}", name) for key, name in flow.global_keys.items())


def targets(step: Step) -> Iterator[tuple[str, str]]:
    """List where a step leads: the field that says so ("answers.refund"), and the step named there."""
    if step.at_most:
        yield "at_most.then", step.at_most.then
    match step:
        case Say(next=name) | Survey(next=name) | Speak(next=str(name)):
            yield "next", name
        case Ask(next=following, answers=answers):
            if following:
                yield "next", following
            yield from ((f"answers.{meaning}", name) for meaning, name in answers.items())
        case LookUp(next=name) | Agent(next=name):
            yield "next", name
            yield from _told_by(step)
            if isinstance(step, LookUp) and step.verifies:
                yield "verifies.then", step.verifies.then
        case Decide(cases=cases, otherwise=name):
            yield from ((f"cases.{value}", target) for value, target in cases.items())
            yield "otherwise", name
        case Interpret(next=name, failed=failed):
            yield "next", name
            yield "failed", failed
        case Transfer(resume=name) | End(resume=name):
            yield "resume", name
        case Aside() | Speak() | Remind() | StopReminding() | Watch() | HowLong():
            pass


def _told_by(step: Work) -> Iterator[tuple[str, str]]:
    yield from ((f"failed.{word}", name) for word, name in step.failed.items())
    if step.meanwhile and step.meanwhile.found:
        yield "meanwhile.found", step.meanwhile.found


def tellings(step: Step) -> Iterator[tuple[str, str]]:
    """List the steps that only tell the news of work that went on meanwhile; the call does not go there."""
    if isinstance(step, LookUp | Agent) and step.meanwhile:
        yield from _told_by(step)


def slots_used(step: Work) -> frozenset[str]:
    """Name the slots a step's work is begun with."""
    if isinstance(step, Agent):
        return frozenset(blank[0] for blank in BLANK.findall(step.goal))
    values = (value for value in step.arguments.values() if isinstance(value, str))
    return frozenset(value[1:-1] for value in values if value.startswith("{") and "." not in value)


def texts(step: Step) -> Iterator[tuple[str, Text]]:
    """List all a step may say: the field it stands in, and the text."""
    if isinstance(step, Decide):
        return
    yield "says", step.says
    match step:
        case Ask(again=again, confirm=confirm, counted=counted):
            yield from (("again", text) for text in again)
            if confirm:
                yield "confirm.says", confirm.says
                yield "confirm.again", confirm.again
                yield from (("confirm.denied", text) for text in confirm.denied)
            if counted:
                yield "counted.partial", counted.partial
                yield "counted.too_few", counted.too_few
                yield "counted.too_many", counted.too_many
        case LookUp() | Agent():
            yield from _work_texts(step)
        case Survey(again=again) if again:
            yield "again", again
        case Remind(unclear=unclear, reminder=reminder):
            yield "unclear", unclear
            yield "reminder", reminder
        case Watch(nothing=nothing, longer=longer):
            yield "nothing", nothing
            yield "longer", longer
        case _:
            pass


def _work_texts(step: Work) -> Iterator[tuple[str, Text]]:
    yield "waiting.says", step.waiting.says
    after = step.after_hang_up
    for field, text in (
        ("partial", step.partial),
        ("repair", step.repair),
        ("after_hang_up.sms", (after.sms,) if after and after.sms else None),
        ("after_hang_up.case", (after.case,) if after and after.case else None),
    ):
        if text:
            yield field, text
