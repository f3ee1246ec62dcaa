import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib.image import imread
from pydantic import ValidationError

from admin.migrate import upgrade
from agents.charts.chart import Chart, Series, Unit, described
from agents.charts.drawing import draw
from agents.charts.store import KEPT, ChartStore
from config.database import Database
from config.settings import load

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BILLS = Chart(
    kind="bars",
    title="Your bills",
    labels=MONTHS,
    series=(Series(values=(96, 91, 80, 66, 48, 38.4, 41, 40, 52, 70, 85, 93)),),
    unit=Unit.DOLLARS,
)


def test_a_chart_is_said_in_one_sentence():
    assert described(BILLS) == (
        "the highest is 96 dollars in Jan, the lowest 38 dollars in Jun, and 67 dollars on average"
    )
    assert described(BILLS, "es-MX").startswith("lo más alto es 96 dólares en Jan")
    flat = BILLS.model_copy(update={"series": (Series(values=(7,) * 12),)})
    assert described(flat) == "always 7 dollars"


def test_a_gap_is_neither_the_lowest_nor_in_the_mean():
    three = {"labels": ("Jan", "Feb", "Mar"), "series": (Series(values=(10, None, 20)),)}
    assert described(BILLS.model_copy(update=three)) == (
        "the highest is 20 dollars in Mar, the lowest 10 dollars in Jan, and 15 dollars on average"
    )


def test_a_label_that_is_no_month_of_any_calendar_stays_as_it_is():
    two = {"labels": ("0000-01", "2026-02"), "series": (Series(values=(10, 20)),)}
    assert described(BILLS.model_copy(update=two)).startswith("the highest is 20 dollars in February")


def test_months_are_said_in_the_language_and_drawn_short():
    months = BILLS.model_copy(update={"labels": tuple(f"2026-{month:02d}" for month in range(1, 13))})
    assert "96 dollars in January, the lowest 38 dollars in June" in described(months)
    assert "96 dólares en enero, lo más bajo 38 dólares en junio" in described(months, "es-MX")
    assert "in January 2026, the lowest" in described(months, today=date(2027, 3, 1))
    assert b">Jun</text>" in draw(months).svg


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"labels": MONTHS[:3]}, "12 values for 3 labels"),
        ({"series": ({"values": (None,) * 12},)}, "at least one value"),
        ({"series": ({"values": (float("nan"),) * 12},)}, "finite"),
        ({"kind": "pie"}, "'bars' or 'lines'"),
        ({"labels": ()}, "at least 1 item"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused(change, fault):
    with pytest.raises(ValidationError, match=fault):
        Chart.model_validate({**BILLS.model_dump(), **change})


@pytest.mark.parametrize("kind", ["bars", "lines"])
def test_a_chart_becomes_a_picture_with_something_on_it_and_its_words(kind):
    second = Series(name="Last year", values=tuple(range(12)))
    chart = BILLS.model_copy(update={"kind": kind, "series": (*BILLS.series, second)})
    drawing = draw(chart)
    picture = imread(io.BytesIO(drawing.png))
    assert picture.shape[:2] == (810, 1080)
    assert len(np.unique(picture.reshape(-1, picture.shape[2]), axis=0)) > 10
    words = " ".join(ET.fromstring(drawing.svg).itertext())  # noqa: S314 - our own
    for shown in ("Your bills", "Jan", "Dec", "Last year", "$"):
        assert shown in words


def test_words_in_a_chart_stay_words():
    markup = BILLS.model_copy(update={"title": "<script>alert(1)</script>"})
    assert b"<script" not in draw(markup).svg
    money = BILLS.model_copy(update={"title": r"from $5 to $9 and $\bad$"})
    assert r"from $5 to $9 and $\bad$" in " ".join(ET.fromstring(draw(money).svg).itertext())  # noqa: S314


@pytest.fixture
async def database(tmp_path: Path):
    settings = load({"TANDEM_HOME": str(tmp_path), "DATABASE_URL": None})
    await upgrade(settings)
    database = Database(settings.database_url)
    yield database
    await database.close()


async def test_a_chart_is_kept_once_and_found_by_its_id_until_its_time_is_over(database: Database):
    clock = [datetime(2026, 11, 23, tzinfo=UTC)]
    store = ChartStore(database, lambda: clock[0])
    chart_id = await store.keep("call-1", "task-1", BILLS)
    assert await store.keep("call-1", "task-1", BILLS) == chart_id
    assert len(chart_id) >= 24
    kept = await store.find(chart_id)
    assert kept is not None
    assert kept.chart == BILLS
    assert kept.png.startswith(b"\x89PNG")
    assert await store.find("elsewhere") is None
    clock[0] += KEPT + timedelta(seconds=1)
    assert await store.find(chart_id) is None
    await store.keep("call-2", "task-1", BILLS)
    clock[0] -= KEPT
    assert await store.find(chart_id) is None
