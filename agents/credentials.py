"""Stored credentials by name: what is described in data refers to them as `{credential:NAME}`.

The environment (`TANDEM_CREDENTIAL_NAME`) stands above `TANDEM_HOME/credentials.yaml`, a mapping of names to
values that nobody but its owner may read (mode 0600). It is read when a value is needed, so a value that is
replaced counts at once. Values are `SecretStr`: no log and no error shows them.
"""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import yaml
from pydantic import SecretStr

from agents.errors import DeclarationError
from config.settings import Settings

CREDENTIAL: Final = re.compile(r"\{credential:([A-Z][A-Z0-9_]*)\}")
VARIABLE: Final = "TANDEM_CREDENTIAL_"
"""Begins the names of variables that stand above the file."""


class Credentials:
    """The credentials of one installation.

    Args:
        path: the file; it need not exist.
        environment: variables by name.
    """

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._environment = environment

    def value(self, name: str) -> SecretStr:
        """Return a credential.

        Raises:
            DeclarationError: there is none of this name, or the file cannot be used. Shows no value.
        """
        given = self._environment.get(VARIABLE + name) or self.stored().get(name)
        if given is None:
            raise DeclarationError(
                f"There is no credential {name}. Put it into {self._path} or set {VARIABLE}{name}."
            )
        return SecretStr(given)

    def fill(self, text: str) -> SecretStr:
        """Put credentials where `{credential:NAME}` stands.

        Raises:
            DeclarationError: as `value` does.
        """
        return SecretStr(CREDENTIAL.sub(lambda found: self.value(found[1]).get_secret_value(), text))

    def stored(self) -> Mapping[str, str]:
        """Read what the file has, names and values.

        Raises:
            DeclarationError: it cannot be used. Shows no value.
        """
        try:
            mode = self._path.stat().st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise DeclarationError(
                    f"{self._path} can be read by others than its owner. Run: chmod 600 {self._path}"
                )
            content = yaml.safe_load(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise DeclarationError(f"{self._path} cannot be read: {error.strerror}.") from None
        except (yaml.YAMLError, UnicodeDecodeError):  # its text would show what stands there
            raise DeclarationError(f"{self._path} is not YAML in UTF-8.") from None
        if content is None:
            return {}
        fits = isinstance(content, dict) and all(
            isinstance(name, str) and isinstance(value, str)
            for name, value in cast("dict[Any, Any]", content).items()
        )
        if not fits:
            raise DeclarationError(
                f"{self._path} must map names to values in quotation marks, and nothing else."
            )
        return cast("dict[str, str]", content)


def credentials_of(settings: Settings) -> Credentials:
    """Return this installation's credentials."""
    return Credentials(settings.home.resolve() / "credentials.yaml", os.environ)
