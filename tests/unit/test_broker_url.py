"""broker_url.py: what a broker's address may be, and its password apart."""

import pytest

from ambuda_desktop.broker_url import check, place, take_password


@pytest.mark.parametrize(
    ("typed", "url", "password"),
    [
        (
            "amqp://ambuda:s3cret@mq.example.org:5673/books",
            "amqp://ambuda@mq.example.org:5673/books",
            "s3cret",
        ),
        ("amqps://a:p%40ss%2F@[::1]//", "amqps://a@[::1]//", "p@ss/"),
        ("amqp://localhost", "amqp://localhost", None),
        ("amqp://:lonely@localhost", "amqp://localhost", "lonely"),
    ],
)
def test_the_password_is_taken_out(typed: str, url: str, password: str | None) -> None:
    assert take_password(typed) == (url, password)
    assert check(url) == url


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("redis://localhost", "a broker is RabbitMQ"),
        ("localhost:5672", "a broker is RabbitMQ"),
        ("amqp://", "host and port"),
        ("amqp://localhost:rabbit", "host and port"),
        ("amqp://a:b@one;amqp://a:b@two", "one address"),
        ("amqp://local host", "one address"),
    ],
)
def test_what_is_no_broker_is_refused_with_a_sentence(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check(typed)


def test_a_password_is_no_setting() -> None:
    with pytest.raises(ValueError, match="kept apart") as raised:
        check("amqp://ambuda:s3cret@localhost")
    assert "s3cret" not in str(raised.value)


def test_the_place_is_host_and_port() -> None:
    assert place("amqp://me@mq.example.org//") == "mq.example.org:5672"
    assert place("amqps://mq.example.org") == "mq.example.org:5671"
