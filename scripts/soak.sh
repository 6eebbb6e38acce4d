#!/usr/bin/env bash
# The long run of what make test tries a few times: random histories, simulated failures, and
# kills, nights and schema changes on real servers. Prints its seeds.
#   scripts/soak.sh           with new seeds
#   SEED=… scripts/soak.sh    the histories, kills and schemas of that one again
set -euo pipefail
cd "$(dirname "$0")/.."
seed=${SEED:-$(date +%s)}
unset SEED
echo "soak: SEED=$seed"

# What matters of go test -v: the verdicts, what tests say, and the seeds among it.
verdicts() { grep --line-buffered -E '^ *--- |_test\.go:|^(ok|FAIL|panic)'; }

echo "soak: random histories of backups"
go test -count 1 -timeout 60m ./planner -histories "${HISTORIES:-10000}" -rapid.seed "$seed"
echo "soak: every fault at every operation"
SOAK=1 go test -count 1 -timeout 120m -v -run 'Simulation' ./internal/node ./executor | verdicts
echo "soak: a thousand random evenings, ${ROUNDS:-9} times more"
go test -count "${ROUNDS:-9}" -timeout 120m -v -run 'SimulationRandom' ./internal/node | verdicts
echo "soak: takes of MariaDB beside writers and schema changes, cut connections, random schemas"
CWB_SOAK=1 CWB_SEED=$seed go test -tags servers -count 1 -timeout 120m -v \
	-run '^(TestTakesAreOfOneMoment|TestDDLDuringTakes|TestConnectionCutAnywhere|TestRandomSchemasComeBack.*)$' ./internal/engine/mysqlengine | verdicts
echo "soak: twenty takes of a ring under writers, each loaded back; restores cut at every call"
SEED=$seed go test -tags 'servers soak' -count 1 -timeout 120m -v -run '^TestReal(Ring|RestoreCutAnywhere|RestoreOfAutomaticSnapshots)$' ./internal/engine/cassandraengine | verdicts
echo "soak: real servers"
SEED=$seed go test -tags 'servers soak' -count 1 -timeout 120m -v -run '^TestOnRealServers$' ./cmd/cwb | verdicts
echo "soak: restores on real servers, killed at random instants, and of a ring"
SEED=$seed go test -tags 'servers soak' -count 1 -timeout 120m -v -run '^TestRestoresOf' ./cmd/cwb | verdicts
