"""Runs the build job by spark-submit, as a child process that never outlives the task.

The job writes one JSON object a line to its standard output: its progress, and at the end a summary that says what it
committed. All else that it or Spark says goes to the task's log.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EXIT_USAGE = 2
LAST_LINES = 15
STOP_WAIT_SECS = 20
LINE_CHARS_MAX = 4000

log = logging.getLogger(__name__)


class BuildRefused(Exception):
    """The job's command line is wrong; trying it again does not help."""


class BuildFailed(Exception):
    """The job failed, was killed, or ran out of time; trying it again may help.

    ``unfinished_build`` is the build that it left behind without having ended it: one that a later job goes on with.
    """

    def __init__(self, message: str, unfinished_build: str | None = None) -> None:
        super().__init__(message)
        self.unfinished_build = unfinished_build


@dataclass(frozen=True)
class Installation:
    """Where spark-submit and the job jar are: AKIDB_SPARK_SUBMIT and AKIDB_BUILD_JAR, or AKIDB_HOME's."""

    spark_submit: Path
    job_jar: Path

    @staticmethod
    def from_environment(environment: Mapping[str, str]) -> Installation:
        home = Path(environment.get("AKIDB_HOME") or Path(__file__).resolve().parents[2])
        installation = Installation(
            Path(environment.get("AKIDB_SPARK_SUBMIT") or home / "deploy/services/spark-submit"),
            Path(environment.get("AKIDB_BUILD_JAR") or home / "build-spark/target/build-spark-job.jar"),
        )
        for name, file in (("AKIDB_SPARK_SUBMIT", installation.spark_submit), ("AKIDB_BUILD_JAR", installation.job_jar)):
            if not file.is_file():
                raise BuildRefused(f"there is no {file}: build AkiDB (./akidb ensure-built), or set {name} or AKIDB_HOME")
        return installation


def build_command(
    installation: Installation,
    *,
    master: str,
    memory: str,
    spark_conf: Mapping[str, str],
    tenant: str,
    collection: str,
    bucket: str,
    endpoint: str | None,
    build_id: str | None = None,
) -> list[str]:
    """The words of the call. Credentials are no part of it: they go by the environment."""
    command = [str(installation.spark_submit), "--master", master, "--driver-memory", memory]
    settings = {"spark.executor.memory": memory, **spark_conf}
    for name, value in settings.items():
        command += ["--conf", f"{name}={value}"]
    command += ["--class", "io.akidb.build.BuildJob", str(installation.job_jar)]
    command += ["--tenant", tenant, "--collection", collection, "--bucket", bucket, "--progress"]
    if endpoint:
        command += ["--endpoint", endpoint]
    if build_id:
        command += ["--build-id", build_id]
    return command


def run_build(command: Sequence[str], environment: Mapping[str, str], timeout_secs: float) -> dict[str, object]:
    """Runs the job to its end and answers its summary.

    The process has a group of its own, which is ended with it: by the time-out, by an exception in this thread (Airflow
    ends a task that way), and when the job is done.
    """
    try:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as failure:
        raise BuildRefused(f"{command[0]} cannot be started: {failure}") from failure
    late = threading.Event()

    def stop_late() -> None:
        late.set()
        _end(process)

    timer = threading.Timer(timeout_secs, stop_late)
    timer.daemon = True
    timer.start()
    last_lines: deque[str] = deque(maxlen=LAST_LINES)
    build: str | None = None
    summary: dict[str, object] | None = None
    try:
        assert process.stdout is not None
        for line in process.stdout:
            line = line.rstrip()[:LINE_CHARS_MAX]
            log.info("%s", line)
            last_lines.append(line)
            said = _json_object(line)
            build = str(said["build_id"]) if "build_id" in said else build
            summary = said if said.get("type") == "summary" else summary
        exit_code = process.wait()
    finally:
        timer.cancel()
        _end(process)
    told = "\n".join(last_lines)
    unfinished = build if summary is None else None
    if late.is_set():
        raise BuildFailed(
            f"the build did not end within {timeout_secs:g} s and was stopped; its last words:\n{told}", unfinished
        )
    if exit_code == EXIT_USAGE:
        raise BuildRefused(f"the build job refused its command line:\n{told}")
    if exit_code != 0:
        raise BuildFailed(f"the build job ended with {exit_code}; its last words:\n{told}", unfinished)
    if summary is None:
        raise BuildFailed(f"the build job ended without a summary; its last words:\n{told}", unfinished)
    return summary


def run_build_until_ended(
    command_for: Callable[[str | None], Sequence[str]], environment: Mapping[str, str], timeout_secs: float, attempts: int
) -> dict[str, object]:
    """Runs a build, and when its job died on the way, goes on with the same build in a new one: finished shards are kept.

    ``command_for`` makes the call for a build's id, or for a new build. The time-out is for all attempts together.
    """
    deadline = time.monotonic() + timeout_secs
    build: str | None = None
    for attempt in range(1, attempts + 1):
        try:
            return run_build(command_for(build), environment, max(1.0, deadline - time.monotonic()))
        except BuildFailed as failure:
            build = failure.unfinished_build
            if build is None or attempt == attempts or time.monotonic() >= deadline:
                raise
            log.warning("the job died; going on with build %s: %s", build, failure)
    raise AssertionError("unreachable: attempts must be positive")


def _json_object(line: str) -> dict[str, object]:
    if not line.startswith("{"):
        return {}
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _end(process: subprocess.Popen[str]) -> None:
    """Ends the process's group, by force when it does not listen. Nothing left to end is no error."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        try:
            process.wait(timeout=STOP_WAIT_SECS)
        except subprocess.TimeoutExpired:
            continue
