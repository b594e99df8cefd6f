# A child that is ended with the script that waits for it, also when the script is asked to end meanwhile. Sourced.
# shellcheck shell=bash

CHILD=""

# run_child COMMAND...: waits for it, and has its exit status.
run_child() {
  local outcome=0
  "$@" </dev/null &
  CHILD=$!
  wait "$CHILD" || outcome=$?
  CHILD=""
  return "$outcome"
}

# Ends the child that is waited for, if there is one.
end_child() {
  if [[ -n $CHILD ]]; then
    kill "$CHILD" 2>/dev/null || true
    wait "$CHILD" 2>/dev/null || true
  fi
}

# end_through FUNCTION: however the script ends, it calls this, which has to end the child.
end_through() {
  # shellcheck disable=SC2064 # the function's name of now
  trap "$1" EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}
