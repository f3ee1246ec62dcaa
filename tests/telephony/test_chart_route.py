from fastapi import FastAPI
from fastapi.testclient import TestClient

from agents.charts.chart import Chart, Series
from agents.charts.drawing import draw
from agents.charts.store import KeptChart
from telephony.chart_route import chart_router

CHART = Chart(kind="lines", title="Usage", labels=("Mon", "Tue"), series=(Series(values=(1, 2)),))


def test_a_chart_is_fetched_by_its_id_and_by_nothing_else():
    drawing = draw(CHART)

    async def find(chart_id: str) -> KeptChart | None:
        known = chart_id == "a-long-id"
        return KeptChart(chart_id, "call-1", CHART, drawing.png, drawing.svg) if known else None

    app = FastAPI()
    app.include_router(chart_router(find))
    client = TestClient(app)
    png, svg = client.get("/charts/a-long-id.png"), client.get("/charts/a-long-id.svg")
    assert (png.headers["content-type"], png.content) == ("image/png", drawing.png)
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert "script" not in svg.headers["content-security-policy"]
    assert client.get("/charts/another.png").status_code == 404
    assert client.get("/charts/..%2Fa-long-id.png").status_code == 404
