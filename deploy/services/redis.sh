# Redis, by which nodes hold rate limits together. This machine's own redis-server or valkey-server is taken; without
# one, the binary that Maven's embedded-redis artefact carries. Needs say.sh, lock.sh, toolchain.sh, process.sh. Sourced by services.sh.
# shellcheck shell=bash

REDIS_ARTEFACT=com.github.codemonstur:embedded-redis
REDIS_ARTEFACT_VERSION=1.4.3
REDIS_MINIMUM_MAJOR=6
REDIS_PORT_FIRST=6379
REDIS_START_WAIT_SECS=30
REDIS_FETCH_WAIT_SECS=300
REDIS_STATE=$SERVICES_STATE/redis
REDIS_BIN_FOLDER=${XDG_CACHE_HOME:-$HOME/.cache}/akidb/bin
REDIS_BIN=$REDIS_BIN_FOLDER/redis-server-$REDIS_ARTEFACT_VERSION

# Prints the major version of a redis-server ("Redis server v=7.0.15 sha=..."; Valkey says it alike), or nothing.
redis_major() {
  local said
  said=$("$1" --version 2>/dev/null) || return 0
  said=${said##*v=}
  said=${said%%.*}
  [[ ! $said =~ ^[0-9]+$ ]] || printf '%s\n' "$said"
}

# Sets REDIS_SERVER to a binary that runs here; fetches one unless this user's cache or the machine has it.
redis_install() {
  local own major
  if [[ -n ${AKIDB_REDIS_SERVER:-} ]]; then
    major=$(redis_major "$AKIDB_REDIS_SERVER")
    [[ -n $major ]] && ((major >= REDIS_MINIMUM_MAJOR)) ||
      refuse "AKIDB_REDIS_SERVER=$AKIDB_REDIS_SERVER is no redis-server $REDIS_MINIMUM_MAJOR or later (it says version '${major:-none}')"
    REDIS_SERVER=$AKIDB_REDIS_SERVER
    return
  fi
  for own in redis-server valkey-server; do
    own=$(type -P "$own") || continue
    major=$(redis_major "$own")
    if [[ -n $major ]] && ((major >= REDIS_MINIMUM_MAJOR)); then
      REDIS_SERVER=$own
      return
    fi
  done
  if [[ ! -x $REDIS_BIN ]]; then
    mkdir -p "$REDIS_BIN_FOLDER"
    lock_take "$REDIS_BIN_FOLDER/redis.lock" "$REDIS_FETCH_WAIT_SECS" "fetching Redis"
    [[ -x $REDIS_BIN ]] || redis_fetch
    lock_release
  fi
  REDIS_SERVER=$REDIS_BIN
}

# Prints how the artefact's binary for this machine begins, or nothing when it has none.
redis_platform() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) echo linux-amd64 ;;
    Linux-aarch64) echo linux-arm64 ;;
    Darwin-x86_64) echo darwin-amd64 ;;
    Darwin-arm64) echo darwin-arm64 ;;
  esac
}

redis_fetch() {
  local platform staging=$REDIS_BIN_FOLDER/redis-staging.$$ log=$REDIS_BIN_FOLDER/redis-fetch.log binary
  platform=$(redis_platform)
  [[ -n $platform ]] || redis_missing "there is no binary for $(uname -s) on $(uname -m)"
  require_jdk
  require_maven
  say "fetching Redis for $platform, once (12 MB; log: $log)"
  mkdir -p "$staging"
  # shellcheck disable=SC2064 # the values of now
  trap "rm -rf '$staging'; exit 130" INT TERM
  if ! "$AKIDB_MVN" -B -q -f "$AKIDB_HOME/pom.xml" -N dependency:copy "-Dartifact=$REDIS_ARTEFACT:$REDIS_ARTEFACT_VERSION" \
    "-DoutputDirectory=$staging" >"$log" 2>&1 </dev/null || ! (cd "$staging" && "$JAVA_HOME/bin/jar" xf ./*.jar) >>"$log" 2>&1; then
    rm -rf "$staging"
    fail_with_log "Redis could not be fetched" "$log"
  fi
  binary=$(find "$staging" -maxdepth 1 -name "redis-server-*-$platform" | head -n 1)
  chmod +x "$binary"
  if [[ -z $(redis_major "$binary") ]]; then
    "$binary" --version >>"$log" 2>&1 || true
    rm -rf "$staging"
    redis_missing "the binary for $platform does not run here: $(tail -n 1 "$log")"
  fi
  mv "$binary" "$REDIS_BIN"
  rm -rf "$staging"
  trap - INT TERM
}

redis_missing() {
  {
    printf 'akidb: there is no Redis here, and %s.\n' "$1"
    printf '  Install one (apt-get install redis-server, dnf install valkey, brew install redis), or say where a redis-server is:\n'
    printf '  export AKIDB_REDIS_SERVER=/path/to/redis-server\n'
  } >&2
  exit 2
}

redis_endpoint() {
  cat "$REDIS_STATE/endpoint" 2>/dev/null || true
}

# redis_healthy PORT: whether it answers a ping within two seconds.
redis_healthy() {
  local line
  (
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf 'PING\r\n' >&3
    IFS= read -r -t 2 line <&3 && [[ $line == +PONG* ]]
  ) 2>/dev/null
}

redis_start() {
  redis_install
  mkdir -p "$REDIS_STATE/data"
  lock_take "$REDIS_STATE/lock" 120 "starting Redis"
  if process_pid "$REDIS_STATE" >/dev/null; then
    say "Redis already runs at $(redis_endpoint)"
  else
    process_start_on_port Redis "$REDIS_STATE" AKIDB_REDIS_PORT "$REDIS_PORT_FIRST" "$REDIS_START_WAIT_SECS" redis_launch redis_healthy
    say "Redis runs at $(redis_endpoint) ($REDIS_SERVER)"
  fi
  lock_release
}

# redis_launch PORT: keeps nothing on disk, as what AkiDB has in a Redis may be lost at any time.
redis_launch() {
  printf '127.0.0.1:%s\n' "$1" >"$REDIS_STATE/endpoint"
  process_launch "$REDIS_STATE" "$REDIS_STATE/log" "$REDIS_SERVER" --port "$1" --bind 127.0.0.1 --daemonize no \
    --save '' --appendonly no --maxmemory 256mb --dir "$REDIS_STATE/data"
}

redis_stop() {
  if process_pid "$REDIS_STATE" >/dev/null; then
    process_stop "$REDIS_STATE"
    say "Redis stopped"
  else
    rm -f "$REDIS_STATE/pid"
    say "Redis does not run"
  fi
}

redis_status() {
  local pid endpoint
  endpoint=$(redis_endpoint)
  if ! pid=$(process_pid "$REDIS_STATE"); then
    printf 'redis  stopped\n'
    return 1
  elif ! redis_healthy "${endpoint##*:}"; then
    printf 'redis  not answering  %s  pid %s  log %s\n' "$endpoint" "$pid" "$REDIS_STATE/log"
    return 1
  fi
  printf 'redis  running  %s  pid %s  log %s\n' "$endpoint" "$pid" "$REDIS_STATE/log"
}

redis_env() {
  process_pid "$REDIS_STATE" >/dev/null || fail "Redis does not run: ./akidb services start redis"
  redis_install
  printf 'export AKIDB_REDIS_URL=%q\nexport AKIDB_REDIS_SERVER=%q\n' "redis://$(redis_endpoint)" "$REDIS_SERVER"
}
