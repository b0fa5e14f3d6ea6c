from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.plugins.ports.journal import JournalError
from realtrade.storage import AccountLocked, open_journal
from realtrade.storage.lock import FileLock, lock_account, machine_locks
from realtrade.utils.clock import ManualClock, SystemClock
from tests.storage.samples import an_intent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.storage.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from realtrade.storage import open_journal
from realtrade.utils.clock import SystemClock
url, account, bot, folder, locks = sys.argv[1:]
held = open_journal(url, account=account, bot=bot, folder=Path(folder), clock=SystemClock(),
                    locks=Path(locks))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def holding(url: str, bot: str, folder: Path, account: str = "acc") -> Iterator[Any]:
    """Have another process hold a journal."""
    command = [sys.executable, "-c", HOLDER, url, account, bot, str(folder), str(folder / "locks")]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def attempt(url: str, bot: str, folder: Path, *, account: str = "acc", locks: str = "locks") -> Any:
    return open_journal(
        url, account=account, bot=bot, folder=folder, clock=SystemClock(), locks=folder / locks
    )


def test_a_second_process_is_told_who_has_the_account_and_gets_it_when_that_is_killed(
    tmp_path: Path,
) -> None:
    url = "sqlite:///state/bot.db"
    with holding(url, "bot", tmp_path) as holder:
        told = rf"account acc of bot bot is in use: process {holder.pid} has it since 20\d\d-"
        with pytest.raises(AccountLocked, match=told):
            attempt(url, "bot", tmp_path)
        with pytest.raises(AccountLocked, match=told):
            attempt("sqlite:///elsewhere.db", "bot", tmp_path)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()

        journal = attempt(url, "bot", tmp_path)

    journal.intent(an_intent())
    journal.close()


def test_one_file_has_one_bot_even_when_the_machine_s_locks_are_apart(tmp_path: Path) -> None:
    url = "sqlite:///bot.db"
    told = r"journal .*bot\.db is in use"
    with holding(url, "bot", tmp_path), pytest.raises(AccountLocked, match=told):
        attempt(url, "bot", tmp_path, locks="others")


def test_other_accounts_and_other_bots_are_free(tmp_path: Path) -> None:
    with holding("sqlite:///bot.db", "bot", tmp_path):
        attempt("sqlite:///other.db", "other", tmp_path).close()
        attempt("sqlite:///third.db", "bot", tmp_path, account="second").close()


def test_a_server_locks_accounts_for_all_machines(
    server: PostgresServer, bot: str, tmp_path: Path
) -> None:
    with holding(server.url, bot, tmp_path) as holder:
        told = f"account acc of bot {bot} is in use: 'realtrade {bot} {holder.pid}' has it since 20"
        with pytest.raises(AccountLocked, match=told):
            attempt(server.url, bot, tmp_path, locks="of another machine")
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()

        journal = attempt(server.url, bot, tmp_path, locks="of another machine")

    journal.intent(an_intent())
    journal.close()


def test_close_lets_go_and_may_be_repeated(tmp_path: Path) -> None:
    first = attempt("sqlite:///bot.db", "bot", tmp_path)
    first.close()
    second = attempt("sqlite:///bot.db", "bot", tmp_path)
    first.close()

    with pytest.raises(AccountLocked):
        attempt("sqlite:///bot.db", "bot", tmp_path)
    second.close()


def test_a_lock_in_use_never_looks_old_to_what_cleans_temporary_folders(tmp_path: Path) -> None:
    journal = attempt("sqlite:///bot.db", "bot", tmp_path)
    [lock] = (tmp_path / "locks").iterdir()
    os.utime(lock, (0, 0))

    journal.bar("btc_1h", 1)
    journal.close()

    assert lock.stat().st_mtime > 1_000_000_000


def test_a_refused_start_lets_go_of_everything(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"no journal")

    for _ in range(2):
        with pytest.raises(JournalError, match="no journal of realtrade"):
            attempt("sqlite:///bot.db", "bot", tmp_path)


def test_tells_less_of_a_holder_that_wrote_nothing_readable(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    lock = FileLock(path).acquire(what="it", clock=ManualClock())
    path.write_bytes(b"\xff")

    with pytest.raises(AccountLocked, match="it is in use: another process has it"):
        FileLock(path).acquire(what="it", clock=ManualClock())

    lock.release()


def test_a_link_in_the_place_of_a_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "x.lock").symlink_to(tmp_path / "precious")

    with pytest.raises(JournalError, match=r"x\.lock cannot be made"):
        FileLock(tmp_path / "x.lock").acquire(what="it", clock=ManualClock())

    assert not (tmp_path / "precious").exists()


def test_the_machine_s_locks_are_this_user_s_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    folder = machine_locks()
    lock_account("acc", "bot", ManualClock()).release()

    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


def test_a_machine_without_room_for_locks_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))

    with pytest.raises(JournalError, match=r"the folder of locks .* cannot be made"):
        machine_locks()


def test_somebody_else_s_folder_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "real").mkdir()
    (tmp_path / f"realtrade-{os.getuid()}").symlink_to(tmp_path / "real")

    with pytest.raises(JournalError, match="belongs to somebody else"):
        machine_locks()
