#!/usr/bin/env bash
# Installs the native libraries into a Python environment under .akidb (a minute, once per content of
# requirements.txt), each by itself, so that one without a wheel for this machine does not keep the others out.
# Prints the path of its python, then a line for each library that could not be installed.
set -euo pipefail
AKIDB_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=../../deploy/launcher/say.sh
. "$AKIDB_HOME/deploy/launcher/say.sh"
# shellcheck source=../../deploy/launcher/lock.sh
. "$AKIDB_HOME/deploy/launcher/lock.sh"

INSTALL_WAIT_SECS=1800
REQUIREMENTS=$AKIDB_HOME/benchmarks/native/requirements.txt

# Prints a python for which all of them have wheels, 3.11 first.
find_python() {
  local name python
  for name in ${AKIDB_PYTHON:-python3.11 python3.12 python3.10 python3.13 python3}; do
    while IFS= read -r python; do
      if "$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        printf '%s\n' "$python"
        return
      fi
    done < <(type -aP "$name" 2>/dev/null || true)
  done
  refuse "native engines need Python 3.10 to 3.13, and there is none here: install python3.11 and python3.11-venv, or set AKIDB_PYTHON to one."
}

install_all() {
  local python=$1 folder=$2 log=$2.log requirement
  say "installing native libraries into $folder: about a minute, once (log: $log)"
  rm -rf "$folder"
  "$python" -m venv "$folder" >"$log" 2>&1 ||
    fail_with_log "$python cannot make an environment (on Debian: apt-get install python3.11-venv)" "$log"
  : >"$folder/missing"
  while IFS= read -r requirement; do
    [[ -n $requirement ]] || continue
    if ! "$folder/bin/python" -m pip install --disable-pip-version-check --no-input "$requirement" >>"$log" 2>&1; then
      say "$requirement could not be installed here, and is left out (log: $log)"
      printf '%s\n' "$requirement" >>"$folder/missing"
    fi
  done <"$REQUIREMENTS"
  : >"$folder/ready"
}

python=$(find_python)
root=$AKIDB_HOME/.akidb/bench
mkdir -p "$root"
folder=$root/native-$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-$(cksum <"$REQUIREMENTS" | cut -d ' ' -f 1)
if [[ ! -f $folder/ready ]]; then
  lock_take "$root/native.lock" "$INSTALL_WAIT_SECS" "installing native libraries"
  [[ -f $folder/ready ]] || install_all "$python" "$folder"
  lock_release
fi
printf '%s\n' "$folder/bin/python"
cat "$folder/missing"
