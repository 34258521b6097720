"""How characters are recognised."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import OneOf, Share, Text, Whole

ENGINES = ("auto", "litert", "keras")


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """How pages are read."""

    engine: str = setting(
        "auto",
        OneOf(ENGINES),
        """What recognises characters: `litert` (CPU), `keras` (TensorFlow, GPU), or `auto`: Keras
        where a GPU is visible, LiteRT elsewhere.""",
    )
    model_dir: str = setting(
        "",
        Text("a folder"),
        "A folder written by `fieldhand train`.",
        default_words="the shipped model",
    )
    classifier_threads: int = setting(
        1,
        Whole(1, 256),
        """Threads of the classifier in each worker process. One is best when there are as many
        workers as cores.""",
    )
    read_batch_pages: int = setting(
        8,
        Whole(1, 1024, "pages"),
        """Pages whose characters go through the classifier together. More is faster on a GPU and
        takes more memory: an A4 page at 300 dpi takes about 30 MB meanwhile.""",
    )
    read_helpers: int = setting(
        0,
        Whole(0, 256, "processes"),
        """Processes that cut and decode pages for a worker that reads on a GPU, see
        [gpu.md](gpu.md); about one for each core. 0: the worker does it by itself. Only a worker
        with `--solo` uses them.""",
    )
    review_below: float = setting(
        0.99,
        Share(),
        """Written fields that are less sure than this go to a person; fields with a grave doubt
        always do. What each number accepts and how much of it is wrong stands in
        [confidence.md](confidence.md).""",
    )
