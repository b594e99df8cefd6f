# The Redis of `./akidb services`, started for real.
# shellcheck shell=bash disable=SC2154

export AKIDB_SERVICES_DIR=$SCRATCH/services

tear_down() {
  bash "$AKIDB_HOME/deploy/services/services.sh" stop redis >/dev/null 2>&1 || true
}

services() {
  bash "$AKIDB_HOME/deploy/services/services.sh" "$@"
}

pid_of_redis() {
  local pid
  read -r pid _ <"$AKIDB_SERVICES_DIR/redis/pid"
  printf '%s\n' "$pid"
}

# ask PORT COMMAND: prints the first line of the answer.
ask() {
  local line
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf '%s\r\n' "$2" >&3
  IFS= read -r -t 5 line <&3
  exec 3>&-
  printf '%s\n' "${line%$'\r'}"
}

test_redis_start_twice_status_kill_and_stop() {
  local pid port deadline
  run services start redis
  expect_status 0
  pid=$(pid_of_redis)
  run services start redis
  expect_status 0
  expect_output "already runs"
  expect_equal "$(pid_of_redis)" "$pid"
  run services status redis
  expect_status 0
  expect_output "redis  running  127.0.0.1:"
  port=$(services env redis | sed -n 's|.*AKIDB_REDIS_URL=redis://127.0.0.1:\([0-9]*\)$|\1|p')
  expect_equal "$(ask "$port" 'SET a 1')" "+OK"
  AKIDB_SERVICES_DIR=$SCRATCH/other AKIDB_REDIS_PORT=$port run services start redis
  expect_status 2
  expect_output "port $port (AKIDB_REDIS_PORT) is taken"
  kill -9 "$pid"
  deadline=$((SECONDS + 10))
  while services status redis >/dev/null; do ((SECONDS < deadline)) || die "a killed Redis is said to run"; done
  run services start redis
  expect_status 0
  port=$(services env redis | sed -n 's|.*127.0.0.1:\([0-9]*\)$|\1|p')
  expect_equal "$(ask "$port" 'EXISTS a')" ":0"
  run services stop redis
  expect_status 0
  run services status redis
  expect_status 1
  expect_output "redis  stopped"
}

test_redis_named_binary_that_is_none_or_too_old_is_refused() {
  AKIDB_REDIS_SERVER=/nowhere run services start redis
  expect_status 2
  expect_output "AKIDB_REDIS_SERVER=/nowhere is no redis-server 6 or later"
  printf '#!/bin/sh\necho "Redis server v=5.0.14 sha=00000000:0 malloc=libc bits=64"\n' >"$SCRATCH/redis-server"
  chmod +x "$SCRATCH/redis-server"
  AKIDB_REDIS_SERVER=$SCRATCH/redis-server run services start redis
  expect_status 2
  expect_output "it says version '5'"
}
