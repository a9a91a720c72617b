"""Ambuda Desktop: a desktop control room for Celery, made for people who digitize Sanskrit books."""

__version__ = "0.1.0"
