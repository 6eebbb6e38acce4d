package testbed

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// yaml is the text of the server's cassandra.yaml: a plain server, made small, with the
// options' settings over it.
func (c *Cassandra) yaml() string {
	settings := c.settings()
	maps.Copy(settings, c.options.Settings)
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&text, "%s: %s\n", key, settings[key])
	}
	return text.String()
}

func (c *Cassandra) settings() map[string]string {
	seed := c.options.Seed
	if seed == "" {
		seed = c.Host
	}
	return map[string]string{
		"cluster_name":              yamlString(c.ClusterName),
		"num_tokens":                "16",
		"partitioner":               "org.apache.cassandra.dht.Murmur3Partitioner",
		"data_file_directories":     yamlStrings(c.DataDirs),
		"commitlog_directory":       yamlString(filepath.Join(c.Dir, "commitlog")),
		"hints_directory":           yamlString(filepath.Join(c.Dir, "hints")),
		"saved_caches_directory":    yamlString(filepath.Join(c.Dir, "saved_caches")),
		"cdc_raw_directory":         yamlString(filepath.Join(c.Dir, "cdc_raw")),
		"commitlog_sync":            "periodic",
		"commitlog_sync_period":     "10000ms",
		"endpoint_snitch":           "SimpleSnitch",
		"listen_address":            c.Host,
		"rpc_address":               c.Host,
		"native_transport_port":     fmt.Sprint(c.CQLPort),
		"storage_port":              fmt.Sprint(c.storagePort),
		"seed_provider":             fmt.Sprintf("[{class_name: org.apache.cassandra.locator.SimpleSeedProvider, parameters: [{seeds: %q}]}]", seed),
		"auto_snapshot":             "true",
		"incremental_backups":       "false",
		"concurrent_reads":          "8",
		"concurrent_writes":         "8",
		"concurrent_compactors":     "1",
		"memtable_heap_space":       "64MiB",
		"memtable_offheap_space":    "64MiB",
		"commitlog_segment_size":    "4MiB",
		"commitlog_total_space":     "64MiB",
		"key_cache_size":            "4MiB",
		"networking_cache_size":     "16MiB",
		"file_cache_size":           "32MiB",
		"column_index_cache_size":   "2KiB",
		"batch_size_warn_threshold": "256KiB",
		"batch_size_fail_threshold": "1MiB",
		// Two busy cores answer late; a test should not see that as a failure.
		"read_request_timeout":     "30s",
		"range_request_timeout":    "60s",
		"write_request_timeout":    "30s",
		"truncate_request_timeout": "120s",
		"request_timeout":          "60s",
	}
}

// yamlString quotes for YAML, whose double-quoted strings read what %q writes for paths and
// names.
func yamlString(text string) string { return fmt.Sprintf("%q", text) }

func yamlStrings(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = yamlString(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// logback is a logging configuration that writes messages of that level and above to the
// program's output.
func logback(level string) string {
	return `<configuration>
  <appender name="OUTPUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%-5level [%thread] %date{ISO8601} %F:%L - %msg%n</pattern></encoder>
  </appender>
  <root level="` + level + `"><appender-ref ref="OUTPUT"/></root>
</configuration>
`
}
