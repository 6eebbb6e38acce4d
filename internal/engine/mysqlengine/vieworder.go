package mysqlengine

import "strings"

// viewRef points to a view of a schema.
type viewRef struct {
	database *database
	view     *view
}

func (v viewRef) quoted() string { return quoteTable(string(v.database.Name), string(v.view.Name)) }

// standIn is a select list with the view's columns.
func (v viewRef) standIn() string {
	var list []string
	for _, c := range v.view.Columns {
		list = append(list, "1 AS "+quoteName(string(c)))
	}
	if len(list) == 0 {
		return "1"
	}
	return strings.Join(list, ", ")
}

// sortViews puts every view after those that its text names. SHOW CREATE VIEW without a
// default database qualifies all names, so a reference stands there as `db`.`view`; a
// string that looks like one only costs a detour. Those that name each other are returned
// apart.
func sortViews(s *schema) (order, circle []viewRef) {
	var left []viewRef
	for i := range s.Databases {
		for j := range s.Databases[i].Views {
			left = append(left, viewRef{&s.Databases[i], &s.Databases[i].Views[j]})
		}
	}
	for len(left) > 0 {
		var ready, waiting []viewRef
		for _, v := range left {
			if v.needsAny(left) {
				waiting = append(waiting, v)
			} else {
				ready = append(ready, v)
			}
		}
		if len(ready) == 0 {
			return order, left
		}
		order, left = append(order, ready...), waiting
	}
	return order, nil
}

func (v viewRef) needsAny(views []viewRef) bool {
	for _, other := range views {
		if other != v && strings.Contains(string(v.view.Create), other.quoted()) {
			return true
		}
	}
	return false
}
