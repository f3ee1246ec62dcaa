"""The toolbox of a process that runs for weeks: tools described in `TANDEM_HOME` are read when they change.

Whoever looks a tool up gets what was read last, and what has changed is read beside. Only a tool nobody has
heard of is waited for: a moment, and once for each reading.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from agents.errors import DeclarationError
from agents.tool import AnyTool
from agents.toolbox import Toolbox, search_tools
from config.settings import Settings

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 1.0
_PATIENCE_S: Final = 0.1
"""With a tool nobody has heard of; reading a file takes a few milliseconds."""
_Files = tuple[tuple[str, int, int], ...]
"""Name, time of change and size of every file with descriptions."""


class WatchedTools(Mapping[str, AnyTool]):
    """Tools by name, as they are described now, a second or two late.

    Args:
        settings: of the installation.
        clock_s: monotonic.

    Raises:
        DeclarationError: an installed package's tools cannot be loaded. Later, what was found before stays.
    """

    def __init__(self, settings: Settings, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock_s = clock_s
        self._files = described_files(settings.home)
        self._looked_at_s = clock_s()
        self._reading: threading.Thread | None = None
        self._waited_for: threading.Thread | None = None
        self._tools: Toolbox = {}
        self._read()

    def __getitem__(self, name: str) -> AnyTool:
        self._look()
        if name not in self._tools:  # it may have been described this very moment
            self._look(now=True)
            if self._reading is not self._waited_for:  # a server may take long to tell its tools
                self._waited_for = self._reading
                self.settle(_PATIENCE_S)
        return self._tools[name]

    def __iter__(self) -> Iterator[str]:
        self._look()
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)

    def settle(self, longest_s: float | None = None) -> None:
        """Wait until what is being read has been read."""
        if self._reading is not None:
            self._reading.join(longest_s)

    def _look(self, *, now: bool = False) -> None:
        """See whether descriptions have changed; if so, read them beside, one reader at a time."""
        now_s = self._clock_s()
        if not now and now_s - self._looked_at_s < _LOOK_EVERY_S:
            return
        self._looked_at_s = now_s
        if self._reading is not None and self._reading.is_alive():
            return
        files = described_files(self._settings.home)
        if files == self._files:
            return
        self._files = files
        self._reading = threading.Thread(target=self._read_again, name="tools", daemon=True)
        self._reading.start()

    def _read_again(self) -> None:
        try:
            self._read()
        except DeclarationError as error:
            logger.warning("the tools stay as they were: %s", error)
        except Exception:  # a file that went in between, a server's odd answer: there is a next time
            logger.exception("the tools stay as they were")
        else:
            logger.info("the tools were read again: %d are at hand", len(self._tools))

    def _read(self) -> None:
        search = search_tools(self._settings)
        for problem in search.problems:
            logger.warning(problem)
        self._tools = search.toolbox


def described_files(home: Path) -> _Files:
    """Tell what the tools' descriptions in a home look like from outside."""
    files: list[tuple[str, int, int]] = []
    for path in (home / "mcp.yaml", *sorted((home / "tools").glob("*.yaml"))):
        try:
            found = path.stat()
        except OSError:
            continue
        files.append((path.name, found.st_mtime_ns, found.st_size))
    return tuple(files)
