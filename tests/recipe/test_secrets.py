from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from realtrade.plugins import SecretRef
from realtrade.recipe.secrets import MAX_BYTES, SecretMissing, SecretResolver
from realtrade.utils.logs import Redactor

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def resolve(tmp_path: Path, redactor: Redactor) -> SecretResolver:
    environ = {"KEY": "swordfish", "EMPTY": ""}
    return SecretResolver(tmp_path, redactor, environ=environ)


def test_reads_the_environment(resolve: SecretResolver) -> None:
    assert resolve(SecretRef("env", "KEY")).reveal() == "swordfish"


def test_reads_the_processs_own_environment_by_default(
    tmp_path: Path, redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REALTRADE_TEST_KEY", "from outside")

    secret = SecretResolver(tmp_path, redactor)(SecretRef("env", "REALTRADE_TEST_KEY"))

    assert secret.reveal() == "from outside"


@pytest.mark.parametrize(
    ("written", "value"), [("abc\n", "abc"), ("abc\r\n", "abc"), ("a\nb\n", "a\nb"), (" a ", " a ")]
)
def test_reads_files_beside_the_recipe(
    written: str, value: str, resolve: SecretResolver, tmp_path: Path
) -> None:
    (tmp_path / "key").write_bytes(written.encode())

    assert resolve(SecretRef("file", "key")).reveal() == value
    assert resolve(SecretRef("file", str(tmp_path / "key"))).reveal() == value


def test_tells_the_redactor(resolve: SecretResolver, redactor: Redactor) -> None:
    resolve(SecretRef("env", "KEY"))

    assert redactor.redact("a swordfish!") == "a ***!"


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        (SecretRef("env", "MISSING"), "environment variable is not set"),
        (SecretRef("env", "EMPTY"), "is empty"),
        (SecretRef("file", "missing"), "No such file"),
        (SecretRef("file", "."), "not a file"),
        (SecretRef("file", "binary"), "not UTF-8"),
        (SecretRef("file", "large"), "larger than 64 KiB"),
        (SecretRef("file", "empty"), "is empty"),
    ],
)
def test_says_which_reference_and_why(
    reference: SecretRef, reason: str, resolve: SecretResolver, tmp_path: Path
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_bytes(b"x" * (MAX_BYTES + 1))
    (tmp_path / "empty").write_bytes(b"\n")

    with pytest.raises(SecretMissing, match=reason) as caught:
        resolve(reference)
    assert str(reference) in str(caught.value)


def test_a_pipe_is_no_file(resolve: SecretResolver, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(SecretMissing, match="not a file"):
        resolve(SecretRef("file", "pipe"))
