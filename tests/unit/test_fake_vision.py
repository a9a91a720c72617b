"""tests/support/fake_vision.py: the library's own client takes it for Google Vision."""

from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.cloud import vision
from google.cloud.vision_v1.services.image_annotator.transports import ImageAnnotatorGrpcTransport

from tests.support.fake_vision import FakeVision, fake_vision, lines


def ask(server: FakeVision, *images: bytes, timeout: float = 5.0) -> list[Any]:
    with grpc.insecure_channel(server.endpoint) as channel:
        client = vision.ImageAnnotatorClient(transport=ImageAnnotatorGrpcTransport(channel=channel))
        feature = {"type_": vision.Feature.Type.DOCUMENT_TEXT_DETECTION}
        requests: Any = [{"image": {"content": image}, "features": [feature]} for image in images]
        return list(client.batch_annotate_images(requests=requests, retry=None, timeout=timeout).responses)


def test_it_answers_each_image_and_counts() -> None:
    # Given a page, one that is refused, and one nobody told it of
    with fake_vision(pages={b"one": lines("अथ"), b"bad": "Bad image data."}) as server:
        one, bad, other = ask(server, b"one", b"bad", b"other")

    # Then only the bad one has an error
    assert one.full_text_annotation.text == "अथ\n"
    assert (bad.error.message, bad.full_text_annotation.text) == ("Bad image data.", "")
    assert other.full_text_annotation.text == "रामो वनं गच्छति\n"
    assert (server.requests, server.images, server.sizes) == (1, 3, [(3, 11)])


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, exceptions.ResourceExhausted),
        (grpc.StatusCode.UNAVAILABLE, exceptions.ServiceUnavailable),
        (grpc.StatusCode.UNAUTHENTICATED, exceptions.Unauthenticated),
        (grpc.StatusCode.PERMISSION_DENIED, exceptions.PermissionDenied),
    ],
)
def test_a_fault_is_met_once(code: grpc.StatusCode, error: type[Exception]) -> None:
    with fake_vision() as server:
        server.faults.append(code)
        with pytest.raises(error):
            ask(server, b"one")
        assert len(ask(server, b"one")) == 1


def test_a_line_that_breaks_in_mid_call_is_there_again() -> None:
    with fake_vision() as server:
        server.faults.append("drop")
        with pytest.raises((exceptions.ServiceUnavailable, exceptions.Cancelled)):
            ask(server, b"one")
        assert len(ask(server, b"one")) == 1


def test_it_is_slow_and_gone_when_told_so() -> None:
    with fake_vision(latency=0.5) as server:
        with pytest.raises(exceptions.DeadlineExceeded):
            ask(server, b"one", timeout=0.1)
        server.stop()
        with pytest.raises(exceptions.ServiceUnavailable):
            ask(server, b"one")


def test_it_refuses_too_many_images() -> None:
    with fake_vision() as server, pytest.raises(exceptions.InvalidArgument):
        ask(server, *[b"one"] * 17)
