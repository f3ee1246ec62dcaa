"""The agent's standing texts: what it says in any flow, written once for each language (`standing.yaml`)."""

from functools import cache
from importlib.resources import files

import yaml


def standing(name: str, language: str) -> str:
    """Give a standing text in the language of a tag; empty where it is not written in that language."""
    return _texts().get(language.lower().partition("-")[0], {}).get(name, "")


@cache
def _texts() -> dict[str, dict[str, str]]:
    return yaml.safe_load((files("agents.dialogue") / "standing.yaml").read_text("utf-8"))
