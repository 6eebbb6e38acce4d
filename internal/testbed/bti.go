package testbed

// BTI gives the settings with which Cassandra 5.0 writes its newest format: tries as indexes
// ("da-…-bti-Data.db") and names that no other SSTable has. A server with them no longer
// shares a ring with 4.1.
func BTI() map[string]string {
	return map[string]string{
		"storage_compatibility_mode":       "NONE", // the default keeps to what 4.1 can read
		"sstable":                          "{selected_format: bti}",
		"uuid_sstable_identifiers_enabled": "true",
	}
}
