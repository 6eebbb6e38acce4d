#!/usr/bin/env bash
# Checks the form of all Go code; prints what is wrong, nothing otherwise.
#   scripts/lint.sh [PACKAGE…]     (default: all)
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- ./...

staticcheck=$(bash internal/testbed/prepare.sh staticcheck | sed -n 's/^staticcheck=//p')

unformatted=$(go list -tags servers -f '{{.Dir}}' "$@" | xargs gofmt -l)
if [ -n "$unformatted" ]; then
	printf 'lint: not formatted; run gofmt -w on\n%s\n' "$unformatted" >&2
	exit 1
fi
for tags in "" servers; do
	go vet -tags "$tags" "$@"
	"$staticcheck" -tags "$tags" "$@"
done
