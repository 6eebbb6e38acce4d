package mysqlengine

import (
	"fmt"
	"strings"
)

// restorePlace is where one database of a backup goes: its tables are loaded into Scratch, a
// database of the restore's own, and move from there to Target; what they replace moves to
// Undo.
type restorePlace struct {
	Source  text `json:"source"`
	Target  text `json:"target"`
	Scratch text `json:"scratch"`
	Undo    text `json:"undo"`
}

// placesOf names the places of a restore: databases are numbered in the order of the schema,
// since their own names may be too long to add to.
func placesOf(id, as string, s *schema) []restorePlace {
	prefix := "cwb_" + strings.ToLower(id)
	undo := "cwb_undo_" + strings.ToLower(id)
	var out []restorePlace
	for i, d := range s.Databases {
		p := restorePlace{
			Source: d.Name, Target: d.Name,
			Scratch: text(fmt.Sprintf("%s_%d", prefix, i+1)), Undo: text(fmt.Sprintf("%s_%d", undo, i+1)),
		}
		if as != "" {
			p.Target = text(as)
		}
		out = append(out, p)
	}
	return out
}

// grantPattern covers the databases that restores make, as GRANT wants it.
const grantPattern = "`cwb\\_%`.*"
