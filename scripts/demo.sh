#!/usr/bin/env bash
# Shows cwb at work on real servers: a small Clearwater deployment, its subscribers, a policy,
# and what cwb makes of them. Everything lies in a temporary directory and is gone at the end.
# Ends with 0 only if everything was as it says.
#
#   SUBSCRIBERS=2000 scripts/demo.sh
set -euo pipefail
cd "$(dirname "$0")/.."
subscribers=${SUBSCRIBERS:-2000}
free=$((subscribers / 10))

# ---- a place of its own, given back however this ends ----

dir=$(mktemp -d)
cleanup() {
	# The servers live as long as somebody holds the other end of this pipe.
	exec 9>&- || true
	[ -z "${testbed:-}" ] || wait "$testbed" || true
	rm -rf "$dir"
}
trap cleanup EXIT

# ---- how things are shown and checked ----

bold=$'\033[1m' plain=$'\033[0m'
[ -t 1 ] || bold='' plain=''
step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

# show prints the command, then runs it, and keeps its output in $shown.
show() { show_status 0 "$@"; }

# show_status CODE COMMAND… is show for a command that must end with CODE.
show_status() {
	local want=$1 got=0
	shift
	printf '\n$ %s\n' "$*"
	"$@" >"$dir/shown" 2>&1 || got=$?
	cat "$dir/shown"
	shown=$(cat "$dir/shown")
	[ "$want" = 0 ] || echo "(exit status $got)"
	check "exit status of $1 $2" "$got" "$want"
}

# check WHAT GOT WANT ends the demo when something is not as it should be.
check() {
	[ "$2" = "$3" ] || { printf 'demo: %s: %s, but should be %s\n' "$1" "$2" "$3" >&2; exit 1; }
}

# says TEXT checks that the last command printed a text.
says() {
	grep -qF -- "$1" <<<"$shown" || { printf 'demo: the last command should have said: %s\n' "$1" >&2; exit 1; }
}

complete_sets() { cwb list | grep -c '  complete' || true; }

ellis_sql() { mariadb --defaults-file="$ELLIS_DEFAULTS_FILE" --skip-column-names --batch "$@"; }
homestead_content() { "$dir/cwb-testbed" cql "$HOMESTEAD_ADDRESS" "SELECT JSON private_id, digest, writetime(digest) FROM homestead.sip_digests" | sort; }
ellis_content() { ellis_sql -e 'SELECT COUNT(*) FROM ellis.users; SELECT COUNT(*) FROM ellis.numbers; CHECKSUM TABLE ellis.users, ellis.numbers'; }

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

step "Load $subscribers subscribers, and $free numbers that nobody has yet"
"$dir/cwb-testbed" load --dir "$dir/servers" --subscribers "$subscribers" --free "$free"
check "users" "$(ellis_sql -e 'SELECT COUNT(*) FROM ellis.users')" "$subscribers"
check "numbers" "$(ellis_sql -e 'SELECT COUNT(*) FROM ellis.numbers')" "$((subscribers + free))"

# ---- the policy ----

step "The policy"
old=$dir/clearwater/ellis/backup/backups
mkdir -p "$dir/policy" "$dir/backups" "$old"
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
  snapshot_path = "$dir/backups/ellis"
  legacy_paths  = ["$old"]
}

node "cassandra" "homer" {
  address       = "$HOMER_ADDRESS"
  nodetool      = ["$HOMER_NODETOOL", "-h", "127.0.0.1", "-p", "$HOMER_JMX_PORT"]
  data_dirs     = ["$HOMER_DATA"]
  keyspaces     = ["homer"]
  snapshot_path = "$dir/backups/homer"
}

node "cassandra" "homestead" {
  address       = "$HOMESTEAD_ADDRESS"
  nodetool      = ["$HOMESTEAD_NODETOOL", "-h", "127.0.0.1", "-p", "$HOMESTEAD_JMX_PORT"]
  data_dirs     = ["$HOMESTEAD_DATA"]
  keyspaces     = ["homestead"]
  snapshot_path = "$dir/backups/homestead"
}

retention "nightly" {
  keep_last = 4
}

backup "subscribers" {
  nodes     = [node.mysql.ellis, node.cassandra.homer, node.cassandra.homestead]
  schedule  = "0 0 * * *"
  retention = retention.nightly
}
POLICY
cat "$dir/policy/clearwater.hcl"
cd "$dir/policy"
show cwb validate
show cwb fmt --check

