"""Runs the build job by spark-submit, as a child process that never outlives the task.

The job writes one JSON object a line to its standard output, its last one says what it committed; all else that it or
Spark says goes to the task's log.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
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
    """The job failed, was killed, or ran out of time; trying it again may help."""


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
    """Runs the job to its end and answers its last JSON line.

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
    result: dict[str, object] = {}
    try:
        assert process.stdout is not None
        for line in process.stdout:
            line = line.rstrip()[:LINE_CHARS_MAX]
            log.info("%s", line)
            last_lines.append(line)
            result = _json_object(line) or result
        exit_code = process.wait()
    finally:
        timer.cancel()
        _end(process)
    told = "\n".join(last_lines)
    if late.is_set():
        raise BuildFailed(f"the build did not end within {timeout_secs:g} s and was stopped; its last words:\n{told}")
    if exit_code == EXIT_USAGE:
        raise BuildRefused(f"the build job refused its command line:\n{told}")
    if exit_code != 0:
        raise BuildFailed(f"the build job ended with {exit_code}; its last words:\n{told}")
    return result


def _json_object(line: str) -> dict[str, object] | None:
    if not line.startswith("{"):
        return None
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


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
