"""The recent history over a restart: the data folder, its lock, its file, and what may be wrong."""

import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import time

import pytest

from conftest import QUICK
from remotes import rows, until
from server import run

# Samples of two seconds; the first save comes ten seconds after the start.
STEP = 2
SAVES = 'pulse_server_history_saves_total{result="%s"}'


def metric(server, name):
    text = server.request("/metrics").body.decode()
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return found and float(found.group(1))


def history(server):
    """The load of this machine's processor: time and figure, the oldest first."""
    (host,) = rows(server, "hosts")
    path = f"/api/history?resource={host}&metric=cpu&range=2m"
    (resource,) = server.request(path).json["resources"]
    end, figures = resource["end"], resource["cpu"]
    return [
        (end - (len(figures) - 1 - index) * STEP * 1000, figure)
        for index, figure in enumerate(figures)
    ]


def known(samples):
    return {time: figure for time, figure in samples if figure is not None}


def watch(server, count):
    """Waits for samples, and returns them."""
    server.wait_until_ready()
    until(lambda: len(known(history(server))) >= count, what=f"{count} samples")
    return history(server)


def assert_continued(before, server, begun):
    """What was is there at its time, then nothing, then what is new."""
    server.wait_until_ready()
    after = until(
        lambda: (samples := history(server)) and samples[-1][0] >= begun + STEP * 1000
        and samples[-1][1] is not None and samples,
        what="a new sample",
    )
    # Times are told in milliseconds, and two of them are rounded.
    told = {round(moment / 1000): figure for moment, figure in after}
    for moment, figure in known(before).items():
        assert told[round(moment / 1000)] == figure, (before, after)
    last = max(known(before))
    between = [figure for moment, figure in after if last + 500 < moment < begun - 500]
    assert between and set(between) == {None}, (before, after)


def pass_time(seconds):
    """The gap has to be one: nothing can be waited for but the clock."""
    end = time.time() + seconds
    while time.time() < end:
        time.sleep(end - time.time() if end > time.time() else 0)


def test_figures_survive_a_restart(start, tmp_path):
    data = tmp_path / "state" / "pulse"
    server = start("--data", str(data), *QUICK)
    assert server.wait_for_line(f"the recent history is kept in {data}")
    before = watch(server, 3)
    assert server.stop() == 0
    pass_time(2 * STEP + 1)
    begun = time.time() * 1000
    server = start("--data", str(data), *QUICK)
    assert server.wait_for_line("the recent history was read.*resources")
    assert_continued(before, server, begun)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {path.name for path in data.iterdir()} == {"lock", "recent"}
    for path in data.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_killed_server_loses_only_what_was_not_saved(start, tmp_path):
    data = str(tmp_path)
    server = start("--data", data, *QUICK)
    server.wait_until_ready()
    until(lambda: metric(server, SAVES % "written") == 1, what="the first save")
    assert metric(server, SAVES % "failed") == 0
    assert metric(server, "pulse_server_history_bytes") == (tmp_path / "recent").stat().st_size
    assert abs(metric(server, "pulse_server_history_saved_timestamp_seconds") - time.time()) < 60
    saved = (tmp_path / "recent").stat().st_mtime * 1000
    before = [sample for sample in history(server) if sample[0] < saved - STEP * 1000]
    assert len(known(before)) >= 2
    server.stop(signal.SIGKILL)
    # A writer that was killed in the midst leaves this behind.
    (tmp_path / "recent.new").write_bytes(b"half")
    pass_time(2 * STEP + 1)
    begun = time.time() * 1000
    server = start("--data", data, *QUICK)
    server.wait_until_ready()
    after = known(watch(server, len(known(before)) + 1))
    told = {round(moment / 1000): figure for moment, figure in after.items()}
    assert all(told[round(moment / 1000)] == figure for moment, figure in known(before).items())
    gap = [moment for moment in after if saved + STEP * 1000 < moment < begun - 500]
    assert not gap
    assert server.stop() == 0
    assert not (tmp_path / "recent.new").exists()


def test_a_folder_has_one_server(start, tmp_path):
    server = start("--data", str(tmp_path), *QUICK)
    second = run("serve", "--listen", "127.0.0.1:0", "--data", str(tmp_path))
    assert second.returncode == 1
    assert f"data folder {tmp_path} is in use by pid {server.process.pid}" in second.stderr
    assert "--data" in second.stderr
    server.stop(signal.SIGKILL)
    start("--data", str(tmp_path), *QUICK)


