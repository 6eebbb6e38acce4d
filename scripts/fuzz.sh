#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other.
#   scripts/fuzz.sh [TIME]         (for each; default 10s)
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}

for package in $(go list ./...); do
	directory=$(go list -f '{{.Dir}}' "$package")
	for target in $(cd "$directory" && sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' ./*_test.go 2>/dev/null); do
		go test -run '^$' -fuzz "^$target\$" -fuzzminimizetime 20x -fuzztime "$time" "$package"
	done
done
