package mysqlengine

import (
	"crypto/sha256"
	"encoding/json"
	"regexp"
)

// tables lists all tables in a stable order.
func (s *schema) tables() []tableRef {
	var out []tableRef
	for i := range s.Databases {
		d := &s.Databases[i]
		for j := range d.Tables {
			out = append(out, tableRef{d, &d.Tables[j]})
		}
	}
	return out
}

// nextNumber is the one part of SHOW CREATE TABLE that rows change.
var nextNumber = regexp.MustCompile(`(?m)^(\) ENGINE=\S+) AUTO_INCREMENT=\d+`)

// fingerprint is equal for equal schemas, whatever was written to the tables meanwhile.
func (s *schema) fingerprint() [sha256.Size]byte {
	still := *s
	still.Databases = append([]database(nil), s.Databases...)
	for i := range still.Databases {
		d := &still.Databases[i]
		d.Tables = append([]table(nil), d.Tables...)
		for j := range d.Tables {
			d.Tables[j].Create = text(nextNumber.ReplaceAllString(string(d.Tables[j].Create), "$1"))
		}
		d.Sequences = append([]sequence(nil), d.Sequences...)
		for j := range d.Sequences {
			d.Sequences[j].State = ""
		}
	}
	encoded, err := json.Marshal(still)
	if err != nil {
		panic("mysqlengine: a schema has no JSON form: " + err.Error()) // only plain data in it
	}
	return sha256.Sum256(encoded)
}
