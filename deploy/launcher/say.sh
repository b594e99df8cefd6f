# How the scripts speak: progress goes to stderr, so that stdout holds answers only. Sourced.
# shellcheck shell=bash

say() {
  printf 'akidb: %s\n' "$*" >&2
}

# Ends with exit status 1: it was tried and failed.
fail() {
  say "$@"
  exit 1
}

# Ends with exit status 2: the call or the machine has to be changed first.
refuse() {
  say "$@"
  exit 2
}

# fail_with_log TEXT LOG: ends with exit status 1 after showing the end of a log.
fail_with_log() {
  say "$1"
  tail -n 20 "$2" 2>/dev/null | sed 's/^/  | /' >&2 || true
  say "the whole log: $2"
  exit 1
}
