"""Google Vision: many pages a request, and patience with the network."""

import functools
import ipaddress
import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ambuda_desktop.errors import AmbudaError, BadInput
from ambuda_desktop.google_account import EMULATOR, Key, require_key, whose
from ambuda_desktop.page_text import PageText, text_of
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.worker.ocr.engine import PageUnread
from ambuda_desktop.worker.ocr.google_image import MOST_BYTES, Sent, to_send
from ambuda_desktop.worker.ocr.google_line import Line
from ambuda_desktop.worker.ocr.google_rate import Rate
from ambuda_desktop.worker.ocr.google_text import words_of

HOST = "vision.googleapis.com:443"
SCOPE = "https://www.googleapis.com/auth/cloud-vision"
MOST_IMAGES = 16  # of a request
DEFAULT_MODEL = "builtin/stable"  # Google's name for what it uses where none is named
TIMEOUT = 30.0  # seconds for one call
QUICK = TIMEOUT / 4  # who answers as soon as this may get twice as many pages
FIRST_PAUSE, LONGEST_PAUSE, PATIENCE = 1.0, 30.0, 60.0  # seconds between two calls, and in all
#: As the library's own; and a new channel is a new connection, not that of an older one.
CHANNEL = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.use_local_subchannel_pool", 1),
)
#: google.rpc.Code of what another call may mend for an image. SLOW is DEADLINE_EXCEEDED, QUOTA RESOURCE_EXHAUSTED.
SLOW, QUOTA, INTERNAL, UNAVAILABLE = 4, 8, 13, 14
PASSING = (SLOW, QUOTA, INTERNAL, UNAVAILABLE)
NO_TOKEN = "Getting metadata from plugin failed"  # how gRPC says that the credentials gave no token


class _Unanswered(Exception):
    """Some images of a call met what another call may mend; `str()` is what Google says."""


class _Library(NamedTuple):
    """What is used of Google's."""

    vision: Any
    transport: Any
    exceptions: Any
    retry: Any

    @property
    def passing(self) -> tuple[type[BaseException], ...]:
        """What another call may mend. The default leaves out the quota, and waits for ten minutes."""
        found = self.exceptions
        # Cancelled: by the other side, the line broke in the middle.
        return found.ServiceUnavailable, found.DeadlineExceeded, found.ResourceExhausted, found.Cancelled


@functools.cache
def _library() -> _Library:
    """Imported where it is first used: it takes half a second, and most never ask Google."""
    from google.api_core import exceptions
    from google.api_core.retry import Retry
    from google.cloud import vision
    from google.cloud.vision_v1.services.image_annotator.transports import ImageAnnotatorGrpcTransport

    return _Library(vision, ImageAnnotatorGrpcTransport, exceptions, Retry)


