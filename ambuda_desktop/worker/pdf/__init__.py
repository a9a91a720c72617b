"""A PDF's pages as images: plain functions, which know nothing of Celery.

`original` is the door. `preflight` decides how a page is made (from what `content` says is drawn), `copy_page` and
`render_page` make it; `opening` opens the file, and `unlock` the one that has a password.
"""
