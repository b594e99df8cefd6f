# MinIO, the object store that the bucket lives in when it is not a local folder. Its project ships source only, so
# it is built once per machine by the Go tool chain. Needs say.sh, lock.sh, process.sh. Sourced by services.sh.
# shellcheck shell=bash

# Exact, because the module has no later release tag: the last commit of the archived project.
MINIO_VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
MINIO_MODULE=github.com/minio/minio
MINIO_GO_MINIMUM_MINOR=24 # of Go 1
MINIO_PORT_FIRST=9000
MINIO_START_WAIT_SECS=60
MINIO_BUILD_WAIT_SECS=1800
MINIO_STATE=$SERVICES_STATE/minio
MINIO_BIN_FOLDER=${XDG_CACHE_HOME:-$HOME/.cache}/akidb/bin
MINIO_BIN=$MINIO_BIN_FOLDER/minio-$MINIO_VERSION

# Prints a go command that is new enough, or says what to install and ends with exit status 2.
minio_require_go() {
  local go version minor seen=""
  while IFS= read -r go; do
    [[ -x $go ]] || continue
    # GOTOOLCHAIN=local: what is installed, not what it would fetch.
    version=$(GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null) || continue
    minor=${version#go1.}
    minor=${minor%%[!0-9]*}
    if [[ -n $minor ]] && ((minor >= MINIO_GO_MINIMUM_MINOR)); then
      printf '%s\n' "$go"
      return
    fi
    seen="$seen $go ($version)"
  done < <(
    type -aP go 2>/dev/null || true
    # AKIDB_GO_DIRS (colon-separated) replaces the usual folders.
    while IFS= read -r -d : go; do printf '%s\n' "$go/bin/go"; done \
      <<<"${AKIDB_GO_DIRS-"/usr/local/go:/usr/lib/go:$HOME/go:$HOME/.local/go:/opt/go:/opt/homebrew/opt/go"}:"
  )
  {
    printf 'akidb: MinIO is built from source, which takes Go 1.%s or later, and there is none here.\n' "$MINIO_GO_MINIMUM_MINOR"
    [[ -z $seen ]] || printf '  Found, but too old:%s\n' "$seen"
    printf '  Install Go (go.dev/doc/install; dnf, brew, or apt from backports), or put a MinIO binary of your own at\n  %s\n' "$MINIO_BIN"
  } >&2
  exit 2
}

# Builds the binary unless this user's cache has it: some four minutes on two cores, once.
minio_install() {
  local go
  [[ ! -x $MINIO_BIN ]] || return 0
  go=$(minio_require_go)
  mkdir -p "$MINIO_BIN_FOLDER"
  lock_take "$MINIO_BIN_FOLDER/minio.lock" "$MINIO_BUILD_WAIT_SECS" "building MinIO"
  if [[ ! -x $MINIO_BIN ]]; then
    minio_build "$go"
  fi
  lock_release
}

minio_build() {
  local go=$1 log=$MINIO_BIN_FOLDER/minio-build.log staging=$MINIO_BIN_FOLDER/staging.$$ pid start=$SECONDS last=$SECONDS
  say "building MinIO $MINIO_VERSION with $("$go" env GOVERSION): about four minutes on two cores, once (log: $log)"
  mkdir -p "$staging"
  GOBIN=$staging GOFLAGS="" "$go" install -v "$MINIO_MODULE@$MINIO_VERSION" >"$log" 2>&1 </dev/null &
  pid=$!
  # shellcheck disable=SC2064 # the values of now
  trap "kill $pid 2>/dev/null; rm -rf '$staging'; exit 130" INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    if ((SECONDS - last >= 15)); then
      last=$SECONDS
      say "  building MinIO: $((SECONDS - start)) s, $(grep -vc ' ' "$log" || true) packages compiled"
    fi
    sleep 0.3
  done
  if ! wait "$pid"; then
    rm -rf "$staging"
    fail_with_log "MinIO did not build" "$log"
  fi
  trap - INT TERM
  mv "$staging/minio" "$MINIO_BIN"
  rm -rf "$staging"
  say "MinIO built in $((SECONDS - start)) s: $MINIO_BIN"
}

# Made at the first start and kept, readable by this user only.
minio_credentials() {
  local file=$MINIO_STATE/credentials access secret
  if [[ ! -s $file ]]; then
    access=${AKIDB_MINIO_ACCESS_KEY:-akidb$(random_hex 5)}
    secret=${AKIDB_MINIO_SECRET_KEY:-$(random_hex 20)}
    [[ ${#access} -ge 3 && ${#secret} -ge 8 ]] || refuse "AKIDB_MINIO_ACCESS_KEY needs 3 characters or more and AKIDB_MINIO_SECRET_KEY 8 or more"
    (umask 077 && printf '%s\n%s\n' "$access" "$secret" >"$file")
  fi
  { read -r MINIO_ACCESS_KEY && read -r MINIO_SECRET_KEY; } <"$file"
}

random_hex() {
  od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'
}

minio_endpoint() {
  cat "$MINIO_STATE/endpoint" 2>/dev/null || true
}

minio_start() {
  minio_install
  mkdir -p "$MINIO_STATE/data"
  lock_take "$MINIO_STATE/lock" 120 "starting MinIO"
  if process_pid "$MINIO_STATE" >/dev/null; then
    minio_credentials
    say "MinIO already runs at $(minio_endpoint)"
  else
    minio_credentials
    process_start_on_port MinIO "$MINIO_STATE" AKIDB_MINIO_PORT "$MINIO_PORT_FIRST" "$MINIO_START_WAIT_SECS" minio_launch minio_healthy
    say "MinIO runs at $(minio_endpoint) (data: $MINIO_STATE/data)"
  fi
  lock_release
}

# minio_launch PORT
minio_launch() {
  printf 'http://127.0.0.1:%s\n' "$1" >"$MINIO_STATE/endpoint"
  MINIO_ROOT_USER=$MINIO_ACCESS_KEY MINIO_ROOT_PASSWORD=$MINIO_SECRET_KEY MINIO_BROWSER=off MINIO_UPDATE=off \
    process_launch "$MINIO_STATE" "$MINIO_STATE/log" "$MINIO_BIN" server --quiet --address "127.0.0.1:$1" "$MINIO_STATE/data"
}

# minio_healthy PORT
minio_healthy() {
  http_answers "http://127.0.0.1:$1/minio/health/live" && http_answers "http://127.0.0.1:$1/minio/health/cluster"
}

minio_stop() {
  if process_pid "$MINIO_STATE" >/dev/null; then
    process_stop "$MINIO_STATE"
    say "MinIO stopped; its data stays in $MINIO_STATE/data"
  else
    rm -f "$MINIO_STATE/pid"
    say "MinIO does not run"
  fi
}

minio_status() {
  local pid endpoint
  endpoint=$(minio_endpoint)
  if ! pid=$(process_pid "$MINIO_STATE"); then
    printf 'minio  stopped\n'
    return 1
  elif ! minio_healthy "${endpoint##*:}"; then
    printf 'minio  not answering  %s  pid %s  log %s\n' "$endpoint" "$pid" "$MINIO_STATE/log"
    return 1
  fi
  printf 'minio  running  %s  pid %s  data %s\n' "$endpoint" "$pid" "$MINIO_STATE/data"
}

minio_env() {
  process_pid "$MINIO_STATE" >/dev/null || fail "MinIO does not run: ./akidb services start minio"
  minio_credentials
  printf 'export AKIDB_ENDPOINT=%q\nexport AKIDB_ACCESS_KEY=%q\nexport AKIDB_SECRET_KEY=%q\n' \
    "$(minio_endpoint)" "$MINIO_ACCESS_KEY" "$MINIO_SECRET_KEY"
}
