# The standalone Spark and Flink of `./akidb services`, started for real, each given a job by its own submit command.
# shellcheck shell=bash disable=SC2154

# shellcheck source=../../launcher/say.sh
. "$AKIDB_HOME/deploy/launcher/say.sh"
# shellcheck source=../../launcher/toolchain.sh
. "$AKIDB_HOME/deploy/launcher/toolchain.sh"

# The caller may have a cluster of his own in the environment.
unset FLINK_CONF_DIR FLINK_PLUGINS_DIR SPARK_HOME SPARK_CONF_DIR AKIDB_FLINK_PORT AKIDB_SPARK_PORT
export AKIDB_SERVICES_DIR=$SCRATCH/services AKIDB_SPARK_CORES=2 AKIDB_SPARK_MEMORY=1g

tear_down() {
  services stop >/dev/null 2>&1 || true
}

services() {
  bash "$AKIDB_HOME/deploy/services/services.sh" "$@"
}

# job_jar CLASS CLASS-PATH-FILE: compiles tests/jobs/CLASS.java into CLASS.jar.
job_jar() {
  require_jdk
  "$JAVA_HOME/bin/javac" -d "$SCRATCH/classes" -cp "$(<"$2")" "$AKIDB_HOME/deploy/services/tests/jobs/$1.java"
  "$JAVA_HOME/bin/jar" --create --file "$SCRATCH/$1.jar" -C "$SCRATCH/classes" .
}

pid_of() {
  local pid
  read -r pid _ <"$AKIDB_SERVICES_DIR/$1/pid"
  printf '%s\n' "$pid"
}

test_spark_standalone_cluster_runs_a_job_by_spark_submit() {
  job_jar SumOnSpark "$AKIDB_HOME/build-spark/target/spark-classpath"
  services start spark
  run services start spark
  expect_status 0
  expect_output "already runs"
  run services status spark
  expect_status 0
  eval "$(services env spark)"
  run "$AKIDB_HOME/deploy/services/spark-submit" --master "$AKIDB_SPARK_MASTER" --conf spark.executor.memory=512m \
    --class SumOnSpark "$SCRATCH/SumOnSpark.jar" 1 2 3 4
  expect_status 0
  expect_output "sum=10 in another process=true"
  services stop spark
  run services status spark
  expect_status 1
}

test_spark_submit_of_a_job_that_fails_fails() {
  job_jar SumOnSpark "$AKIDB_HOME/build-spark/target/spark-classpath"
  run "$AKIDB_HOME/deploy/services/spark-submit" --master "local[1]" --class SumOnSpark "$SCRATCH/SumOnSpark.jar" 1 two
  expect_status 1
  expect_output "NumberFormatException"
}

test_spark_cluster_that_lost_its_worker_is_repaired_by_start() {
  services start spark
  kill -9 "$(pid_of spark/worker)"
  run services status spark
  expect_status 1
  services start spark
  run services status spark
  expect_status 0
}

test_flink_standalone_cluster_runs_a_job_by_flink_run() {
  local sum pid
  job_jar CountOnFlink "$AKIDB_HOME/ingest-flink/target/flink-classpath"
  services start flink
  run services start flink
  expect_status 0
  expect_output "already runs"
  eval "$(services env flink)"
  run "$AKIDB_HOME/deploy/services/flink-run" -c CountOnFlink "$SCRATCH/CountOnFlink.jar" "$SCRATCH/sum"
  expect_status 0
  read -r sum pid <<<"$(<"$SCRATCH/sum")"
  expect_equal "$sum" 500500
  expect_equal "$pid" "$(pid_of flink/taskmanager)"
  services stop flink
  run services status flink
  expect_status 1
}

test_flink_run_without_a_cluster_is_refused() {
  run "$AKIDB_HOME/deploy/services/flink-run" "$SCRATCH/none.jar"
  expect_status 2
  expect_output "./akidb services start flink"
}
