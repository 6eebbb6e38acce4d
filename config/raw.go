package config

import "github.com/hashicorp/hcl/v2"

// The raw types are the blocks as they are written: arguments without values yet, each with
// its place. Resolving them makes the exported types.

type rawPolicy struct {
	Cwb        []rawCwb       `hcl:"cwb,block"`
	Variables  []rawVariable  `hcl:"variable,block"`
	Locals     []rawLocals    `hcl:"locals,block"`
	Nodes      []rawNode      `hcl:"node,block"`
	Retentions []rawRetention `hcl:"retention,block"`
	Backups    []rawBackup    `hcl:"backup,block"`
	Hooks      []rawHook      `hcl:"hook,block"`
	Removed    []rawRemoved   `hcl:"removed,block"`
}

type rawCwb struct {
	Def             hcl.Range      `hcl:",def_range"`
	RequiredVersion *hcl.Attribute `hcl:"required_version,optional"`
	Deployment      *hcl.Attribute `hcl:"deployment,optional"`
	Timezone        *hcl.Attribute `hcl:"timezone,optional"`
	Scheduler       *hcl.Attribute `hcl:"scheduler,optional"`
}

type rawVariable struct {
	Name        string         `hcl:"name,label"`
	NameAt      hcl.Range      `hcl:"name,label_range"`
	Type        *hcl.Attribute `hcl:"type,optional"`
	Default     *hcl.Attribute `hcl:"default,optional"`
	Description *hcl.Attribute `hcl:"description,optional"`
}

type rawLocals struct {
	Body hcl.Body `hcl:",remain"`
}

// rawNode is decoded in two steps: its first label says what may stand in its body.
type rawNode struct {
	Kind   string    `hcl:"kind,label"`
	KindAt hcl.Range `hcl:"kind,label_range"`
	Name   string    `hcl:"name,label"`
	NameAt hcl.Range `hcl:"name,label_range"`
	Def    hcl.Range `hcl:",def_range"`
	Body   hcl.Body  `hcl:",remain"`
}

type rawMySQL struct {
	Formerly     *hcl.Attribute `hcl:"formerly,optional"`
	SnapshotPath *hcl.Attribute `hcl:"snapshot_path,optional"`
	LegacyPaths  *hcl.Attribute `hcl:"legacy_paths,optional"`
	MinFree      *hcl.Attribute `hcl:"min_free,optional"`
	Socket       *hcl.Attribute `hcl:"socket,optional"`
	Address      *hcl.Attribute `hcl:"address,optional"`
	DefaultsFile *hcl.Attribute `hcl:"defaults_file,optional"`
	Databases    *hcl.Attribute `hcl:"databases,optional"`
	Lock         *hcl.Attribute `hcl:"lock,optional"`
	LockWait     *hcl.Attribute `hcl:"lock_wait,optional"`
	MaxRate      *hcl.Attribute `hcl:"max_rate,optional"`
}

type rawCassandra struct {
	Formerly     *hcl.Attribute `hcl:"formerly,optional"`
	SnapshotPath *hcl.Attribute `hcl:"snapshot_path,optional"`
	LegacyPaths  *hcl.Attribute `hcl:"legacy_paths,optional"`
	MinFree      *hcl.Attribute `hcl:"min_free,optional"`
	Address      *hcl.Attribute `hcl:"address,optional"`
	Nodetool     *hcl.Attribute `hcl:"nodetool,optional"`
	DataDirs     *hcl.Attribute `hcl:"data_dirs,optional"`
	Keyspaces    *hcl.Attribute `hcl:"keyspaces,optional"`
	Credentials  *hcl.Attribute `hcl:"credentials_file,optional"`
	TLS          []rawTLS       `hcl:"tls,block"`
}

type rawTLS struct {
	Def        hcl.Range      `hcl:",def_range"`
	CAFile     *hcl.Attribute `hcl:"ca_file,optional"`
	CertFile   *hcl.Attribute `hcl:"cert_file,optional"`
	KeyFile    *hcl.Attribute `hcl:"key_file,optional"`
	ServerName *hcl.Attribute `hcl:"server_name,optional"`
}

type rawRetention struct {
	Name         string         `hcl:"name,label"`
	NameAt       hcl.Range      `hcl:"name,label_range"`
	Def          hcl.Range      `hcl:",def_range"`
	KeepLast     *hcl.Attribute `hcl:"keep_last,optional"`
	KeepHourly   *hcl.Attribute `hcl:"keep_hourly,optional"`
	KeepDaily    *hcl.Attribute `hcl:"keep_daily,optional"`
	KeepWeekly   *hcl.Attribute `hcl:"keep_weekly,optional"`
	KeepMonthly  *hcl.Attribute `hcl:"keep_monthly,optional"`
	KeepYearly   *hcl.Attribute `hcl:"keep_yearly,optional"`
	KeepWithin   *hcl.Attribute `hcl:"keep_within,optional"`
	MinGood      *hcl.Attribute `hcl:"min_good,optional"`
	MaxRemove    *hcl.Attribute `hcl:"max_remove,optional"`
	MaxShrink    *hcl.Attribute `hcl:"max_shrink,optional"`
	HoldUncopied *hcl.Attribute `hcl:"hold_uncopied,optional"`
}

type rawBackup struct {
	Name           string         `hcl:"name,label"`
	NameAt         hcl.Range      `hcl:"name,label_range"`
	Def            hcl.Range      `hcl:",def_range"`
	Nodes          *hcl.Attribute `hcl:"nodes,optional"`
	Schedule       *hcl.Attribute `hcl:"schedule,optional"`
	Retention      *hcl.Attribute `hcl:"retention,optional"`
	OnFailure      *hcl.Attribute `hcl:"on_failure,optional"`
	PrepareTimeout *hcl.Attribute `hcl:"prepare_timeout,optional"`
	CaptureTimeout *hcl.Attribute `hcl:"capture_timeout,optional"`
}

type rawHook struct {
	Name      string         `hcl:"name,label"`
	NameAt    hcl.Range      `hcl:"name,label_range"`
	Def       hcl.Range      `hcl:",def_range"`
	On        *hcl.Attribute `hcl:"on,optional"`
	Nodes     *hcl.Attribute `hcl:"nodes,optional"`
	Before    *hcl.Attribute `hcl:"before,optional"`
	After     *hcl.Attribute `hcl:"after,optional"`
	OnFailure *hcl.Attribute `hcl:"on_failure,optional"`
	Timeout   *hcl.Attribute `hcl:"timeout,optional"`
}

type rawRemoved struct {
	Def    hcl.Range      `hcl:",def_range"`
	Backup *hcl.Attribute `hcl:"backup,optional"`
	Forget *hcl.Attribute `hcl:"forget,optional"`
}
