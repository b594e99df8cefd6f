# What `./akidb` and the scripts that it hands over to begin with: the repository's root, and the parts of the launcher. Sourced.
# shellcheck shell=bash

if [[ -z ${AKIDB_HOME:-} ]]; then
  AKIDB_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
fi
export AKIDB_HOME

# shellcheck source=say.sh
. "$AKIDB_HOME/deploy/launcher/say.sh"
# shellcheck source=lock.sh
. "$AKIDB_HOME/deploy/launcher/lock.sh"
# shellcheck source=toolchain.sh
. "$AKIDB_HOME/deploy/launcher/toolchain.sh"
# shellcheck source=build.sh
. "$AKIDB_HOME/deploy/launcher/build.sh"
