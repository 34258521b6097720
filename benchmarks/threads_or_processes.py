"""Whether threads cut and decide pages side by side, or only processes do.

The same work (every page cut into glyphs, and decided from log-probabilities that are there) in one
thread, in two, and in two processes, by turns, so that what else the machine does meets all alike.
Best round of each; the ratio is to one thread. On an idle machine of two cores or more 2.0 is all
that can be had.

Run: OPENBLAS_NUM_THREADS=1 python -m benchmarks.threads_or_processes [--pages 8] [--rounds 5]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import cv2

from benchmarks.reading_throughput import draw_pages
from forms_app.reading.classifier import load_classifier
from forms_app.reading.pipeline import classify_stacks, decide_page, prepare_page
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import prepare_reference

_cut: Callable[[int], int]
_decide: Callable[[int], int]


def prepare() -> None:
    """What every process needs, once."""
    global _cut, _decide
    cv2.setNumThreads(1)
    blank, template, laid = draw_pages()
    references = [prepare_reference(1, blank)]
    classifier = load_classifier("litert")
    prepared = [prepare_page(page, template, references) for page in laid]
    rows = classify_stacks([page.stacked_glyphs() for page in prepared], classifier)

    def cut(number: int) -> int:
        return len(prepare_page(laid[number % len(laid)], template, references).cut)

    def decide(number: int) -> int:
        place = number % len(laid)
        page = decide_page(prepared[place], rows[place], classifier.charset, ReviewPolicy())
        return len(page.fields)

    _cut, _decide = cut, decide


def cut(number: int) -> int:
    return _cut(number)


def decide(number: int) -> int:
    return _decide(number)


def seconds(pool: Executor, work: Callable[[int], int], pages: int) -> float:
    started = time.perf_counter()
    assert all(pool.map(work, range(pages)))
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    prepare()
    processes = ProcessPoolExecutor(2, get_context("spawn"), initializer=prepare)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two, processes:
        pools = {"one thread": one, "two threads": two, "two processes": processes}
        for work in (cut, decide):
            best = dict.fromkeys(pools, float("inf"))
            for _ in range(options.rounds + 1):
                for name, pool in pools.items():
                    best[name] = min(best[name], seconds(pool, work, options.pages))
            for name, took in best.items():
                print(f"{work.__name__:7s} {name:14s} ratio {best['one thread'] / took:.2f}")


if __name__ == "__main__":
    main()
