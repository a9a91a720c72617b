"""A PDF's pages as image files: plain functions, which know nothing of Celery.

`preflight` decides how a page is made (from what `content` says is drawn), `copy_page` and `render_page`
make it, `make_page` writes it, `plan` cuts a book into ranges, `split` makes a range, `finish` ends it.
"""
