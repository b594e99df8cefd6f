# When the launcher builds and how it hands over, on a repository of two modules whose Maven and JDK only write down
# how they were called: what is tried here is the launcher's own decisions.
# shellcheck shell=bash disable=SC2154

REPOSITORY=$SCRATCH/repository

set_up() {
  mkdir -p "$REPOSITORY/deploy" "$REPOSITORY/.mvn" "$REPOSITORY/cli/src/main" "$REPOSITORY/serving/src/main" "$SCRATCH/maven/bin"
  cp "$AKIDB_HOME/akidb" "$REPOSITORY/"
  cp -R "$AKIDB_HOME/deploy/launcher" "$REPOSITORY/deploy/"
  printf '<project>\n  <modules>\n    <module>serving</module>\n    <module>cli</module>\n  </modules>\n</project>\n' >"$REPOSITORY/pom.xml"
  touch "$REPOSITORY/cli/pom.xml" "$REPOSITORY/serving/pom.xml" "$REPOSITORY/cli/src/main/A.java" "$REPOSITORY/serving/src/main/B.java"
  touch "$SCRATCH/library.jar"
  fake_jdk "$SCRATCH/jdk" 25
  export AKIDB_JAVA_HOME=$SCRATCH/jdk MAVEN_HOME=$SCRATCH/maven CALLS=$SCRATCH/calls LIBRARY=$SCRATCH/library.jar REPOSITORY
  : >"$CALLS"
  cat >"$SCRATCH/maven/bin/mvn" <<'MVN'
#!/usr/bin/env bash
set -eu
if [[ $1 == -v ]]; then echo "Apache Maven 3.9.9 (fake)"; exit; fi
echo "$*" >>"$CALLS"
if [[ -e $REPOSITORY/broken ]]; then
  echo "[ERROR] COMPILATION ERROR : B.java is broken"
  exit 1
fi
modules="serving cli"
[[ $* != *"-pl cli"* ]] || modules=cli
number=0
for module in $modules; do
  number=$((number + 1))
  echo "[INFO] Building AkiDB :: $module 0.1.0-SNAPSHOT          [$number/2]"
  mkdir -p "$REPOSITORY/$module/target"
  touch "$REPOSITORY/$module/target/$module-0.1.0-SNAPSHOT.jar"
  printf '%s' "$LIBRARY" >"$REPOSITORY/$module/target/classpath"
done
[[ -z ${BUILD_WAITS_FOR:-} ]] || until [[ -e $BUILD_WAITS_FOR ]]; do sleep 0.1; done
MVN
  chmod +x "$SCRATCH/maven/bin/mvn"
}

builds() {
  wc -l <"$CALLS" | tr -d ' '
}

akidb() {
  "$REPOSITORY/akidb" "$@"
}

# A file system's clock is coarse: later means a second later.
later() {
  touch -d '+1 second' "$1" 2>/dev/null || touch -A 01 "$1"
}

test_launcher_clean_clone_builds_once_then_hands_over() {
  set_up
  run akidb search --k "a b"
  expect_status 0
  expect_output "[1/2] AkiDB :: serving"
  expect_output "$REPOSITORY/cli/target/cli-0.1.0-SNAPSHOT.jar:$LIBRARY io.akidb.cli.AkidbCli search --k a b"
  run akidb search
  expect_status 0
  expect_no_output "building"
  expect_equal "$(builds)" 1
}

test_launcher_help_builds_the_command_line_only() {
  set_up
  run akidb --help
  expect_status 0
  expect_equal "$(builds)" 1
  [[ $(<"$CALLS") == *"-pl cli"* ]] || die "$(<"$CALLS")"
  run akidb search
  expect_equal "$(builds)" 2
  run akidb ingest --help
  expect_equal "$(builds)" 2
}

test_launcher_changed_source_builds_again() {
  set_up
  akidb search 2>/dev/null
  later "$REPOSITORY/serving/src/main/B.java"
  run akidb search
  expect_output "building"
  expect_equal "$(builds)" 2
}

test_launcher_deleted_source_builds_again() {
  set_up
  akidb search 2>/dev/null
  rm "$REPOSITORY/serving/src/main/B.java"
  later "$REPOSITORY/serving/src/main"
  run akidb search
  expect_equal "$(builds)" 2
}

test_launcher_changed_test_does_not_build() {
  set_up
  akidb search 2>/dev/null
  mkdir -p "$REPOSITORY/serving/src/test"
  later "$REPOSITORY/serving/src/test"
  run akidb search
  expect_equal "$(builds)" 1
}

test_launcher_missing_library_builds_again() {
  set_up
  akidb search 2>/dev/null
  rm "$LIBRARY"
  run akidb search
  expect_equal "$(builds)" 2
}

test_launcher_moved_repository_builds_again() {
  set_up
  akidb search 2>/dev/null
  mv "$REPOSITORY" "$REPOSITORY-moved"
  REPOSITORY=$REPOSITORY-moved
  run akidb search
  expect_equal "$(builds)" 2
}

