"""The tables of a store of matters; SQLite by default, any database that SQLAlchemy knows by URL.

There is no table of people: a letter belongs to a matter, nothing belongs to who wrote it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine

VERSION: Final = "1"
METADATA: Final = sa.MetaData()

ABOUT: Final = sa.Table(
    "about", METADATA, sa.Column("name", sa.String(40), primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
LETTERS: Final = sa.Table(
    "letters",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("letter_id", sa.String(200), nullable=False, unique=True),
    sa.Column("given_id", sa.String(200), nullable=False, index=True),
    sa.Column("digest", sa.String(40), nullable=False),
    sa.Column("received_at", sa.String(40), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("matter", sa.Integer, nullable=False, index=True),
    sa.Column("likely", sa.Integer, nullable=True),
    sa.Column("first", sa.Integer, nullable=True),
    sa.Column("copy_kind", sa.String(20), nullable=False),
    sa.Column("addition", sa.Text, nullable=False),
    sa.Column("category_l1", sa.String(40), nullable=False),
    sa.Column("category_l2", sa.String(60), nullable=False),
    sa.Column("categories", sa.Text, nullable=False),
    sa.Column("rest", sa.Text, nullable=False),
)
TRAITS: Final = sa.Table(
    "traits",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("names", sa.LargeBinary, nullable=False),
    sa.Column("words", sa.LargeBinary, nullable=False),
    sa.Column("sketches", sa.LargeBinary, nullable=False),
)
MATTERS: Final = sa.Table(
    "matters",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("matter_id", sa.String(40), nullable=False, unique=True),
    sa.Column("merged_into", sa.Integer, nullable=True),
)
ACTS: Final = sa.Table(
    "acts",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", sa.String(40), nullable=False),
    sa.Column("made_by", sa.String(80), nullable=False),
    sa.Column("act", sa.String(20), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("undone", sa.Boolean, nullable=False),
)
TASKS: Final = sa.Table(
    "tasks",
    METADATA,
    sa.Column("matter_id", sa.String(40), primary_key=True),
    *(
        sa.Column(name, sa.Text, nullable=False)
        for name in ("leader", "measure", "due", "disposition", "result", "status", "updated_at")
    ),
)


def keep_private(engine: Engine) -> None:
    """Make a store's file, if it is to be made, one that only its owner may read."""
    path = engine.url.database
    if engine.url.get_backend_name() == "sqlite" and path and path != ":memory:" and not Path(path).exists():
        if not Path(path).parent.is_dir():
            return
        Path(path).touch(mode=0o600)


def engine_of(store: str | Path) -> Engine:
    """Return the database of a file's path or a URL (``postgresql+pg8000://office@host/matters``).

    Raises
    ------
    StoreRefused
        There is no such database, or it is none of ours.
    """
    written = str(store)
    return sa.create_engine(written if "://" in written else f"sqlite:///{written}")
