"""A server that speaks google.cloud.vision.v1.ImageAnnotator over gRPC on loopback, for the unmodified client.

The library ships no servicer, so its own (de)serializers are bound to a generic one.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.cloud import vision

METHOD = "google.cloud.vision.v1.ImageAnnotator"
Break = vision.TextAnnotation.DetectedBreak.BreakType
MOST_IMAGES = 16  # of one request, as the real one has it
MOST_BYTES = 10_000_000  # of one request
WORD_WIDTH, WORD_HEIGHT = 60, 20  # pixels
INVALID = 3  # google.rpc.Code.INVALID_ARGUMENT


@dataclass
class Drawn:
    """A word as the server sees it: its symbols are its characters, and what comes after it is the break."""

    text: str
    after: Any = Break.SPACE
    box: tuple[int, int, int, int] = (0, 0, WORD_WIDTH, WORD_HEIGHT)
    confidence: float = 0.9


#: Blocks of words.
Page = Sequence[Sequence[Drawn]]


def lines(*texts: str) -> Page:
    """One block of lines, each word in its place."""
    block = []
    for number, text in enumerate(texts):
        words = text.split()
        for column, word in enumerate(words):
            x, y = 10 + column * (WORD_WIDTH + 10), 10 + number * (WORD_HEIGHT + 10)
            after = Break.LINE_BREAK if column == len(words) - 1 else Break.SPACE
            block.append(Drawn(word, after, (x, y, x + WORD_WIDTH, y + WORD_HEIGHT)))
    return [block]


def annotation(page: Page) -> Any:
    """The TextAnnotation of a page."""
    blocks = [vision.Block(paragraphs=[vision.Paragraph(words=[_word(w) for w in block])]) for block in page]
    text = "".join(w.text + _whitespace(w.after) for block in page for w in block)
    return vision.TextAnnotation(pages=[vision.Page(blocks=blocks)], text=text)


def _word(word: Drawn) -> Any:
    symbols = [vision.Symbol(text=sign, confidence=word.confidence) for sign in word.text]
    if word.after is not None:
        symbols[-1].property = vision.TextAnnotation.TextProperty(
            detected_break=vision.TextAnnotation.DetectedBreak(type_=word.after)
        )
    x1, y1, x2, y2 = word.box
    corners = [vision.Vertex(x=x, y=y) for x, y in ((x1, y1), (x2, y1), (x2, y2), (x1, y2))]
    return vision.Word(
        symbols=symbols, confidence=word.confidence, bounding_box=vision.BoundingPoly(vertices=corners)
    )


def _whitespace(after: Any) -> str:
    if after is None:
        return ""
    return " " if after in (Break.SPACE, Break.SURE_SPACE) else "\n"


@dataclass
class FakeVision:
    """What it answers, what goes wrong, and what came in. Times are seconds."""

    latency: float = 0.0
    #: What the next requests meet, one each, before any is answered: a grpc.StatusCode, or "drop".
    faults: deque[Any] = field(default_factory=deque)
    details: str = "on purpose"
    #: A request of more images than this takes longer than its client waits.
    most_in_time: int = MOST_IMAGES
    #: By the bytes of an image: the codes of the errors that it meets, one a request, before it is read.
    image_faults: dict[bytes, deque[int]] = field(default_factory=dict)
    #: By the bytes of an image: what it says, or the sentence of its error. Others say `default`.
    pages: dict[bytes, Page | str] = field(default_factory=dict)
    default: Page = field(default_factory=lambda: lines("रामो वनं गच्छति"))
    requests: int = 0  # that came in, with those that met a fault
    images: int = 0  # that were answered
    sizes: list[tuple[int, int]] = field(default_factory=list)  # images and raw bytes of each request
    hints: set[tuple[str, ...]] = field(default_factory=set)  # the language hints that were given
    metadata: dict[str, str] = field(default_factory=dict)  # of the last request
    port: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._server: grpc.Server | None = None

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; after `stop` on the same port again."""
        # One more than a request of each task of the pool, so that none queues here unnoticed.
        server = grpc.server(
            futures.ThreadPoolExecutor(max_workers=17), options=[("grpc.max_receive_message_length", -1)]
        )
        answer = grpc.unary_unary_rpc_method_handler(
            self._answer,
            request_deserializer=vision.BatchAnnotateImagesRequest.deserialize,
            response_serializer=vision.BatchAnnotateImagesResponse.serialize,
        )
        methods = {"BatchAnnotateImages": answer}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(METHOD, methods),))
        self.port = server.add_insecure_port(f"127.0.0.1:{self.port}")
        server.start()
        self._server = server

    def stop(self) -> None:
        """The network is gone: calls in hand are dropped, and nobody listens."""
        if self._server:
            self._server.stop(None).wait()
            self._server = None

    def _answer(self, request: Any, context: grpc.ServicerContext) -> Any:
        images = [one.image.content for one in request.requests]
        with self._lock:
            self.requests += 1
            self.sizes.append((len(images), sum(map(len, images))))
            self.hints |= {tuple(one.image_context.language_hints) for one in request.requests}
            self.metadata = {str(k): str(v) for k, v in context.invocation_metadata()}
            fault = self.faults.popleft() if self.faults else None
        if fault == "drop":
            self.stop_and_start()
        if isinstance(fault, grpc.StatusCode):
            context.abort(fault, self.details)
        if len(images) > MOST_IMAGES or sum(map(len, images)) > MOST_BYTES:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Request is too large.")
        if len(images) > self.most_in_time:
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, self.details)
        time.sleep(self.latency)
        with self._lock:
            self.images += len(images)
        return vision.BatchAnnotateImagesResponse(responses=[self._read(image) for image in images])

    def stop_and_start(self) -> None:
        """The line breaks in the middle of a call, and is there again."""
        broken = self._server
        assert broken is not None
        self.start()  # before the call is dropped: the client may call again at once
        broken.stop(None)

    def _read(self, image: bytes) -> Any:
        if codes := self.image_faults.get(image):
            return vision.AnnotateImageResponse(error={"code": codes.popleft(), "message": self.details})
        page = self.pages.get(image, self.default)
        if isinstance(page, str):
            return vision.AnnotateImageResponse(error={"code": INVALID, "message": page})
        return vision.AnnotateImageResponse(full_text_annotation=annotation(page) if page else None)


@contextmanager
def fake_vision(**behaviour: Any) -> Iterator[FakeVision]:
    """A running one."""
    server = FakeVision(**behaviour)
    server.start()
    try:
        yield server
    finally:
        server.stop()
