"""Passwords: Argon2id, and what makes one too easy.

The rules follow NIST SP 800-63B: length counts, mixtures of signs are not asked for, what is easily guessed
is refused.
"""

import asyncio
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 12
LONGEST: Final = 256
_FEWEST_DIFFERENT: Final = 5
_AT_ONCE: Final = 2
"""Hashes computed at the same time: each takes 64 MiB, and calls are answered on the same machine."""
_EASY: Final = ("password", "passwort", "qwertyuiop", "123456789", "letmein", "iloveyou", "contraseña")
_MOST_EXTRA: Final = 4


class Passwords:
    """Hashes and checks passwords, in threads. `hasher`: Argon2id, RFC 9106's second choice, unless given."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash("nobody's password")
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """Hash a password for keeping."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def fits(self, password: str, password_hash: str | None) -> bool:
        """Check a password. Without a hash (nobody has that name) the same work is done, for nothing."""
        async with self._room:
            good = await asyncio.to_thread(self._verify, _normal(password), password_hash or self._nobodys)
        return good and password_hash is not None

    def is_dated(self, password_hash: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def too_easy(password: str, email: str, name: str) -> str | None:
    """Say what is wrong with a new password and what to do; None for a good one."""
    if len(password) > LONGEST:  # before it is normalised, which takes long for long ones
        return f"The password has {len(password)} characters; {LONGEST} is the most."
    password = _normal(password)
    small = password.lower()
    if len(password) < SHORTEST:
        return (
            f"The password has {len(password)} characters. Take at least {SHORTEST}: three or four words do."
        )
    if len(set(small)) < _FEWEST_DIFFERENT:
        return "The password repeats a few characters. Take three or four words that do not belong together."
    parts = (email.lower(), email.partition("@")[0].lower(), *name.lower().split())
    own = [part for part in parts if len(part) >= 4]
    for part in (*_EASY, *own):
        if part in small and len(small) - len(part) <= _MOST_EXTRA + len(part):
            return f"The password is mostly '{part}', which is guessed first. Take other words."
    return None


def _normal(password: str) -> str:
    """One form for what looks the same: keyboards write accents in several ways."""
    return unicodedata.normalize("NFKC", password)
