"""Runs the build job by spark-submit, as a child process that never outlives the task.

The job writes one JSON object a line to its standard output: its progress, and at the end a summary that says what it
committed. All else that it or Spark says goes to the task's log.
"""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

EXIT_USAGE = 2
LAST_LINES = 15
STOP_WAIT_SECS = 20
WAIT_SECS = 1.0
LINE_BYTES_MAX = 64 * 1024

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
    lease_seconds: int,
    build_id: str | None = None,
    incremental: bool = False,
) -> list[str]:
    """The words of the call. Credentials are no part of it: they go by the environment."""
    command = [str(installation.spark_submit), "--master", master, "--driver-memory", memory]
    settings = {"spark.executor.memory": memory, **spark_conf}
    for name, value in settings.items():
        command += ["--conf", f"{name}={value}"]
    command += ["--class", "io.akidb.build.BuildJob", str(installation.job_jar)]
    command += ["--tenant", tenant, "--collection", collection, "--bucket", bucket, "--progress"]
    command += ["--lease-seconds", str(lease_seconds)]
    if endpoint:
        command += ["--endpoint", endpoint]
    if build_id:
        command += ["--build-id", build_id]
    if incremental:
        command += ["--incremental"]
    return command


def run_build(command: Sequence[str], environment: Mapping[str, str], timeout_secs: float) -> dict[str, object]:
    """Runs the job to its end and answers its summary.

    The process has a group of its own, which is ended with it: by the time-out, by an exception in this thread (Airflow
    ends a task that way), and when the job is done.
    """
    deadline = time.monotonic() + timeout_secs
    started: list[subprocess.Popen[bytes]] = []
    last_lines: deque[str] = deque(maxlen=LAST_LINES)
    build: str | None = None
    summary: dict[str, object] | None = None
    late = False
    try:
        process = _start(command, environment, started)
        for line in _lines(process, deadline):
            log.info("%s", line)
            last_lines.append(line)
            said = _json_object(line)
            build = str(said["build_id"]) if "build_id" in said else build
            summary = said if said.get("type") == "summary" else summary
        exit_code = process.wait(timeout=max(0.0, deadline - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        late = True
    finally:
        for process in started:
            _end(process)
    told = "\n".join(last_lines)
    unfinished = build if summary is None else None
    if late:
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


def _start(
    command: Sequence[str], environment: Mapping[str, str], started: list[subprocess.Popen[bytes]]
) -> subprocess.Popen[bytes]:
    """Starts the process and notes it in ``started``.

    In a thread, because what a signal's handler raises comes up in the main one, at any point: also between the start
    of a process and the moment at which anybody knows of it.
    """

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started.append(process)
        return process

    with ThreadPoolExecutor(max_workers=1) as starter:
        try:
            return starter.submit(start).result()
        except OSError as failure:
            raise BuildRefused(f"{command[0]} cannot be started: {failure}") from failure


def _lines(process: subprocess.Popen[bytes], deadline: float) -> Iterator[str]:
    """The lines that the process prints, until it closes its output; TimeoutError at the deadline.

    Never waits long at a time: a signal that another thread received ends this one's waiting only between two waits.
    """
    assert process.stdout is not None
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            if not selector.select(min(WAIT_SECS, remaining)):
                continue
            chunk = os.read(process.stdout.fileno(), LINE_BYTES_MAX)
            *lines, pending = (pending + chunk).split(b"\n")
            if not chunk or len(pending) > LINE_BYTES_MAX:
                lines, pending = [*lines, pending], b""
            for line in lines:
                if line:
                    yield line.decode(errors="replace").rstrip()
            if not chunk:
                return


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


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process's group, by force when it does not listen. Nothing left to end is no error."""
    assert process.stdout is not None
    process.stdout.close()
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        try:
            process.wait(timeout=STOP_WAIT_SECS)
        except subprocess.TimeoutExpired:
            continue
