"""Draws charts for a telephone's screen, as PNG and SVG, without a display."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, cast

from agents.charts.chart import Chart, Series, Unit, label_month

_INCHES: Final = (6.0, 4.5)
_DPI: Final = 180
_COLOURS: Final = ("#1f5fd6", "#e2762f", "#2f9e6f", "#8a56c2")
_INK: Final = "#23303f"
_GRID: Final = "#dde3ea"
_MOST_TICKS: Final = 12
_PREFIX: Final = {Unit.DOLLARS: r"\$", Unit.EUROS: "€", Unit.POUNDS: "£"}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as pictures: a PNG of 1,080 by 810 pixels, and an SVG."""

    png: bytes
    svg: bytes


def draw(chart: Chart) -> Drawing:
    """Draw a chart. Takes 0.2-0.4 s of CPU; safe in any thread."""
    import matplotlib as mpl  # heavy: only where something is drawn
    from matplotlib.figure import Figure

    look: dict[str, Any] = {"svg.fonttype": "none", "svg.hashsalt": "tandem", "font.family": "DejaVu Sans"}
    with mpl.rc_context(cast("Any", look)):
        figure = Figure(figsize=_INCHES, dpi=_DPI, facecolor="white")
        figure.set_layout_engine("constrained", w_pad=0.16, h_pad=0.16)
        axes = figure.add_subplot()
        for number, series in enumerate(chart.series):
            _plot(axes, chart, series, number)
        _dress(axes, chart)
        return Drawing(_saved(figure, "png", chart), _saved(figure, "svg", chart))


def _plot(axes: Any, chart: Chart, series: Series, number: int) -> None:  # noqa: ANN401 - matplotlib has no types
    values = [float("nan") if value is None else value for value in series.values]
    name, colour, places = _plain(series.name), _COLOURS[number], list(range(len(values)))
    if chart.kind == "lines":
        axes.plot(places, values, color=colour, linewidth=2.4, marker="o", markersize=5, label=name)
        return
    width = 0.8 / len(chart.series)
    shift = (number - (len(chart.series) - 1) / 2) * width
    axes.bar([place + shift for place in places], values, width, color=colour, label=name)


def _dress(axes: Any, chart: Chart) -> None:  # noqa: ANN401
    from matplotlib.ticker import FuncFormatter

    axes.set_title(_plain(chart.title), color=_INK, fontsize=15, loc="left", pad=14, fontweight="bold")
    labels = _labels(chart)
    every = -(-len(labels) // _MOST_TICKS)
    ticks = range(0, len(labels), every)
    slanted = sum(len(labels[k]) for k in ticks) > 48
    axes.set_xticks(
        list(ticks),
        [_plain(labels[k]) for k in ticks],
        rotation=35 if slanted else 0,
        ha="right" if slanted else "center",
    )

    def tick(value: float, _place: object) -> str:
        return _tick(value, chart.unit)

    axes.yaxis.set_major_formatter(FuncFormatter(tick))
    axes.tick_params(colors=_INK, labelsize=11, length=0)
    axes.grid(axis="y", color=_GRID)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    if chart.kind == "bars":
        axes.axhline(0, color=_INK, linewidth=0.8)
    if len(chart.series) > 1:
        axes.legend(frameon=False, labelcolor=_INK)


def _labels(chart: Chart) -> list[str]:
    """Labels as they are drawn: months short, with their year where there are more than twelve."""
    months = [label_month(label) for label in chart.labels]
    form = "%b %Y" if len(months) > 12 else "%b"
    return [
        month.strftime(form) if month else label for month, label in zip(months, chart.labels, strict=True)
    ]


def _plain(text: str) -> str:
    """Text as it is: between dollar signs matplotlib would read mathematics."""
    return text.replace("$", r"\$")


def _tick(value: float, unit: Unit) -> str:
    figure = f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:,.1f}"
    if unit in _PREFIX:
        return f"-{_PREFIX[unit]}{figure[1:]}" if figure.startswith("-") else f"{_PREFIX[unit]}{figure}"
    return f"{figure} {unit}".strip()


def _saved(figure: Any, form: str, chart: Chart) -> bytes:  # noqa: ANN401
    picture = BytesIO()
    told = {"Title": chart.title, "Date": None} if form == "svg" else {"Title": chart.title}
    figure.savefig(picture, format=form, metadata=told)
    return picture.getvalue()
