"""How the job's process is run and ended; small shell scripts stand for it here, test_build_run.py has the real job."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from akidb_submit import (
    LINE_BYTES_MAX,
    BuildFailed,
    BuildRefused,
    Installation,
    build_command,
    run_build,
    run_build_until_ended,
)

BOUND_SECS = 30


def script(folder: Path, text: str) -> list[str]:
    file = folder / "job"
    file.write_text("#!/usr/bin/env bash\n" + text)
    file.chmod(0o755)
    return [str(file)]


def await_end(pid: int) -> None:
    """Waits until a process is gone; one that nobody has collected yet is gone, too."""
    deadline = time.monotonic() + BOUND_SECS
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").exists() and ") Z" in Path(f"/proc/{pid}/stat").read_text():
                return
        except (ProcessLookupError, FileNotFoundError):
            return
    pytest.fail(f"process {pid} still runs")


def command(**more):
    return build_command(
        Installation(Path("/akidb/spark-submit"), Path("/akidb/job.jar")),
        master="spark://127.0.0.1:7077",
        memory="3g",
        spark_conf={"spark.executor.cores": "2"},
        tenant="default",
        collection="products",
        bucket="s3://akidb/prefix",
        endpoint="http://127.0.0.1:9000",
        lease_seconds=90,
        **more,
    )


def test_command_words():
    assert command() == (
        "/akidb/spark-submit --master spark://127.0.0.1:7077 --driver-memory 3g --conf spark.executor.memory=3g"
        " --conf spark.executor.cores=2 --class io.akidb.build.BuildJob /akidb/job.jar --tenant default"
        " --collection products --bucket s3://akidb/prefix --progress --lease-seconds 90 --endpoint http://127.0.0.1:9000"
    ).split()
    assert command(build_id="b", incremental=True) == command() + ["--build-id", "b", "--incremental"]


def test_installation_that_is_not_built_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(BuildRefused, match="ensure-built"):
        Installation.from_environment({"AKIDB_HOME": str(tmp_path)})


PROGRESS = 'echo \'{"type": "progress", "build_id": "b"}\'\n'
SUMMARY = 'echo \'{"type": "summary", "build_id": "b", "outcome": "published"}\'\n'


def test_summary_is_the_result_and_all_lines_are_logged(tmp_path, caplog):
    caplog.set_level("INFO")
    command = script(tmp_path, PROGRESS + SUMMARY + "echo '{not json'\necho '[1]'\necho done >&2\n")
    assert run_build(command, os.environ, BOUND_SECS) == {"type": "summary", "build_id": "b", "outcome": "published"}
    assert [record.getMessage() for record in caplog.records][-3:] == ["{not json", "[1]", "done"]


def test_lines_without_an_end_and_in_no_encoding_are_taken_in_pieces(tmp_path, caplog):
    caplog.set_level("INFO")
    command = script(tmp_path, "head -c 300000 /dev/zero | tr '\\0' x\nprintf '\\xff\\n'\n" + SUMMARY + "printf end\n")
    assert run_build(command, os.environ, BOUND_SECS)["outcome"] == "published"
    said = [record.getMessage() for record in caplog.records]
    assert "".join(said[:-2]).count("x") == 300_000
    assert max(map(len, said)) <= 2 * LINE_BYTES_MAX
    assert said[-1] == "end"


def test_job_that_closes_its_output_and_stays_is_ended_at_the_time_out(tmp_path):
    command = script(tmp_path, "exec >&- 2>&-\nsleep 600\n")
    with pytest.raises(BuildFailed, match="did not end within 1 s"):
        run_build(command, os.environ, 1)


def test_end_without_a_summary_is_a_failure(tmp_path):
    with pytest.raises(BuildFailed, match="without a summary"):
        run_build(script(tmp_path, PROGRESS), os.environ, BOUND_SECS)


def test_job_that_dies_is_gone_on_with(tmp_path):
    asked = []

    def command_for(build_id):
        asked.append(build_id)
        return script(tmp_path, SUMMARY if build_id else PROGRESS + "kill -9 $$\n")

    assert run_build_until_ended(command_for, os.environ, BOUND_SECS, 3)["outcome"] == "published"
    assert asked == [None, "b"]


def test_job_that_keeps_dying_is_given_up_after_the_attempts(tmp_path):
    asked = []

    def command_for(build_id):
        asked.append(build_id)
        return script(tmp_path, PROGRESS + "kill -9 $$\n")

    with pytest.raises(BuildFailed, match="-9"):
        run_build_until_ended(command_for, os.environ, BOUND_SECS, 3)
    assert asked == [None, "b", "b"]


def test_build_that_the_job_ended_as_failed_is_not_gone_on_with(tmp_path):
    asked = []

    def command_for(build_id):
        asked.append(build_id)
        return script(tmp_path, PROGRESS + SUMMARY + "exit 1\n")

    with pytest.raises(BuildFailed):
        run_build_until_ended(command_for, os.environ, BOUND_SECS, 3)
    assert asked == [None]


def test_exit_status_2_is_refused_and_others_fail_with_the_last_words(tmp_path):
    with pytest.raises(BuildRefused, match="no such option"):
        run_build(script(tmp_path, "echo no such option >&2; exit 2\n"), os.environ, BOUND_SECS)
    with pytest.raises(BuildFailed, match="ended with 1; its last words:\nshard 3 is lost"):
        run_build(script(tmp_path, "echo shard 3 is lost; exit 1\n"), os.environ, BOUND_SECS)
    with pytest.raises(BuildFailed, match="ended with -9"):
        run_build(script(tmp_path, "kill -9 $$\n"), os.environ, BOUND_SECS)


def test_missing_spark_submit_is_refused(tmp_path):
    with pytest.raises(BuildRefused, match="cannot be started"):
        run_build([str(tmp_path / "none")], os.environ, BOUND_SECS)


def test_time_out_ends_the_process_and_its_children(tmp_path):
    pids = tmp_path / "pids"
    command = script(tmp_path, f"sleep 600 &\necho $$ $! > {pids}\necho busy\nwait\n")
    with pytest.raises(BuildFailed, match="did not end within 1 s(.|\n)*busy"):
        run_build(command, os.environ, 1)
    for pid in pids.read_text().split():
        await_end(int(pid))


def test_process_that_ignores_being_asked_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("akidb_submit.STOP_WAIT_SECS", 0.2)
    pids = tmp_path / "pids"
    command = script(tmp_path, f"trap '' TERM\necho $$ > {pids}\necho busy\nwhile :; do read -r -t 1 < <(:) || true; done\n")
    with pytest.raises(BuildFailed):
        run_build(command, os.environ, 1)
    await_end(int(pids.read_text()))


def test_task_that_is_ended_takes_the_process_with_it(tmp_path):
    class TaskEnded(BaseException):
        pass

    def end_task(*_):
        raise TaskEnded

    pids = tmp_path / "pids"
    command = script(tmp_path, f"sleep 600 &\necho $$ $! > {pids}\nkill -ALRM {os.getpid()}\nwait\n")
    before = signal.signal(signal.SIGALRM, end_task)
    try:
        with pytest.raises(TaskEnded):
            run_build(command, os.environ, BOUND_SECS)
    finally:
        signal.signal(signal.SIGALRM, before)
    for pid in pids.read_text().split():
        await_end(int(pid))
