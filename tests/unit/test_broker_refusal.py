"""broker_refusal.py: what RabbitMQ says no to. The errors are its own, as amqp makes them of what it answers."""

import amqp
import pytest
from amqp.exceptions import AMQPError

from ambuda_desktop.broker_refusal import BrokerRefuses, as_operational, is_of_message, refusal
from ambuda_desktop.secrets import KeyringLocked

URL = "amqp://me@mq.example.org/books"
LOGIN, VHOST, DECLARE, PUBLISH = (0, 0), (10, 40), (50, 10), (60, 40)  # AMQP's numbers of methods


@pytest.mark.parametrize(
    ("error", "says"),
    [(amqp.AccessRefused("Login was refused", LOGIN), "refuses the user or the password"),
     (amqp.NotAllowed("vhost books not found", VHOST), "the virtual host, so tasks wait: vhost books not found"),
     (amqp.AccessRefused("write access refused", PUBLISH), "may configure, write and read"),
     (amqp.PreconditionFailed("inequivalent arg 'x-expires'", DECLARE), "once that queue is deleted")],
)  # fmt: skip
def test_what_a_person_has_to_mend_is_said(error: AMQPError, says: str) -> None:
    assert says in refusal(error, URL)
    assert "mq.example.org:5672" in refusal(error, URL)
    assert " wait" in refusal(error, URL)
    assert isinstance(as_operational(error, URL), BrokerRefuses)


def test_a_locked_keyring_lets_tasks_wait() -> None:
    said = as_operational(KeyringLocked("The keyring is locked. Unlock it."), URL)
    assert str(said) == "The keyring is locked. Unlock it. Tasks wait until then."


@pytest.mark.parametrize(
    "error", [OSError("no route"), amqp.ConnectionForced("closed by the operator", LOGIN)]
)
def test_what_may_answer_by_itself_again_asks_nothing_of_a_person(error: Exception) -> None:
    assert refusal(error, URL) == ""
    assert type(as_operational(error, URL)).__name__ == "OperationalError"


def test_a_message_that_is_too_big_is_no_fault_of_the_broker() -> None:
    assert is_of_message(amqp.PreconditionFailed("message size 9 is larger than 8", PUBLISH))
    assert not is_of_message(amqp.AccessRefused("write access refused", PUBLISH))
    assert not is_of_message(amqp.PreconditionFailed("inequivalent arg", DECLARE))
    assert not is_of_message(OSError("no route"))
