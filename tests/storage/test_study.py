from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from realtrade.storage.study import StoredResult, StudyMismatch, StudyStore, StudyUnreachable

if TYPE_CHECKING:
    from pathlib import Path

RESULT = StoredResult(2, "train 0", "done", {"measures": {"sharpe": 1.25}, "message": "späť"})


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'study.db'}"


def test_results_are_there_again_in_the_order_of_trials(url: str) -> None:
    with StudyStore(url, "a") as store:
        store.identify({"recipe": "x"})
        store.add([RESULT, RESULT._replace(number=1), RESULT._replace(part="test 0")])

    with StudyStore(url, "a") as again:
        again.identify({"recipe": "x"})
        found = again.results()

    assert [(one.number, one.part) for one in found] == [
        (1, "train 0"),
        (2, "test 0"),
        (2, "train 0"),
    ]
    assert found[2] == RESULT


def test_studies_in_one_database_are_apart(url: str) -> None:
    with StudyStore(url, "a") as one, StudyStore(url, "b") as other:
        one.identify({"recipe": "x"})
        other.identify({"recipe": "y"})
        one.add([RESULT])

        assert other.results() == []


def test_another_study_of_the_same_name_is_refused_by_what_differs(url: str) -> None:
    with StudyStore(url, "a") as store:
        store.identify({"recipe": "x", "split": "", "seed": 1})

        with pytest.raises(StudyMismatch, match="another recipe, another seed") as mismatch:
            store.identify({"recipe": "y", "split": "", "seed": 2})

    assert mismatch.value.differs == ("recipe", "seed")


def test_a_result_is_kept_once_and_all_of_a_batch_or_none(url: str) -> None:
    with StudyStore(url, "a") as store:
        store.identify({})
        store.add([RESULT])

        with pytest.raises(StudyUnreachable, match="another sweep is at work"):
            store.add([RESULT._replace(number=5), RESULT])

        assert store.results() == [RESULT]


def test_what_is_kept_is_on_disk_before_the_store_is_left(url: str, tmp_path: Path) -> None:
    with StudyStore(url, "a") as store:
        store.identify({})
        store.add([RESULT])
        beside = sqlite3.connect(tmp_path / "study.db")

        count = beside.execute("select count(*) from sweep_results").fetchone()
        beside.close()

    assert count == (1,)


@pytest.mark.parametrize("url", ["sqlite:////proc/none/study.db", "nonsense://x", "no url"])
def test_a_database_that_cannot_be_opened_is_told(url: str) -> None:
    with pytest.raises(StudyUnreachable, match="the study's database cannot be used"):
        StudyStore(url, "a").__enter__()
