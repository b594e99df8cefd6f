# shellcheck disable=SC2034
# The environment in which Flink's classes run here. Needs say.sh, toolchain.sh, process.sh, engine.sh. Sourced.
# shellcheck shell=bash

FLINK_STATE=$SERVICES_STATE/flink

# What Flink's own distribution opens to itself (env.java.opts.all of its configuration), as JVM options.
FLINK_JVM_OPTIONS=(
  -XX:+IgnoreUnrecognizedVMOptions --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
)
for flink_package in java.rmi/sun.rmi.registry java.security.jgss/sun.security.krb5; do
  FLINK_JVM_OPTIONS+=("--add-exports=$flink_package=ALL-UNNAMED")
done
for flink_package in java.lang java.net java.io java.nio sun.nio.ch java.lang.reflect java.text java.time java.util \
  java.util.concurrent java.util.concurrent.atomic java.util.concurrent.locks; do
  FLINK_JVM_OPTIONS+=("--add-opens=java.base/$flink_package=ALL-UNNAMED")
done
unset flink_package

# flink_environment: sets FLINK_HOME (made of the Maven artefacts), FLINK_LIB_DIR, FLINK_PLUGINS_DIR and FLINK_CONF_DIR.
flink_environment() {
  local file
  require_jdk
  FLINK_HOME=$(engine_home flink "$AKIDB_HOME/ingest-flink/target/flink-classpath" lib)
  FLINK_LIB_DIR=$FLINK_HOME/lib
  if [[ -z ${FLINK_PLUGINS_DIR:-} ]]; then
    FLINK_PLUGINS_DIR=$FLINK_HOME/plugins
    mkdir -p "$FLINK_PLUGINS_DIR"
    # One folder per plug-in, each with a class loader of its own: file systems such as s3:// are loaded so.
    for file in "$AKIDB_HOME"/ingest-flink/target/flink-plugins/*/*.jar; do
      [[ -f $file ]] || continue
      mkdir -p "$FLINK_PLUGINS_DIR/$(basename "$(dirname "$file")")"
      ln -sf "$file" "$FLINK_PLUGINS_DIR/$(basename "$(dirname "$file")")/"
    done
  fi
  FLINK_CONF_DIR=${FLINK_CONF_DIR:-$FLINK_STATE/conf}
  export FLINK_HOME FLINK_LIB_DIR FLINK_PLUGINS_DIR FLINK_CONF_DIR
  FLINK_JAVA=("$AKIDB_JAVA" "${FLINK_JVM_OPTIONS[@]}" "-Dlog4j2.configurationFile=$AKIDB_HOME/deploy/services/conf/flink/log4j2.properties" -cp "$FLINK_LIB_DIR/*")
}
