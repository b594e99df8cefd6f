# The MinIO of `./akidb services`, started for real.
# shellcheck shell=bash disable=SC2154

export AKIDB_SERVICES_DIR=$SCRATCH/services
SLEEPER=""

tear_down() {
  bash "$AKIDB_HOME/deploy/services/services.sh" stop >/dev/null 2>&1 || true
  [[ -z $SLEEPER ]] || kill "$SLEEPER" 2>/dev/null || true
}

services() {
  bash "$AKIDB_HOME/deploy/services/services.sh" "$@"
}

pid_of_minio() {
  local pid
  read -r pid _ <"$AKIDB_SERVICES_DIR/minio/pid"
  printf '%s\n' "$pid"
}

# A process that nobody has collected yet (state Z) has ended, too.
await_end() {
  local deadline=$((SECONDS + 10)) state
  while state=$(ps -o state= -p "$1") && [[ $state != Z* ]]; do
    ((SECONDS < deadline)) || die "process $1 still runs ($state)"
  done
}

test_minio_start_twice_status_and_stop_twice() {
  local pid
  run services start minio
  expect_status 0
  pid=$(pid_of_minio)
  run services start minio
  expect_status 0
  expect_output "already runs"
  expect_equal "$(pid_of_minio)" "$pid"
  run services status minio
  expect_status 0
  expect_output "minio  running  http://127.0.0.1:"
  run services stop minio
  expect_status 0
  await_end "$pid"
  run services status minio
  expect_status 1
  expect_output "stopped"
  run services stop minio
  expect_status 0
}

test_minio_two_starts_at_once_start_one() {
  services start minio >/dev/null 2>&1 &
  local first=$!
  services start minio >/dev/null 2>&1
  wait "$first"
  expect_equal "$(pgrep -f "$AKIDB_SERVICES_DIR/minio/data" | wc -l | tr -d ' ')" 1
}

test_minio_objects_and_credentials_survive_a_restart() {
  local before
  services start minio
  before=$(services env minio | grep KEY)
  services stop minio
  services start minio
  expect_equal "$(services env minio | grep KEY)" "$before"
}

test_minio_killed_process_leaves_a_pid_file_that_does_no_harm() {
  local pid
  services start minio
  pid=$(pid_of_minio)
  kill -9 "$pid"
  await_end "$pid"
  run services status minio
  expect_status 1
  run services start minio
  expect_status 0
  [[ $(pid_of_minio) != "$pid" ]] || die "the dead process is taken for the live one"
}

test_minio_pid_file_of_a_foreign_process_is_not_obeyed() {
  mkdir -p "$AKIDB_SERVICES_DIR/minio"
  sleep 600 &
  SLEEPER=$!
  printf '%s %s\n' "$SLEEPER" 1 >"$AKIDB_SERVICES_DIR/minio/pid"
  run services status minio
  expect_status 1
  run services stop minio
  expect_status 0
  kill -0 "$SLEEPER" || die "a process was killed that is not MinIO"
}

test_minio_port_that_is_taken_is_refused_by_name() {
  local port
  services start minio
  port=$(services status minio | sed -n 's/.*127.0.0.1:\([0-9]*\).*/\1/p')
  AKIDB_SERVICES_DIR=$SCRATCH/other AKIDB_MINIO_PORT=$port run services start minio
  expect_status 2
  expect_output "port $port (AKIDB_MINIO_PORT) is taken"
  AKIDB_SERVICES_DIR=$SCRATCH/other AKIDB_MINIO_PORT=99999 run services start minio
  expect_status 2
  expect_output "is not a port"
}

test_minio_second_instance_chooses_a_port_that_is_free() {
  services start minio
  AKIDB_SERVICES_DIR=$SCRATCH/other run services start minio
  AKIDB_SERVICES_DIR=$SCRATCH/other services stop minio
  expect_status 0
}

test_minio_that_cannot_start_shows_its_log() {
  services start minio
  services stop minio
  rm -rf "$AKIDB_SERVICES_DIR/minio/data"
  printf 'not a folder\n' >"$AKIDB_SERVICES_DIR/minio/data"
  run services start minio
  expect_status 1
  rm -f "$AKIDB_SERVICES_DIR/minio/data"
}

test_minio_without_go_says_what_to_install() {
  mkdir -p "$SCRATCH/bin"
  printf '#!/bin/sh\necho go1.19.8\n' >"$SCRATCH/bin/go"
  chmod +x "$SCRATCH/bin/go"
  XDG_CACHE_HOME=$SCRATCH/cache AKIDB_GO_DIRS="" PATH=$SCRATCH/bin:$(path_without_go) run services start minio
  expect_status 2
  expect_output "takes Go 1.24 or later"
  expect_output "$SCRATCH/bin/go (go1.19.8)"
}

test_services_unknown_word_or_service_is_refused() {
  run services restart
  expect_status 2
  expect_output "'restart' is not one of"
  run services start oracle
  expect_status 2
  expect_output "there is no service 'oracle'"
}

path_without_go() {
  local tool at folder=$SCRATCH/tools
  mkdir -p "$folder"
  for tool in bash sh sed head dirname cat tr mkdir rm grep od flock sleep ps; do
    at=$(type -P "$tool") && ln -sf "$at" "$folder/$tool"
  done
  printf '%s\n' "$folder"
}
