"""### Build a collection's index

Runs AkiDB's bulk build of one collection by `spark-submit` and waits until the collection's head lists what it
committed. Trigger it with `tenant`, `collection` and `bucket`; every other parameter has a default.

* **look_before** reads the collection's head. A collection that is not there fails the run at once.
* **submit_build** runs the job to its end, its progress in this task's log. When the job dies on the way, a new one
  goes on with the same build. A build that fails or takes longer than `build_timeout_minutes` is stopped and tried
  again; a command line that the job refuses is not.
* **await_commit** polls the head until it lists the build, or a newer one that read at least as much.

Environment of the worker: `AKIDB_HOME` (a built checkout; by default the one that this file is in), or
`AKIDB_SPARK_SUBMIT` and `AKIDB_BUILD_JAR`; for an S3 bucket `AKIDB_ACCESS_KEY` and `AKIDB_SECRET_KEY`, or an Airflow
connection with them as login and password, named by the parameter `connection`. `AKIDB_BUILD_SCHEDULE` (cron) runs it
by the clock, with the parameters' defaults out of `AKIDB_TENANT`, `AKIDB_COLLECTION`, `AKIDB_BUCKET`,
`AKIDB_ENDPOINT`, `AKIDB_SPARK_MASTER`.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from typing import Any

from airflow.sdk import Connection, Param, PokeReturnValue, dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from akidb_index import BucketUnreachable, CollectionMissing, Credentials, HeadUnreadable, IndexState, read_index
from akidb_submit import BuildRefused, Installation, build_command, run_build_until_ended

BUILD_TIMEOUT_MAX = timedelta(hours=24)
COMMIT_TIMEOUT = timedelta(minutes=10)
JOB_ATTEMPTS = 3
POLL_INTERVAL = timedelta(seconds=2)
NAME = "^[a-z0-9][a-z0-9_-]{0,63}$"


def _default(variable: str, otherwise: str = "") -> str:
    return os.environ.get(variable) or otherwise


PARAMS = {
    "tenant": Param(_default("AKIDB_TENANT", "default"), type="string", pattern=NAME, description="The tenant's id."),
    "collection": Param(_default("AKIDB_COLLECTION", "products"), type="string", pattern=NAME),
    "bucket": Param(
        _default("AKIDB_BUCKET", "/var/lib/akidb/bucket"),
        type="string",
        minLength=1,
        description="A local directory that workers and Spark share, or s3://bucket[/prefix].",
    ),
    "endpoint": Param(
        _default("AKIDB_ENDPOINT") or None,
        type=["null", "string"],
        pattern="^https?://",
        description="Of the S3 service, as http://127.0.0.1:9000; nothing for a local directory or AWS.",
    ),
    "connection": Param(
        None,
        type=["null", "string"],
        description="The Airflow connection with the bucket's access key and secret key; without one the worker's environment has them.",
    ),
    "master": Param(
        _default("AKIDB_SPARK_MASTER", "local[*]"),
        type="string",
        pattern=r"^(local(\[.+\])?|spark://.+|k8s://.+|yarn)$",
        description="Spark's master: local[*], or spark://host:7077.",
    ),
    "memory": Param("2g", type="string", pattern="^[1-9][0-9]*[mg]$", description="Of the driver and of each executor."),
    "spark_conf": Param({}, type="object", additionalProperties={"type": "string"}, description="More of Spark's settings."),
    "lease_seconds": Param(
        60,
        type="integer",
        minimum=5,
        maximum=3600,
        description="After so long without a sign of life a job is taken for dead, and another may go on with its build.",
    ),
    "incremental": Param(
        False,
        type="boolean",
        description="Keeps the index's partitions where that pays, and merges what changed into its shards.",
    ),
    "build_timeout_minutes": Param(240, type="number", exclusiveMinimum=0, maximum=BUILD_TIMEOUT_MAX.total_seconds() / 60),
}


def _credentials(params: dict[str, Any]) -> Credentials | None:
    if params["connection"]:
        connection = Connection.get(params["connection"])
        if not connection.login or not connection.password:
            raise AirflowFailException(f"connection {params['connection']!r} needs a login (access key) and a password (secret key)")
        return Credentials(connection.login, connection.password)
    access = os.environ.get("AKIDB_ACCESS_KEY") or os.environ.get("AWS_ACCESS_KEY_ID")
    secret = os.environ.get("AKIDB_SECRET_KEY") or os.environ.get("AWS_SECRET_ACCESS_KEY")
    return Credentials(access, secret) if access and secret else None


def _read(params: dict[str, Any]) -> IndexState:
    """Reads the head; what waiting cannot cure fails the task for good."""
    try:
        return read_index(params["bucket"], params["endpoint"], _credentials(params), params["tenant"], params["collection"])
    except (CollectionMissing, HeadUnreadable) as failure:
        raise AirflowFailException(str(failure)) from failure


def has_committed(state: IndexState, build_id: str | None, read_at_least: int) -> bool:
    """Whether a head lists the build, or a newer one that read no older generation than the build did."""
    if state.build_id is None or state.read_generation is None:
        return False
    return state.build_id == build_id or state.read_generation >= read_at_least


@dag(
    dag_id="akidb_build",
    schedule=_default("AKIDB_BUILD_SCHEDULE") or None,
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=4,
    dagrun_timeout=BUILD_TIMEOUT_MAX * 3,
    params=PARAMS,
    tags=["akidb"],
    doc_md=__doc__,
)
def akidb_build() -> None:
    @task(retries=3, retry_delay=timedelta(seconds=10), execution_timeout=timedelta(minutes=5))
    def look_before(params: dict[str, Any]) -> dict[str, Any]:
        state = _read(params)
        return {"generation": state.generation, "build_id": state.build_id}

    @task(
        retries=2,
        retry_delay=timedelta(seconds=30),
        retry_exponential_backoff=True,
        max_retry_delay=timedelta(minutes=10),
        execution_timeout=BUILD_TIMEOUT_MAX,
    )
    def submit_build(before: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        environment = dict(os.environ)
        credentials = _credentials(params)
        if credentials:
            environment |= {"AKIDB_ACCESS_KEY": credentials.access_key, "AKIDB_SECRET_KEY": credentials.secret_key}
        try:
            installation = Installation.from_environment(environment)

            def command_for(build_id: str | None) -> list[str]:
                return build_command(
                    installation,
                    master=params["master"],
                    memory=params["memory"],
                    spark_conf=params["spark_conf"],
                    tenant=params["tenant"],
                    collection=params["collection"],
                    bucket=params["bucket"],
                    endpoint=params["endpoint"],
                    lease_seconds=params["lease_seconds"],
                    build_id=build_id,
                    incremental=params["incremental"],
                )

            summary = run_build_until_ended(command_for, environment, params["build_timeout_minutes"] * 60, JOB_ATTEMPTS)
        except BuildRefused as refused:
            raise AirflowFailException(str(refused)) from refused
        if summary["outcome"] == "superseded" and not has_committed(_read(params), None, before["generation"]):
            raise AirflowException(f"a build that read less was faster, so this one is repeated: {summary['message']}")
        return {"build_id": summary["build_id"], "read_at_least": summary.get("read_generation", before["generation"])}

    @task.sensor(
        mode="poke",
        poke_interval=POLL_INTERVAL.total_seconds(),
        timeout=COMMIT_TIMEOUT.total_seconds(),
        execution_timeout=COMMIT_TIMEOUT * 2,
        retries=1,
    )
    def await_commit(submitted: dict[str, Any], params: dict[str, Any]) -> PokeReturnValue:
        try:
            state = _read(params)
        except BucketUnreachable as failure:
            print(f"not yet: {failure}")
            return PokeReturnValue(is_done=False)
        done = has_committed(state, submitted["build_id"], submitted["read_at_least"])
        if not done:
            print(f"not yet: generation {state.generation} lists build {state.build_id}, waiting for {submitted['build_id']}")
        return PokeReturnValue(
            is_done=done,
            xcom_value={"generation": state.generation, "build_id": state.build_id, "indexed": state.rows},
        )

    await_commit(submit_build(look_before()))


akidb_build()
