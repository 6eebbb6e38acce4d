package cassandraengine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// schema is what schema.json holds: the keyspaces of a backup as the server described them.
type schema struct {
	Keyspaces []keyspaceSchema `json:"keyspaces"` // in the policy's order
}

type keyspaceSchema struct {
	Name          string            `json:"name"`
	Replication   map[string]string `json:"replication"`
	DurableWrites bool              `json:"durable_writes"`
	Tables        []tableSchema     `json:"tables"` // and materialized views, in order of name
	// Statements make the keyspace again, in their order, ids and dropped columns included.
	Statements []statement `json:"statements"`
}

type tableSchema struct {
	Name    string          `json:"name"`
	ID      string          `json:"id"`
	View    bool            `json:"view,omitempty"`
	Base    string          `json:"base,omitempty"`  // a view's table
	Flags   []string        `json:"flags,omitempty"` // compound, dense, counter, super
	Columns []columnSchema  `json:"columns"`
	Dropped []droppedColumn `json:"dropped_columns,omitempty"`
	Indexes []indexSchema   `json:"indexes,omitempty"`

	// What only the statements of versions before 4.0 are built from.
	Options map[string]string `json:"options,omitempty"` // as CQL
	Where   string            `json:"where,omitempty"`   // a view's
}

type columnSchema struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"` // partition_key, clustering, static, regular
	Position int    `json:"position"`
	Order    string `json:"order,omitempty"` // of a clustering column: asc, desc
	Type     string `json:"type"`
}

type droppedColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Kind string `json:"kind,omitempty"`
	Time int64  `json:"time_ms"`
}

type indexSchema struct {
	Name    string            `json:"name"`
	Kind    string            `json:"kind"`
	Options map[string]string `json:"options"`
}

// statement is one row of DESCRIBE.
type statement struct {
	Type string `json:"type"` // keyspace, type, function, aggregate, table, index, materialized_view
	Name string `json:"name"`
	CQL  string `json:"cql"`
}

// tables lists all tables and views with their keyspaces, in order.
func (s schema) tables() []tableName {
	var all []tableName
	for _, k := range s.Keyspaces {
		for _, t := range k.Tables {
			all = append(all, tableName{Keyspace: k.Name, Table: t.Name, ID: t.ID, View: t.View})
		}
	}
	return all
}

// tableName says which table: a table made again under its old name has another id.
type tableName struct {
	Keyspace, Table, ID string
	View                bool
}

func (t tableName) String() string { return t.Keyspace + "." + t.Table }

// text is the canonical form that two readings are compared in.
func (s schema) text() ([]byte, error) {
	text, err := json.MarshalIndent(s, "", "  ")
	return append(text, '\n'), err
}

// difference names what changed from one reading to the next; empty when nothing did.
func (s schema) difference(after schema) string {
	was, is := s.parts(), after.parts()
	var changed []string
	for name, text := range was {
		if is[name] != text {
			changed = append(changed, name)
		}
	}
	for name := range is {
		if _, ok := was[name]; !ok {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	return strings.Join(changed, ", ")
}

// parts are the texts of all that can change by itself.
func (s schema) parts() map[string]string {
	parts := map[string]string{}
	for _, k := range s.Keyspaces {
		parts["keyspace "+k.Name] = fmt.Sprint(k.Replication, k.DurableWrites)
		for _, t := range k.Tables {
			parts["table "+k.Name+"."+t.Name] = fmt.Sprint(t)
		}
		for _, st := range k.Statements {
			parts[st.Type+" "+k.Name+"."+st.Name] += st.CQL
		}
	}
	return parts
}
