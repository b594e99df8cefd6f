# One caller at a time, by flock, or where that is missing (macOS) by a folder that only one can make. Sourced.
# shellcheck shell=bash

LOCK_FOLDER=""

# lock_take FILE WAIT_SECS WHAT: holds the lock until lock_release or the end of the script. File descriptor 9 is
# the lock; a process that is left running in the background must be started with 9>&-.
lock_take() {
  local file=$1 wait_secs=$2 what=$3
  mkdir -p "$(dirname "$file")"
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$file"
    flock -n 9 && return 0
    say "waiting for another akidb that is busy with: $what"
    flock -w "$wait_secs" 9 || fail "gave up after $wait_secs s: another akidb still holds $file"
    return 0
  fi
  lock_take_folder "$file.d" "$wait_secs" "$what"
}

lock_take_folder() {
  local folder=$1 deadline=$((SECONDS + $2)) what=$3 owner told=""
  until mkdir "$folder" 2>/dev/null; do
    owner=$(cat "$folder/pid" 2>/dev/null || true)
    if [[ -n $owner ]] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$folder" # its owner died
      continue
    fi
    [[ -n $told ]] || say "waiting for another akidb that is busy with: $what"
    told=yes
    ((SECONDS < deadline)) || fail "gave up after $2 s: another akidb (process ${owner:-unknown}) still holds $folder"
    sleep 0.5
  done
  echo "$$" >"$folder/pid"
  LOCK_FOLDER=$folder
}

lock_release() {
  if [[ -n $LOCK_FOLDER ]]; then
    rm -rf "$LOCK_FOLDER"
    LOCK_FOLDER=""
  else
    exec 9>&-
  fi
}
