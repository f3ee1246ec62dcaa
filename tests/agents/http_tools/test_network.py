import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agents.errors import Unavailable
from agents.http_tools.addresses import AddressError
from agents.http_tools.network import Network, NotSentError, Outgoing, ResponseError
from tests.agents.http_tools.shop import Names, Shop, answer, opened

MOST_BYTES = 1_000


def network(names: Names, *shops: Shop) -> Network:
    return Network(allow=[host for shop in shops for host in shop.allow], resolve=names)


async def test_a_request_arrives_under_the_hosts_name(shop: Shop, names: Names) -> None:
    shop.answers = lambda _: answer(201, b'{"n": 1}')
    request = Outgoing("POST", f"{shop.url}/orders?x=1", {"X-Key": "k"}, b"[1]")
    response = await network(names, shop).send(request, MOST_BYTES)
    assert (response.status, json.loads(response.body)) == (201, {"n": 1})
    [asked] = shop.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/orders?x=1", b"[1]")
    assert asked.headers["host"] == f"shop.example:{shop.port}"
    assert asked.headers["x-key"] == "k"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/"]
)
async def test_this_machine_is_not_asked_unless_named(shop: Shop, url: str) -> None:
    with pytest.raises(AddressError):
        await Network().send(Outgoing("GET", url.format(port=shop.port)), MOST_BYTES)
    assert shop.asked == []


async def test_a_public_name_with_a_private_address_is_not_asked(names: Names) -> None:
    names.tell("evil.example", ["10.0.0.1"])
    with pytest.raises(AddressError, match=r"evil\.example: its address is private"):
        await Network(resolve=names).send(Outgoing("GET", "https://evil.example/"), MOST_BYTES)


async def test_a_name_server_that_changes_its_mind_changes_nothing(shop: Shop, other: Shop) -> None:
    """Rebinding: the first answer passes the check; the second, which leads elsewhere, is not asked for."""
    names = Names()
    names.tell("shop.example", ["127.0.0.1"], ["169.254.169.254"])
    assert (await network(names, shop).send(Outgoing("GET", shop.url), MOST_BYTES)).status == 200
    assert names.looked_up == ["shop.example"]
    assert len(shop.asked) == 1
    with pytest.raises(AddressError, match="link-local"):
        await network(names, shop).send(Outgoing("GET", shop.url), MOST_BYTES)
    assert len(shop.asked) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//169.254.169.254/",
        "http://127.0.0.1:{other}/",
        "http://[::ffff:127.0.0.1]:{other}/",
        "http://2130706433:{other}/",
        "https://metadata.example/",
        "file:///etc/passwd",
        "http://shop.example:{other}/",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_where_nobody_may_go_is_not_followed(
    shop: Shop, other: Shop, names: Names, location: str, status: int
) -> None:
    names.tell("metadata.example", ["169.254.169.254"])
    shop.answers = lambda _: answer(status, b"", Location=location.format(other=other.port))
    with pytest.raises(AddressError):
        await network(names, shop).send(Outgoing("GET", shop.url), MOST_BYTES)
    assert other.asked == []


async def test_a_redirect_is_followed_where_one_may_go_without_credentials(
    shop: Shop, other: Shop, names: Names
) -> None:
    shop.answers = lambda _: answer(302, b"", Location=f"{other.url}/there")
    headers = {"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "Accept": "application/json"}
    response = await network(names, shop, other).send(Outgoing("GET", shop.url, headers), MOST_BYTES)
    assert response.status == 200
    assert other.asked[0].path == "/there"
    assert "s3cret" not in str(other.asked[0].headers)
    assert other.asked[0].headers["accept"] == "application/json"


async def test_a_redirect_on_the_same_host_keeps_its_headers(shop: Shop, names: Names) -> None:
    shop.answers = lambda asked: answer() if asked.path == "/b" else answer(301, b"", Location="/b")
    await network(names, shop).send(Outgoing("GET", f"{shop.url}/a", {"X-Api-Key": "k"}), MOST_BYTES)
    assert [(asked.path, asked.headers["x-api-key"]) for asked in shop.asked] == [("/a", "k"), ("/b", "k")]


async def test_redirects_without_end_are_given_up(shop: Shop, names: Names) -> None:
    shop.answers = lambda _: answer(302, b"", Location="/again")
    with pytest.raises(ResponseError, match="without end"):
        await network(names, shop).send(Outgoing("GET", shop.url), MOST_BYTES)
    assert len(shop.asked) == 4


async def test_what_writes_is_never_redirected(shop: Shop, other: Shop, names: Names) -> None:
    shop.answers = lambda _: answer(307, b"", Location=other.url)
    response = await network(names, shop, other).send(Outgoing("POST", shop.url, body=b"pay"), MOST_BYTES)
    assert response.status == 307
    assert other.asked == []


async def test_an_answer_that_is_too_large_is_not_read_to_its_end(shop: Shop, names: Names) -> None:
    shop.answers = lambda _: answer(200, b"x" * 50_000_000)
    with pytest.raises(ResponseError, match="more than 1,000 bytes"):
        await network(names, shop).send(Outgoing("GET", shop.url), MOST_BYTES)


async def test_an_answer_without_a_length_is_limited_too(shop: Shop, names: Names) -> None:
    chunk = b"400\r\n" + b"x" * 0x400 + b"\r\n"
    shop.answers = lambda _: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 500
    with pytest.raises(ResponseError, match="more than"):
        await network(names, shop).send(Outgoing("GET", shop.url), MOST_BYTES)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
async def test_a_compressed_answer_is_refused_unopened(shop: Shop, names: Names, encoding: str) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)[:900]
    shop.answers = lambda _: answer(200, bomb, Content_Encoding=encoding)
    with pytest.raises(ResponseError, match="compressed"):
        await network(names, shop).send(Outgoing("GET", shop.url), MOST_BYTES)
    assert shop.asked[0].headers["accept-encoding"] == "identity"


