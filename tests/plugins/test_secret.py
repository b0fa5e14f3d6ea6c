from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from realtrade.plugins import PluginConfig, Secret, SecretRef
from realtrade.plugins.ports.build import BuildContext
from realtrade.utils.clock import ManualClock

VALUE = "swordfish"


class Login(PluginConfig):
    key: SecretRef
    word: SecretRef | None = None


@pytest.mark.parametrize(
    ("written", "reference"),
    [
        ({"env": "KEY_1"}, SecretRef("env", "KEY_1")),
        ({"file": "/run/secrets/x"}, SecretRef("file", "/run/secrets/x")),
        (SecretRef("env", "K"), SecretRef("env", "K")),
    ],
)
def test_reads_references(written: object, reference: SecretRef) -> None:
    assert Login.model_validate({"key": written}).key == reference


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (VALUE, "literal"),
        (5, "literal"),
        (None, "literal"),
        ([VALUE], "literal"),
        ({}, "reference"),
        ({"env": "A", "file": "b"}, "reference"),
        ({"vault": "x"}, "reference"),
        ({VALUE: None}, "reference"),
        ({"env": ""}, "reference"),
        ({"env": "A-B"}, "reference"),
        ({"env": "1A"}, "reference"),
        ({"env": "A" * 129}, "reference"),
        ({"env": "\u0391"}, "reference"),
        ({"env": 1}, "reference"),
        ({"file": ""}, "reference"),
        ({"file": "a\0b"}, "reference"),
        ({"file": "x" * 1_001}, "reference"),
    ],
)
def test_refuses_and_repeats_nothing(written: object, kind: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Login.model_validate({"key": written})

    (error,) = caught.value.errors(include_input=False)
    assert error["type"] == f"realtrade_secret_{kind}"
    assert VALUE not in str(caught.value)


def test_a_reference_is_written_as_in_a_recipe() -> None:
    assert str(SecretRef("env", "KEY")) == "{env: KEY}"


def test_the_schema_offers_both_kinds() -> None:
    schema = TypeAdapter(SecretRef).json_schema()

    assert [list(one["properties"]) for one in schema["oneOf"]] == [["env"], ["file"]]


def test_a_secret_has_no_text_form() -> None:
    secret = Secret(VALUE)

    assert secret.reveal() == VALUE
    for text in (str(secret), repr(secret), f"{secret}", f"{secret:>30}", "%s" % secret):  # noqa: UP031 - every way to write it
        assert VALUE not in text
    assert not hasattr(secret, "__dict__")


def test_a_secret_cannot_be_stored() -> None:
    secret = Secret(VALUE)

    for store in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError) as caught:
            store(secret)
        assert VALUE not in str(caught.value)


def test_a_context_has_no_secrets_unless_given() -> None:
    context = BuildContext(name="x", folder=Path(), clock=ManualClock())

    with pytest.raises(LookupError, match=r"\{env: KEY\}"):
        context.secret(SecretRef("env", "KEY"))
