# Lays an engine out of the Maven artefacts that the build resolved: one folder of links to jars, as the engine's own
# distribution would have it. Needs say.sh. Sourced.
# shellcheck shell=bash

ENGINES_STATE=$AKIDB_HOME/.akidb/engines

# engine_home NAME CLASS-PATH-FILE JARS: prints a folder whose JARS/ links to every jar in the file. Named by what it
# holds, so a cluster that runs keeps its own when the build changes.
engine_home() {
  local name=$1 file=$2 jars=$3 home staging jar
  [[ -s $file ]] || refuse "$file is missing: build first, by ./akidb ensure-built"
  home=$ENGINES_STATE/$name-$(cksum <"$file" | cut -d ' ' -f 1)
  if [[ ! -d $home ]]; then
    staging=$home.staging.$$
    mkdir -p "$staging/$jars"
    while IFS= read -r -d : jar; do
      [[ -n $jar ]] || continue
      [[ -f $jar ]] || fail "$file names $jar, which is not there: build again"
      ln -sf "$jar" "$staging/$jars/"
    done < <(tr -d '\n' <"$file" && printf ':')
    # Another caller may have been first: then its folder serves.
    if [[ -d $home ]] || ! mv "$staging" "$home" 2>/dev/null; then
      rm -rf "$staging"
    fi
  fi
  printf '%s\n' "$home"
}
