# Finds a JDK 25 or later and a Maven 3.8 or later on this machine, whatever stands first on the PATH. Sourced.
# shellcheck shell=bash

JDK_MINIMUM=25
MAVEN_MINIMUM_MINOR=8 # of Maven 3

# Prints the feature release (25 for 25.0.3) of the JDK in folder $1, or nothing when there is no JDK.
jdk_release() {
  local home=$1 version=""
  [[ -x $home/bin/java && -x $home/bin/javac ]] || return 0
  if [[ -r $home/release ]]; then
    version=$(sed -n 's/^JAVA_VERSION="\([^"]*\)".*/\1/p' "$home/release")
  fi
  if [[ -z $version ]]; then
    version=$("$home/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1) || true
  fi
  version=${version#1.} # 1.8.0 is release 8
  version=${version%%[!0-9]*}
  [[ -z $version ]] || printf '%s\n' "$version"
}

# Prints the home folder of each java on the PATH.
jdk_homes_on_path() {
  local java home
  while IFS= read -r java; do
    while [[ -L $java ]]; do
      home=$(readlink "$java")
      [[ $home == /* ]] || home=$(dirname "$java")/$home
      java=$home
    done
    home=$(cd "$(dirname "$java")/.." 2>/dev/null && pwd -P) && printf '%s\n' "$home"
  done < <(type -aP java 2>/dev/null || true)
}

# Prints the folders where installers put JDKs. AKIDB_JDK_DIRS (colon-separated parents) replaces the usual ones.
jdk_homes_installed() {
  local parents parent home
  parents=${AKIDB_JDK_DIRS-"/usr/lib/jvm:/usr/lib64/jvm:/usr/java:/usr/local:/usr/local/lib/jvm:/opt:/opt/java:$HOME/.sdkman/candidates/java:$HOME/.jdks:$HOME/.jenv/versions:$HOME/.asdf/installs/java:$HOME/.local/share/mise/installs/java:$HOME/.gradle/jdks:/Library/Java/JavaVirtualMachines:$HOME/Library/Java/JavaVirtualMachines:/opt/homebrew/opt:/usr/local/opt"}
  while IFS= read -r -d : parent; do
    for home in "$parent"/*/; do
      home=${home%/}
      [[ -x $home/bin/javac ]] && printf '%s\n' "$home"
      [[ -x $home/Contents/Home/bin/javac ]] && printf '%s\n' "$home/Contents/Home"
      [[ -x $home/libexec/openjdk.jdk/Contents/Home/bin/javac ]] && printf '%s\n' "$home/libexec/openjdk.jdk/Contents/Home"
    done
  done <<<"$parents:"
  if [[ -z ${AKIDB_JDK_DIRS+set} && -x /usr/libexec/java_home ]]; then
    /usr/libexec/java_home -v "$JDK_MINIMUM+" 2>/dev/null || true
  fi
}

# Sets JAVA_HOME and AKIDB_JAVA, or says what to install and ends with exit status 2.
require_jdk() {
  local home release best="" best_release=0 seen=""
  if [[ -n ${AKIDB_JAVA_HOME:-} ]]; then
    release=$(jdk_release "$AKIDB_JAVA_HOME")
    [[ -n $release ]] || refuse "AKIDB_JAVA_HOME=$AKIDB_JAVA_HOME has no JDK in it (no bin/javac). Point it at a JDK $JDK_MINIMUM, or unset it."
    ((release >= JDK_MINIMUM)) || refuse "AKIDB_JAVA_HOME=$AKIDB_JAVA_HOME is a JDK $release; AkiDB needs JDK $JDK_MINIMUM or later."
    jdk_use "$AKIDB_JAVA_HOME"
    return
  fi
  while IFS= read -r home; do
    [[ -n $home ]] || continue
    release=$(jdk_release "$home")
    [[ -n $release ]] || continue
    if ((release >= JDK_MINIMUM)); then
      jdk_use "$home"
      return
    fi
    case "$seen" in *" $home ("*) ;; *) seen="$seen $home ($release)" ;; esac
  done < <(
    printf '%s\n' "${JAVA_HOME:-}"
    jdk_homes_on_path
  )
  # Of the installed ones the nearest to what AkiDB is built for: a newer release is the second choice.
  while IFS= read -r home; do
    release=$(jdk_release "$home")
    [[ -n $release ]] || continue
    if ((release >= JDK_MINIMUM)); then
      if ((best_release == 0 || release < best_release)); then
        best=$home
        best_release=$release
      fi
    else
      case "$seen" in *" $home ("*) ;; *) seen="$seen $home ($release)" ;; esac
    fi
  done < <(jdk_homes_installed)
  [[ -n $best ]] || jdk_missing "$seen"
  jdk_use "$best"
}

