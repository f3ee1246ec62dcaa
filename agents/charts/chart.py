"""What a chart shows, as a tool says it, and one sentence that says it aloud. Pure."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, model_validator

from agents.dialogue.tongue import spoken_month

MOST_POINTS: Final = 60
MOST_SERIES: Final = 4

Label = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]


class Unit(StrEnum):
    """What is counted."""

    NONE = ""
    DOLLARS = "USD"
    EUROS = "EUR"
    POUNDS = "GBP"
    PERCENT = "%"
    KILOWATT_HOURS = "kWh"
    MINUTES = "min"
    GIGABYTES = "GB"


_SPOKEN: Final[dict[str, dict[Unit, str]]] = {
    "en": {
        Unit.DOLLARS: "dollars",
        Unit.EUROS: "euros",
        Unit.POUNDS: "pounds",
        Unit.PERCENT: "percent",
        Unit.KILOWATT_HOURS: "kilowatt hours",
        Unit.MINUTES: "minutes",
        Unit.GIGABYTES: "gigabytes",
    },
    "es": {
        Unit.DOLLARS: "dólares",
        Unit.EUROS: "euros",
        Unit.POUNDS: "libras",
        Unit.PERCENT: "por ciento",
        Unit.KILOWATT_HOURS: "kilovatios hora",
        Unit.MINUTES: "minutos",
        Unit.GIGABYTES: "gigas",
    },
}
_SENTENCES: Final = {
    "en": (
        "the highest is {most} {at_most}, the lowest {least} {at_least}, and {mean} on average",
        "always {most}",
        "in {label}",
    ),
    "es": (
        "lo más alto es {most} {at_most}, lo más bajo {least} {at_least}, y de media {mean}",
        "siempre {most}",
        "en {label}",
    ),
}
_MONTH: Final = re.compile(r"([1-9]\d{3})-(0[1-9]|1[0-2])")


class Series(BaseModel):
    """One row of values; a gap is None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    """Shown in the legend where there are several."""
    values: tuple[FiniteFloat | None, ...]


class Chart(BaseModel):
    """A chart: up to 4 series over the same labels, up to 60 of them.

    A tool keeps it with `ChartStore` and returns its id, and the chart itself, so that a flow can say
    `{x.chart:chart}`.
    Labels that are months are written `2026-11`; they are drawn and said as months.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["bars", "lines"]
    title: Label
    labels: Annotated[tuple[Label, ...], Field(min_length=1, max_length=MOST_POINTS)]
    series: Annotated[tuple[Series, ...], Field(min_length=1, max_length=MOST_SERIES)]
    unit: Unit = Unit.NONE

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for each in self.series:
            if len(each.values) != len(self.labels):
                raise ValueError(
                    f"series {each.name!r} has {len(each.values)} values for {len(self.labels)} labels"
                )
        if all(value is None for each in self.series for value in each.values):
            raise ValueError("a chart needs at least one value")
        return self


def label_month(label: str) -> date | None:
    """Read a label as a month, its first day; None when it is none."""
    month = _MONTH.fullmatch(label)
    return date(int(month[1]), int(month[2]), 1) if month else None


def described(chart: Chart, language: str = "en", today: date | None = None) -> str:
    """Say what the first series shows, in English or Spanish, as the end of a sentence.

    Args:
        chart: what is drawn.
        language: a tag like `es-MX`.
        today: months of the last year are said without it; None: the chart ends today.
    """
    tongue = "es" if language.partition("-")[0] == "es" else "en"
    whole, flat, place = _SENTENCES[tongue]
    months = [label_month(label) for label in chart.labels]
    day = today or max((month for month in months if month), default=None)
    labels = [
        spoken_month(month, day, language) if month and day else label
        for month, label in zip(months, chart.labels, strict=True)
    ]
    known = [
        (value, label)
        for value, label in zip(chart.series[0].values, labels, strict=True)
        if value is not None
    ] or [(0.0, labels[0])]
    most, at_most = max(known, key=lambda each: each[0])
    least, at_least = min(known, key=lambda each: each[0])
    if most == least:
        return flat.format(most=_amount(most, chart.unit, tongue))
    return whole.format(
        most=_amount(most, chart.unit, tongue),
        at_most=place.format(label=at_most),
        least=_amount(least, chart.unit, tongue),
        at_least=place.format(label=at_least),
        mean=_amount(sum(value for value, _ in known) / len(known), chart.unit, tongue),
    )


def _amount(value: float, unit: Unit, tongue: str) -> str:
    """As one says it: cents only where they are few words."""
    figure = f"{value:.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
    return f"{figure} {_SPOKEN[tongue][unit]}" if unit else figure
