"""Reading what people describe tools with: YAML files, each fault one line with the file and the reason."""

from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agents.arguments import faults_without_values
from agents.errors import DeclarationError

Described = TypeVar("Described", bound=BaseModel)

MOST_BYTES: Final = 200_000


def read_described(path: Path, kind: type[Described]) -> Described:
    """Read a file.

    Raises:
        DeclarationError: it is not a description of this kind; one line, which shows no values.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DeclarationError(f"{path} is larger than {MOST_BYTES:,} bytes.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DeclarationError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise DeclarationError(f"{path} is not YAML in UTF-8.") from None
    return parse_described(text, str(path), kind)


def parse_described(text: str, path: str, kind: type[Described]) -> Described:
    """Read a description that stands, or is to stand, in a file.

    Raises:
        DeclarationError: as `read_described` does.
    """
    try:
        content: Any = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        where = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DeclarationError(f"{path}{where}: {error.problem or 'is not YAML'}.") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise DeclarationError(f"{path} is not YAML in UTF-8.") from None
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise DeclarationError(
            f"{path}: {faults_without_values(error).replace('Value error, ', '')}."
        ) from None


class _Loader(yaml.SafeLoader):
    """YAML without anchors: a few of them make a small file endless."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="anchors (& and *) are not supported", problem_mark=mark)
        return super().compose_node(parent, index)
