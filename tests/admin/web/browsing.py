"""What the browser tests share: a site with people, and callers' voices as a fake microphone."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from admin.accounts import sessions
from admin.site import BUILT
from config.settings import Settings
from config.units import WIRE_RATE_HZ
from model.sound import write_wav
from telephony.simulator.performance import speak
from telephony.simulator.script import DEFAULT_VOICE

PASSWORD: Final = "correct horse battery"
FLOW: Final = "order_status"
"""Published on every site, and answers every number."""
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 800}
_AXE: Final = BUILT.parent / "node_modules" / "axe-core" / "axe.min.js"
_RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@dataclass
class Site:
    """A running platform with an owner, and as many more people as a test logs in."""

    url: str
    settings: Settings
    api: httpx.Client
    """As the owner."""
    owner_cookie: str
    _cookies: dict[str, str] = field(default_factory=dict[str, str])

    def cookie_of(self, role: str) -> str:
        """Log somebody of this role in, once."""
        if role == "owner":
            return self.owner_cookie
        if role not in self._cookies:
            self._cookies[role] = self._invited(role)
        return self._cookies[role]

    def _invited(self, role: str) -> str:
        email = f"{role}@example.com"
        invited = self.api.post(
            "/people/invitations", json={"email": email, "name": role.title(), "role": role}
        )
        assert invited.status_code == 201, invited.text
        with httpx.Client(base_url=f"{self.url}/api", trust_env=False, timeout=60.0) as client:
            token = invited.json()["url"].partition("#")[2]
            used = client.post("/links", json={"token": token, "password": PASSWORD})
            assert used.is_success, used.text
            return used.cookies[sessions.cookie_name(self.settings)]

    def open(self, browser: Browser, role: str = "owner", viewport: ViewportSize = DESKTOP) -> Page:
        """Open a window in which somebody of this role is logged in."""
        return self.context(browser, role, viewport).new_page()

    def context(
        self, browser: Browser, role: str = "owner", viewport: ViewportSize = DESKTOP
    ) -> BrowserContext:
        """Open a browser session in which somebody of this role is logged in."""
        context = browser.new_context(base_url=self.url, viewport=viewport)
        name = sessions.cookie_name(self.settings)
        context.add_cookies([{"name": name, "value": self.cookie_of(role), "url": self.url}])
        return context


def spoken_wav(
    path: Path, *lines: tuple[float, str], voice: str = DEFAULT_VOICE, then_s: float = 240.0
) -> Path:
    """Write what a fake microphone picks up: each line after its seconds of silence, then silence."""
    parts: list[np.ndarray[Any, np.dtype[np.int16]]] = []
    for silence_s, text in lines:
        parts += [np.zeros(round(silence_s * WIRE_RATE_HZ), np.int16), speak(text, voice)]
    parts.append(np.zeros(round(then_s * WIRE_RATE_HZ), np.int16))
    write_wav(path, np.concatenate(parts)[np.newaxis], WIRE_RATE_HZ)
    return path


def violations(page: Page) -> list[str]:
    """Name what on a page keeps people out (axe, WCAG AA)."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": list(_RULES)}}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
        for each in found
        for node in each["nodes"]
    ]
