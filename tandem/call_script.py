"""From the options of `tandem call` to a script: their order on the command line is the order of the call."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import typer
from typer.core import TyperCommand

from telephony.simulator.script import BACKCHANNEL, Keys, Pause, Play, Say, Step, When

_ORDER: Final = "tandem.call.order"


class InOrder(TyperCommand):
    """A command that remembers in which order its options were given (`order_of`)."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer keeps its context's type to itself
        """Note the order, then parse as always."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


def order_of(ctx: typer.Context) -> list[str]:
    """Give the names of the options in the order they were given, each as often as it was."""
    return list(ctx.meta.get(_ORDER, ()))


def steps_in_order(order: Sequence[str], given: Mapping[str, Sequence[Any]]) -> tuple[Step, ...]:
    """Make the script's steps.

    Args:
        order: names of the options, as given.
        given: the values of `say`, `audio`, `keys` and `pause` (seconds), each in order.

    Raises:
        typer.BadParameter: `--barge-in` or `--over` has nothing after it to say.
    """
    values: dict[str, Iterator[Any]] = {name: iter(each) for name, each in given.items()}
    steps: list[Step] = []
    when = When.TURN
    for name in order:
        match name:
            case "say":
                steps.append(Say(str(next(values[name])), when))
            case "audio":
                steps.append(Play(Path(next(values[name])), when))
            case "mhm":
                steps.append(Say(BACKCHANNEL, When.OVER))
            case "keys":
                steps.append(Keys(str(next(values[name]))))
            case "pause":
                steps.append(Pause(round(float(next(values[name])) * 1_000)))
            case "barge_in" | "over":
                when = When(name)
                continue
            case _:
                continue
        if name in ("say", "audio"):
            when = When.TURN
    if when is not When.TURN:
        option = f"--{when.value.replace('_', '-')}"
        raise typer.BadParameter(f"{option} says how the next --say or --audio begins; nothing follows it")
    return tuple(steps)
