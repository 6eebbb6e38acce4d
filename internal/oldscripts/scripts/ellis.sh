#!/bin/bash
# Ellis' backup: rotates by the age of directories, then dumps, and looks at no exit status.
#   BACKUPS=DIR MYSQLDUMP='COMMAND…' ellis.sh
mkdir -p "$BACKUPS"
ls -t "$BACKUPS" | tail -n +4 | while read -r old; do
	rm -rf "${BACKUPS:?}/$old"
done
backup=$BACKUPS/$(date +%s)
mkdir -p "$backup"
echo "Creating backup in $backup"
$MYSQLDUMP ellis >"$backup/db_backup.sql"
exit 0
