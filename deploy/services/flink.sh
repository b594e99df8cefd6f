# A Flink standalone cluster on loopback: one JobManager (session mode) and one TaskManager. Needs say.sh, lock.sh,
# toolchain.sh, process.sh, engine.sh, flink-env.sh. Sourced by services.sh.
# shellcheck shell=bash

FLINK_PORT_FIRST=8281
FLINK_RPC_PORT_FIRST=6123
FLINK_START_WAIT_SECS=90
FLINK_RESULT="BASH_JAVA_UTILS_EXEC_RESULT:"

flink_endpoint() {
  cat "$FLINK_STATE/endpoint" 2>/dev/null || true
}

# Whether the JobManager answers and its TaskManager has registered.
flink_healthy() {
  local answer
  answer=$(http_get "$(flink_endpoint)/overview") || return 1
  [[ ${answer//[[:space:]]/} == *'"taskmanagers":1'* ]]
}

flink_start() {
  unset FLINK_CONF_DIR # a running cluster has its own
  flink_environment
  mkdir -p "$FLINK_STATE/jobmanager" "$FLINK_STATE/taskmanager" "$FLINK_CONF_DIR" "$FLINK_STATE/tmp"
  lock_take "$FLINK_STATE/lock" 240 "starting Flink"
  if process_pid "$FLINK_STATE/jobmanager" >/dev/null && process_pid "$FLINK_STATE/taskmanager" >/dev/null; then
    say "Flink already runs at $(flink_endpoint)"
  else
    flink_stop_processes
    flink_launch
  fi
  lock_release
}

flink_launch() {
  local port rpc
  if [[ -n ${AKIDB_FLINK_PORT:-} ]]; then
    port_must_be_free "$AKIDB_FLINK_PORT" AKIDB_FLINK_PORT
    port=$AKIDB_FLINK_PORT
  else
    port=$(port_free_from "$FLINK_PORT_FIRST") || fail "no free port from $FLINK_PORT_FIRST on"
  fi
  rpc=$(port_free_from "$FLINK_RPC_PORT_FIRST") || fail "no free port from $FLINK_RPC_PORT_FIRST on"
  flink_configure "$port" "$rpc"
  printf 'http://127.0.0.1:%s\n' "$port" >"$FLINK_STATE/endpoint"
  flink_launch_one jobmanager GET_JM_RESOURCE_PARAMS org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint
  flink_launch_one taskmanager GET_TM_RESOURCE_PARAMS org.apache.flink.runtime.taskexecutor.TaskManagerRunner
  if ! process_await "$FLINK_STATE/jobmanager" "$FLINK_START_WAIT_SECS" flink_healthy; then
    flink_stop_processes
    say "the end of the TaskManager's log:"
    tail -n 5 "$FLINK_STATE/taskmanager/log" >&2 || true
    fail_with_log "Flink did not start" "$FLINK_STATE/jobmanager/log"
  fi
  say "Flink runs at $(flink_endpoint)"
}

flink_configure() {
  cat >"$FLINK_CONF_DIR/config.yaml" <<CONFIG
jobmanager.rpc.address: 127.0.0.1
jobmanager.rpc.port: $2
jobmanager.bind-host: 127.0.0.1
jobmanager.memory.process.size: 1024m
jobmanager.execution.failover-strategy: region
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.port: $1
rest.bind-port: $1
taskmanager.host: 127.0.0.1
taskmanager.bind-host: 127.0.0.1
taskmanager.memory.process.size: ${AKIDB_FLINK_MEMORY:-1728m}
taskmanager.numberOfTaskSlots: ${AKIDB_FLINK_SLOTS:-4}
parallelism.default: 1
io.tmp.dirs: $FLINK_STATE/tmp
web.upload.dir: $FLINK_STATE/tmp
CONFIG
}

# flink_launch_one ROLE SIZES CLASS: Flink computes the heap and the other sizes out of its configuration, as its own
# scripts have it do: one line of JVM options, one of settings.
flink_launch_one() {
  local role=$1 sizes jvm settings log=$FLINK_STATE/$1/log
  : >"$log"
  sizes=$("${FLINK_JAVA[@]}" -XX:TieredStopAtLevel=1 org.apache.flink.runtime.util.bash.BashJavaUtils "$2" \
    --configDir "$FLINK_CONF_DIR" 2>>"$log" | sed -n "s/^$FLINK_RESULT//p") || fail_with_log "Flink refused its configuration" "$log"
  { read -r jvm && read -r settings; } <<<"$sizes" || fail_with_log "Flink refused its configuration" "$log"
  # Both lines are lists of words.
  # shellcheck disable=SC2086
  process_launch "$FLINK_STATE/$role" "$log" "${FLINK_JAVA[@]}" $jvm "$3" --configDir "$FLINK_CONF_DIR" $settings
}

flink_stop_processes() {
  process_stop "$FLINK_STATE/taskmanager"
  process_stop "$FLINK_STATE/jobmanager"
}

flink_stop() {
  local pid=""
  pid=$(process_pid "$FLINK_STATE/jobmanager" || process_pid "$FLINK_STATE/taskmanager") || true
  flink_stop_processes
  if [[ -n $pid ]]; then say "Flink stopped"; else say "Flink does not run"; fi
}

flink_status() {
  local jobs tasks
  jobs=$(process_pid "$FLINK_STATE/jobmanager") || jobs=""
  tasks=$(process_pid "$FLINK_STATE/taskmanager") || tasks=""
  if [[ -z $jobs$tasks ]]; then
    printf 'flink  stopped\n'
    return 1
  elif [[ -z $jobs || -z $tasks ]] || ! flink_healthy; then
    printf 'flink  not answering  JobManager pid %s  TaskManager pid %s  logs %s\n' "${jobs:-none}" "${tasks:-none}" "$FLINK_STATE/*/log"
    return 1
  fi
  printf 'flink  running  %s  pids %s %s\n' "$(flink_endpoint)" "$jobs" "$tasks"
}

flink_env() {
  process_pid "$FLINK_STATE/jobmanager" >/dev/null || fail "Flink does not run: ./akidb services start flink"
  printf 'export AKIDB_FLINK_REST=%q\nexport FLINK_CONF_DIR=%q\n' "$(flink_endpoint)" "$FLINK_STATE/conf"
}
