# Finding a JDK and a Maven among old ones.
# shellcheck shell=bash disable=SC2154,SC2034,SC2155

# found: prints which JDK the launcher would take, with only this test's folders searched.
found() {
  bash -c '
    set -euo pipefail
    . "$AKIDB_HOME/deploy/launcher/say.sh"
    . "$AKIDB_HOME/deploy/launcher/toolchain.sh"
    require_jdk
    echo "took $JAVA_HOME"'
}

maven_found() {
  bash -c '
    set -euo pipefail
    . "$AKIDB_HOME/deploy/launcher/say.sh"
    . "$AKIDB_HOME/deploy/launcher/toolchain.sh"
    require_maven
    echo "took $AKIDB_MVN"'
}

fake_maven() {
  mkdir -p "$(dirname "$1")"
  printf '#!/bin/sh\necho "Apache Maven %s (abc)"\n' "$2" >"$1"
  chmod +x "$1"
}

test_jdk_old_one_first_on_path_and_in_java_home_takes_25_from_the_usual_folders() {
  fake_jdk "$SCRATCH/old" 17
  fake_jdk "$SCRATCH/older" 11
  fake_jdk "$SCRATCH/jdks/jdk-21" 21
  fake_jdk "$SCRATCH/jdks/jdk-25" 25
  fake_jdk "$SCRATCH/jdks/jdk-27" 27
  unset AKIDB_JAVA_HOME
  export JAVA_HOME=$SCRATCH/older PATH=$SCRATCH/old/bin:$PATH AKIDB_JDK_DIRS=$SCRATCH/jdks
  run found
  expect_status 0
  expect_output "took $SCRATCH/jdks/jdk-25"
}

test_jdk_java_home_that_suffices_is_taken_first() {
  fake_jdk "$SCRATCH/mine" 26
  fake_jdk "$SCRATCH/jdks/jdk-25" 25
  unset AKIDB_JAVA_HOME
  export JAVA_HOME=$SCRATCH/mine AKIDB_JDK_DIRS=$SCRATCH/jdks
  run found
  expect_status 0
  expect_output "took $SCRATCH/mine"
}

test_jdk_on_the_path_behind_links_and_an_old_one_is_found() {
  fake_jdk "$SCRATCH/old" 17
  fake_jdk "$SCRATCH/new" 25
  mkdir "$SCRATCH/alternatives" "$SCRATCH/bin"
  ln -s "$SCRATCH/new/bin/java" "$SCRATCH/alternatives/java"
  ln -s ../alternatives/java "$SCRATCH/bin/java"
  unset AKIDB_JAVA_HOME JAVA_HOME
  export PATH=$SCRATCH/old/bin:$SCRATCH/bin:$PATH AKIDB_JDK_DIRS=
  run found
  expect_status 0
  expect_output "took $SCRATCH/new"
}

test_jdk_without_release_file_is_asked_for_its_version() {
  mkdir -p "$SCRATCH/mine/bin"
  printf '#!/bin/sh\necho "openjdk version \\"25.0.3\\" 2026-04-21" >&2\n' >"$SCRATCH/mine/bin/java"
  cp "$SCRATCH/mine/bin/java" "$SCRATCH/mine/bin/javac"
  chmod +x "$SCRATCH"/mine/bin/*
  unset AKIDB_JAVA_HOME
  export JAVA_HOME=$SCRATCH/mine AKIDB_JDK_DIRS=
  run found
  expect_status 0
  expect_output "took $SCRATCH/mine"
}

test_jdk_runtime_without_compiler_is_passed_over() {
  fake_jdk "$SCRATCH/jre" 25
  rm "$SCRATCH/jre/bin/javac"
  fake_jdk "$SCRATCH/jdks/jdk-25" 25
  unset AKIDB_JAVA_HOME
  export JAVA_HOME=$SCRATCH/jre AKIDB_JDK_DIRS=$SCRATCH/jdks
  run found
  expect_output "took $SCRATCH/jdks/jdk-25"
}

test_jdk_none_says_what_to_install_and_ends_with_2() {
  fake_jdk "$SCRATCH/old" 17
  unset AKIDB_JAVA_HOME
  # Nothing of this machine's own may be found.
  export JAVA_HOME=$SCRATCH/old PATH=$SCRATCH/old/bin:$(path_without java) AKIDB_JDK_DIRS=$SCRATCH/none
  run found
  expect_status 2
  expect_output "needs a JDK 25 or later"
  expect_output "too old: $SCRATCH/old (17)"
  expect_output "AKIDB_JAVA_HOME"
}

test_jdk_named_by_akidb_java_home_that_is_old_or_missing_is_refused() {
  fake_jdk "$SCRATCH/old" 17
  export AKIDB_JAVA_HOME=$SCRATCH/old
  run found
  expect_status 2
  expect_output "is a JDK 17; AkiDB needs JDK 25"
  export AKIDB_JAVA_HOME=$SCRATCH/nowhere
  run found
  expect_status 2
  expect_output "has no JDK in it"
}

test_launcher_without_jdk_ends_with_2_before_building() {
  unset AKIDB_JAVA_HOME
  export JAVA_HOME="" PATH=$(path_without java) AKIDB_JDK_DIRS=$SCRATCH/none
  run bash "$AKIDB_HOME/akidb" demo
  expect_status 2
  expect_output "needs a JDK 25 or later"
  expect_no_output "building"
}

test_maven_too_old_on_the_path_is_passed_over_for_a_newer_one() {
  fake_maven "$SCRATCH/bin/mvn" 3.6.3
  fake_maven "$SCRATCH/opt/maven/bin/mvn" 3.9.9
  export MAVEN_HOME="" PATH=$SCRATCH/bin:$(path_without mvn) AKIDB_MAVEN_DIRS=$SCRATCH/opt
  run maven_found
  expect_status 0
  expect_output "took $SCRATCH/opt/maven/bin/mvn"
}

test_maven_none_says_what_to_install_and_ends_with_2() {
  fake_maven "$SCRATCH/bin/mvn" 3.6.3
  export MAVEN_HOME="" PATH=$SCRATCH/bin:$(path_without mvn) AKIDB_MAVEN_DIRS=$SCRATCH/none
  run maven_found
  expect_status 2
  expect_output "Maven 3.8 or later"
  expect_output "$SCRATCH/bin/mvn (3.6.3)"
}

# path_without TOOL: a folder with links to the tools that the scripts use, and none to TOOL.
path_without() {
  local tool at folder=$SCRATCH/tools-without-$1
  mkdir -p "$folder"
  for tool in bash sh sed head readlink dirname cat tr find mkdir printf flock sleep grep id uname; do
    at=$(type -P "$tool") && ln -sf "$at" "$folder/$tool"
  done
  printf '%s\n' "$folder"
}
