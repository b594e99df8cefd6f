#!/usr/bin/env bash
# Holds a node to docs/openapi.yaml with thousands of made-up calls (schemathesis), as a tenant's administrator and as an operator:
# no 5xx, no answer that the document does not know. Three minutes; `./akidb test serving` makes a shorter run of it.
#   deploy/contract/fuzz-api.sh [EXAMPLES_PER_OPERATION] [SEED]
# SCHEMATHESIS names an installed one; without it a pinned version is installed into the per-user cache.
set -euo pipefail
AKIDB_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=../launcher/say.sh
. "$AKIDB_HOME/deploy/launcher/say.sh"

VERSION=4.32.5
OPERATOR_KEY=operator-key-of-the-contract-run
CHECKS=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance
START_TRIES_MAX=600

examples=${1:-30}
seed=${2:-$RANDOM}
folder=$(mktemp -d)
node=""

# shellcheck disable=SC2317 # called by the trap
clean_up() {
  if [[ -n $node ]]; then
    kill "$node" 2>/dev/null || true
    wait "$node" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap clean_up EXIT

# Prints the program.
schemathesis() {
  local home=${XDG_CACHE_HOME:-$HOME/.cache}/akidb/schemathesis-$VERSION
  if [[ -n ${SCHEMATHESIS:-} ]]; then
    printf '%s\n' "$SCHEMATHESIS"
    return
  fi
  if [[ ! -f $home/ready ]]; then
    say "installing schemathesis $VERSION into $home, once"
    rm -rf "$home"
    mkdir -p "$(dirname "$home")"
    if ! "${AKIDB_PYTHON:-python3}" -m venv "$home" >"$folder/install.log" 2>&1 ||
      ! "$home/bin/python" -m pip install --disable-pip-version-check --no-input "schemathesis==$VERSION" >>"$folder/install.log" 2>&1; then
      fail_with_log "schemathesis could not be installed" "$folder/install.log"
    fi
    : >"$home/ready"
  fi
  printf '%s\n' "$home/bin/schemathesis"
}

# Starts a node with everything that can be switched on; its address goes into $url.
start_node() {
  local tries=0
  "$AKIDB_HOME/akidb" ensure-built
  AKIDB_NO_BUILD=yes AKIDB_ADMIN_API_KEY=$OPERATOR_KEY AKIDB_MULTI_TENANCY=true AKIDB_RBAC_ENABLED=true AKIDB_BUILD_COMMAND="" \
    "$AKIDB_HOME/akidb" serve --bucket "$folder/bucket" --cache-dir "$folder/cache" --port 0 >"$folder/node.out" 2>"$folder/node.log" &
  node=$!
  until url=$(sed -n 's/^ready //p' "$folder/node.out") && [[ -n $url ]]; do
    kill -0 "$node" 2>/dev/null || fail_with_log "the node did not start" "$folder/node.log"
    ((++tries < START_TRIES_MAX)) || fail_with_log "the node did not start in time" "$folder/node.log"
    sleep 0.1
  done
}

# call KEY PATH BODY
call() {
  curl --silent --show-error --fail-with-body -H "Authorization: Bearer $1" -H "Content-Type: application/json" -d "$3" "$url/v1$2"
}

# Prints a text field of the JSON that is read.
field() {
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# run NAME KEY OPTION...
run() {
  local name=$1 key=$2
  shift 2
  say "$name: $examples examples of each operation and phase, seed $seed"
  (cd "$folder" && "$program" run "$AKIDB_HOME/docs/openapi.yaml" --url "$url/v1" -H "Authorization: Bearer $key" \
    --max-examples "$examples" --seed "$seed" --checks "$CHECKS" --phases examples,coverage,fuzzing \
    --continue-on-failure --request-timeout 40 --warnings off "$@")
}

program=$(schemathesis)
start_node
tenant=$(call "$OPERATOR_KEY" /tenants '{"name": "acme"}')
key=$(field api_key <<<"$tenant")
call "$key" /collections '{"name": "products", "vector_dim": 2, "attributes": {"category": "string", "price": "double", "tags": "string[]"}}' >/dev/null
call "$key" /collections/products/vectors '{"vectors": [{"id": "p1", "vector": [1, 2], "payload": {"category": "a", "price": 1.5}}]}' >/dev/null
call "$key" /roles '{"name": "eu-reader", "permissions": ["collections.read"], "row_filter": {"region": "eu"}}' >/dev/null
user=$(call "$key" /users '{"email": "alice@example.org", "role": "viewer"}' | field user_id)
api_key=$(call "$key" /api-keys '{"role": "viewer"}' | field api_key_id)

# Names that are there, so that calls get past "not found"; what would delete them is tried by the second run only.
cat >"$folder/schemathesis.toml" <<CONFIG
[parameters]
"path.collection" = "products"
"path.vector_id" = "p1"
"path.tenant_id" = "$(field tenant_id <<<"$tenant")"
"path.user_id" = "$user"
"path.role" = "eu-reader"
"path.api_key_id" = "$api_key"
"header.X-Tenant-ID" = "$(field tenant_id <<<"$tenant")"
CONFIG
NOT_NOW=()
for operation in deleteCollection deleteTenant deleteUser deleteRole revokeApiKey; do
  NOT_NOW+=(--exclude-operation-id "$operation")
done
failed=0
run "administrator" "$key" "${NOT_NOW[@]}" || failed=1
: >"$folder/schemathesis.toml"
run "operator" "$OPERATOR_KEY" || failed=1
exit "$failed"
