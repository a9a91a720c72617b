"""Recognising text: plain functions, which know nothing of Celery.

`plan` cuts what is to be read into ranges, `ranges` reads one, `tries` notes which page is in hand, `finish` writes
the text of the whole book. `engine` says what an OCR engine is; each has a file, and `opening` finds the right one.
"""
