"""What the batch page says of ZIPs and of content that came before."""

from __future__ import annotations

from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from tests.fakes import run_sent_tasks
from tests.reading.zip_bytes import zip_bytes
from tests.web.visitor import HTMX, Visitor


def test_an_unpacked_zip_says_what_became_of_it(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    data = zip_bytes({"north/1.pdf": b"Dear reader", "north/2.pdf": b"Dear other"})
    visitor.upload(batch.id, ("monday.zip", data))
    run_sent_tasks(app)
    html = visitor.get(f"/batches/{batch.id}").text
    assert "unpacked to 2\u00a0files" in html
    assert 'title="From monday.zip">north/1.pdf' in html
    assert "north/1.pdf is not a file that can be read" in html
    assert "The files that came out of it stay" in html
    archive = next(f for f in batches.get_batch(app, batch.id).files if f.name == "monday.zip")
    path = f"/batches/{batch.id}/files/{archive.id}/remove"
    assert "monday.zip" not in visitor.post(path, headers=HTMX).text
    assert len(batches.get_batch(app, batch.id).files) == 2


def test_content_of_an_earlier_batch_is_told(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    later = batches.create_batch(app, batch.version_id, "Later")
    visitor.upload(batch.id, ("one.pdf", b"Dear reader"))
    visitor.upload(later.id, ("again.pdf", b"Dear reader"))
    html = visitor.get(f"/batches/{later.id}").text
    assert f'href="/batches/{batch.id}"' in html
    assert "already in March, week 12</a>" in html
    assert "already in" not in visitor.get(f"/batches/{batch.id}").text


def test_the_page_says_where_and_how_files_are_sent(visitor: Visitor, batch: BatchSummary) -> None:
    html = visitor.get(f"/batches/{batch.id}").text
    assert f'data-uploads="/batches/{batch.id}/uploads"' in html
    assert f'data-part-bytes="{8 << 20}"' in html
    assert f'data-max-zip-bytes="{2000 << 20}"' in html
