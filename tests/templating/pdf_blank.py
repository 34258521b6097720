"""A small PDF blank with words and lines, written by hand: no writer of PDFs is installed."""

from __future__ import annotations


def pdf_blank() -> bytes:
    """One A4 page: a labelled comb of ten cells and a signature line."""
    marks = ["BT /F1 11 Tf 60 716 Td (Telephone) Tj ET", "60 680 200 26 re S"]
    marks += [f"{60 + 20 * i} 680 m {60 + 20 * i} 706 l S" for i in range(1, 10)]
    marks += ["60 560 m 300 560 l S", "BT /F1 8 Tf 60 549 Td (Signature) Tj ET"]
    content = "\n".join(marks).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        body
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    )
