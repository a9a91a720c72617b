"""Painting rows directly: a screenful in some milliseconds, however many rows there are."""
