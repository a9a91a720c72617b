"""Splitting a book into page images, whatever it is made of: plain functions, which know nothing of Celery.

`plan` cuts a book into ranges, `ranges` makes one, `finish` ends the split. `page` says what an original (a PDF in
`worker/pdf`, pictures in `worker/pictures`) can do, `original` finds the right one, `make_page` writes a page.
"""
