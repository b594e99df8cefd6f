"""The DAGs as a real Airflow sees them."""

from __future__ import annotations

import copy
import json
from datetime import timedelta

import pytest
from conftest import DAGS, run_airflow


@pytest.fixture(scope="module")
def dag(airflow_database):
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(DAGS))
    assert bag.import_errors == {}
    assert list(bag.dags) == ["akidb_build"]
    return bag.dags["akidb_build"]


def test_airflow_lists_no_import_error(airflow_database):
    reserialized = run_airflow("dags", "reserialize")
    assert reserialized.returncode == 0, reserialized.stderr
    assert rows(run_airflow("dags", "list-import-errors", "--output", "json")) == []
    assert [dag["dag_id"] for dag in rows(run_airflow("dags", "list", "--output", "json"))] == ["akidb_build"]


def rows(done):
    """The JSON of an Airflow listing, which may come after warnings."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout[done.stdout.index("\n[" if not done.stdout.startswith("[") else "[") :])


def test_tasks_follow_one_another(dag):
    assert {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks} == {
        "look_before": ["submit_build"],
        "submit_build": ["await_commit"],
        "await_commit": [],
    }


def test_every_task_is_bounded(dag):
    assert dag.dagrun_timeout is not None
    for task in dag.tasks:
        assert task.execution_timeout is not None and task.execution_timeout <= timedelta(hours=24), task.task_id
        assert 1 <= task.retries <= 5, task.task_id
    assert dag.get_task("await_commit").timeout <= 3600


def test_parameters_are_checked(dag):
    from airflow.exceptions import ParamValidationError

    for name, wrong in (
        ("tenant", "../other"),
        ("collection", "Products"),
        ("bucket", ""),
        ("endpoint", "127.0.0.1:9000"),
        ("master", "bash -c true"),
        ("memory", "2 apples"),
        ("spark_conf", {"spark.executor.cores": 2}),
        ("lease_seconds", 0),
        ("incremental", "yes"),
        ("build_timeout_minutes", 0),
    ):
        params = copy.deepcopy(dag.params)
        with pytest.raises(ParamValidationError):
            params[name] = wrong
    copy.deepcopy(dag.params).validate()


def test_no_secret_is_a_parameter(dag):
    assert not [name for name in dag.params if "secret" in name or "password" in name or "access_key" in name]
