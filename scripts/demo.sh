#!/usr/bin/env bash
# Shows cwb at work on real servers: a small Clearwater deployment, its subscribers, a policy,
# and what cwb makes of them. Everything lies in a temporary directory and is gone at the end.
#
#   SUBSCRIBERS=2000 scripts/demo.sh
set -euo pipefail
cd "$(dirname "$0")/.."
subscribers=${SUBSCRIBERS:-2000}

# ---- a place of its own, given back however this ends ----

dir=$(mktemp -d)
cleanup() {
	# The servers live as long as somebody holds the other end of this pipe.
	exec 9>&- || true
	[ -z "${testbed:-}" ] || wait "$testbed" || true
	rm -rf "$dir"
}
trap cleanup EXIT

step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
if [ ! -t 1 ]; then step() { printf '\n== %s\n' "$*"; }; fi

# show prints the command, then runs it.
show() {
	printf '\n$ %s\n' "$*"
	"$@"
}

# ---- the deployment ----

step "Build cwb"
make --no-print-directory build
go build -o "$dir/cwb-testbed" ./internal/testbed/cmd/cwb-testbed
PATH=$PWD/bin:$PATH

step "Start Ellis (MariaDB), Homer and Homestead (Cassandra)"
mkdir "$dir/servers"
mkfifo "$dir/leash"
"$dir/cwb-testbed" up --dir "$dir/servers" <"$dir/leash" &
testbed=$!
exec 9>"$dir/leash"
until [ -e "$dir/servers/env" ]; do
	kill -0 "$testbed" 2>/dev/null || { echo "demo: the servers did not start; see above" >&2; exit 1; }
	sleep 0.2
done
# shellcheck source=/dev/null
. "$dir/servers/env"
echo "Ellis      $ELLIS_SOCKET"
echo "Homer      $HOMER_ADDRESS"
echo "Homestead  $HOMESTEAD_ADDRESS"

step "Load $subscribers subscribers"
"$dir/cwb-testbed" load --dir "$dir/servers" --subscribers "$subscribers" --free $((subscribers / 10 + 1))

# ---- the policy ----

step "The policy"
mkdir -p "$dir/policy" "$dir/copies" "$dir"/snapshots/{ellis,homer,homestead}
cat >"$dir/policy/clearwater.hcl" <<POLICY
cwb {
  deployment = "demo"
  timezone   = "UTC"
  scheduler  = "none"
}

node "mysql" "ellis" {
  socket        = "$ELLIS_SOCKET"
  defaults_file = "$ELLIS_DEFAULTS_FILE"
  databases     = ["ellis"]
  snapshot_path = "$dir/snapshots/ellis"
}

node "cassandra" "homer" {
  address       = "$HOMER_ADDRESS"
  nodetool      = ["$HOMER_NODETOOL", "-h", "127.0.0.1", "-p", "$HOMER_JMX_PORT"]
  data_dirs     = ["$HOMER_DATA"]
  keyspaces     = ["homer"]
  snapshot_path = "$dir/snapshots/homer"
}

node "cassandra" "homestead" {
  address       = "$HOMESTEAD_ADDRESS"
  nodetool      = ["$HOMESTEAD_NODETOOL", "-h", "127.0.0.1", "-p", "$HOMESTEAD_JMX_PORT"]
  data_dirs     = ["$HOMESTEAD_DATA"]
  keyspaces     = ["homestead"]
  snapshot_path = "$dir/snapshots/homestead"
}

target "dir" "copies" {
  path = "$dir/copies"
}

retention "nightly" {
  keep_last = 4
}

backup "subscribers" {
  nodes     = [node.mysql.ellis, node.cassandra.homer, node.cassandra.homestead]
  schedule  = "0 0 * * *"
  retention = retention.nightly

  copy {
    target    = target.dir.copies
    retention = retention.nightly
  }
}
POLICY
show cat "$dir/policy/clearwater.hcl"

# ---- the tool ----

step "What is there to do?"
show cwb plan --policy "$dir/policy"

step "Do it"
show cwb apply --policy "$dir/policy" --auto-approve

step "What is there now?"
show cwb list --policy "$dir/policy"

step "And is there anything left to do?"
show cwb plan --policy "$dir/policy"
