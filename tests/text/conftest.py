"""No test asserts a time: the first example of a property test also loads tables and dictionaries."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
