"""Recognising text: one file an engine, and what they have in common."""
