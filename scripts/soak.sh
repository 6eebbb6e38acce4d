#!/usr/bin/env bash
# The long run of what make test tries a few times: random histories, simulated failures, and
# kills, nights, writers and schema changes on real servers. Prints its seed first, and at the
# end what each part has tried; ends with 1 when a part failed. The parts that follow a failed
# one run all the same.
#   scripts/soak.sh            with a new seed
#   SEED=… scripts/soak.sh     that of a run again
#   scripts/soak.sh PART…      only these: see the end of this file
set -uo pipefail
cd "$(dirname "$0")/.."
export SEED=${SEED:-$(date +%s)}
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
echo "soak: SEED=$SEED"

asked=" $* "
failed=0
parts=0
summary=()

# What matters of go test -v: the verdicts, what tests say, and the seeds among it.
verdicts() { grep --line-buffered -E '^ *--- |_test\.go:|^(ok|FAIL|panic)|^# '; }

# part NAME ARGUMENTS… of go test: runs it and notes how it ended, how long it took and what
# its tests say they have tried. A part that ran no test has failed.
part() {
	local name=$1 log="$logs/$1" began=$SECONDS verdict=ok
	shift
	[[ "$asked" == "  " || "$asked" == *" $name "* ]] || return 0
	parts=$((parts + 1))
	echo "soak: $name"
	go test -count 1 -timeout 4h -v "$@" 2>&1 | tee "$log" | verdicts
	if [ "${PIPESTATUS[0]}" != 0 ] || ! grep -q '^ok' "$log" || grep -q 'no tests to run' "$log"; then
		verdict=FAILED
		failed=1
	fi
	summary+=("$verdict  $name, $((SECONDS - began)) s")
	while IFS= read -r line; do summary+=("        $line"); done < <(sed -n 's/.*_test\.go:[0-9]*: figures: //p' "$log" | sort | uniq -c | sed -E 's/^ *1 //; t; s/^ *([0-9]+) /\1 times: /')
}

part histories -tags soak ./planner
part simulations -tags soak -run Simulation ./internal/node
part mysql -tags 'servers soak' -run '^Test(TakesAreOfOneMoment|DDLDuringTakes|ConnectionCutAnywhere|RandomSchemasComeBack.*|HostilePackets|SlowServer|ServerHangs.*)$' ./internal/engine/mysqlengine
part cassandra -tags 'servers soak' -run '^TestReal' ./internal/engine/cassandraengine
part binary -tags 'servers soak' -run '^TestOnRealServers$' ./cmd/cwb
part restores -tags 'servers soak' -run '^TestRestoresOf' ./cmd/cwb

echo
printf 'soak: %s\n' "SEED=$SEED" "${summary[@]}"
if [ $parts -lt $# ]; then
	echo "soak: of these only $parts are parts:${asked}" >&2
	exit 64
fi
exit $failed
