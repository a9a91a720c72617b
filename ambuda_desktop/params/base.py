"""What all parameter models share."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from ambuda_desktop.store.submit import NewTask


class TaskParams(BaseModel):
    """Parameters of one task: `task` is its Celery name, `pool` the worker pool it runs in."""

    model_config = ConfigDict(extra="forbid")

    task: ClassVar[str]
    pool: ClassVar[str] = "cpu"

    def new_task(self, **fields: Any) -> NewTask:
        """The task to submit with these parameters; `fields` are further fields of NewTask."""
        return NewTask(self.task, kwargs={"params": self.model_dump(mode="json")}, pool=self.pool, **fields)