class Google:
    """Reads pages with one account. Of several threads: each page knows nothing of the others."""

    def __init__(self, paths: Paths, options: OcrOptions) -> None:
        """Connects to nothing yet. Raises BadInput where there are no credentials, or they are of no use."""
        emulator = os.environ.get(EMULATOR, "")
        key = require_key(paths)
        self._whose = whose(key) if key else "nobody"
        self._connect = partial(_of_emulator, emulator) if key is None else partial(_of_account, key)
        self._client = self._connect()
        feature = _library().vision.Feature
        self._feature = feature(type_=feature.Type.DOCUMENT_TEXT_DETECTION, model=options.model_name)
        self._model = options.model_name or DEFAULT_MODEL
        self._line = Line(paths, emulator or HOST)
        self._rate = Rate(paths)
        self._most = MOST_IMAGES  # fewer once so many took too long, until it goes fast again

    def take(self, images: Sequence[Path]) -> int:
        """As many as one request may have."""
        room = MOST_BYTES
        most = images[: self._most]
        for taken, image in enumerate(most):
            room -= min(_size(image), MOST_BYTES)
            if room < 0:
                return max(taken, 1)
        return len(most)

    def read(self, images: Sequence[Path]) -> Sequence[PageText | PageUnread | None]:
        """The text of each image, or why there is none; None: it is to be asked for again."""
        self._line.check()
        begun = time.perf_counter()
        found: list[Sent | PageUnread | PageText | None] = [to_send(image) for image in images]
        places = [place for place, sent in enumerate(found) if isinstance(sent, Sent)]
        answers = self._ask([sent.data for sent in found if isinstance(sent, Sent)]) if places else []
        spent = 1000 * (time.perf_counter() - begun) / max(len(places), 1)
        for place, answer in zip(places, answers, strict=True):
            sent = found[place]
            assert isinstance(sent, Sent)
            found[place] = None if answer is None else self._page(answer, sent, spent)
        return [page for page in found if not isinstance(page, Sent)]

    def _page(self, answer: Any, sent: Sent, milliseconds: float) -> PageText | PageUnread:
        if answer.error.code in PASSING:
            message = answer.error.message.rstrip(".")
            return PageUnread(f"Google failed at this page again and again: {message}. Retry it later.")
        if answer.error.code:
            return PageUnread(f"Google cannot read this page: {answer.error.message.rstrip('.')}.")
        words = words_of(answer.full_text_annotation, sent.place)
        return PageText(
            text=text_of(words), words=words, width=sent.place.width, height=sent.place.height, engine="google",
            model=self._model, version="v1", milliseconds=round(milliseconds, 1),
        )  # fmt: skip

    def _ask(self, images: Sequence[bytes]) -> list[Any]:
        """The answer (a raw message) to each of these images, None to those that have to wait. Raises MustWait or
        AmbudaError where there is none at all: each answer costs money, so none is thrown away."""
        exceptions = _library().exceptions
        retry = _library().retry(
            predicate=partial(self._may_pass, alone=len(images) == 1),
            initial=FIRST_PAUSE, maximum=LONGEST_PAUSE, timeout=PATIENCE,
        )  # fmt: skip
        answers: list[Any] = [None] * len(images)
        try:
            retry(self._call)(images, answers)
        except exceptions.GoogleAPIError as error:
            # What Google answered to the end for a page is a failure of that page: it may be so for ever.
            waits = (QUOTA,) if isinstance(error.__cause__, _Unanswered) else PASSING
            kept = [None if answer is None or answer.error.code in waits else answer for answer in answers]
            return kept if _is_answered(kept) else self._ask_otherwise(images, error)
        return answers

    def _ask_otherwise(self, images: Sequence[bytes], error: BaseException) -> list[Any]:
        """As `_ask`, after a request that has no answer."""
        library, exceptions = _library(), _library().exceptions
        if isinstance(error, exceptions.RetryError):
            if isinstance(error.cause, _Unanswered):  # the quota, as nothing else is waited for then
                raise self._line.no_quota() from None
            raise self._told(error.cause or error) from None
        if isinstance(error, exceptions.InvalidArgument):
            if len(images) == 1:
                return [
                    library.vision.AnnotateImageResponse.pb()(error={"code": 3, "message": error.message})
                ]
            # One of them, or all of them together: who knows which?
            return self._in_parts(images, 1)
        if not self._is_too_slow(error):
            raise self._told(error) from None
        self._most = min(self._most, len(images) // 2)
        return self._in_parts(images, self._most)

    def _in_parts(self, images: Sequence[bytes], size: int) -> list[Any]:
        answers: list[Any] = []
        while len(answers) < len(images):
            at = len(answers)
            try:
                # The most may become fewer meanwhile.
                part = self._ask(images[at : at + min(size, self._most)])
            except AmbudaError:
                if not _is_answered(answers):
                    raise
                break  # whoever asks for the rest will meet it again
            answers += part
            if None in part:
                break
        return answers + [None] * (len(images) - len(answers))

    def _call(self, images: Sequence[bytes], answers: list[Any]) -> None:
        """Fill in the answers that are missing, and those that may come out better. Raises _Unanswered for the rest."""
        places = [n for n, answer in enumerate(answers) if answer is None or answer.error.code in PASSING]
        requests: Any = [{"image": {"content": images[n]}, "features": [self._feature]} for n in places]
        time.sleep(self._rate.reserve(len(requests)))
        begun = time.perf_counter()
        response = self._client.batch_annotate_images(requests=requests, retry=None, timeout=TIMEOUT)
        if len(requests) >= self._most and time.perf_counter() - begun < QUICK:
            self._most = min(2 * self._most, MOST_IMAGES)
        for place, answer in zip(places, response._pb.responses, strict=True):
            answers[place] = answer
        passing = [answer.error.message for answer in answers if answer.error.code in PASSING]
        if len(passing) < len(answers):
            self._line.is_up()
        if passing:
            raise _Unanswered(passing[0])

    def _may_pass(self, error: BaseException, *, alone: bool) -> bool:
        """Whether it is worth to call again at once: not where the network is gone, then a worker is better used; and
        not for several pages that took too long together. `alone`: it is a single one."""
        if isinstance(error, _Unanswered):
            return True
        if not isinstance(error, _library().passing) or NO_TOKEN in str(error):
            return False
        if isinstance(error, _library().exceptions.DeadlineExceeded):
            return alone
        gone = isinstance(error, _library().exceptions.ServiceUnavailable)
        return not gone or self._line.is_reachable()

    def _is_too_slow(self, error: BaseException) -> bool:
        """Whether Google is there and did not answer in time."""
        return isinstance(error, _library().exceptions.DeadlineExceeded) and self._line.is_reachable()

    def _told(self, error: BaseException) -> AmbudaError:
        """What came of it, for a person."""
        exceptions = _library().exceptions
        message = getattr(error, "message", "") or type(error).__name__
        if isinstance(error, exceptions.Unauthenticated) or (
            NO_TOKEN in message and self._line.is_reachable()
        ):
            return BadInput(
                f"Google does not accept the credentials of {self._whose}: {message.rstrip('.')}. "
                "“ambuda-desktop settings google FILE” takes another key."
            )
        if isinstance(error, exceptions.PermissionDenied):
            return BadInput(f"Google does not let {self._whose} use Vision: {message.rstrip('.')}.")
        if isinstance(error, exceptions.ResourceExhausted):
            return self._line.no_quota()
        if isinstance(error, (*_library().passing, exceptions.RetryError)):
            # The old connection would rest for up to two minutes before it is tried again.
            self._client = self._connect()
            return self._line.no_answer() if self._is_too_slow(error) else self._line.no_network()
        return AmbudaError(f"Google failed: {message.rstrip('.')}. Retry the pages later.")


def _is_answered(answers: Sequence[Any]) -> bool:
    return any(answer is not None for answer in answers)


def _of_account(key: Key) -> Any:
    from google.oauth2 import credentials, service_account

    service: Any = service_account.Credentials  # neither has types
    person: Any = credentials.Credentials
    try:
        if key["type"] == "service_account":
            # It signs its own tokens: nobody has to be asked for one.
            made = service.from_service_account_info(key, scopes=[SCOPE]).with_always_use_jwt_access(True)
        else:
            made = person.from_authorized_user_info(key)
    except ValueError:
        # The error itself may quote the key.
        raise BadInput(f"The Google key of {whose(key)} is damaged. Download it again.") from None
    return _client(_library().transport.create_channel(HOST, credentials=made, options=CHANNEL))


def _of_emulator(endpoint: str) -> Any:
    """Nothing is encrypted on the way there, so it may only be this machine."""
    import grpc

    host = endpoint.rpartition(":")[0]
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise BadInput(f"{EMULATOR} must name an address of this machine such as 127.0.0.1:8080.")
    return _client(grpc.insecure_channel(endpoint, options=CHANNEL))


def _client(channel: Any) -> Any:
    library = _library()
    return library.vision.ImageAnnotatorClient(transport=library.transport(channel=channel))


def _size(image: Path) -> int:
    try:
        return image.stat().st_size
    except FileNotFoundError:  # said when it is read
        return 0
