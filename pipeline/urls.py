"""Database addresses as they may be shown."""

from sqlalchemy.engine import make_url

from db.store.engine import sqlite_path


def public(url: str) -> str:
    """The path of a SQLite file, or the URL without its password."""
    path = sqlite_path(url)
    return str(path) if path else make_url(url).render_as_string(hide_password=True)
