"""The address of a broker that is not our own Redis: what may stand in it, and what of it may be shown."""

from urllib.parse import SplitResult, unquote, urlsplit

SCHEMES = ("amqp", "amqps")
EXAMPLE = "amqp://user:password@host:5672/vhost"


def check(url: str) -> str:
    """The address, or an empty one for our own Redis. Raises ValueError with a sentence that does not repeat it."""
    if not url:
        return ""
    parts = _parts(url)
    if parts.password is not None:
        raise ValueError("the password of a broker is kept apart from the settings")
    return url


def take_password(url: str) -> tuple[str, str | None]:
    """The address without its password, and the password; None where it has none. Raises ValueError."""
    parts = _parts(url)
    password = parts.password
    if password is None:
        return url, None
    user, _, place = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    netloc = f"{name}@{place}" if name else place
    return parts._replace(netloc=netloc).geturl(), unquote(password)


def place(url: str) -> str:
    """Host and port, for a sentence."""
    parts = _parts(url)
    default = 5671 if parts.scheme == "amqps" else 5672
    return f"{parts.hostname}:{parts.port or default}"


def _parts(url: str) -> SplitResult:
    # Several at once (`amqp://a;amqp://b`) are Celery's way of naming substitutes; a password in a later one would
    # stay in the settings.
    if ";" in url or any(c.isspace() for c in url):
        raise ValueError(f"one address is wanted, as {EXAMPLE}")
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError(
            f"a broker is RabbitMQ, as {EXAMPLE} (amqps: with TLS), or nothing for the Redis that the program brings"
        )
    try:
        known = bool(parts.hostname) and parts.port != 0
    except ValueError:  # no number, or none of a port
        known = False
    if not known:
        raise ValueError(f"host and port of the broker are wanted, as {EXAMPLE}")
    return parts
