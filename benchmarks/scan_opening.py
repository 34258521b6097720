"""What it costs to open scans in a process of their own instead of in the worker itself.

Run: python -m benchmarks.scan_opening [--pages N] [--large]

An A4 page at 300 dpi with its colours, in the formats of scanners. Milliseconds of processor time a
page, of both processes together, as other work on the machine does not add to them; every pixel is
looked at once, as memory that is only promised costs nothing. `--large`: how much memory
large pages take instead.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from forms_app.reading import intake
from forms_app.reading.types import SourcePage
from forms_app.sandbox.limits import OpenerLimits
from forms_app.sandbox.opener import ScanOpener

SIZE_PX = (2480, 3508)
LARGE_PX = 5_477
DEMO = Path(__file__).parents[1] / "forms_app" / "demo" / "filled"


def main() -> None:
    """Print a table, and what the process costs by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--large", action="store_true")
    arguments = parser.parse_args()
    if arguments.large:
        _print_peaks()
    else:
        _print_costs(arguments.pages)


def _print_costs(count: int) -> None:
    opener = ScanOpener(OpenerLimits())
    started = time.perf_counter()
    opener.count_pages(_file("PNG", Image.new("L", (8, 8))), "scan")
    start_s = time.perf_counter() - started
    print("| page | bytes | in the worker | in its process | more |")
    print("|---|---|---|---|---|")
    for name, data in _files().items():
        here, there = _costs(opener, data, count)
        more = there - here
        print(f"| {name} | {len(data):,} | {here:.1f} ms | {there:.1f} ms | {more:.1f} ms |")
    print(f"\nstart, to the first answer: {start_s:.2f} s; {_memory(opener)}")
    opener.close()


def _print_peaks() -> None:
    """The memory that a page of 30 megapixels takes, each in a fresh process."""
    small = np.random.default_rng(1).integers(0, 256, (LARGE_PX // 20, LARGE_PX // 20, 4), np.uint8)
    clear = Image.fromarray(small).resize((LARGE_PX, LARGE_PX))
    page = clear.convert("RGB")
    for name, data in (
        ("JPEG", _file("JPEG", page)),
        ("TIFF, LZW", _file("TIFF", page, compression="tiff_lzw")),
        ("WebP", _file("WEBP", page)),
        ("PNG with transparency", _file("PNG", clear, compress_level=1)),
        ("JPEG 2000 in a PDF", _file("PDF", clear, resolution=300)),
    ):
        opener = ScanOpener(OpenerLimits(seconds=600))
        limits = intake.IntakeLimits(max_page_bytes=1 << 30)
        opener.open_page(data, "scan", 1, limits, with_colours=True)
        print(f"{name}: {len(data) >> 20} MB, {_memory(opener)}", flush=True)
        opener.close()


def _costs(opener: ScanOpener, data: bytes, count: int) -> tuple[float, float]:
    """Median ms a page here and there, taken in turns so that both meet the same machine."""
    here, there = [], []
    for _ in range(count):
        here.append(_cost_ms(lambda: intake.open_page(data, "scan", 1, with_colours=True)))
        began = _used_ms(opener)
        own = _cost_ms(lambda: opener.open_page(data, "scan", 1, with_colours=True))
        there.append(own + _used_ms(opener) - began)
    return float(np.median(here)), float(np.median(there))


def _cost_ms(open_page: Callable[[], SourcePage]) -> float:
    began = time.process_time()
    page = open_page()
    cv2.sumElems(page.grey)
    if page.chroma is not None:
        cv2.sumElems(page.chroma)
    return 1000 * (time.process_time() - began)


def _used_ms(opener: ScanOpener) -> float:
    """Of the other process, to the nanosecond (Documentation/scheduler/sched-stats)."""
    return int(Path(f"/proc/{opener.pid}/schedstat").read_text().split()[0]) / 1e6


def _memory(opener: ScanOpener) -> str:
    lines = Path(f"/proc/{opener.pid}/status").read_text().splitlines()
    kept = ("VmHWM", "RssAnon", "VmPeak")
    found = {
        name: int(rest.split()[0]) >> 10 for name, _, rest in map(_parted, lines) if name in kept
    }
    return ", ".join(f"{name} {value} MiB" for name, value in found.items())


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _files() -> dict[str, bytes]:
    page = _page()
    grey = page.convert("L")
    return {
        "JPEG, grey": _file("JPEG", grey, quality=85),
        "JPEG, colours": _file("JPEG", page, quality=85),
        "TIFF G4, black and white": _file("TIFF", grey.convert("1"), compression="group4"),
        "PNG, grey": _file("PNG", grey),
        "PDF of a grey JPEG": _file("PDF", grey, resolution=300),
    }


def _page() -> Image.Image:
    """A filled demo form with the grain of a scanner and a coloured stripe."""
    form = Image.open(sorted(DEMO.iterdir())[0]).convert("RGB").resize(SIZE_PX)
    picture = np.asarray(form).astype(np.int16)
    picture += np.random.default_rng(1).normal(0, 3, picture.shape).astype(np.int16)
    picture[200:300, 200:2200] = (40, 90, 200)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def _file(kind: str, image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
