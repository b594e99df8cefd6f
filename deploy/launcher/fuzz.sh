#!/usr/bin/env bash
# `./akidb fuzz`: lets Jazzer look for bytes that the index's readers answer by anything but an answer or a typed error.
set -euo pipefail

# shellcheck source=launcher.sh
. "$(dirname "${BASH_SOURCE[0]}")/launcher.sh"
# shellcheck source=child.sh
. "$AKIDB_HOME/deploy/launcher/child.sh"

MODULE=diskann-format
SECS_DEFAULT=300
SECS_MAX=86400
INPUT_BYTES_MAX=256
GRACE_SECS=120 # the JVM starts and Jazzer instruments what it loads
CORPUS=src/test/resources/fuzz
FOUND=$AKIDB_STATE/fuzz

# Prints the fuzzers that Jazzer can drive, as class names.
fuzzers() {
  (cd "$AKIDB_HOME/$MODULE/src/test/java" && grep -rl 'void fuzzerTestOneInput' --include='*Fuzzer.java' . |
    sed 's:^\./::; s:\.java$::; s:/:.:g' | sort)
}

fuzz_help() {
  cat <<HELP
Usage: ./akidb fuzz [SECONDS [FUZZER...]]

Runs each fuzzer of $MODULE under Jazzer for SECONDS (default $SECS_DEFAULT), one after the other. What it learns is kept in
.akidb/fuzz and used the next time. \`./akidb test\` runs the same fuzzers on their corpus and on some bytes of a seed.

  FUZZER   $(fuzzers | sed 's/.*\.//' | tr '\n' ' ')

A finding is a file in .akidb/fuzz/findings/FUZZER, which is shown as a line of base64, too: put that into
$MODULE/$CORPUS/FUZZER.txt, so that every test run tries it, and mend what it shows.

Exit status: 0 nothing was found, 1 something was, 2 wrong call or missing tool.
HELP
}

clean_up() {
  local status=$?
  trap - EXIT
  end_child
  exit "$status"
}

# unpack FILE FOLDER: makes a file of each input of a corpus.
unpack() {
  local line number=0
  while IFS= read -r line; do
    number=$((number + 1))
    [[ $line == '#'* ]] || base64 -d <<<"$line" >"$2/known-$number"
  done <"$1"
}

# jazzer CLASS SECONDS CORPUS FINDINGS: becomes its driver.
jazzer() {
  cd "$AKIDB_HOME/$MODULE" || return
  # The kernels' loops lose their speed to instrumentation and have no branches to learn from; no hook of Jazzer's for
  # databases, networks and the like has anything to look at.
  exec "$AKIDB_JAVA" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Xmx2g \
    -cp "target/classes:target/test-classes:$(<target/fuzz-classpath)" com.code_intelligence.jazzer.Jazzer \
    "--target_class=$1" '--instrumentation_includes=io.akidb.**' '--instrumentation_excludes=io.akidb.diskann.kernel.**' \
    '--custom_hook_includes=io.akidb.none.**' "--reproducer_path=$4" "-artifact_prefix=$4/" \
    "-max_total_time=$2" "-max_len=$INPUT_BYTES_MAX" -len_control=1 -timeout="$GRACE_SECS" -rss_limit_mb=6000 \
    -print_final_stats=1 "$3"
}

# fuzz CLASS SECONDS: fails when something is found.
fuzz() {
  local class=$1 secs=$2 name=${1##*.} log corpus findings outcome=0 file
  corpus=$FOUND/corpus/$name findings=$FOUND/findings/$name log=$FOUND/$name.log
  mkdir -p "$corpus" "$findings"
  rm -f "$findings"/*
  unpack "$AKIDB_HOME/$MODULE/$CORPUS/$name.txt" "$corpus"
  say "$name for $secs s (log: $log)"
  run_child jazzer "$class" "$secs" "$corpus" "$findings" >"$log" 2>&1 || outcome=$?
  if ((outcome != 0)); then
    grep -A 12 -m 1 '^== Java Exception' "$log" >&2 || tail -n 15 "$log" >&2
    say "$name found something: $findings"
    for file in "$findings"/*-*; do
      [[ ! -f $file ]] || say "  $(base64 <"$file" | tr -d '\n')"
    done
    return 1
  fi
  say "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, $(find "$corpus" -type f | wc -l) kept, nothing found"
}

fuzz_main() {
  local secs=$SECS_DEFAULT class name failed=() chosen=()
  case ${1:-} in
    -h | --help)
      fuzz_help
      exit 0
      ;;
  esac
  if (($# > 0)); then
    secs=$1
    shift
    if [[ ! $secs =~ ^[1-9][0-9]{0,5}$ ]] || ((secs > SECS_MAX)); then
      refuse "fuzz: SECONDS must be 1 to $SECS_MAX, not '$secs'; see ./akidb fuzz --help"
    fi
  fi
  for name in "$@"; do
    class=$(fuzzers | grep -E "(^|\.)${name//[^A-Za-z]/_}\$" || true)
    [[ -n $class ]] || refuse "fuzz: there is no fuzzer '$name'; there is: $(fuzzers | sed 's/.*\.//' | tr '\n' ' ')"
    chosen+=("$class")
  done
  ((${#chosen[@]} > 0)) || while IFS= read -r class; do chosen+=("$class"); done < <(fuzzers)
  require_jdk
  require_maven
  mkdir -p "$FOUND"
  lock_take "$AKIDB_STATE/build.lock" "$BUILD_LOCK_WAIT_SECS" "building"
  "$AKIDB_MVN" -B -q -f "$AKIDB_HOME/pom.xml" -pl "$MODULE" -Pfuzz test-compile </dev/null >"$FOUND/build.log" 2>&1 ||
    fail_with_log "the fuzzers cannot be built" "$FOUND/build.log"
  lock_release
  end_through clean_up
  for class in "${chosen[@]}"; do
    fuzz "$class" "$secs" || failed+=("${class##*.}")
  done
  ((${#failed[@]} == 0)) || fail "something was found by: ${failed[*]}"
  say "nothing was found in $SECONDS s"
}

fuzz_main "$@"
