#!/usr/bin/env bash
# Installs Airflow and what the DAGs need into an environment of its own in the per-user cache (about a minute, once per
# content of requirements.txt) and prints the path of its python.
set -euo pipefail
AKIDB_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=../deploy/launcher/say.sh
. "$AKIDB_HOME/deploy/launcher/say.sh"
# shellcheck source=../deploy/launcher/lock.sh
. "$AKIDB_HOME/deploy/launcher/lock.sh"

INSTALL_WAIT_SECS=1800
REQUIREMENTS=$AKIDB_HOME/airflow-dags/requirements.txt

# Prints a python that Airflow runs on, 3.11 first: that is the one that the versions were chosen with.
find_python() {
  local name python
  for name in ${AKIDB_PYTHON:-python3.11 python3.12 python3.13 python3}; do
    while IFS= read -r python; do
      if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        printf '%s\n' "$python"
        return
      fi
    done < <(type -aP "$name" 2>/dev/null || true)
  done
  refuse "Airflow needs Python 3.11 (3.12 and 3.13 may do), and there is none here: install python3.11 and python3.11-venv, or set AKIDB_PYTHON to one."
}

install_airflow() {
  local python=$1 folder=$2 log=$2.log
  say "installing Airflow into $folder: about a minute, once (log: $log)"
  rm -rf "$folder"
  "$python" -m venv "$folder" >"$log" 2>&1 ||
    fail_with_log "$python cannot make an environment (on Debian: apt-get install python3.11-venv)" "$log"
  "$folder/bin/python" -m pip install --disable-pip-version-check --no-input -r "$REQUIREMENTS" >>"$log" 2>&1 ||
    fail_with_log "Airflow could not be installed" "$log"
  : >"$folder/ready"
  say "Airflow installed in $SECONDS s"
}

python=$(find_python)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/akidb
folder=$cache/airflow-$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-$(cksum <"$REQUIREMENTS" | cut -d ' ' -f 1)
if [[ ! -f $folder/ready ]]; then
  lock_take "$cache/airflow.lock" "$INSTALL_WAIT_SECS" "installing Airflow"
  [[ -f $folder/ready ]] || install_airflow "$python" "$folder"
  lock_release
fi
printf '%s\n' "$folder/bin/python"
