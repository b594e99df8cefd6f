#!/usr/bin/env bash
# `./akidb test`: starts the services that the tests need, runs every test, says what was skipped, stops the services.
set -euo pipefail

# shellcheck source=launcher.sh
. "$(dirname "${BASH_SOURCE[0]}")/launcher.sh"
# shellcheck source=child.sh
. "$AKIDB_HOME/deploy/launcher/child.sh"

SCRIPTS=scripts # the suites that are not Maven modules
DAGS="airflow-dags"
CONTRACT_EXAMPLES=2 # of each operation and phase: 4,000 calls, a minute and a half
CONTRACT_SEED=1
REPORTS=$AKIDB_STATE/test-reports
TEST_LOCK_WAIT_SECS=3600

MODULES=()
MAVEN_OPTIONS=()
RUN_SCRIPTS=""
RUN_DAGS=""
RUN_CONTRACT=""
FAILED=()

test_help() {
  cat <<'HELP'
Usage: ./akidb test [SUITE...] [-Dtest=CLASS[#METHOD] | -Dit.test=CLASS] [MAVEN OPTION...]

Runs every test on real services, which it installs, starts and stops. MinIO is built from source the first
time (four minutes on two cores, kept in the per-user cache), a Redis is fetched unless the machine has one, Airflow is
installed into an environment of its own, and so is schemathesis, which holds the API to docs/openapi.yaml (with `serving`).

  SUITE     a Maven module (object-store, catalog, ...), `scripts` (this launcher and the services),
            or `airflow-dags`; several may be named. Without one: all.
  -D...     and other options go to Maven:  ./akidb test diskann-format -Dtest=ShardFileTest
            -Dtest=... runs no IT, -Dit.test=... runs ITs only; coverage is then not checked
  --no-airflow   leaves the Airflow tests out, and says so
  --no-contract  leaves the run of schemathesis out, and says so

Exit status: 0 all passed, 1 something failed, 2 wrong call or missing tool.
HELP
}

parse_arguments() {
  local argument module airflow=yes contract=yes
  for argument in "$@"; do
    case $argument in
      -h | --help)
        test_help
        exit 0
        ;;
      --no-airflow) airflow="" ;;
      --no-contract) contract="" ;;
      -Dtest=*) MAVEN_OPTIONS+=("$argument" -Dsurefire.failIfNoSpecifiedTests=false -DskipITs -Djacoco.skip) ;;
      -Dit.test=*)
        MAVEN_OPTIONS+=("$argument" -Dfailsafe.failIfNoSpecifiedTests=false -Djacoco.skip)
        # Surefire has no switch of its own that leaves failsafe alone, so it is asked for a class that is not there.
        MAVEN_OPTIONS+=(-Dtest=NoUnitTest -Dsurefire.failIfNoSpecifiedTests=false)
        ;;
      -*) MAVEN_OPTIONS+=("$argument") ;;
      "$SCRIPTS") RUN_SCRIPTS=yes ;;
      "$DAGS") RUN_DAGS=yes ;;
      *)
        module=${argument%/}
        maven_modules | grep -qxF "$module" ||
          refuse "test: there is no suite '$argument'; there is: $(maven_modules | tr '\n' ' ')$SCRIPTS $DAGS"
        MODULES+=("$module")
        ;;
    esac
  done
  if ((${#MODULES[@]} == 0)) && [[ -z $RUN_SCRIPTS$RUN_DAGS ]]; then
    while IFS= read -r module; do MODULES+=("$module"); done < <(maven_modules)
    # Options for Maven select among the Java tests, so the rest would only be in the way.
    ((${#MAVEN_OPTIONS[@]} > 0)) || { RUN_SCRIPTS=yes && RUN_DAGS=$airflow; }
    [[ -n $airflow ]] || say "leaving out the Airflow tests (--no-airflow)"
  fi
  if [[ " ${MODULES[*]-} " == *" serving "* ]] && ((${#MAVEN_OPTIONS[@]} == 0)); then
    RUN_CONTRACT=$contract
    [[ -n $contract ]] || say "leaving out the run of schemathesis (--no-contract)"
  fi
}

clean_up() {
  local status=$?
  trap - EXIT
  trap '' INT TERM HUP # a second Ctrl-C must not leave the services running
  end_child
  "${SERVICES[@]}" stop minio redis || true
  exit "$status"
}

# The tests have services of their own, beside those that a person may have started by `./akidb services`.
SERVICES=(env "AKIDB_SERVICES_DIR=$AKIDB_STATE/test-services" AKIDB_MINIO_PORT= AKIDB_REDIS_PORT= bash "$AKIDB_HOME/deploy/services/services.sh")

start_services() {
  "${SERVICES[@]}" stop minio redis 2>/dev/null # left over from a run that was killed
  rm -rf "$AKIDB_STATE/test-services"
  run_child "${SERVICES[@]}" start minio redis || exit $?
  eval "$("${SERVICES[@]}" env minio redis)"
  export AKIDB_TEST_MINIO=$AKIDB_ENDPOINT AKIDB_TEST_MINIO_ACCESS_KEY=$AKIDB_ACCESS_KEY AKIDB_TEST_MINIO_SECRET_KEY=$AKIDB_SECRET_KEY
  # The binary, too, for tests that kill a Redis of their own.
  export AKIDB_TEST_REDIS=${AKIDB_REDIS_URL#redis://} AKIDB_TEST_REDIS_SERVER=$AKIDB_REDIS_SERVER
  # Nothing but the tests that ask for them may find these.
  unset AKIDB_ENDPOINT AKIDB_ACCESS_KEY AKIDB_SECRET_KEY AKIDB_REDIS_URL AKIDB_REDIS_SERVER
}

# After Maven, because the engines' class paths are its products.
run_scripts() {
  say "testing the scripts"
  if ! run_child "$AKIDB_HOME/akidb" ensure-built; then
    FAILED+=("$SCRIPTS")
    return
  fi
  run_child bash "$AKIDB_HOME/deploy/services/tests/run.sh" "$REPORTS/scripts.xml" || FAILED+=("$SCRIPTS")
}

run_maven() {
  local all select started=$AKIDB_STATE/build.started
  require_maven
  all=$(maven_modules | wc -l)
  printf '%s\n' "$AKIDB_HOME" >"$started"
  if ((${#MODULES[@]} == all)); then
    say "testing all modules"
    if maven verify --fail-at-end ${MAVEN_OPTIONS[@]+"${MAVEN_OPTIONS[@]}"}; then
      mv "$started" "$AKIDB_STATE/build-all.stamp"
    else
      FAILED+=(maven)
    fi
    return
  fi
  # Its tests start the node and the jobs, each from what its own module made, which are not what it is compiled with.
  if [[ " ${MODULES[*]} " == *" cli "* ]] && ! run_child "$AKIDB_HOME/akidb" ensure-built; then
    FAILED+=(maven)
    return
  fi
  select=$(IFS=, && printf '%s' "${MODULES[*]}")
  say "making what $select needs"
  # Installed, because Maven 3 finds the modules beside a selected one only in the local repository.
  if ! maven --quiet install -pl "$select" -am -DskipTests -Dspotless.check.skip -Djacoco.skip; then
    FAILED+=(maven)
    return
  fi
  say "testing $select"
  maven verify --fail-at-end -pl "$select" ${MAVEN_OPTIONS[@]+"${MAVEN_OPTIONS[@]}"} || FAILED+=(maven)
}

# A test that calls ./akidb gets what this very build has made: AKIDB_NO_BUILD keeps it from starting another one.
maven() {
  AKIDB_NO_BUILD=yes run_child "$AKIDB_MVN" -B -f "$AKIDB_HOME/pom.xml" "$@"
}

run_dags() {
  local python
  say "testing the Airflow DAGs"
  if ! "$AKIDB_HOME/akidb" ensure-built || ! python=$(bash "$AKIDB_HOME/airflow-dags/setup.sh"); then
    FAILED+=("$DAGS")
    return
  fi
  run_child dags_pytest "$python" || FAILED+=("$DAGS")
}

# dags_pytest PYTHON: becomes the tests.
dags_pytest() {
  cd "$AKIDB_HOME/airflow-dags" && exec "$1" -m pytest -ra --junitxml="$REPORTS/airflow-dags.xml" tests
}

# Calls that nobody thought of, always the same ones: no answer of 5xx, none that docs/openapi.yaml does not know.
run_contract() {
  say "testing the API against docs/openapi.yaml"
  run_child bash "$AKIDB_HOME/deploy/contract/fuzz-api.sh" "$CONTRACT_EXAMPLES" "$CONTRACT_SEED" || FAILED+=(contract)
}

# Prints the reports that this run wrote, as `suite<tab>file`.
reports_of_this_run() {
  local module file
  for module in ${MODULES[@]+"${MODULES[@]}"}; do
    while IFS= read -r file; do
      printf '%s\t%s\n' "$module" "$file"
    done < <(find "$AKIDB_HOME/$module/target/surefire-reports" "$AKIDB_HOME/$module/target/failsafe-reports" \
      -name 'TEST-*.xml' -newer "$REPORTS/started" 2>/dev/null)
  done
  [[ ! -f $REPORTS/scripts.xml ]] || printf '%s\t%s\n' "$SCRIPTS" "$REPORTS/scripts.xml"
  [[ ! -f $REPORTS/airflow-dags.xml ]] || printf '%s\t%s\n' "$DAGS" "$REPORTS/airflow-dags.xml"
}

# Reads JUnit's XML reports: totals per suite, and each skipped test with its reason. Fails when a suite ran no test,
# unless options selected among them; then when no test at all was run.
print_totals() {
  local suites=(${MODULES[@]+"${MODULES[@]}"})
  [[ -z $RUN_SCRIPTS ]] || suites+=("$SCRIPTS")
  [[ -z $RUN_DAGS ]] || suites+=("$DAGS")
  reports_of_this_run | awk -F '\t' -v suites="${suites[*]}" -v selected="${#MAVEN_OPTIONS[@]}" '
    function attribute(tag, name,   found) {
      if (!match(tag, " " name "=\"[^\"]*\"")) return ""
      found = substr(tag, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
      gsub(/&quot;/, "\"", found); gsub(/&lt;/, "<", found); gsub(/&gt;/, ">", found); gsub(/&#10;/, " ", found)
      gsub(/&apos;/, "\047", found); gsub(/&amp;/, "\\&", found)
      return found
    }
    {
      suite = $1; file = $2; RS_old = RS; RS = ">"; test = ""
      while ((getline tag < file) > 0) {
        gsub(/\n/, " ", tag)
        if (tag ~ /^[ ]*<testsuite /) {
          tests[suite] += attribute(tag, "tests"); failures[suite] += attribute(tag, "failures")
          errors[suite] += attribute(tag, "errors"); skips[suite] += attribute(tag, "skipped")
        } else if (tag ~ /^[ ]*<testcase /) {
          test = attribute(tag, "classname") " " attribute(tag, "name")
        } else if (tag ~ /^[ ]*<skipped/) {
          skipped[++count] = suite ": " test ": " attribute(tag, "message")
        }
      }
      close(file); RS = RS_old
    }
    END {
      printf "\n%-16s %7s %9s %7s %8s\n", "suite", "tests", "failures", "errors", "skipped"
      amount = split(suites, names, " ")
      for (i = 1; i <= amount; i++) {
        s = names[i]
        if (tests[s] + 0 == 0) { printf "%-16s %7s\n", s, "no test was run"; none++; continue }
        printf "%-16s %7d %9d %7d %8d\n", s, tests[s], failures[s], errors[s], skips[s]
        t += tests[s]; f += failures[s]; e += errors[s]; k += skips[s]
      }
      printf "%-16s %7d %9d %7d %8d\n", "all", t, f, e, k
      if (count) printf "\nSkipped:\n"
      for (i = 1; i <= count; i++) printf "  %s\n", skipped[i]
      if (t + 0 == 0 || (none && !selected)) exit 1
    }'
}

test_main() {
  parse_arguments "$@"
  require_jdk
  mkdir -p "$REPORTS"
  lock_take "$AKIDB_STATE/test.lock" "$TEST_LOCK_WAIT_SECS" "testing"
  rm -f "$REPORTS"/*.xml
  : >"$REPORTS/started"
  end_through clean_up
  if ((${#MODULES[@]} > 0)) || [[ -n $RUN_DAGS ]]; then
    start_services
  fi
  ((${#MODULES[@]} == 0)) || run_maven
  [[ -z $RUN_CONTRACT ]] || run_contract
  [[ -z $RUN_SCRIPTS ]] || run_scripts
  [[ -z $RUN_DAGS ]] || run_dags
  print_totals || FAILED+=("a suite without a test")
  if ((${#FAILED[@]} > 0)); then
    fail "failed: ${FAILED[*]} (after $SECONDS s)"
  fi
  say "all passed in $SECONDS s"
}

test_main "$@"