@pytest.mark.parametrize(
    "spoil, words",
    [
        (lambda content: content[: len(content) // 2], "ends too early"),
        (lambda content: content[:-40] + bytes([content[-40] ^ 1]) + content[-39:], "damaged"),
        (lambda content: b"somebody else's", "not a file of pulse"),
        (lambda content: content[:16] + b"\x07" + content[17:], "newer pulse"),
        (lambda content: b"", "not a file of pulse"),
    ],
    ids=["torn", "damaged", "foreign", "newer", "empty"],
)
def test_a_file_that_cannot_be_used_is_put_aside(start, tmp_path, spoil, words):
    server = start("--data", str(tmp_path), *QUICK)
    server.wait_until_ready()
    assert server.stop() == 0
    spoiled = spoil((tmp_path / "recent").read_bytes())
    (tmp_path / "recent").write_bytes(spoiled)
    server = start("--data", str(tmp_path), *QUICK)
    assert server.wait_for_line(f"cannot be used: .*recent.aside-1.*{words}"), server.log
    server.wait_until_ready()
    assert metric(server, "pulse_server_history_unusable") == 1
    assert server.stop() == 0
    assert (tmp_path / "recent.aside-1").read_bytes() == spoiled
    server = start("--data", str(tmp_path), *QUICK)
    assert server.wait_for_line("the recent history was read")
    assert metric(server, "pulse_server_history_unusable") in (0, None)


def test_a_file_that_cannot_be_written_stops_nothing(start, tmp_path):
    (tmp_path / "recent.new" / "in-the-way").mkdir(parents=True)
    server = start("--data", str(tmp_path), *QUICK)
    server.wait_until_ready()
    assert server.wait_for_line("cannot be written to .*stays in memory"), server.log
    until(lambda: metric(server, SAVES % "failed") == 1, what="the failure is counted")
    assert metric(server, SAVES % "written") == 0
    watch(server, 3)
    assert server.stop() == 0


def in_small_filesystem(folder, options, before="true"):
    """Runs a command with a file system of its own mounted on a folder."""
    script = f'mount -t tmpfs -o {options} none "$1" && cd "$1" && {before} && shift && exec "$@"'
    wrapper = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh",
               str(folder)]
    if subprocess.run([*wrapper, "true"], capture_output=True).returncode:
        pytest.skip("this user may not mount")
    return wrapper


def test_a_full_disk_stops_nothing(start, tmp_path):
    wrapper = in_small_filesystem(tmp_path, "size=16k", "head -c 16384 /dev/zero > full || true")
    server = start("--data", str(tmp_path), *QUICK, wrapper=wrapper)
    assert server.wait_for_line("cannot be written to .*No space left"), server.log
    watch(server, 3)
    assert server.stop() == 0


def test_a_second_signal_does_not_wait_for_a_slow_disk(start, tmp_path):
    # Each fsync takes longer than the nine seconds that the server gives it.
    slow = ["strace", "-D", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fsync",
            "-e", "inject=fsync:delay_enter=12s"]
    if not shutil.which("strace") or subprocess.run([*slow, "true"]).returncode:
        pytest.skip("strace is not here, or may not trace")
    server = start("--data", str(tmp_path), *QUICK, wrapper=slow)
    server.wait_until_ready()
    signalled = time.monotonic()
    server.process.terminate()
    assert server.wait_for_line("stopping")
    until(lambda: (tmp_path / "recent.new").exists(), what="the last save has begun")
    server.process.terminate()
    # By itself it would be nine seconds behind the first.
    assert server.wait_for_line("stopped"), server.log
    assert time.monotonic() - signalled < 8.5
    assert not (tmp_path / "recent").exists()
    # The kernel lets nobody go who is traced inside a call.
    assert server.stop(patience=30) == 0


def test_a_folder_that_is_only_read_stops_nothing(start, tmp_path):
    wrapper = in_small_filesystem(
        tmp_path, "size=1m", "mkdir data && mount -o remount,ro none \"$1\" || true"
    )
    server = start("--data", str(tmp_path / "data"), *QUICK, wrapper=wrapper)
    assert server.wait_for_line("cannot be written to .*Read-only"), server.log
    watch(server, 3)
    assert server.stop() == 0


def test_without_a_folder_it_is_said_that_nothing_is_kept(start):
    server = start(*QUICK)
    assert server.wait_for_line("the recent history is in memory only: --data DIR")
    assert metric(server, "pulse_server_history_bytes") is None


@pytest.mark.parametrize("name, below", [("STATE_DIRECTORY", ""), ("XDG_STATE_HOME", "pulse")])
def test_the_environment_may_name_the_folder(start, tmp_path, name, below):
    folder = pathlib.Path(tmp_path, below) if below else tmp_path
    server = start(*QUICK, env={name: str(tmp_path)})
    assert server.wait_for_line(f"the recent history is kept in {folder}$")
    assert (folder / "lock").exists()
    assert int((folder / "lock").read_text()) == server.process.pid


def test_a_folder_that_only_the_environment_names_is_done_without(start, tmp_path):
    env = {"STATE_DIRECTORY": str(tmp_path)}
    first, second = start(*QUICK, env=env), start(*QUICK, env=env)
    assert second.wait_for_line(f"is in use by pid {first.process.pid}")
    assert second.wait_for_line("the recent history is in memory only")
    assert second.request("/healthz").status == 200


def test_the_configuration_may_name_the_folder(start, tmp_path):
    config = tmp_path / "pulse.json"
    config.write_text('{"data": "%s"}' % (tmp_path / "here"))
    server = start("--config", str(config), *QUICK)
    assert server.wait_for_line(f"is kept in {tmp_path / 'here'}")
    other = start("--config", str(config), "--data", str(tmp_path / "there"), *QUICK)
    assert other.wait_for_line(f"is kept in {tmp_path / 'there'}")


def test_a_folder_open_to_others_is_told_of(start, tmp_path):
    os.chmod(tmp_path, 0o755)
    server = start("--data", str(tmp_path), *QUICK)
    assert server.wait_for_line(f"others may look into the data folder: chmod 700 {tmp_path}")


@pytest.mark.parametrize(
    "options, words, code",
    [
        (("--demo", "--data", "/tmp"), "leave out --data", 2),
        (("--data", ""), "not the path of a folder", 2),
        (("--data", "/dev/null/below"), "cannot be used: Not a directory", 1),
    ],
)
def test_wrong_folders(options, words, code):
    ended = run("serve", "--listen", "127.0.0.1:0", *options)
    assert ended.returncode == code
    assert words in ended.stderr


def test_a_demo_keeps_nothing(start, tmp_path):
    server = start("--demo", *QUICK, env={"STATE_DIRECTORY": str(tmp_path)})
    server.wait_until_ready()
    assert server.stop() == 0
    assert not list(tmp_path.iterdir())
