# What the tests of the scripts say things by. Sourced before each test; SCRATCH is the test's own folder.
# shellcheck shell=bash

# Overridden by a test file that has something to stop.
tear_down() {
  :
}

skip() {
  printf '%s\n' "$*"
  exit 77
}

# run COMMAND...: keeps its exit status in STATUS and all that it printed in OUTPUT.
run() {
  STATUS=0
  OUTPUT=$("$@" 2>&1) || STATUS=$?
}

expect_status() {
  [[ $STATUS == "$1" ]] || die "exit status $STATUS instead of $1; it printed: $OUTPUT"
}

expect_output() {
  [[ $OUTPUT == *"$1"* ]] || die "'$1' is missing in: $OUTPUT"
}

expect_no_output() {
  [[ $OUTPUT != *"$1"* ]] || die "'$1' must not be in: $OUTPUT"
}

expect_equal() {
  [[ $1 == "$2" ]] || die "'$1' instead of '$2'"
}

die() {
  printf '%s\n' "$*"
  exit 1
}

# fake_jdk HOME RELEASE: a folder that looks like a JDK of that release; its java prints how it was called.
fake_jdk() {
  mkdir -p "$1/bin"
  printf 'JAVA_VERSION="%s.0.1"\n' "$2" >"$1/release"
  printf '#!/bin/sh\necho "java of %s: $*"\n' "$2" >"$1/bin/java"
  cp "$1/bin/java" "$1/bin/javac"
  chmod +x "$1/bin/java" "$1/bin/javac"
}
