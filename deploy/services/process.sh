# shellcheck shell=bash disable=SC2034
# Keeps a service's process: starts it apart from the terminal, knows it again by pid and start time, waits for its
# health with a bound, stops it. State of one service: a folder with pid, endpoint, log, data. Sourced.

SERVICES_STATE=${AKIDB_SERVICES_DIR:-$AKIDB_HOME/.akidb/services}
STOP_WAIT_SECS=20

# Prints what tells a process from a later one with the same pid: its start time.
process_started_at() {
  local stat fields
  if [[ -r /proc/$1/stat ]]; then
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    read -r -a fields <<<"${stat##*) }"
    # A process that has ended and was not yet collected by its parent counts as gone.
    [[ ${fields[0]:-Z} == Z ]] || printf '%s\n' "${fields[19]:-}"
  else
    LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' '-' || true
  fi
}

# process_launch STATE LOG COMMAND...: starts it in a session of its own and writes STATE/pid.
process_launch() {
  local state=$1 log=$2 pid apart=()
  shift 2
  ! command -v setsid >/dev/null 2>&1 || apart=(setsid)
  # The lock's descriptor is closed, or the service would hold the lock as long as it lives.
  nohup ${apart[@]+"${apart[@]}"} "$@" >>"$log" 2>&1 </dev/null 9>&- &
  pid=$!
  disown "$pid" 2>/dev/null || true
  printf '%s %s\n' "$pid" "$(process_started_at "$pid")" >"$state/pid"
}

# Prints the pid in STATE/pid when that very process still runs; fails otherwise, also when the pid went to another.
process_pid() {
  local pid started
  [[ -r $1/pid ]] || return 1
  read -r pid started <"$1/pid" || return 1
  [[ $pid =~ ^[0-9]+$ ]] || return 1
  kill -0 "$pid" 2>/dev/null || return 1
  [[ -n $started && $(process_started_at "$pid") == "$started" ]] || return 1
  printf '%s\n' "$pid"
}

# process_stop STATE: ends the process, by force when it does not listen, and removes the pid file. Nothing to stop is no error.
process_stop() {
  local state=$1 pid deadline
  if pid=$(process_pid "$state"); then
    kill "$pid" 2>/dev/null || true
    deadline=$((SECONDS + STOP_WAIT_SECS))
    while process_pid "$state" >/dev/null; do
      if ((SECONDS >= deadline)); then
        kill -9 "$pid" 2>/dev/null || true
        break
      fi
      sleep 0.1
    done
  fi
  rm -f "$state/pid"
}

# process_await STATE SECS CHECK...: waits until CHECK succeeds. Fails at once when the process ends, or after SECS.
process_await() {
  local state=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@"; do
    process_pid "$state" >/dev/null || return 1
    ((SECONDS < deadline)) || return 2
    sleep 0.2
  done
}

# Whether something listens on 127.0.0.1:$1.
port_is_taken() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Prints the first free port from $1 on.
port_free_from() {
  local port
  for ((port = $1; port < $1 + 200; port++)); do
    if ! port_is_taken "$port"; then
      printf '%s\n' "$port"
      return
    fi
  done
  return 1
}

# Prints who listens on a port, for a message, as far as this machine tells.
port_owner() {
  local owner=""
  if command -v ss >/dev/null 2>&1; then
    owner=$(ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:((\(.*\))).*/\1/p' | head -n 1)
  elif command -v lsof >/dev/null 2>&1; then
    owner=$(lsof -nP -iTCP:"$1" -sTCP:LISTEN 2>/dev/null | awk 'NR == 2 {print $1 ", pid " $2}')
  fi
  printf '%s\n' "${owner:-another process}"
}

# port_must_be_free PORT VARIABLE: refuses a number that is none and a port that is taken.
port_must_be_free() {
  local pattern='^[1-9][0-9]{0,4}$'
  [[ $1 =~ $pattern && $1 -le 65535 ]] || refuse "$2=$1 is not a port: it must be a number from 1 to 65535"
  ! port_is_taken "$1" || refuse "port $1 ($2) is taken by $(port_owner "$1"): choose another one, or unset $2 to have a free one chosen"
}

# process_start_on_port NAME STATE VARIABLE FIRST SECS LAUNCH HEALTHY: starts a process by `LAUNCH PORT`, which writes to STATE/log, and
# waits until `HEALTHY PORT` succeeds. The port is VARIABLE's; without one a free one from FIRST on is chosen, and when another takes it
# first, the next one is tried.
process_start_on_port() {
  local name=$1 state=$2 variable=$3 first=$4 secs=$5 launch=$6 healthy=$7 port attempt outcome log=$2/log
  for attempt in 1 2 3 4 5; do
    if [[ -n ${!variable:-} ]]; then
      port=${!variable}
      port_must_be_free "$port" "$variable"
    else
      port=$(port_free_from $((first + (attempt - 1) * 10))) || fail "no free port from $first on"
    fi
    : >"$log"
    "$launch" "$port"
    outcome=0
    process_await "$state" "$secs" "$healthy" "$port" || outcome=$?
    if ((outcome == 0)) && process_pid "$state" >/dev/null; then
      return
    fi
    process_stop "$state"
    if [[ -n ${!variable:-} ]] || ! grep -qi 'address already in use\|port .* is already' "$log"; then
      break
    fi
  done
  ((outcome == 1)) || fail_with_log "$name did not answer within $secs s" "$log"
  fail_with_log "$name ended right after its start" "$log"
}

# http_get URL: prints the body when it answers with success within two seconds; fails otherwise.
http_get() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsS --noproxy '*' -m 2 "$1" 2>/dev/null
    return
  fi
  local rest=${1#http://} host line
  host=${rest%%/*}
  (
    exec 3<>"/dev/tcp/${host%%:*}/${host##*:}" || exit 1
    printf 'GET /%s HTTP/1.0\r\nHost: %s\r\n\r\n' "${rest#*/}" "$host" >&3
    IFS= read -r -t 2 line <&3 || exit 1
    [[ $line == HTTP/1.?' 2'* ]] || exit 1
    while IFS= read -r -t 2 line <&3 && [[ $line != $'\r' ]]; do :; done
    cat <&3
  ) 2>/dev/null
}

http_answers() {
  http_get "$1" >/dev/null
}
