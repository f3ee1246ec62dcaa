from pathlib import Path

import httpx
import pytest

from admin.site import Site


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Tandem</title>")
    (folder / "assets" / "index-1a2b.js").write_text("run()")
    (folder / "assets" / "index-1a2b.js.br").write_bytes(b"packed")
    (tmp_path / "secret.txt").write_text("not for browsers")
    return folder


def browser(folder: Path) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Site(folder))
    return httpx.AsyncClient(
        transport=transport, base_url="http://tandem", headers={"Accept-Encoding": "gzip"}
    )


@pytest.mark.parametrize(
    "path",
    ["/", "/flows", "/calls/20261122-1", "/index.html", "/%2e%2e/secret.txt", "/a%00b", f"/{'a' * 5_000}"],
)
async def test_every_address_that_is_no_file_shows_the_application(built: Path, path: str) -> None:
    answer = await browser(built).get(path)
    assert (answer.status_code, "<title>Tandem" in answer.text) == (200, True)
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


async def test_files_with_a_name_of_their_own_are_kept_for_ever_and_given_out_packed(built: Path) -> None:
    path = "/assets/index-1a2b.js"
    plain = await browser(built).get(path)
    assert (plain.text, plain.headers.get("content-encoding")) == ("run()", None)
    assert "immutable" in plain.headers["cache-control"]
    async with browser(built).stream("GET", path, headers={"Accept-Encoding": "gzip, br"}) as packed:
        assert packed.headers["content-encoding"] == "br"
        assert packed.headers["content-type"].startswith("text/javascript")
        assert b"".join([part async for part in packed.aiter_raw()]) == b"packed"


async def test_a_file_of_an_older_version_is_not_answered_with_a_page(built: Path) -> None:
    answer = await browser(built).get("/assets/index-0000.js")
    assert (answer.status_code, "Reload" in answer.text) == (404, True)


async def test_what_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    answer = await browser(tmp_path / "dist").get("/")
    assert (answer.status_code, "make web" in answer.text) == (503, True)


async def test_nothing_can_be_sent_there(built: Path) -> None:
    assert (await browser(built).post("/flows", json={})).status_code == 405
