"""The DAG run by a real Airflow: a real spark-submit builds a real collection, which a real node then serves."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from akidb_index import read_index
from conftest import DAGS, REPOSITORY

AKIDB = str(REPOSITORY / "akidb")
START_SECS = 120
DIMENSION = 32
ROWS = 2_000
SEED = 20261121


@pytest.fixture(scope="module")
def dag(airflow_database):
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(DAGS)).dags["akidb_build"]


class Node:
    """A serving node on a bucket, and a client of its REST API."""

    def __init__(self, log: Path, bucket: str, endpoint: str | None = None, secrets: dict[str, str] | None = None) -> None:
        self.log = log
        self.url = ""
        self.operator_key = "operator-key-of-the-airflow-tests"
        self.ready = threading.Event()
        environment = os.environ | {"AKIDB_ADMIN_API_KEY": self.operator_key} | (secrets or {})
        command = [AKIDB, "serve", "--bucket", bucket, "--port", "0"] + (["--endpoint", endpoint] if endpoint else [])
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if not self.ready.wait(START_SECS) or not self.url:
            self.stop()
            pytest.fail(f"the node did not become ready:\n{self.log.read_text()[-4000:]}")

    def _read(self) -> None:
        """Keeps what the node prints, and learns from it where it answers; at its end nobody has to wait for more."""
        with self.log.open("wb") as log:
            for line in self.process.stdout:
                log.write(line)
                log.flush()
                if line.startswith(b"ready "):
                    self.url = line.decode().split()[1]
                    self.ready.set()
        self.ready.set()

    def call(self, method: str, path: str, body: object = None, key: str | None = None) -> dict:
        request = urllib.request.Request(
            f"{self.url}/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {key or self.operator_key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as failure:
            pytest.fail(f"{method} {path}: {failure.code} {failure.read().decode()}")

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(timeout=30)
        self.reader.join(timeout=30)


@pytest.fixture
def bucket(tmp_path) -> Path:
    folder = tmp_path / "bucket"
    folder.mkdir()
    return folder


@pytest.fixture
def node(bucket, tmp_path):
    node = Node(tmp_path / "node.log", str(bucket))
    yield node
    node.stop()


@pytest.fixture
def spark_master(tmp_path):
    """A standalone master and worker of the test's own."""
    environment = os.environ | {"AKIDB_SERVICES_DIR": str(tmp_path / "services"), "AKIDB_SPARK_CORES": "2", "AKIDB_SPARK_MEMORY": "2g"}

    def services(*arguments: str) -> str:
        done = subprocess.run(
            [AKIDB, "services", *arguments], env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        services("start", "spark")
        yield services("env", "spark").strip().removeprefix("export AKIDB_SPARK_MASTER=")
    finally:
        services("stop", "spark")


def run_dag(dag, **conf):
    """Runs the DAG to its end and answers the run's state and each task's."""
    run = dag.test(run_conf=conf)
    return str(run.state), {instance.task_id: str(instance.state) for instance in run.get_task_instances()}


def vectors(first: int, count: int) -> list[dict]:
    chosen = random.Random(SEED + first)
    return [
        {"id": f"v{number}", "vector": [chosen.gauss(0, 1) for _ in range(DIMENSION)], "payload": {"number": number}}
        for number in range(first, first + count)
    ]


def test_collection_that_is_not_there_fails_at_once(dag, bucket, capfd, caplog):
    state, tasks = run_dag(dag, tenant="default", collection="nothing", bucket=str(bucket))
    assert state == "failed"
    assert tasks == {"look_before": "failed", "submit_build": "upstream_failed", "await_commit": "upstream_failed"}
    captured = capfd.readouterr()
    assert "create the collection" in captured.out + captured.err + caplog.text


def make_collection(node: Node, rows: list[dict]) -> tuple[str, str]:
    """A tenant with a collection of these rows; answers the tenant's id and key."""
    tenant = node.call("POST", "/tenants", {"name": "airflow"})
    key = tenant["api_key"]
    node.call("POST", "/collections", {"name": "products", "vector_dim": DIMENSION, "distance": "l2"}, key)
    node.call("POST", "/collections/products/vectors", {"vectors": rows}, key)
    return tenant["tenant_id"], key


def test_build_on_a_standalone_cluster_is_committed_and_served(dag, node, bucket, spark_master):
    rows = vectors(0, ROWS)
    tenant, key = make_collection(node, rows)

    state, tasks = run_dag(dag, tenant=tenant, collection="products", bucket=str(bucket), master=spark_master, memory="1g")
    assert (state, set(tasks.values())) == ("success", {"success"})
    built = read_index(str(bucket), None, None, tenant, "products")
    assert built.build_id is not None
    assert built.rows == ROWS

    found = node.call("POST", "/collections/products/search", {"vector": rows[7]["vector"], "k": 3}, key)
    assert found["results"][0]["id"] == "v7"

    node.call("POST", "/collections/products/vectors", {"vectors": vectors(ROWS, 10)}, key)
    state, _ = run_dag(dag, tenant=tenant, collection="products", bucket=str(bucket), master="local[2]", memory="1g")
    assert state == "success"
    again = read_index(str(bucket), None, None, tenant, "products")
    assert again.build_id != built.build_id
    assert again.rows == ROWS + 10


def test_job_that_is_killed_is_gone_on_with(dag, node, bucket, tmp_path, monkeypatch):
    """The first job is killed at its first sign of progress; the build must end up committed under the same id."""
    tenant, _ = make_collection(node, vectors(0, ROWS))
    real = REPOSITORY / "deploy/services/spark-submit"
    calls = tmp_path / "calls"
    killing = tmp_path / "spark-submit"
    killing.write_text(
        f"""#!/usr/bin/env bash
echo "$*" >>{calls}
if [[ "$*" == *--build-id* ]]; then exec {real} "$@"; fi
coproc JOB {{ exec {real} "$@" 2>&1; }}
while IFS= read -r line <&"${{JOB[0]}}"; do
  echo "$line"
  if [[ $line == *'"progress"'* ]]; then kill -9 "$JOB_PID"; exit 137; fi
done
exit 1
"""
    )
    killing.chmod(0o755)
    monkeypatch.setenv("AKIDB_SPARK_SUBMIT", str(killing))
    state, _ = run_dag(
        dag, tenant=tenant, collection="products", bucket=str(bucket), master="local[2]", memory="1g", lease_seconds=10
    )
    assert state == "success"
    built = read_index(str(bucket), None, None, tenant, "products")
    assert built.rows == ROWS
    first, second = calls.read_text().splitlines()
    assert "--build-id" not in first
    assert f"--build-id {built.build_id}" in second


def test_build_in_minio_by_an_airflow_connection(dag, minio, tmp_path, monkeypatch):
    _, endpoint, credentials, name = minio
    bucket = f"s3://{name}/some/where"
    monkeypatch.setenv(
        "AIRFLOW_CONN_AKIDB_BUCKET",
        json.dumps({"conn_type": "generic", "login": credentials.access_key, "password": credentials.secret_key}),
    )
    secrets = {"AKIDB_ACCESS_KEY": credentials.access_key, "AKIDB_SECRET_KEY": credentials.secret_key}
    node = Node(tmp_path / "node.log", bucket, endpoint, secrets)
    try:
        tenant, key = make_collection(node, vectors(0, ROWS))
        state, _ = run_dag(
            dag,
            tenant=tenant,
            collection="products",
            bucket=bucket,
            endpoint=endpoint,
            connection="akidb_bucket",
            master="local[2]",
            memory="1g",
        )
        assert state == "success"
        assert read_index(bucket, endpoint, credentials, tenant, "products").rows == ROWS
    finally:
        node.stop()
