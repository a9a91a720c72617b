"""Google's engine beside one page a call, both against a server on this machine that takes its time."""

import importlib
import os
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ambuda_desktop.page_text import PageText
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from tests.bench.ocr_pages import samples
from tests.support import devanagari
from tests.support.fake_vision import fake_vision

ENGINE = "ambuda_desktop.worker.ocr.google"
LATENCY = 0.3  # seconds of each call
PAGES = 64  # below the burst that Google's limit allows


def ratio_of_google(folder: Path) -> list[str]:
    """The same pages as our engine sends them, and one by one; a line with the ratio."""
    if find_spec(ENGINE) is None:
        return ["Google's engine is not here."]
    page = samples(folder, devanagari.LOHIT, 1)[0].path
    pages = [page] * PAGES
    with fake_vision(latency=LATENCY) as server:
        one_by_one, ours = _one_by_one(server.endpoint), _ours(server.endpoint, folder)
        one_by_one(pages[:1]), ours(pages[:1])  # both connect
        costs = []
        for read in (ours, one_by_one):
            before = server.requests
            costs.append((_seconds(read, pages), server.requests - before))
    (together, calls), (singly, single_calls) = costs
    size = page.stat().st_size / 1000
    told = f"Google's server answers after {1000 * LATENCY:.0f} ms"
    print(f"\n{told}; {PAGES} pages of {size:.0f} kB, one call at a time:\n")
    print("| | wall s | calls |\n|---|---:|---:|")
    print(
        f"| Ambuda Desktop | {together:.2f} | {calls} |\n| one page a call | {singly:.2f} | {single_calls} |"
    )
    return [f"One page a call takes {singly / together:.1f} times our wall seconds."]


def _seconds(read: Callable[[Sequence[Path]], None], pages: Sequence[Path]) -> float:
    begin = time.monotonic()
    read(pages)
    return time.monotonic() - begin


def _one_by_one(endpoint: str) -> Callable[[Sequence[Path]], None]:
    """As Google's own example does."""
    import grpc
    from google.cloud import vision
    from google.cloud.vision_v1.services.image_annotator.transports import ImageAnnotatorGrpcTransport

    channel = grpc.insecure_channel(endpoint)
    client: Any = vision.ImageAnnotatorClient(transport=ImageAnnotatorGrpcTransport(channel=channel))

    def read(pages: Sequence[Path]) -> None:
        for page in pages:
            answer = client.document_text_detection(image=vision.Image(content=page.read_bytes()))
            assert answer.full_text_annotation.text

    return read


def _ours(endpoint: str, root: Path) -> Callable[[Sequence[Path]], None]:
    module = importlib.import_module(ENGINE)
    os.environ[module.EMULATOR] = endpoint
    engine: Any = module.Google(Paths(root).make(), OcrOptions(engine="google"))

    def read(pages: Sequence[Path]) -> None:
        done = 0
        while done < len(pages):
            taken = engine.take(pages[done:])
            found = engine.read(pages[done : done + taken])
            assert all(isinstance(page, PageText) and page.text for page in found)
            done += taken

    return read
