"""`fieldhand serve` where people sign in: its terminal tells the first of them how."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.deploy.browser import Browser
from tests.serving import Serve, wait_until

pytestmark = pytest.mark.redis


def test_the_terminal_shows_the_way_in_once(tmp_path: Path) -> None:
    with Serve(tmp_path, workers=1, sign_in="required") as serve:
        wait_until(lambda: "/invitation/" in serve.said(), 60, "the first link")
        [link] = re.findall(r"/invitation/\S+", serve.said())
        assert "Nobody signs in" not in serve.said()
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(
                urllib.request.Request(f"{serve.url}/live", headers={"HX-Request": "true"})
            )
        browser = Browser(serve.url)
        password = "correct horse battery"
        given = {"login": "ruth", "name": "Ruth", "password": password, "repeated": password}
        assert browser.post(link, **given) == "/"
        assert "Ruth" in browser.get("/account/")
        assert Browser(serve.url).post("/sign-in", login="ruth", password=password) == "/"
