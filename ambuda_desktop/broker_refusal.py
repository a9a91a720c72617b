"""What RabbitMQ says no to. That is no fault of a task: all wait until a person has mended it."""

from kombu.exceptions import OperationalError

from ambuda_desktop.broker_url import place
from ambuda_desktop.errors import AmbudaError

ACCESS_REFUSED, PRECONDITION_FAILED, NOT_ALLOWED = 403, 406, 530  # AMQP's reply codes
_FIRST_OF_CHANNELS = 20  # AMQP's classes of methods: those of the connection have a lower number
_PUBLISH = (60, 40)  # basic.publish

_OTHERS = (
    "“ambuda-desktop settings set broker_url amqp://USER:PASSWORD@HOST/VHOST” gives others, from the daemon's next "
    "start on."
)
_LOGIN = "RabbitMQ at {} refuses the user or the password, so tasks wait. {}"
_VHOST = "RabbitMQ at {} does not let this user into the virtual host, so tasks wait: {}. {}"
_RIGHTS = (
    "RabbitMQ at {} refuses what tasks need, so they wait: {}. They go on by themselves once its user may configure, "
    "write and read there."
)
_ARGUMENTS = (
    "RabbitMQ at {} has a queue with other properties than tasks need, so they wait: {}. They go on by themselves "
    "once that queue is deleted there."
)


class BrokerRefuses(OperationalError):
    """It is there, and refuses to take tasks; the text is a sentence for a person."""


def as_operational(error: BaseException, url: str) -> OperationalError:
    """An error of the broker's, or of the keyring with its password, as the kind that lets tasks wait."""
    sentence = refusal(error, url)
    return BrokerRefuses(sentence) if sentence else OperationalError(str(error))


def refusal(error: BaseException, url: str) -> str:
    """What a person has to mend; empty where the broker may answer by itself again."""
    if isinstance(error, AmbudaError):
        return f"{error} Tasks wait until then."
    said = str(getattr(error, "reply_text", "")).rstrip(".")
    code: int = getattr(error, "reply_code", 0)
    if code == ACCESS_REFUSED and not _is_of_channel(error):
        return _LOGIN.format(place(url), _OTHERS)
    if code == NOT_ALLOWED:
        return _VHOST.format(place(url), said, _OTHERS)
    words = {ACCESS_REFUSED: _RIGHTS, PRECONDITION_FAILED: _ARGUMENTS}.get(code)
    return words.format(place(url), said) if words else ""


def is_of_message(error: BaseException) -> bool:
    """Whether RabbitMQ takes messages, and only not this one: it is too big, say."""
    return _method(error) == _PUBLISH and getattr(error, "reply_code", None) != ACCESS_REFUSED


def _is_of_channel(error: BaseException) -> bool:
    return _method(error) >= (_FIRST_OF_CHANNELS, 0)


def _method(error: BaseException) -> tuple[int, int]:
    """The method that was refused, in AMQP's numbers."""
    return getattr(error, "method_sig", None) or (0, 0)
