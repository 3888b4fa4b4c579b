"""Intake: a file becomes batches of letters and rejected rows; nothing is lost."""

from pipeline.intake.source import Batch, LetterSource, open_letters

__all__ = ["Batch", "LetterSource", "open_letters"]
