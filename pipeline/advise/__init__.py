"""Advise: from a model's probabilities to suggestions with reasons."""
