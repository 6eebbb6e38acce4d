#!/bin/bash
# The first generation for Cassandra: snapshots only, rotated by age in each table, whoever
# made them.
#   DATA=DIR NODETOOL='COMMAND…' snapshot.sh KEYSPACE
keyspace=$1
[ -d "$DATA/$keyspace" ] || { echo "Keyspace $keyspace does not exist"; exit 1; }
for snapshots in $(find "$DATA/$keyspace" -type d -name snapshots); do
	ls -t "$snapshots" | tail -n +4 | while read -r old; do
		echo "Deleting old backup: $snapshots/$old"
		rm -rf "${snapshots:?}/$old"
	done
done
echo "Creating backup for keyspace $keyspace..."
$NODETOOL snapshot "$keyspace"
