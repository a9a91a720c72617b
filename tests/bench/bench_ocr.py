"""What recognising text costs, against other ways to do it, and how right it is; prints Markdown.

    python -m tests.bench.bench_ocr [--rounds N] [--pages N] [--part time|google|errors] [--fonts FOLDER]

Wants: pip install pytesseract ocrmypdf; apt install tesseract-ocr fonts-noto-core fonts-deva-extra. What is not there
is left out. `time`: two processes each, the same pages and model. `google`: a server of ours that answers after 300 ms.
`errors`: the share of wrong characters by model and font. Last lines: the ratios.
"""

import argparse
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.tessdata import folders, models
from tests.bench.contenders import temporary
from tests.bench.measuring import Cost, machine, median
from tests.bench.ocr_contenders import PROCESSES, Contender, contenders, versions
from tests.bench.ocr_google import ratio_of_google
from tests.bench.ocr_pages import FONTS, Sample, character_errors, fonts, samples

PARTS = ("time", "google", "errors")
MODEL = "Devanagari"
READINGS = {
    "Devanagari": OcrOptions(),
    "san+Devanagari": OcrOptions(model="san+Devanagari"),
    "Devanagari, old type": OcrOptions(preset="old type"),
}


def main() -> None:
    arguments = _arguments()
    # Ended from outside, it still ends its processes and removes its folders.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}\n")
    found = fonts(arguments.fonts)
    for name, _, package in FONTS:
        print(f"- {name}: {found[name].name if name in found else f'not here; apt install {package}'}")
    ratios: list[str] = []
    with temporary() as folder:
        if "time" in arguments.part:
            ratios += bench_time(folder, list(found.values()), arguments.pages, arguments.rounds)
        if "errors" in arguments.part:
            bench_errors(folder, found, max(1, arguments.pages // 4))
        if "google" in arguments.part:
            ratios += ratio_of_google(folder)
    print("\n" + "\n".join(ratios))


def bench_time(folder: Path, files: Sequence[Path], count: int, rounds: int) -> list[str]:
    """One interleaved run of all contenders; the ratios to ours."""
    each = [samples(folder, file, -(-count // len(files))) for file in files]
    pages = [sample.path for row in zip(*each, strict=True) for sample in row][:count]
    racing = contenders()
    costs: dict[str, list[Cost]] = {contender.name: [] for contender in racing}
    try:
        for contender in racing:
            contender.warm(folder, MODEL, pages[0])
        for number in range(rounds):
            for contender in _turned(racing, number):
                costs[contender.name].append(contender.recognise(pages))
    finally:
        for contender in racing:
            contender.end()
    print(f"\n{count} pages, model {MODEL}, {PROCESSES} processes, medians of {rounds}; {versions()}:\n")
    print("| | wall s | CPU s | pages a minute |\n|---|---:|---:|---:|")
    for name, found in costs.items():
        cost = median(found)
        print(f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {60 * count / cost.wall:.1f} |")
    ours, *others = costs
    return [_ratio(other, costs[other], costs[ours]) for other in others]


def _turned(racing: Sequence[Contender], number: int) -> list[Contender]:
    """Another one is first in each round."""
    at = number % len(racing)
    return [*racing[at:], *racing[:at]]


def _ratio(name: str, costs: Sequence[Cost], ours: Sequence[Cost]) -> str:
    """Of each round, and the middle of them: a machine that is busy for a while slows both."""
    wall = statistics.median(a.wall / b.wall for a, b in zip(costs, ours, strict=True))
    cpu = statistics.median(a.cpu / b.cpu for a, b in zip(costs, ours, strict=True))
    return f"{name} takes {wall:.2f} times our wall seconds and {cpu:.2f} times our CPU seconds."


def bench_errors(folder: Path, found: dict[str, Path], count: int) -> None:
    """Every model reads the same pages, of each font, as a clean print and a worn one."""
    here = models(folders(Paths(folder)))
    readings = {
        name: options
        for name, options in READINGS.items()
        if all(part in here for part in options.model_name.split("+"))
    }
    print(f"\nWrong characters in a hundred, {count} pages each:\n")
    print(f"| font, print | {' | '.join(readings)} |\n|---|{'---:|' * len(readings)}")
    for name, file in found.items():
        for worn in (False, True):
            pages = samples(folder, file, count, worn=worn)
            errors = [100 * _errors(folder, options, pages) for options in readings.values()]
            cells = " | ".join(f"{error:.1f}" for error in errors)
            print(f"| {name}, {'worn' if worn else 'clean'} | {cells} |", flush=True)


def _errors(root: Path, options: OcrOptions, pages: Sequence[Sample]) -> float:
    from ambuda_desktop.worker.ocr.opening import open_engine  # after the others' processes were started

    texts = open_engine(Paths(root), options).read([page.path for page in pages])
    return statistics.mean(
        character_errors(getattr(text, "text", ""), page.text)
        for text, page in zip(texts, pages, strict=True)
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--fonts", type=Path, help="a folder with the fonts, if they are not installed")
    arguments = parser.parse_args()
    arguments.part = arguments.part or PARTS
    return arguments


if __name__ == "__main__":
    main()