test_launcher_two_callers_at_once_build_once() {
  local first deadline=$((SECONDS + 20))
  set_up
  BUILD_WAITS_FOR=$SCRATCH/go akidb search >/dev/null 2>&1 &
  first=$!
  until [[ $(builds) == 1 ]]; do ((SECONDS < deadline)) || die "the first caller does not build"; done
  akidb search >"$SCRATCH/second" 2>&1 &
  until grep -q "waiting for another akidb" "$SCRATCH/second"; do ((SECONDS < deadline)) || die "the second caller does not wait"; done
  touch "$SCRATCH/go"
  wait "$first"
  wait $!
  expect_equal "$(builds)" 1
}

test_launcher_failed_build_shows_the_error_and_is_tried_again() {
  set_up
  touch "$REPOSITORY/broken"
  run akidb search
  expect_status 1
  expect_output "B.java is broken"
  expect_output ".akidb/build.log"
  rm "$REPOSITORY/broken"
  run akidb search
  expect_status 0
}

test_launcher_exit_status_of_the_command_is_the_launchers() {
  set_up
  printf '#!/bin/sh\nexit 7\n' >"$SCRATCH/jdk/bin/java"
  run akidb search
  expect_status 7
}

test_launcher_command_gets_its_home_and_jdk_and_no_search_hints() {
  set_up
  printf '#!/bin/sh\nenv\n' >"$SCRATCH/jdk/bin/java"
  export JAVA_HOME=$AKIDB_JAVA_HOME AKIDB_JDK_DIRS=$SCRATCH/none AKIDB_MAVEN_DIRS=$SCRATCH/none
  unset AKIDB_JAVA_HOME
  run akidb serve
  expect_status 0
  expect_output "AKIDB_HOME=$REPOSITORY"
  expect_output "AKIDB_JAVA=$SCRATCH/jdk/bin/java"
  expect_output "AKIDB_JAVA_HOME=$SCRATCH/jdk"
  expect_no_output "_DIRS="
  expect_no_output "AKIDB_MVN="
}

test_launcher_serve_opts_into_tenants_and_roles_unless_told_otherwise() {
  set_up
  printf '#!/bin/sh\nenv\n' >"$SCRATCH/jdk/bin/java"
  unset AKIDB_CONFIG AKIDB_MULTI_TENANCY AKIDB_RBAC_ENABLED
  run akidb serve
  expect_output "AKIDB_MULTI_TENANCY=true"
  expect_output "AKIDB_RBAC_ENABLED=true"
  AKIDB_MULTI_TENANCY=false run akidb serve
  expect_output "AKIDB_MULTI_TENANCY=false"
  expect_output "AKIDB_RBAC_ENABLED=true"
  run akidb serve --config "$SCRATCH/file"
  expect_no_output "AKIDB_MULTI_TENANCY="
}

test_launcher_called_by_a_link_from_elsewhere_finds_its_home() {
  set_up
  mkdir "$SCRATCH/bin"
  ln -s ../repository/akidb "$SCRATCH/bin/akidb"
  run "$SCRATCH/bin/akidb" search
  expect_status 0
  expect_output "$REPOSITORY/cli/target"
}

test_launcher_interrupted_build_ends_maven_and_leaves_no_stamp() {
  local caller deadline=$((SECONDS + 20))
  set_up
  BUILD_WAITS_FOR=$SCRATCH/never "$REPOSITORY/akidb" search >"$SCRATCH/output" 2>&1 &
  caller=$!
  until [[ $(builds) == 1 ]]; do ((SECONDS < deadline)) || die "it does not build"; done
  kill -TERM "$caller"
  STATUS=0
  wait "$caller" || STATUS=$?
  expect_equal "$STATUS" 130
  [[ ! -e $REPOSITORY/.akidb/build-all.stamp ]] || die "an unfinished build counts as done"
  until ! pgrep -f "$SCRATCH/maven/bin/mvn" >/dev/null; do ((SECONDS < deadline)) || die "Maven still runs"; done
}

test_launcher_fuzz_refuses_what_it_cannot_do() {
  set_up
  for secs in 0 -1 soon 86401 999999999; do
    run akidb fuzz "$secs"
    expect_status 2
    expect_output "SECONDS must be 1 to 86400"
  done
  mkdir -p "$REPOSITORY/diskann-format/src/test/java/a/b"
  printf 'static void fuzzerTestOneInput(byte[] data) {}\n' >"$REPOSITORY/diskann-format/src/test/java/a/b/SomeFuzzer.java"
  run akidb fuzz 1 OtherFuzzer
  expect_status 2
  expect_output "there is no fuzzer 'OtherFuzzer'; there is: SomeFuzzer"
  run akidb fuzz --help
  expect_status 0
  expect_output "SomeFuzzer"
  expect_equal "$(builds)" 0
}
