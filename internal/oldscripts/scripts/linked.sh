#!/bin/bash
# The second generation: as the first, then every snapshot that is there, Cassandra's own
# included, is linked to BACKUPS/NAME/TABLE.
#   DATA=DIR BACKUPS=DIR NODETOOL='COMMAND…' linked.sh KEYSPACE
keyspace=$1
[ -d "$DATA/$keyspace" ] || { echo "Keyspace $keyspace does not exist"; exit 1; }
mkdir -p "$BACKUPS"
for place in "$BACKUPS" $(find "$DATA/$keyspace" -type d -name snapshots); do
	ls -t "$place" | tail -n +4 | while read -r old; do
		rm -rf "${place:?}/$old"
	done
done
echo "Creating backup for keyspace $keyspace..."
$NODETOOL snapshot "$keyspace"
for table in "$DATA/$keyspace"/*; do
	for snapshot in "$table"/snapshots/*; do
		mkdir -p "$BACKUPS/$(basename "$snapshot")"
		cp -al "$snapshot" "$BACKUPS/$(basename "$snapshot")/$(basename "$table" | cut -d- -f1)"
	done
done
echo "Backups can be found at: $BACKUPS"
