"""worker/ocr/google.py and google_image.py: the real client against a server that speaks Google's protocol."""

import io
import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image

from ambuda_desktop.errors import AmbudaError, BadInput
from ambuda_desktop.google_account import EMULATOR
from ambuda_desktop.page_text import PageText
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.worker.ocr import google, google_image
from ambuda_desktop.worker.ocr.engine import MustWait, PageUnread
from ambuda_desktop.worker.ocr.google import Google
from ambuda_desktop.worker.ocr.google_image import Sent, to_send
from tests.support.fake_vision import FakeVision, fake_vision, lines

GOOGLE = OcrOptions(engine="google")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeVision]:
    """Google, and patience that a test can wait for."""
    monkeypatch.setattr(google, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(google, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(google, "PATIENCE", 0.5)
    with fake_vision() as running:
        monkeypatch.setenv(EMULATOR, running.endpoint)
        yield running


@pytest.fixture
def engine(paths: Paths, server: FakeVision) -> Google:
    return Google(paths, GOOGLE)


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    return [picture(tmp_path / f"{number}.png", shade=number) for number in range(1, 21)]


def picture(path: Path, shade: int = 200, size: tuple[int, int] = (400, 300)) -> Path:
    Image.new("L", size, shade).save(path)
    return path


def text(found: PageText | PageUnread | None) -> str:
    assert isinstance(found, PageText), found
    return found.text


def test_each_page_gets_its_text_and_no_hint_is_given(
    server: FakeVision, engine: Google, images: list[Path]
) -> None:
    # Given two pages that say something, a blank one, and one that Google refuses
    server.pages = {
        images[0].read_bytes(): lines("अथ योगः ||", "राम"),
        images[1].read_bytes(): lines("गीता"),
        images[2].read_bytes(): (),
        images[3].read_bytes(): "Bad image data.",
    }

    # When they are read, together
    one, two, blank, bad = engine.read(images[:4])

    # Then each has its own, cleaned as Ambuda does, and the refusal is of that page only
    assert (text(one), text(two)) == ("अथ योगः ॥\nराम\n", "गीता\n")
    assert isinstance(blank, PageText)
    assert blank.is_blank
    assert isinstance(bad, PageUnread)
    assert str(bad) == "Google cannot read this page: Bad image data."
    assert (server.requests, server.hints) == (1, {()})
    assert isinstance(one, PageText)
    assert (one.width, one.height, one.engine, one.model) == (400, 300, "google", "builtin/stable")


def test_a_request_has_at_most_16_images_and_7_megabytes(
    engine: Google, images: list[Path], tmp_path: Path
) -> None:
    assert engine.take(images) == 16
    assert engine.take(images[:3]) == 3
    large = [tmp_path / f"{number}.jpg" for number in range(4)]
    for path in large:
        path.write_bytes(bytes(3_000_000))
    assert engine.take(large) == 2
    large[0].write_bytes(bytes(9_000_000))
    assert engine.take(large) == 1


@pytest.mark.parametrize(
    "fault",
    [
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "drop",
    ],
)
def test_what_passes_is_waited_for(
    server: FakeVision, engine: Google, images: list[Path], fault: object
) -> None:
    server.faults += [fault, fault]
    (found,) = engine.read(images[:1])
    assert text(found) == "रामो वनं गच्छति\n"
    assert server.requests == 3


def test_a_quota_that_stays_used_up_lets_the_pages_wait(
    server: FakeVision, engine: Google, images: list[Path]
) -> None:
    server.faults += [grpc.StatusCode.RESOURCE_EXHAUSTED] * 100
    with pytest.raises(MustWait, match="quota of your account") as wait:
        engine.read(images[:1])
    assert wait.value.waiting_for.startswith("Google's quota since ")

    # And when there is quota again, nothing is left of that
    server.faults.clear()
    assert len(engine.read(images[:1])) == 1


def test_without_a_network_the_pages_wait_and_say_since_when(
    server: FakeVision, engine: Google, images: list[Path], paths: Paths
) -> None:
    # Given no network, then nobody tries for long
    server.stop()
    with pytest.raises(MustWait) as first:
        engine.read(images[:1])
    assert first.value.waiting_for.startswith("the network since ")

    # And the next, in whatever process, only looks, and says the same
    with pytest.raises(MustWait) as second:
        Google(paths, GOOGLE).read(images[:1])
    assert second.value.waiting_for == first.value.waiting_for
    assert server.requests == 0

    # When the network is there again, the pages are read
    server.start()
    assert len(engine.read(images[:1])) == 1
    assert not (paths.runtime / "vision-offline").exists()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (grpc.StatusCode.UNAUTHENTICATED, "does not accept the credentials of nobody: on purpose"),
        (grpc.StatusCode.PERMISSION_DENIED, "does not let nobody use Vision: on purpose"),
    ],
)
def test_wrong_credentials_are_said_at_once(
    server: FakeVision, engine: Google, images: list[Path], code: grpc.StatusCode, sentence: str
) -> None:
    server.faults.append(code)
    with pytest.raises(BadInput, match=sentence):
        engine.read(images[:1])
    assert server.requests == 1


