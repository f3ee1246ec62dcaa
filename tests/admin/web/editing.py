"""Working on a flow as a manager does: a small one, its steps on the canvas, what the platform has of it."""

import re
from typing import Final

import httpx
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.admin.web.browsing import Site

WIDE: Final[ViewportSize] = {"width": 1680, "height": 900}
"""All of a small flow is on the canvas; what is outside is not drawn."""
SMALL = """\
schema: 1
name: {name}
version: 1
title: A small one
language: en-US
start: greet
silence: {{after_ms: 6000, says: ["Are you there?"], then: goodbye}}
misunderstood: {{at_most: 3, then: goodbye}}
trouble: greet
resuming: "As I was saying: {{last}}"
talked_over: One moment.
meanings:
  done: {{phrases: [that is all, goodbye]}}
steps:
  # The shop's own words.
  greet: {{kind: ask, says: {says}, again: "Sorry, how can I help you?", answers: {answers}}}
  goodbye: {{kind: end, says: Goodbye!, resume: greet}}
{more}"""
"""Made with `name`, what the greeting `says`, its `answers`, and `more` steps."""


def made(
    site: Site, name: str, says: str = "How can I help you?", answers: str = "{done: goodbye}", more: str = ""
) -> str:
    """Make a small flow; gives its name."""
    yaml = SMALL.format(name=name, says=f'"{says}"', answers=answers, more=more)
    answer = site.api.post("/flows", json={"name": name, "yaml": yaml})
    assert answer.status_code == 201, answer.text
    assert answer.json()["findings"] == []
    return name


IN_TWO: Final = """\
schema: 1
name: {name}
version: 1
title: A small one
languages: [en-US, es-MX]
start: greet
values: {{company: Northwind}}
silence: {{after_ms: 6000, says: [{{en: "Are you there?", es: "¿Sigue ahí?"}}], then: goodbye}}
misunderstood: {{at_most: 3, then: goodbye}}
trouble: goodbye
resuming: "{{last}}"
talked_over: {{en: One moment.{moment}}}
meanings:
  done: {{phrases: {{en: [that is all], es: [es todo]}}}}
steps:
  greet:
    kind: ask
    says: {{en: "Thanks for calling {{company}}. How can I help you?"{greeting}}}   # as on the poster
    answers: {{done: goodbye}}
  goodbye: {{kind: end, says: {{en: Goodbye!{parting}}}, resume: greet}}
"""


def lacking_spanish(api: httpx.Client, name: str, *, whole: bool = False) -> str:
    """Make a flow in two languages; three texts have no Spanish unless it is `whole`. Gives its name."""
    spanish = {
        "moment": ", es: Un momento.",
        "greeting": ', es: "¿En qué puedo ayudarle?"',
        "parting": ", es: ¡Adiós!",
    }
    yaml = IN_TWO.format(name=name, **(spanish if whole else dict.fromkeys(spanish, "")))
    answer = api.post("/flows", json={"name": name, "yaml": yaml})
    assert answer.status_code == 201, answer.text
    return name


def draft(site: Site, name: str) -> str:
    """What the platform has of a draft."""
    return site.api.get(f"/flows/{name}/draft").json()["yaml"]


def opened(page: Page, name: str) -> Page:
    page.goto(f"/flows/{name}")
    expect(step(page, "goodbye")).to_be_visible()
    return page


def step(page: Page, name: str) -> Locator:
    """A step on the canvas."""
    return page.locator(f".react-flow__node[data-id='{name}']")


def port(page: Page, name: str, way: str) -> Locator:
    """A step's way out, to drag a line from."""
    return page.locator(f".react-flow__handle[data-nodeid='{name}'][data-handleid='{way}']")


def drag(page: Page, line: Locator, to: Locator | tuple[float, float]) -> None:
    """Drag as a hand does: press, move on the way, let go over the target's middle or a point of the page."""
    box, end = line.bounding_box(), to.bounding_box() if isinstance(to, Locator) else None
    assert box is not None
    if isinstance(to, Locator):
        assert end is not None
        x, y = end["x"] + end["width"] / 2, end["y"] + end["height"] / 2
    else:
        x, y = to
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x - 20, y - 20, steps=4)
    page.mouse.move(x, y, steps=4)
    page.mouse.up()


def says(page: Page, name: str, words: str, label: str = "Says") -> None:
    """Choose a step and write what it says."""
    step(page, name).click(position={"x": 40, "y": 8})
    page.get_by_role("textbox", name=label, exact=True).fill(words)


def saved(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text=re.compile(r"^\s*Saved$"))).to_be_visible(
        timeout=15_000
    )


def publish(page: Page, note: str) -> None:
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill(note)
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_be_hidden()