jdk_use() {
  JAVA_HOME=$1
  AKIDB_JAVA=$1/bin/java
  export JAVA_HOME AKIDB_JAVA
}

jdk_missing() {
  {
    printf 'akidb: AkiDB needs a JDK %s or later, and there is none here.\n' "$JDK_MINIMUM"
    [[ -z $1 ]] || printf '  Found, but too old:%s\n' "$1"
    printf '  Install one, for example Eclipse Temurin %s (adoptium.net), by one of\n' "$JDK_MINIMUM"
    printf '    apt-get install openjdk-%s-jdk-headless    dnf install java-%s-openjdk-devel\n' "$JDK_MINIMUM" "$JDK_MINIMUM"
    printf '    sdk install java %s-tem                    brew install openjdk@%s\n' "$JDK_MINIMUM" "$JDK_MINIMUM"
    printf '  or unpack one anywhere and say where: export AKIDB_JAVA_HOME=/path/to/jdk-%s\n' "$JDK_MINIMUM"
  } >&2
  exit 2
}

# Prints each mvn that this machine may have, best first.
maven_candidates() {
  local folder
  [[ -z ${MAVEN_HOME:-} ]] || printf '%s\n' "$MAVEN_HOME/bin/mvn"
  type -aP mvn 2>/dev/null || true
  # AKIDB_MAVEN_DIRS (colon-separated parents) replaces the usual ones.
  while IFS= read -r -d : folder; do
    printf '%s\n' "$folder"/*/bin/mvn
  done <<<"${AKIDB_MAVEN_DIRS-"/opt:/usr/share:/usr/local:$HOME/.sdkman/candidates/maven:$HOME/.asdf/installs/maven:/opt/homebrew/opt"}:"
}

# Sets AKIDB_MVN, or says what to install and ends with exit status 2. Takes JAVA_HOME from require_jdk.
require_maven() {
  local mvn version seen=""
  while IFS= read -r mvn; do
    [[ -x $mvn ]] || continue
    version=$("$mvn" -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9][0-9.]*\).*/\1/p' | head -n 1) || true
    if maven_suffices "$version"; then
      # Used by those who source this file.
      # shellcheck disable=SC2034
      AKIDB_MVN=$mvn
      return
    fi
    seen="$seen $mvn (${version:-unknown})"
  done < <(maven_candidates)
  {
    printf 'akidb: AkiDB is built by Maven 3.%s or later, and there is none here.\n' "$MAVEN_MINIMUM_MINOR"
    [[ -z $seen ]] || printf '  Found, but too old:%s\n' "$seen"
    printf '  Install it (apt-get install maven, dnf install maven, sdk install maven, brew install maven), or unpack one\n'
    printf '  and say where: export MAVEN_HOME=/path/to/apache-maven\n'
  } >&2
  exit 2
}

maven_suffices() {
  local major=${1%%.*} minor=${1#*.}
  minor=${minor%%.*}
  [[ $major =~ ^[0-9]+$ && $minor =~ ^[0-9]+$ ]] || return 1
  ((major > 3 || (major == 3 && minor >= MAVEN_MINIMUM_MINOR)))
}