def test_a_request_that_is_refused_as_a_whole_is_sent_page_by_page(
    server: FakeVision, engine: Google, images: list[Path]
) -> None:
    server.faults += [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.INVALID_ARGUMENT]
    bad, good = engine.read(images[:2])
    assert isinstance(bad, PageUnread)
    assert text(good) == "रामो वनं गच्छति\n"


def test_a_slow_connection_gets_fewer_pages_at_once_and_that_is_remembered(
    server: FakeVision, engine: Google, images: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a connection that takes five pages in the time that a call has, and four in hardly less
    server.most_in_time = 5
    monkeypatch.setattr(google, "QUICK", 0.0)

    # When sixteen are read, then each has its text
    assert {text(page) for page in engine.read(images[:16])} == {"रामो वनं गच्छति\n"}
    assert [size for size, _ in server.sizes] == [16, 8, 4, 4, 4, 4]

    # And from then on fewer are taken
    assert engine.take(images) == 4
    assert engine.take(images[:3]) == 3


def test_a_connection_that_is_fast_again_gets_more_pages_at_once(
    server: FakeVision, engine: Google, images: list[Path]
) -> None:
    # Given a connection that took one page only for a while
    with pytest.MonkeyPatch.context() as slow:
        slow.setattr(google, "QUICK", 0.0)
        server.most_in_time = 1
        engine.read(images[:2])
    server.most_in_time = 16
    assert engine.take(images) == 1

    # When it answers quickly, then soon as many go as ever; a request of fewer pages says nothing of more
    taken = []
    for _ in range(5):
        engine.read(images[: engine.take(images)])
        taken.append(engine.take(images))
        engine.read(images[:1])
    assert taken == [2, 4, 8, 16, 16]


def test_a_single_page_that_takes_too_long_waits_for_an_answer_not_for_the_network(
    server: FakeVision, engine: Google, images: list[Path], paths: Paths
) -> None:
    server.most_in_time = 0
    with pytest.raises(MustWait, match="too slow for a page") as wait:
        engine.read(images[:2])
    assert wait.value.waiting_for.startswith("an answer from Google since ")
    assert engine.take(images) == 1
    server.most_in_time = 1
    assert len(engine.read(images[:1])) == 1
    assert not (paths.runtime / "vision-silent").exists()


def test_a_call_that_is_cut_off_by_a_network_that_goes_says_so(
    engine: Google, images: list[Path], server: FakeVision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ambuda_desktop.worker.ocr.google_line.Line.is_reachable", lambda _: False)
    server.most_in_time = 1
    with pytest.raises(MustWait, match="cannot be reached"):
        engine.read(images[:2])
    assert engine.take(images) == 16


@pytest.mark.parametrize("code", [4, 8, 13, 14])
def test_what_passes_for_single_pages_is_waited_for_and_no_other_is_sent_twice(
    server: FakeVision, engine: Google, images: list[Path], code: int
) -> None:
    server.image_faults = {images[1].read_bytes(): deque([code, code])}
    assert [text(page) for page in engine.read(images[:3])] == ["रामो वनं गच्छति\n"] * 3
    assert [size for size, _ in server.sizes] == [3, 1, 1]


def test_a_page_at_which_google_fails_for_good_is_a_failure_of_that_page(
    server: FakeVision, engine: Google, images: list[Path]
) -> None:
    server.image_faults = {images[1].read_bytes(): deque([13] * 100)}
    good, bad = engine.read(images[:2])
    assert text(good) == "रामो वनं गच्छति\n"
    assert str(bad) == "Google failed at this page again and again: on purpose. Retry it later."


@pytest.mark.parametrize("code", [4, 13, 14])
def test_a_page_that_google_never_answers_fails_though_it_is_alone(
    server: FakeVision, engine: Google, images: list[Path], code: int
) -> None:
    server.image_faults = {images[0].read_bytes(): deque([code] * 100)}
    (bad,) = engine.read(images[:1])
    assert isinstance(bad, PageUnread)
    assert "Retry it later" in str(bad)


def test_where_the_quota_ends_in_the_middle_what_was_answered_is_kept(
    server: FakeVision, engine: Google, images: list[Path]
) -> None:
    # Given a quota that has room for two of three pages
    server.image_faults = {images[1].read_bytes(): deque([8] * 100)}

    # When they are read, then those two have their text, and each was asked for once
    one, two, three = engine.read(images[:3])
    assert (text(one), two, text(three)) == ("रामो वनं गच्छति\n", None, "रामो वनं गच्छति\n")
    assert {size for size, _ in server.sizes[1:]} == {1}

    # And the other waits once it is all that is left
    with pytest.raises(MustWait) as wait:
        engine.read(images[1:2])
    assert wait.value.waiting_for.startswith("Google's quota")


@pytest.mark.parametrize(
    "then",
    [grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.INVALID_ARGUMENT],
)
def test_what_was_answered_is_kept_where_the_call_for_the_rest_fails(
    server: FakeVision, engine: Google, images: list[Path], then: grpc.StatusCode
) -> None:
    # Given a page that shall be asked for again, and a call that fails then
    server.image_faults = {images[1].read_bytes(): deque([14])}
    server.faults += [None, *[then] * 100]
    one, two = engine.read(images[:2])
    assert (text(one), two) == ("रामो वनं गच्छति\n", None)
    assert {size for size, _ in server.sizes[1:]} == {1}


def test_parts_that_were_read_are_kept_where_a_later_part_has_to_wait(
    server: FakeVision, engine: Google, images: list[Path]
) -> None:
    # Given a request that takes too long, and a quota that ends after its first half
    slow, quota = grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED
    server.faults += [slow, None, *[quota] * 100]
    found = engine.read(images[:4])
    assert [page and text(page) for page in found] == ["रामो वनं गच्छति\n"] * 2 + [None] * 2
    with pytest.raises(MustWait, match="quota of your account"):
        engine.read(images[2:4])


def test_no_more_parts_are_sent_once_pages_have_to_wait(
    server: FakeVision, engine: Google, images: list[Path]
) -> None:
    server.faults.append(grpc.StatusCode.DEADLINE_EXCEEDED)
    server.image_faults = {images[1].read_bytes(): deque([8] * 100)}
    found = engine.read(images[:4])
    assert [page is None for page in found] == [False, True, True, True]
    assert server.images == 2 + len(server.sizes) - 2


def test_another_failure_of_google_is_told(server: FakeVision, engine: Google, images: list[Path]) -> None:
    server.faults.append(grpc.StatusCode.INTERNAL)
    with pytest.raises(AmbudaError, match="Google failed"):
        engine.read(images[:1])


def test_a_torn_file_costs_no_request(server: FakeVision, engine: Google, tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"no image")
    torn, gone = engine.read([tmp_path / "1.jpg", tmp_path / "2.jpg"])
    assert "1.jpg is damaged or no image" in str(torn)
    assert "2.jpg is no longer there" in str(gone)
    assert server.requests == 0


def test_an_image_that_is_too_large_is_sent_smaller_and_its_boxes_are_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google_image, "MOST_BYTES", 20_000)
    Image.effect_noise((1000, 800), 90).save(tmp_path / "1.png")
    sent = to_send(tmp_path / "1.png")
    assert isinstance(sent, Sent)
    assert len(sent.data) <= 20_000
    with Image.open(io.BytesIO(sent.data)) as smaller:
        assert smaller.width < 1000
        assert sent.place.scale == pytest.approx(1000 / smaller.width)
    assert (sent.place.width, sent.place.height) == (1000, 800)


def test_nothing_goes_unencrypted_to_another_machine(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EMULATOR, "192.0.2.1:80")
    with pytest.raises(BadInput, match="of this machine"):
        Google(paths, GOOGLE)


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a key lies; none is in a keyring."""
    monkeypatch.setattr("ambuda_desktop.secrets.read", lambda *_: None)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    return tmp_path / "key.json"


def test_a_key_that_is_damaged_is_not_quoted(paths: Paths, key_file: Path) -> None:
    key = {
        "type": "service_account",
        "client_email": "me@x",
        "private_key": "SECRET",
        "token_uri": "https://x",
    }
    key_file.write_text(json.dumps(key))
    with pytest.raises(BadInput, match="The Google key of me@x is damaged") as error:
        Google(paths, GOOGLE)
    assert "SECRET" not in str(error.value)


@pytest.mark.parametrize("kind", ["service_account", "authorized_user"])
def test_a_key_opens_a_connection_and_asks_nobody(paths: Paths, key_file: Path, kind: str) -> None:
    # Given a sound key
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    key = {
        "type": kind, "client_email": "me@x", "private_key": pem, "token_uri": "https://127.0.0.1:9/token",
        "client_id": "a", "client_secret": "b", "refresh_token": "c",
    }  # fmt: skip
    key_file.write_text(json.dumps(key))

    # Then the engine is there, and has not yet spoken with anybody
    assert Google(paths, GOOGLE).take([]) == 0
