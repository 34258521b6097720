"""A browser without scripts behind the proxy: cookies, and the page's token with every form."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping


class Browser:
    """Speaks HTTP to the pages at `url`; `headers` go along with whatever is asked."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self._url = url
        # Cookies for HTTPS alone are for us, too: the proxy that speaks it is left out here.
        policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
        jar = http.cookiejar.CookieJar(policy)
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        # Behind TLS a form must come from a page of the site.
        referrer = f"{url.replace('http:', 'https:')}/"
        self._opener.addheaders = [("X-Forwarded-Proto", "https"), ("Referer", referrer)]
        self._opener.addheaders += list((headers or {}).items())

    def get(self, path: str) -> str:
        """A page's text."""
        with self._opener.open(self._url + path, timeout=60) as answer:
            return str(answer.read(), "utf-8")

    def post(self, path: str, **fields: object) -> str:
        """Send a form; the address that it leads to."""
        body = urllib.parse.urlencode({"csrf_token": self._token(), **fields}, doseq=True)
        return self._send(path, body.encode(), "application/x-www-form-urlencoded")

    def upload(self, path: str, name: str, content: bytes) -> str:
        """Send a form with one file in it; the address that it leads to."""
        mark = uuid.uuid4().hex
        part = f"--{mark}\r\nContent-Disposition: form-data; name="
        body = (
            f'{part}"csrf_token"\r\n\r\n{self._token()}\r\n'
            f'{part}"files"; filename="{name}"\r\nContent-Type: image/tiff\r\n\r\n'
        ).encode()
        body += content + f"\r\n--{mark}--\r\n".encode()
        return self._send(path, body, f"multipart/form-data; boundary={mark}")

    def _send(self, path: str, body: bytes, kind: str) -> str:
        request = urllib.request.Request(self._url + path, body, {"Content-Type": kind})
        with self._opener.open(request, timeout=60) as answer:
            return urllib.parse.urlsplit(str(answer.url)).path

    def _token(self) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/batches/new"))
        assert found, "the page carries no token"
        return found[1]
