"""People, their sessions, links that are good once, and how often log-in was tried.

Times are Unix milliseconds. Of passwords, session tokens and links only hashes are kept.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from config.tables import Table


class PersonRow(Table):
    """Somebody who may log in. Nobody is deleted: what they did stays theirs; `active` says who may."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In small letters."""
    name: Mapped[str] = mapped_column(String(128))
    role: Mapped[str] = mapped_column(String(16))
    """An `admin.roles.Role`."""
    password_hash: Mapped[str] = mapped_column(String(256))
    """Argon2id, with its parameters and salt."""
    active: Mapped[bool] = mapped_column(Boolean)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)


class SessionRow(Table):
    """A browser that is logged in."""

    __tablename__ = "session"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    began_at_ms: Mapped[int] = mapped_column(BigInteger)
    seen_at_ms: Mapped[int] = mapped_column(BigInteger)
    """Kept to the minute, so that reading does not write."""
    until_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    """Over by then, however busy."""
    address: Mapped[str] = mapped_column(String(64))


class LinkRow(Table):
    """A link that is good once: to become the owner, to accept an invitation, to choose a new password."""

    __tablename__ = "one_use_link"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16), index=True)
    """owner, invitation, password."""
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """Whose new password."""
    email: Mapped[str | None] = mapped_column(String(254))
    name: Mapped[str | None] = mapped_column(String(128))
    role: Mapped[str | None] = mapped_column(String(16))
    until_ms: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[str | None] = mapped_column(String(32))
    """The person; None: it was printed for who started Tandem."""


class LogInTryRow(Table):
    """How often a log-in was tried since `since_ms`, by what it was tried with."""

    __tablename__ = "log_in_try"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of an account, an address, or both."""
    tries: Mapped[int] = mapped_column(Integer)
    since_ms: Mapped[int] = mapped_column(BigInteger, index=True)
