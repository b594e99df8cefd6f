"""A real Airflow of the tests' own: its home, database and configuration in a scratch folder, nothing shared."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import pytest

DAGS = Path(__file__).resolve().parents[1] / "dags"
REPOSITORY = DAGS.parents[1]

# Before anything imports airflow, which reads these once.
_home = tempfile.TemporaryDirectory(prefix="akidb-airflow-")
os.environ["AIRFLOW_HOME"] = _home.name
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(DAGS)
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "False"
os.environ["AKIDB_HOME"] = str(REPOSITORY)
for name in [name for name in os.environ if name.startswith(("AWS_", "AKIDB_ACCESS", "AKIDB_SECRET"))]:
    del os.environ[name]
for name in ("AKIDB_TENANT", "AKIDB_COLLECTION", "AKIDB_BUCKET", "AKIDB_ENDPOINT", "AKIDB_SPARK_MASTER", "AKIDB_BUILD_SCHEDULE"):
    os.environ.pop(name, None)
sys.path.insert(0, str(DAGS))


def run_airflow(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Calls Airflow's own command line."""
    return subprocess.run(
        [sys.executable, "-m", "airflow", *arguments], capture_output=True, text=True, timeout=180, check=False
    )


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """Airflow's metadata database, made by its own migration."""
    done = run_airflow("db", "migrate")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def minio():
    """A bucket of its own in a real MinIO: client, endpoint, credentials, bucket."""
    import boto3
    from akidb_index import Credentials

    endpoint = os.environ.get("AKIDB_TEST_MINIO")
    if not endpoint:
        pytest.skip("AKIDB_TEST_MINIO is not set: nothing was tried on MinIO; ./akidb test airflow-dags starts one")
    credentials = Credentials(os.environ["AKIDB_TEST_MINIO_ACCESS_KEY"], os.environ["AKIDB_TEST_MINIO_SECRET_KEY"])
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
    )
    bucket = f"airflow-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=bucket)
    return client, endpoint, credentials, bucket
