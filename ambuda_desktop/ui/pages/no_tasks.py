"""What the page for running tasks says where there are none: how to write one."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.widgets import Button, code_box, words_label

EXAMPLE = '''from ambuda_desktop.celery_app import app

@app.task(bind=True)
def greet(self, name: str, times: int = 3):
    """Greet somebody a few times."""
    for number in range(1, times + 1):
        self.progress(number, times)
    return f"namaste, {name}"
'''


class NoTasks(QWidget):
    """Where the file goes, and what may stand in it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        place = context.paths.tasks
        words = words_label(
            self.tr(
                "There is no task of yours yet. Save a Python file with a Celery task in {}: "
                "it appears here at once, with a form for its parameters."
            ).format(place)
        )
        self.example = code_box(self.tr("An example of a task"))
        self.example.setPlainText(EXAMPLE)
        lines = EXAMPLE.count("\n") + 1
        self.example.setFixedHeight(lines * self.example.fontMetrics().lineSpacing() + 24)
        self.open = Button(self.tr("Open that folder"), "folder", lambda: context.open_path(place))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(words)
        column.addWidget(Flow(self.open))
        column.addWidget(words_label(self.tr("A whole one, as greet.py:"), faint=True))
        column.addWidget(self.example)
