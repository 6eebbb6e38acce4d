package backup

import "strings"

// Identity is what makes a server that server. It is recorded in every backup, so that a
// policy run against another machine cannot rotate this one's backups away.
type Identity struct {
	Machine    string `json:"machine,omitempty"`     // MySQL: /etc/machine-id, or @@hostname when the machine is not ours to read
	DataDir    string `json:"datadir,omitempty"`     // MySQL: @@datadir
	ServerUUID string `json:"server_uuid,omitempty"` // MySQL's @@server_uuid, MariaDB's @@server_uid; absent on old servers
	Cluster    string `json:"cluster,omitempty"`     // Cassandra: cluster name
	HostID     string `json:"host_id,omitempty"`     // Cassandra: host id
}

// IsZero reports whether nothing is known.
func (i Identity) IsZero() bool { return i == Identity{} }

// String is for people: the parts that are known.
func (i Identity) String() string {
	var parts []string
	for _, p := range []struct{ name, value string }{
		{"machine", i.Machine}, {"datadir", i.DataDir}, {"uuid", i.ServerUUID},
		{"cluster", i.Cluster}, {"host", i.HostID},
	} {
		if p.value != "" {
			parts = append(parts, p.name+" "+p.value)
		}
	}
	return strings.Join(parts, ", ")
}
