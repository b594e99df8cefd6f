# The environment in which Spark's classes run here. Needs say.sh, toolchain.sh, engine.sh. Sourced.
# shellcheck shell=bash

# spark_environment: sets SPARK_HOME (made of the Maven artefacts unless it is given) and the loopback settings.
spark_environment() {
  require_jdk
  if [[ -z ${SPARK_HOME:-} ]]; then
    SPARK_HOME=$(engine_home spark "$AKIDB_HOME/build-spark/target/spark-classpath" jars)
    export SPARK_CONF_DIR=${SPARK_CONF_DIR:-$AKIDB_HOME/deploy/services/conf/spark}
  fi
  export SPARK_HOME
  export SPARK_SCALA_VERSION=${SPARK_SCALA_VERSION:-2.13}
  # Master, workers, drivers and executors meet on loopback. For a cluster of several machines set these two.
  export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
  export SPARK_LOCAL_HOSTNAME=${SPARK_LOCAL_HOSTNAME:-$SPARK_LOCAL_IP}
}

# spark_command CLASS ARGUMENT...: sets SPARK_COMMAND to the java call that Spark's own launcher makes of it, with the
# JVM options that Spark wants.
spark_command() {
  local word status=0
  SPARK_COMMAND=()
  # The launcher prints a first, empty word, then one word per argument, each ended by a zero byte.
  while IFS= read -r -d '' word; do
    SPARK_COMMAND+=("$word")
  done < <("$AKIDB_JAVA" -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$SPARK_HOME/jars/*" \
    org.apache.spark.launcher.Main "$@" || printf 'failed\0')
  if ((${#SPARK_COMMAND[@]} < 3)) || [[ ${SPARK_COMMAND[${#SPARK_COMMAND[@]} - 1]} == failed ]]; then
    status=1
  fi
  # What stands before the command proper is the launcher's preamble; the command starts with a line feed.
  SPARK_COMMAND=("${SPARK_COMMAND[@]:1}")
  SPARK_COMMAND[0]=${SPARK_COMMAND[0]#$'\n'}
  ((status == 0)) || fail "Spark's launcher refused: $*"
}
