"""``python -m pipeline`` is ``petition``."""

from pipeline.cli import app

app(prog_name="petition")