async def test_the_next_address_is_asked_when_the_first_is_dead(shop: Shop, names: Names) -> None:
    names.tell("shop.example", ["127.0.0.9", "127.0.0.1"])
    assert (await network(names, shop).send(Outgoing("GET", shop.url), MOST_BYTES)).status == 200


async def test_what_cannot_be_reached_or_found_was_not_sent(shop: Shop, names: Names) -> None:
    names.tell("shop.example", ["127.0.0.9"])
    with pytest.raises(NotSentError, match="cannot be reached"):
        await network(names, shop).send(Outgoing("POST", shop.url), MOST_BYTES)
    with pytest.raises(NotSentError, match="cannot be found"):
        await network(names, shop).send(Outgoing("POST", "https://nowhere.example/"), MOST_BYTES)


@pytest.mark.parametrize(
    "broken", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", b"SSH-2.0-x\r\n\r\n"]
)
async def test_an_answer_that_breaks_off_is_unavailable_but_may_have_been_heard(
    shop: Shop, names: Names, broken: bytes
) -> None:
    shop.answers = lambda _: broken
    with pytest.raises(Unavailable) as fault:
        await network(names, shop).send(Outgoing("POST", shop.url, body=b"pay"), MOST_BYTES)
    assert not isinstance(fault.value, NotSentError)
    assert len(shop.asked) == 1


async def test_a_proxy_of_the_environment_is_not_used(
    shop: Shop, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert (await network(names, shop).send(Outgoing("GET", shop.url), MOST_BYTES)).status == 200


class Authority:
    """Issues certificates for a test."""

    def __init__(self, folder: Path, host: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        path = folder / f"{host}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(path)
        self.names: list[str | None] = []
        self.server.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self.client = ssl.create_default_context(cafile=str(path))


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[tuple[Shop, Authority]]:
    authority = Authority(tmp_path, "shop.example")
    async for shop in opened(Shop(), authority.server):
        yield shop, authority


async def test_the_certificate_is_checked_for_the_hosts_name_though_its_address_is_asked(
    secure: tuple[Shop, Authority], names: Names
) -> None:
    shop, authority = secure
    secured = Network(allow=shop.allow, resolve=names, verify=authority.client)
    url = f"https://shop.example:{shop.port}/"
    assert (await secured.send(Outgoing("GET", url), MOST_BYTES)).status == 200
    assert authority.names == ["shop.example"]


async def test_a_certificate_for_another_name_is_refused(
    secure: tuple[Shop, Authority], names: Names
) -> None:
    shop, authority = secure
    names.tell("other.example", ["127.0.0.1"])
    secured = Network(allow=[f"other.example:{shop.port}"], resolve=names, verify=authority.client)
    with pytest.raises(NotSentError):
        await secured.send(Outgoing("GET", f"https://other.example:{shop.port}/"), MOST_BYTES)
    assert shop.asked == []


async def test_a_redirect_from_https_to_http_is_not_followed(
    secure: tuple[Shop, Authority], other: Shop, names: Names
) -> None:
    shop, authority = secure
    shop.answers = lambda _: answer(302, b"", Location=other.url)
    secured = Network(allow=[*shop.allow, *other.allow], resolve=names, verify=authority.client)
    with pytest.raises(AddressError, match="from https to http"):
        await secured.send(Outgoing("GET", f"https://shop.example:{shop.port}/"), MOST_BYTES)
    assert other.asked == []


async def test_a_request_that_is_cancelled_closes_its_connection(shop: Shop, names: Names) -> None:
    shop.answers = lambda _: None
    asking = asyncio.create_task(network(names, shop).send(Outgoing("GET", shop.url), MOST_BYTES))
    while not shop.asked:  # noqa: ASYNC110 - it arrives on another connection
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


def test_no_repr_shows_a_credential() -> None:
    assert "s3cret" not in repr(Outgoing("GET", "https://x/?k=s3cret", {"A": "s3cret"}, b"s3cret"))
