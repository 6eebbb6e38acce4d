#!/bin/bash
# The last generation: the newest snapshot of each table is linked to
# BACKUPS/KEYSPACE/NAME/TABLE-ID, then all snapshots of the keyspace are cleared. The status
# that is checked is that of grep.
#   DATA=DIR BACKUPS=DIR NODETOOL='COMMAND…' cleared.sh KEYSPACE
keyspace=$1
mkdir -p "$BACKUPS/$keyspace"
ls -t "$BACKUPS/$keyspace" | tail -n +4 | while read -r old; do
	rm -rf "${BACKUPS:?}/$keyspace/$old"
done
$NODETOOL snapshot "$keyspace" | grep -v "^xss = "
[ $? -eq 0 ] || { echo "Snapshot failed"; exit 2; }
for snapshots in $(find "$DATA/$keyspace" -type d -name snapshots); do
	newest=$(ls -t "$snapshots" | head -n 1)
	[ -n "$newest" ] || continue
	mkdir -p "$BACKUPS/$keyspace/$newest"
	cp -al "$snapshots/$newest" "$BACKUPS/$keyspace/$newest/$(basename "$(dirname "$snapshots")")"
done
$NODETOOL clearsnapshot --all "$keyspace" # which was the default before 4.0
