package mysqlengine

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// schemaFile is the name of the stored schema within a backup: one JSON object, zstd.
const schemaFile = "schema.json.zst"

// schemaFormat is the version of the stored schema that this release writes and the highest
// it reads.
const schemaFormat = 1

// schema is everything of the selected databases but their rows, in the server's own words:
// what SHOW CREATE prints, byte for byte, with what has to be set to say it again.
type schema struct {
	Format    int        `json:"format"`
	Product   string     `json:"product"`
	Version   string     `json:"version"`
	Databases []database `json:"databases"` // in the order of their names' bytes
}

// database is one database. Objects are in the order of their names' bytes, triggers in the
// order in which they fire.
type database struct {
	Name      text       `json:"name"`
	Create    text       `json:"create"` // SHOW CREATE DATABASE
	Collation string     `json:"collation"`
	Sequences []sequence `json:"sequences,omitempty"`
	Tables    []table    `json:"tables,omitempty"`
	Views     []view     `json:"views,omitempty"`
	Routines  []routine  `json:"routines,omitempty"`
	Events    []event    `json:"events,omitempty"`
}

// table is a base table.
type table struct {
	Name     text      `json:"name"`
	Engine   string    `json:"engine"`
	History  bool      `json:"history,omitempty"` // system-versioned: rows of the past are stored too
	Create   text      `json:"create"`
	Columns  []column  `json:"columns"`            // those that are stored, in the order of the chunks' fields
	Primary  []text    `json:"primary,omitempty"`  // columns of the primary key, in its order; none where it is over beginnings of values
	Triggers []trigger `json:"triggers,omitempty"` // in the order in which they fire
	Prefix   string    `json:"prefix"`             // its chunks are data/<prefix>-<number>.tsv.zst

	bytes int64 // the server's estimate, for progress
}

// column is one stored column.
type column struct {
	Name     text     `json:"name"`
	Type     string   `json:"type"`              // the server's DATA_TYPE, lower case
	Charset  string   `json:"charset,omitempty"` // of character types
	Encoding encoding `json:"encoding"`
}

// encoding says how a column's values stand in a chunk and have to be put back.
type encoding string

// The encodings.
const (
	asNumber   encoding = "number"   // integer or DECIMAL: digits
	asReal     encoding = "real"     // FLOAT or DOUBLE: the shortest digits of the same double
	asIndex    encoding = "index"    // ENUM or SET: its number, since member names can be ambiguous
	asTemporal encoding = "temporal" // dates and times, in UTC; YEAR with four digits
	asText     encoding = "text"     // bytes in the column's own character set
	asBytes    encoding = "bytes"    // BINARY, BLOB, BIT, GEOMETRY: bytes
	asParsed   encoding = "parsed"   // text that the server parses, and refuses to from a binary string: JSON, INET4, INET6, UUID
)

// trigger, routine and event are stored programs; their context is part of their meaning.
type trigger struct {
	Name    text `json:"name"`
	Create  text `json:"create"`
	Created text `json:"created,omitempty"` // UTC, as SHOW CREATE TRIGGER prints it
	programContext
}

type routine struct {
	Name   text   `json:"name"`
	Type   string `json:"type"` // PROCEDURE, FUNCTION, PACKAGE, PACKAGE BODY
	Create text   `json:"create"`
	programContext
}

type event struct {
	Name     text   `json:"name"`
	Create   text   `json:"create"`
	TimeZone string `json:"time_zone"`
	Altered  string `json:"altered,omitempty"` // seconds since 1970: a schedule in the past is valid only as of then
	programContext
}

// programContext is what was in force when a stored program was created.
type programContext struct {
	SQLMode    string `json:"sql_mode"`
	Client     string `json:"character_set_client"`
	Connection string `json:"collation_connection"`
	Database   string `json:"database_collation,omitempty"`
}

type view struct {
	Name       text   `json:"name"`
	Create     text   `json:"create"`
	Client     string `json:"character_set_client"`
	Connection string `json:"collation_connection"`
	Columns    []text `json:"columns,omitempty"`
	Broken     string `json:"broken,omitempty"` // what the server says is wrong with it
}

// sequence is a MariaDB SEQUENCE with the row that is its state.
type sequence struct {
	Name   text   `json:"name"`
	Create text   `json:"create"`
	State  string `json:"state,omitempty"` // the values of its columns, for INSERT
}

// text is bytes that are usually UTF-8. In JSON it is a string where it is, and an object
// {"base64": …} where it is not.
type text string

type encodedText struct {
	Base64 string `json:"base64"`
}

// MarshalJSON keeps every byte.
func (t text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(encodedText{base64.StdEncoding.EncodeToString([]byte(t))})
}

// UnmarshalJSON reads either form.
func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) == 0 {
		return errors.New("empty text")
	}
	if data[0] == '"' {
		return json.Unmarshal(data, (*string)(t))
	}
	var encoded encodedText
	if err := json.Unmarshal(data, &encoded); err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(encoded.Base64)
	*t = text(raw)
	return err
}
