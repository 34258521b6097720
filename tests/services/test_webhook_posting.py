"""One POST against a real receiver: what it takes, what it refuses, and that it always ends."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from forms_app.config import load_settings
from forms_app.errors import ConfigurationError, WebhookFailedError, WebhookRefusedError
from forms_app.services.webhook_addresses import (
    checked,
    networks_of,
    parse_url,
    refuse_private_literal,
)
from forms_app.services.webhook_posting import KEPT_BYTES, Reach, post
from tests import webhook_receiver as receivers
from tests.webhook_receiver import Receiver, answers, handler_of, receiving, served

LOOPBACK = networks_of("127.0.0.0/8, ::1")
HEADERS = {"Content-Type": "application/json"}
# No test waits so long: what is meant to time out is given less.
PATIENT_S = 60.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def reach(limit_s: float = PATIENT_S, **more: object) -> Reach:
    return Reach(LOOPBACK, limit_s, **more)  # type: ignore[arg-type]


def test_what_is_sent_arrives(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing of these is looked at.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    receiver.behave = answers(200, b"thank you", **{"Set-Cookie": "a=b"})
    for _ in range(2):
        answer = post(
            f"{receiver.url}?a=b c".replace(" ", "%20"), HEADERS, b'{"a": "\xc3\xa4"}', reach()
        )
        assert (answer.status, answer.start) == (200, b"thank you")
    _, second = receiver.received
    assert (second.path, second.body) == ("/hook?a=b%20c", b'{"a": "\xc3\xa4"}')
    assert second.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert second.headers["Content-Type"] == "application/json"
    assert "Cookie" not in second.headers


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.behave = answers(307, Location="http://169.254.169.254/latest/meta-data/")
    assert post(receiver.url, HEADERS, b"{}", reach()).status == 307
    assert len(receiver.received) == 1


@pytest.mark.parametrize("behave", [receivers.floods, receivers.floods_in_headers])
def test_no_more_is_read_than_is_kept(receiver: Receiver, behave: object) -> None:
    receiver.behave = behave  # type: ignore[assignment]
    if behave is receivers.floods:
        answer = post(receiver.url, HEADERS, b"{}", reach())
        assert answer.status == 200 and len(answer.start) == KEPT_BYTES
    else:
        with pytest.raises(WebhookFailedError, match="no answer of a web server"):
            post(receiver.url, HEADERS, b"{}", reach())


@pytest.mark.parametrize(
    ("behave", "why"),
    [(receivers.closes, "closed without an answer"), (receivers.mumbles, "no answer of a web")],
)
def test_what_is_no_answer_is_said(receiver: Receiver, behave: object, why: str) -> None:
    receiver.behave = behave  # type: ignore[assignment]
    with pytest.raises(WebhookFailedError, match=why):
        post(receiver.url, HEADERS, b"{}", reach())


@pytest.mark.parametrize("slow", [receivers.hangs, receivers.drips])
def test_the_limit_is_for_all_of_it(receiver: Receiver, slow: object) -> None:
    receiver.behave = slow(receiver)  # type: ignore[operator]
    with pytest.raises(WebhookFailedError, match=r"within 0\.3 seconds"):
        post(receiver.url, HEADERS, b"{}", reach(limit_s=0.3))


def test_a_name_that_is_looked_up_for_ever_ends_too(receiver: Receiver) -> None:
    def never(_host: str, _port: int) -> list[str]:
        receiver.is_over.wait(PATIENT_S)
        return ["127.0.0.1"]

    with pytest.raises(WebhookFailedError, match="within"):
        post("http://slow.example/", HEADERS, b"{}", reach(limit_s=0.2, resolver=never))


def test_the_name_is_looked_up_once_and_that_address_is_asked(receiver: Receiver) -> None:
    """Rebinding: the second look-up would lead elsewhere, and nobody makes it."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    url = f"http://rebind.example:{receiver.port}/hook"
    assert post(url, HEADERS, b"{}", reach(resolver=rebinding)).status == 204
    assert asked == ["rebind.example"]
    assert receiver.received[0].headers["Host"] == f"rebind.example:{receiver.port}"


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"]])
def test_a_name_of_a_private_address_is_not_asked(receiver: Receiver, addresses: list[str]) -> None:
    nothing_allowed = Reach((), PATIENT_S, lambda _host, _port: addresses)
    with pytest.raises(WebhookRefusedError, match="webhook_private_networks"):
        post(f"http://inside.example:{receiver.port}/", HEADERS, b"{}", nothing_allowed)
    assert receiver.received == []


