# Builds the modules when there is no build or the sources are newer than it. Needs say.sh, lock.sh, toolchain.sh. Sourced.
# shellcheck shell=bash

AKIDB_STATE=$AKIDB_HOME/.akidb
BUILD_HEARTBEAT_SECS=20
BUILD_LOCK_WAIT_SECS=3600

# Prints the module folders in the order of the reactor.
maven_modules() {
  sed -n 's:^ *<module>\(.*\)</module> *$:\1:p' "$AKIDB_HOME/pom.xml"
}

# Prints the modules of a scope: `all` is the platform, without the benchmarks, which nothing needs.
scope_modules() {
  case $1 in
    all) maven_modules | grep -vxF benchmarks ;;
    benchmarks) printf '%s\n' object-store diskann-format tenancy policies catalog serving benchmarks ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# Prints the path of a module's main jar; nothing when it is not built.
module_jar() {
  local jar
  for jar in "$AKIDB_HOME/$1/target/$1"-*.jar; do
    case $jar in
      *-tests.jar | *-sources.jar | *-javadoc.jar | *'*'*) ;;
      *)
        printf '%s\n' "$jar"
        return
        ;;
    esac
  done
}

# build_is_fresh SCOPE: whether the last build is of this folder, complete, and newer than every source.
build_is_fresh() {
  local scope=$1 stamp=$AKIDB_STATE/build-$1.stamp module
  [[ -f $stamp && $(<"$stamp") == "$AKIDB_HOME" ]] || return 1
  local sources=("$AKIDB_HOME/pom.xml" "$AKIDB_HOME/.mvn")
  while IFS= read -r module; do
    module_is_complete "$module" || return 1
    sources+=("$AKIDB_HOME/$module/pom.xml")
    [[ ! -d $AKIDB_HOME/$module/src/main ]] || sources+=("$AKIDB_HOME/$module/src/main")
  done < <(scope_modules "$scope")
  # Folders count too: a deleted file changes only the time of its folder.
  [[ -z $(find "${sources[@]}" -newer "$stamp" -print 2>/dev/null | head -n 1) ]]
}

# Whether a module's jar is there, and every jar that its class path files name (a cleaned Maven repository breaks them).
module_is_complete() {
  local file jar
  [[ -n $(module_jar "$1") ]] || return 1
  for file in "$AKIDB_HOME/$1"/target/*classpath; do
    [[ -f $file ]] || continue
    while IFS= read -r -d : jar; do
      [[ -z $jar || -e $jar ]] || return 1
    done < <(tr -d '\n' <"$file" && printf ':')
  done
}

# Whether a scope needs no build. The command line is a part of all; the benchmarks are not.
is_built() {
  build_is_fresh "$1" || { [[ $1 == cli ]] && build_is_fresh all; }
}

# ensure_built all|cli|benchmarks: builds when needed. Two callers build once: the second waits, then finds the build fresh.
ensure_built() {
  local scope=$1
  [[ -z ${AKIDB_NO_BUILD:-} ]] || return 0
  if is_built "$scope"; then
    return 0
  fi
  lock_take "$AKIDB_STATE/build.lock" "$BUILD_LOCK_WAIT_SECS" "building"
  if ! is_built "$scope"; then
    build_now "$scope"
  fi
  lock_release
}

build_now() {
  local scope=$1 log=$AKIDB_STATE/build.log started=$AKIDB_STATE/build.started select=(-pl '!benchmarks') what="AkiDB"
  require_maven
  case $scope in
    all) ;;
    cli) select=(-pl cli -am) what="the command line" ;;
    *) select=(-pl "$scope" -am) what="the $scope" ;;
  esac
  say "building $what (only when something changed; log: $log)"
  printf '%s\n' "$AKIDB_HOME" >"$started"
  # The job jars are built from main code only: no tests are compiled.
  "$AKIDB_MVN" -B -f "$AKIDB_HOME/pom.xml" package ${select[@]+"${select[@]}"} -Dmaven.test.skip=true \
    -Dspotless.check.skip -Djacoco.skip >"$log" 2>&1 </dev/null &
  local pid=$!
  # A background child ignores Ctrl-C, so it is ended by hand.
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  build_progress "$pid" "$log"
  if ! wait "$pid"; then
    trap - INT TERM
    # Warnings in sources are errors here; the rest is Maven's advice on how to call Maven.
    grep -E '^\[ERROR\] *[^ ]|^\[WARNING\] /.*\.java' "$log" |
      grep -vE 'full stack trace|full debug logging|more information about|\[Help|correcting the problems|mvn <args>' |
      head -n 25 | sed 's/^/  | /' >&2 || true
    fail "the build failed; the whole log: $log"
  fi
  trap - INT TERM
  # The stamp carries the time of the start: what was saved during the build is built the next time.
  mv "$started" "$AKIDB_STATE/build-$scope.stamp"
  say "built in $SECONDS s"
}

# One line per module as Maven comes to it, and a sign of life when one takes long (the first time, it downloads).
build_progress() {
  local pid=$1 log=$2 shown=0 last=$SECONDS line current=""
  while :; do
    local alive=yes count=0
    kill -0 "$pid" 2>/dev/null || alive=""
    while IFS= read -r line; do
      count=$((count + 1))
      ((count > shown)) || continue
      current=$line
      say "  $line"
      last=$SECONDS
    done < <(sed -n 's/^\[INFO\] Building \(.*[^ ]\) [^ ]* *\(\[[0-9]*\/[0-9]*\]\)$/\2 \1/p' "$log")
    shown=$count
    [[ -n $alive ]] || return 0
    if ((SECONDS - last >= BUILD_HEARTBEAT_SECS)); then
      last=$SECONDS
      say "  $current: still at it after $SECONDS s"
    fi
    sleep 0.3
  done
}
