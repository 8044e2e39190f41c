"""Git over ssh, and whatever else might ask a person: nobody is there to answer."""

import os
import subprocess
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.upstream import git as git_module
from assets.upstream.mirror import Mirror, remote_commit
from tests.upstream.faults import impatient
from tests.upstream.git_server import serve_git
from tests.upstream.repository import Repository

# In place of ssh: notes how it was called, and is on the other machine at once.
SSH = """#!/bin/sh
echo "$(basename "$0") $*" >> "{log}"
if [ -s "{refusals}" ]; then
    head -n 1 "{refusals}" >&2
    sed -i 1d "{refusals}"
    exit 255
fi
for command in "$@"; do :; done
exec sh -c "$command"
"""


class FakeSsh:
    def __init__(self, folder: Path) -> None:
        self.log, self.refusals = folder / "calls", folder / "refusals"
        for name in ("ssh", "own-ssh"):
            program = folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(SSH.format(log=self.log, refusals=self.refusals))
            program.chmod(0o755)
        self.own = str(folder / "bin" / "own-ssh")

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSsh:
    fake = FakeSsh(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    for name in ("GIT_SSH", "GIT_SSH_COMMAND"):
        monkeypatch.delenv(name, raising=False)
    return fake


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's git configuration."""
    file = tmp_path / "gitconfig"
    file.touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(file))
    return file


@pytest.mark.usefixtures("settings")
def test_ssh_neither_asks_nor_waits_for_ever(
    ssh: FakeSsh, remote: Path, repository: Repository, tmp_path: Path
) -> None:
    mirror = Mirror(tmp_path / "mirror.git", f"ssh://git@example.org{remote}")
    assert mirror.resolve() == repository.head()
    assert len(mirror.tree(repository.head())) == 3
    for call in ssh.calls():
        assert call.startswith("ssh -o BatchMode=yes -o ConnectTimeout=30 ")
        assert "git@example.org git-upload-pack" in call


@pytest.mark.parametrize("how", ["GIT_SSH", "GIT_SSH_COMMAND", "core.sshCommand"])
def test_the_ssh_that_the_user_has_set_up_is_used_as_it_is(
    ssh: FakeSsh, settings: Path, remote: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "core.sshCommand":
        settings.write_text(f'[core]\n\tsshCommand = "{ssh.own}"\n')
    else:
        monkeypatch.setenv(how, ssh.own)
    assert remote_commit(f"git@example.org:{remote}") == repository.head()
    assert ssh.calls()
    assert [call for call in ssh.calls() if not call.startswith("own-ssh ") or "BatchMode" in call] == []


@pytest.mark.usefixtures("settings")
def test_a_host_that_does_not_answer_is_tried_again_and_one_that_refuses_is_not(
    ssh: FakeSsh, remote: Path, repository: Repository
) -> None:
    location = f"ssh://git@example.org{remote}"
    ssh.refusals.write_text("ssh: connect to host example.org port 22: Connection refused\n" * 2)
    assert remote_commit(location, patience=impatient()) == repository.head()
    assert len(ssh.calls()) == 3
    ssh.refusals.write_text("git@example.org: Permission denied (publickey).\n" * 2)
    with pytest.raises(PipelineError, match=r"cannot be read: git@example.org: Permission denied \(publickey\)\.$"):
        remote_commit(location, patience=impatient())
    assert len(ssh.calls()) == 4


@pytest.mark.usefixtures("settings")
def test_an_ssh_that_hangs_is_ended_whatever_it_thinks_of_that(
    ssh: FakeSsh, remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_module, "SECONDS_TO_CLEAN_UP", 0.1)
    (tmp_path / "bin" / "ssh").write_text('#!/bin/sh\ntrap "" TERM\nsleep 86397\n')
    with pytest.raises(PipelineError, match=r"cannot be read: no answer within 0\.5 s$"):
        remote_commit(f"ssh://git@example.org{remote}", patience=impatient(attempts=1, answer_seconds=0.5))
    assert not ssh.log.exists()
    assert "sleep 86397" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there once the window that asks for passwords has opened."""
    window, asked = tmp_path / "window", tmp_path / "asked"
    window.write_text(f'#!/bin/sh\ntouch "{asked}"\necho reader\n')
    window.chmod(0o755)
    monkeypatch.setenv("SSH_ASKPASS", str(window))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("GIT_ASKPASS", raising=False)
    return asked


def test_no_window_asks_for_a_password(
    asked: Path, settings: Path, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve_git(repository.publish(tmp_path / "remote.git")) as server:
        server.credentials = "reader:reader"
        with pytest.raises(PipelineError, match="could not read Username"):
            remote_commit(server.url)
        assert not asked.exists()

        program = tmp_path / "window"
        monkeypatch.setenv("GIT_ASKPASS", str(program))
        assert remote_commit(server.url) == repository.head()
        assert asked.exists()

        asked.unlink()
        monkeypatch.delenv("GIT_ASKPASS")
        settings.write_text(f'[core]\n\taskPass = "{program}"\n')
        assert remote_commit(server.url) == repository.head()
        assert asked.exists()
