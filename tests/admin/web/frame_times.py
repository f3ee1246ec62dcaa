"""How fluid the canvas is with a flow of 200 steps: `make bench-web`.

Times between the frames that Chromium draws while a hand pans, zooms and drags a step, on the built pages.
Without a screen of its own Chromium draws at most 60 frames a second: 16.7 ms is as good as it gets.
"""

import shutil
import sys
from collections.abc import Callable
from typing import Final

import httpx
import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from tests.admin.web.editing import SMALL
from tests.admin.web.pictures import opened_page, owned, running

STEPS: Final = 200
RECORD: Final = """() => {
  window.frames_ms = [];
  let before = performance.now();
  const tick = (now) => {
    window.frames_ms.push(now - before);
    before = now;
    window.ticking = requestAnimationFrame(tick);
  };
  window.ticking = requestAnimationFrame(tick);
}"""
STOP: Final = "() => { cancelAnimationFrame(window.ticking); return window.frames_ms.slice(2); }"


def main() -> None:
    """Print a line for each movement: frames, median, 95th percentile, longest."""
    chromium = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    if chromium is None:
        sys.exit("No Chromium on this machine (Debian: apt-get install chromium).")
    with running() as platform, httpx.Client(base_url=f"{platform.url}/api", timeout=120.0) as api:
        cookie = owned(platform, api)
        api.post("/flows", json={"name": "long", "yaml": long_flow()}).raise_for_status()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = opened_page(browser, platform.url, cookie, "light")
            page.goto("/flows/long")
            expect(page.locator(".react-flow__node").first).to_be_visible()
            page.get_by_role("button", name="Show all (F)").click()
            page.wait_for_timeout(1_000)
            sys.stdout.write(f"{STEPS} steps, {page.locator('.react-flow__node').count()} drawn\n")
            for name, move in MOVEMENTS.items():
                page.evaluate(RECORD)
                move(page)
                told(name, page.evaluate(STOP))
            browser.close()


def told(name: str, frames_ms: list[float]) -> None:
    frames = np.array(frames_ms)
    p50, p95 = np.percentile(frames, [50, 95])
    line = (
        f"{name:<14}{len(frames):4} frames  p50 {p50:5.1f}  p95 {p95:5.1f}  longest {frames.max():6.1f} ms\n"
    )
    sys.stdout.write(line)


def long_flow() -> str:
    """A flow of questions, each of which leads on to two others."""
    steps = "".join(
        f"  step_{number}: {{kind: ask, says: This is question {number}., again: Again please., answers: "
        f"{{yes: {target(number * 2 + 1)}, no: {target(number * 2 + 2)}, done: goodbye}}}}\n"
        for number in range(STEPS - 2)
    )
    return SMALL.format(name="long", says="Hi", answers="{yes: step_0, done: goodbye}", more=steps)


def target(number: int) -> str:
    return f"step_{number}" if number < STEPS - 2 else "goodbye"


def middle(page: Page) -> tuple[float, float]:
    box = page.locator(".react-flow__pane").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.9


def pan(page: Page) -> None:
    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(120):
        page.mouse.move(x + 250 * np.sin(step / 12), y - 200 * abs(np.sin(step / 17)))
    page.mouse.up()


def zoom(page: Page) -> None:
    page.mouse.move(*middle(page))
    for step in range(80):
        page.mouse.wheel(0, -60 if step < 40 else 60)


def drag_a_step(page: Page) -> None:
    box = page.locator(".react-flow__node[data-id='greet']").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 3, box["y"] + min(6, box["height"] / 4)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(120):
        page.mouse.move(x + 150 * np.sin(step / 12), y + 100 * np.sin(step / 17))
    page.mouse.up()


MOVEMENTS: Final[dict[str, Callable[[Page], None]]] = {"pan": pan, "zoom": zoom, "drag a step": drag_a_step}


if __name__ == "__main__":
    main()