# ---- plan, apply, list ----

step "What is there to do? Last midnight's backup was never taken"
show_status 2 cwb plan --detailed-exitcode
says "Plan: 1 to take."

step "Do it"
show cwb apply --auto-approve
says "Steps: 1 done."

step "What is there now?"
show cwb list
check "complete sets" "$(complete_sets)" 1

step "And is there anything left to do? No"
show cwb plan --detailed-exitcode
says "Plan: nothing to do."

# ---- rotation ----

step "Four more backups, by hand"
for _ in 1 2 3 4; do show cwb backup; done
check "complete sets" "$(complete_sets)" 5

step "The policy keeps the last four: the plan says what goes, and why"
show_status 2 cwb plan --detailed-exitcode
says "Plan: 3 to remove."
show cwb apply --auto-approve
show cwb list
check "complete sets" "$(complete_sets)" 4

# ---- what others made ----

step "Cassandra takes a snapshot by itself before a TRUNCATE, and an old script left a dump"
"$dir/cwb-testbed" cql "$HOMESTEAD_ADDRESS" \
	"CREATE TABLE homestead.former (id text PRIMARY KEY, value text)" \
	"INSERT INTO homestead.former (id, value) VALUES ('6505550001', 'kept by accident')" \
	"TRUNCATE homestead.former"
BACKUPS=$old MYSQLDUMP="mariadb-dump --defaults-file=$ELLIS_DEFAULTS_FILE" bash "$OLDPWD/internal/oldscripts/scripts/ellis.sh"
show cwb list
says "Foreign backups (not made by cwb, never removed by it)"
says "homestead.former"
check "foreign backups" "$(sed -n '/^Foreign/,$p' <<<"$shown" | grep -c restorable)" 2
show cwb plan --detailed-exitcode
says "Plan: nothing to do"

# ---- verify ----

step "Every byte can be read again"
show cwb verify
says "Verified: 12 good, 0 with problems."

step "One flipped bit in one file is found"
victim=$(find "$dir/backups/ellis" -path '*/data/*' -type f | sort | tail -n 1)
cp -p "$victim" "$dir/victim"
printf '%s\n' "${victim#"$dir"/}"
byte=$(od -An -tu1 -j20 -N1 "$victim")
printf "%b" "\\0$(printf %o $((byte ^ 1)))" | dd of="$victim" bs=1 seek=20 conv=notrunc status=none
show_status 7 cwb verify
says "11 good, 1 with problems"
cp -p "$dir/victim" "$victim"
show cwb verify
says "Verified: 12 good, 0 with problems."

# ---- the disaster ----

step "Somebody drops Ellis' database, and empties a table of Homestead"
before=$(ellis_content)
digests=$(homestead_content)
set=$(cwb list | sed -n 's/^\([0-9TZ]*\)  subscribers  complete.*/\1/p' | head -n 1)
ellis_sql -e 'DROP DATABASE ellis'
"$dir/cwb-testbed" cql "$HOMESTEAD_ADDRESS" "TRUNCATE homestead.sip_digests"
check "digests left" "$(homestead_content | wc -l)" 0

step "Ellis comes back from the newest set"
show cwb restore --node ellis --auto-approve
says "$set of mysql.ellis"
ellis_content
check "content of Ellis" "$(ellis_content)" "$before"
echo "As many rows as before, with the same checksums."

step "Homestead comes back from the snapshot that Cassandra took before it emptied the table"
show cwb list
snapshot=$(cwb list --json | grep -o '"name": *"truncated-[^"]*sip_digests[^"]*"' | sed 's/.*"\(truncated[^"]*\)"/\1/')
show cwb restore "homestead/$snapshot" --auto-approve
says "homestead.sip_digests"
check "digests in Homestead" "$(homestead_content | sha256sum)" "$(sha256sum <<<"$digests")"
echo "$(homestead_content | wc -l) digests, the same as before."

step "Both can be undone until they are confirmed; then nothing of them is left"
show cwb plan
says "what it replaced is still kept"
for restore in $(cwb list --json | sed -n 's/^ *"restore": "\(.*\)",*$/\1/p' | sort -u); do
	show cwb restore --confirm "$restore" --auto-approve
done
check "databases of restores" "$(ellis_sql -e "SHOW DATABASES LIKE 'cwb%'" | wc -l)" 0
show cwb plan --detailed-exitcode
says "Plan: nothing to do"
show cwb verify
says "0 with problems."

step "Everything was as it should be"
