# A Spark standalone cluster on loopback: one master and one worker. Needs say.sh, lock.sh, toolchain.sh, process.sh,
# engine.sh, spark-env.sh. Sourced by services.sh.
# shellcheck shell=bash

SPARK_PORT_FIRST=7077
SPARK_WEB_PORT_FIRST=8180
SPARK_START_WAIT_SECS=90
SPARK_STATE=$SERVICES_STATE/spark

spark_endpoint() {
  cat "$SPARK_STATE/endpoint" 2>/dev/null || true
}

spark_web() {
  cat "$SPARK_STATE/web" 2>/dev/null || true
}

# Whether the master answers and its worker has registered.
spark_healthy() {
  local answer
  answer=$(http_get "$(spark_web)/json/") || return 1
  [[ ${answer//[[:space:]]/} == *'"aliveworkers":1'* ]]
}

spark_start() {
  spark_environment
  mkdir -p "$SPARK_STATE/master" "$SPARK_STATE/worker" "$SPARK_STATE/work"
  lock_take "$SPARK_STATE/lock" 240 "starting Spark"
  if process_pid "$SPARK_STATE/master" >/dev/null && process_pid "$SPARK_STATE/worker" >/dev/null; then
    say "Spark already runs at $(spark_endpoint)"
  else
    spark_stop_processes
    spark_launch
  fi
  lock_release
}

# Without AKIDB_SPARK_PORT a free port is chosen; when another takes it first, Spark moves on to the next by itself, so
# what it got is read from its log.
spark_launch() {
  local port web log=$SPARK_STATE/master/log
  if [[ -n ${AKIDB_SPARK_PORT:-} ]]; then
    port_must_be_free "$AKIDB_SPARK_PORT" AKIDB_SPARK_PORT
    port=$AKIDB_SPARK_PORT
  else
    port=$(port_free_from "$SPARK_PORT_FIRST") || fail "no free port from $SPARK_PORT_FIRST on"
  fi
  web=$(port_free_from "$SPARK_WEB_PORT_FIRST") || fail "no free port from $SPARK_WEB_PORT_FIRST on"
  : >"$log"
  : >"$SPARK_STATE/worker/log"
  spark_command org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" --webui-port "$web"
  process_launch "$SPARK_STATE/master" "$log" "${SPARK_COMMAND[@]}"
  if ! process_await "$SPARK_STATE/master" "$SPARK_START_WAIT_SECS" spark_master_answers; then
    process_stop "$SPARK_STATE/master"
    fail_with_log "the Spark master did not start" "$log"
  fi
  spark_launch_worker
}

spark_master_answers() {
  local log=$SPARK_STATE/master/log
  sed -n 's:.*Starting Spark master at \(spark\://[^ ]*\).*:\1:p' "$log" >"$SPARK_STATE/endpoint"
  sed -n 's:.*Bound MasterWebUI to .* started at \(http\://[^ ]*[^ /]\).*:\1:p' "$log" >"$SPARK_STATE/web"
  [[ -s $SPARK_STATE/endpoint && -s $SPARK_STATE/web ]] && http_answers "$(spark_web)/json/"
}

spark_launch_worker() {
  local options=()
  [[ -z ${AKIDB_SPARK_CORES:-} ]] || options+=(--cores "$AKIDB_SPARK_CORES")
  [[ -z ${AKIDB_SPARK_MEMORY:-} ]] || options+=(--memory "$AKIDB_SPARK_MEMORY")
  spark_command org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --webui-port 0 --work-dir "$SPARK_STATE/work" \
    ${options[@]+"${options[@]}"} "$(spark_endpoint)"
  process_launch "$SPARK_STATE/worker" "$SPARK_STATE/worker/log" "${SPARK_COMMAND[@]}"
  if ! process_await "$SPARK_STATE/worker" "$SPARK_START_WAIT_SECS" spark_healthy; then
    spark_stop_processes
    fail_with_log "the Spark worker did not register" "$SPARK_STATE/worker/log"
  fi
  say "Spark runs at $(spark_endpoint) (its page: $(spark_web))"
}

spark_stop_processes() {
  process_stop "$SPARK_STATE/worker"
  process_stop "$SPARK_STATE/master"
}

spark_stop() {
  local pid=""
  pid=$(process_pid "$SPARK_STATE/master" || process_pid "$SPARK_STATE/worker") || true
  spark_stop_processes
  if [[ -n $pid ]]; then say "Spark stopped"; else say "Spark does not run"; fi
}

spark_status() {
  local master worker
  master=$(process_pid "$SPARK_STATE/master") || master=""
  worker=$(process_pid "$SPARK_STATE/worker") || worker=""
  if [[ -z $master$worker ]]; then
    printf 'spark  stopped\n'
    return 1
  elif [[ -z $master || -z $worker ]] || ! spark_healthy; then
    printf 'spark  not answering  master pid %s  worker pid %s  logs %s\n' "${master:-none}" "${worker:-none}" "$SPARK_STATE/*/log"
    return 1
  fi
  printf 'spark  running  %s  page %s  pids %s %s\n' "$(spark_endpoint)" "$(spark_web)" "$master" "$worker"
}

spark_env() {
  process_pid "$SPARK_STATE/master" >/dev/null || fail "Spark does not run: ./akidb services start spark"
  printf 'export AKIDB_SPARK_MASTER=%q\n' "$(spark_endpoint)"
}