def test_the_next_address_is_tried(receiver: Receiver) -> None:
    several = reach(resolver=lambda _host, _port: ["::1", "127.0.0.1"])
    assert post(f"http://two.example:{receiver.port}/", HEADERS, b"{}", several).status == 204


def test_nobody_there_and_no_such_name(receiver: Receiver) -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(WebhookFailedError, match=r"name nowhere\.example is not known"):
        post("http://nowhere.example/", HEADERS, b"{}", reach(resolver=unknown))
    with pytest.raises(WebhookFailedError, match="connection failed"):
        post("http://127.0.0.1:9/", HEADERS, b"{}", reach())
    with pytest.raises(WebhookFailedError, match="encrypted"):
        post(receiver.url.replace("http:", "https:"), HEADERS, b"{}", reach())


def test_the_certificate_is_that_of_the_name(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the checked address, and is trusted by the name all the same."""
    certificate = self_signed("hooks.example", tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(receiver))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    by_name = reach(resolver=lambda _host, _port: ["127.0.0.1"])
    with served(receiver, server):
        url = f"https://hooks.example:{receiver.port}/in"
        with pytest.raises(WebhookFailedError, match="certificate was not accepted"):
            post(url, HEADERS, b"{}", by_name)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert post(url, HEADERS, b"{}", by_name).status == 204
        with pytest.raises(WebhookFailedError, match="certificate was not accepted"):
            post(url.replace("hooks.", "other."), HEADERS, b"{}", by_name)
    assert [request.path for request in receiver.received] == ["/in"]


def self_signed(name: str, folder: Path) -> Path:
    """Key and certificate for one name in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "receiver.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return path


PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1",
    "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "203.0.113.9",
    "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:7f00:1",
    "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2001::1", "2001:db8::1", "2002:7f00:1::",
    "3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(address: str) -> None:
    with pytest.raises(WebhookRefusedError):
        checked([address], ())


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00::1"])
def test_public_addresses_are_not(address: str) -> None:
    assert checked([address], ()) == [address]


def test_what_the_operator_allows_and_nothing_beside_it() -> None:
    allowed = networks_of("10.1.0.0/16,  fd12::/64")
    assert checked(["10.1.2.3", "fd12::5"], allowed)
    for other in ("10.2.0.1", "127.0.0.1", "fd13::1", "::ffff:10.1.2.3"):
        with pytest.raises(WebhookRefusedError):
            checked([other], allowed)


@pytest.mark.parametrize("wrong", ["10.0.0.0/33", "example.org", "10.0.0.0/8;::1"])
def test_the_setting_names_networks(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="networks like"):
        load_settings({"FIELDHAND_WEBHOOK_PRIVATE_NETWORKS": wrong})
    assert load_settings({"FIELDHAND_WEBHOOK_PRIVATE_NETWORKS": "10.0.0.1/8, ::1"})


@pytest.mark.parametrize(
    "text",
    [
        "", "example.org", "ftp://example.org", "file:///etc/passwd", "gopher://x", "http://",
        "https:///path", "http://user:secret@example.org/", "http://a b/", "http://a\nb/",
        "http://example.org:99999/", "http://[::1", "https://" + "x" * 64 + ".org/",
        "https://example.org/" + "x" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(WebhookRefusedError):
        parse_url(text)


def test_addresses_are_taken_apart() -> None:
    url = parse_url(" https://Bücher.example:8443/täg?x=ü#part ")
    assert (url.host, url.port, url.target) == (
        "xn--bcher-kva.example", 8443, "/t%C3%A4g?x=%C3%BC",
    )  # fmt: skip
    assert parse_url("http://[2606:4700::1111]").host_header == "[2606:4700::1111]"
    with pytest.raises(WebhookRefusedError):
        refuse_private_literal(parse_url("http://[::1]/"), ())
    # As names they are looked up, and what comes of it is checked.
    refuse_private_literal(parse_url("http://0x7f.1/"), ())


@pytest.mark.parametrize("name", ["0x7f.1", "2130706433", "127.1", "localhost"])
def test_other_spellings_of_this_machine_are_refused(receiver: Receiver, name: str) -> None:
    """The system knows them all; what it says is what counts."""
    with pytest.raises(WebhookRefusedError, match="private"):
        post(f"http://{name}:{receiver.port}/", HEADERS, b"{}", Reach((), PATIENT_S))
    assert receiver.received == []
