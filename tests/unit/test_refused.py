"""worker/refused.py: messages that Celery cannot decode."""

import logging
from collections.abc import Iterator

import pytest
from kombu.exceptions import ContentDisallowed

from ambuda_desktop.worker.refused import LOGGER, RefusedMessages


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def logger(said: list[str]) -> Iterator[logging.Logger]:
    logger, handler = logging.getLogger(LOGGER), RefusedMessages(said.append)
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)


def test_a_refused_message_is_said(logger: logging.Logger, said: list[str]) -> None:
    try:
        raise ContentDisallowed("Refusing to deserialize disabled content of type pickle")
    except ContentDisallowed:
        logger.exception("Received invalid task message")
    assert said == [
        "A message that is not JSON was refused and its task not run: "
        "Refusing to deserialize disabled content of type pickle."
    ]


def test_nothing_else_is(logger: logging.Logger, said: list[str]) -> None:
    logger.critical("Too many open files")
    logger.error("no matter what", exc_info=ValueError("x"))
    assert said == []
