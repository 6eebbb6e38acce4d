#!/usr/bin/env bash
# Prints how cwb compares with what operators would use instead, on the same data in the same
# run: medians of runs that alternate, as ratios. Ends with 0 unless a limit that the design
# promises (time of a large plan, memory of a take) is exceeded.
#   scripts/bench.sh [PART]        (plan, mysql or cassandra; default all)
set -euo pipefail
cd "$(dirname "$0")/.."

for package in zstd mydumper; do
	command -v "$package" >/dev/null || apt-get install -y -q --no-install-recommends "$package" >/dev/null ||
		echo "bench: $package cannot be installed here, and is not compared with" >&2
done

bench() {
	go test -tags 'servers bench' -count 1 -timeout 60m -v "$@" | grep --line-buffered -E '^bench:|^(---|    ---) FAIL|_test.go:|^(ok|FAIL)'
}

bench -run "^TestBench$/^${1:-.*}$" ./cmd/cwb
case ${1:-cassandra} in
cassandra) bench -run '^TestManyFilesNeedLittleMemory$' ./internal/engine/cassandraengine ;;
esac
