#!/usr/bin/env bash
# Runs the tests of the scripts: each function named test_... of each *_test.sh here, in a process and a scratch
# folder of its own. A test fails by any failing command; it skips itself by `skip REASON`. $1: where JUnit's XML report goes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
AKIDB_HOME=$(cd "$here/../../.." && pwd -P)
export AKIDB_HOME
report=${1:-/dev/null}
only=${2:-test_}
cases=$(mktemp)
tests=0 failures=0 skipped=0
SKIPPED_STATUS=77
scratch=""
trap 'rm -rf "$cases" ${scratch:+"$scratch"}' EXIT
trap 'exit 130' INT TERM

xml_text() {
  sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g' | tr -d '\000-\010\013\014\016-\037' | tr '\n' ' '
}

run_one() {
  local file=$1 name=$2 status=0 output suite
  suite=$(basename "$file" .sh)
  scratch=$(mktemp -d)
  output=$scratch/output
  mkdir "$scratch/work"
  (
    cd "$scratch/work"
    SCRATCH=$scratch/work bash -c '
      set -euo pipefail
      . "$1/assertions.sh"
      . "$2"
      trap "tear_down" EXIT
      "$3"' test "$here" "$file" "$name"
  ) >"$output" 2>&1 </dev/null || status=$?
  tests=$((tests + 1))
  printf '  <testcase classname="%s" name="%s">' "$suite" "$name" >>"$cases"
  if ((status == SKIPPED_STATUS)); then
    skipped=$((skipped + 1))
    printf '<skipped message="%s"/>' "$(tail -n 1 "$output" | xml_text)" >>"$cases"
    printf 'skipped  %s.%s: %s\n' "$suite" "$name" "$(tail -n 1 "$output")"
  elif ((status != 0)); then
    failures=$((failures + 1))
    printf '<failure message="%s"/>' "$(xml_text <"$output")" >>"$cases"
    printf 'FAILED   %s.%s (exit status %s)\n' "$suite" "$name" "$status"
    sed 's/^/    /' "$output"
  else
    printf 'ok       %s.%s\n' "$suite" "$name"
  fi
  printf '</testcase>\n' >>"$cases"
  rm -rf "$scratch"
}

for file in "$here"/*_test.sh; do
  while IFS= read -r name; do
    [[ $name == *"$only"* ]] || continue
    run_one "$file" "$name"
  done < <(sed -n 's/^\(test_[a-z0-9_]*\)() {$/\1/p' "$file")
done

{
  printf '<testsuite name="scripts" tests="%d" failures="%d" errors="0" skipped="%d">\n' "$tests" "$failures" "$skipped"
  cat "$cases"
  printf '</testsuite>\n'
} >"$report"
printf 'Tests run: %d, Failures: %d, Errors: 0, Skipped: %d\n' "$tests" "$failures" "$skipped"
((failures == 0 && tests > 0))
