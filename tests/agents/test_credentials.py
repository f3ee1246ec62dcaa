from pathlib import Path

import pytest

from agents.credentials import Credentials
from agents.errors import DeclarationError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "credentials.yaml"
    path.touch(mode=0o600)
    return path


def value(path: Path, name: str, **environment: str) -> str:
    return Credentials(path, environment).value(name).get_secret_value()


def test_a_credential_is_read_from_the_file(path: Path) -> None:
    path.write_text('CRM: "one"\nSHOP: "two"\n')
    assert value(path, "SHOP") == "two"


def test_the_environment_stands_above_the_file(path: Path) -> None:
    path.write_text('SHOP: "file"\n')
    assert value(path, "SHOP", TANDEM_CREDENTIAL_SHOP="environment") == "environment"


def test_a_value_that_is_replaced_counts_at_once(path: Path) -> None:
    credentials = Credentials(path, {})
    for each in ("old", "new"):
        path.write_text(f'SHOP: "{each}"\n')
        assert credentials.value("SHOP").get_secret_value() == each


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_file_others_may_read_is_not_used_and_the_fix_is_told(path: Path, mode: int) -> None:
    path.write_text('SHOP: "s3cret"\n')
    path.chmod(mode)
    with pytest.raises(DeclarationError, match="chmod 600"):
        value(path, "SHOP")


@pytest.mark.parametrize(
    "content", ["- s3cret", "SHOP: 3", "s3cret", "SHOP: [s3cret]", "{s3cret", "\t- s3cret: x"]
)
def test_a_file_that_is_wrong_is_refused_without_showing_it(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(DeclarationError) as refusal:
        value(path, "SHOP")
    assert "s3cret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("content", [None, "", "OTHER: 'x'"])
def test_a_credential_nobody_stored_is_named_with_both_places(path: Path, content: str | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    with pytest.raises(DeclarationError, match=r"SHOP.*credentials\.yaml.*TANDEM_CREDENTIAL_SHOP"):
        value(path, "SHOP")


def test_a_value_that_looks_like_a_reference_is_not_followed(path: Path) -> None:
    path.write_text('A: "{credential:B}"\nB: "s3cret"\n')
    assert Credentials(path, {}).fill("x {credential:A}").get_secret_value() == "x {credential:B}"
