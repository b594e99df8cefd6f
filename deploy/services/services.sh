#!/usr/bin/env bash
# Installs, starts and stops the real services that AkiDB works with, on loopback, without a container engine.
set -euo pipefail

if [[ -z ${AKIDB_HOME:-} ]]; then
  AKIDB_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
fi
export AKIDB_HOME

# shellcheck source=../launcher/say.sh
. "$AKIDB_HOME/deploy/launcher/say.sh"
# shellcheck source=../launcher/lock.sh
. "$AKIDB_HOME/deploy/launcher/lock.sh"
# shellcheck source=../launcher/toolchain.sh
. "$AKIDB_HOME/deploy/launcher/toolchain.sh"
# shellcheck source=process.sh
. "$AKIDB_HOME/deploy/services/process.sh"
# shellcheck source=minio.sh
. "$AKIDB_HOME/deploy/services/minio.sh"
# shellcheck source=redis.sh
. "$AKIDB_HOME/deploy/services/redis.sh"
# shellcheck source=engine.sh
. "$AKIDB_HOME/deploy/services/engine.sh"
# shellcheck source=spark-env.sh
. "$AKIDB_HOME/deploy/services/spark-env.sh"
# shellcheck source=spark.sh
. "$AKIDB_HOME/deploy/services/spark.sh"
# shellcheck source=flink-env.sh
. "$AKIDB_HOME/deploy/services/flink-env.sh"
# shellcheck source=flink.sh
. "$AKIDB_HOME/deploy/services/flink.sh"

SERVICES=(minio redis spark flink)
SERVICES_BY_DEFAULT=(minio)

services_help() {
  cat <<'HELP'
Usage: ./akidb services start|stop|status|env [SERVICE...]

  start    installs what is missing, starts it on loopback, waits until it answers
  stop     stops it; its data stays
  status   one line per service; exit status 1 when a named one does not run
  env      prints the exports by which akidb finds it:  eval "$(./akidb services env)"

Services: minio (the object store), redis (by which nodes hold rate limits together), spark (a standalone master and
worker), flink (a JobManager and a TaskManager).
Without a name: start and env mean minio, stop and status mean all.
State, logs and data are in .akidb/services/SERVICE/ (AKIDB_SERVICES_DIR moves them).

  AKIDB_MINIO_PORT                                  a fixed port; without it the first free one from 9000 on
  AKIDB_SPARK_PORT, AKIDB_FLINK_PORT                the same, from 7077 on and from 8281 on (Flink's REST port)
  AKIDB_REDIS_PORT                                  the same, from 6379 on
  AKIDB_REDIS_SERVER                                a redis-server or valkey-server to run instead of the one found
  AKIDB_SPARK_CORES, AKIDB_SPARK_MEMORY             what the worker offers (all; all but 1 GiB)
  AKIDB_FLINK_SLOTS, AKIDB_FLINK_MEMORY             what the TaskManager offers (4; 1728m)
  AKIDB_MINIO_ACCESS_KEY, AKIDB_MINIO_SECRET_KEY    its root credentials at the very first start; made up otherwise
HELP
}

service_is_known() {
  local known
  for known in "${SERVICES[@]}"; do
    [[ $known != "$1" ]] || return 0
  done
  return 1
}

services_main() {
  local verb=${1:-help} service outcome=0 named=$#
  shift || true
  case $verb in
    help | -h | --help)
      services_help
      return 0
      ;;
    start | stop | status | env) ;;
    *)
      services_help >&2
      refuse "services: '$verb' is not one of start, stop, status, env"
      ;;
  esac
  if (($# == 0)); then
    case $verb in
      start | env) set -- "${SERVICES_BY_DEFAULT[@]}" ;;
      *) set -- "${SERVICES[@]}" ;;
    esac
  fi
  for service in "$@"; do
    service_is_known "$service" || refuse "services: there is no service '$service'; there is: ${SERVICES[*]}"
  done
  for service in "$@"; do
    # Only status fails by its return value; the others end the script, which they could not behind a `||`.
    if [[ $verb == status ]]; then
      "${service}_status" || outcome=1
    else
      "${service}_$verb"
    fi
  done
  ((named > 1)) || [[ $verb != status ]] || outcome=0
  return "$outcome"
}

services_main "$@"
