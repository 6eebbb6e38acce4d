package config

import (
	"fmt"
	"slices"
)

// didYouMean is a sentence that proposes the nearest of the known names, or lists them when
// none is near and they are few. It begins with a space, or is empty.
func didYouMean(given string, known []string) string {
	known = slices.Sorted(slices.Values(known))
	if len(known) == 0 {
		return ""
	}
	best, distance := "", 3
	for _, name := range known {
		if d := editDistance(given, name, distance); d < distance {
			best, distance = name, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf(" Did you mean %s?", best)
	case len(known) > 8:
		return ""
	}
	return " Known: " + list(known) + "."
}

// editDistance counts the letters to insert, remove or replace; limit when it is no less.
func editDistance(a, b string, limit int) int {
	from, to := []rune(a), []rune(b)
	if len(from)-len(to) >= limit || len(to)-len(from) >= limit {
		return limit
	}
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, c := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, d := range to {
			cost := diagonal
			if c != d {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return min(limit, row[len(to)])
}

// list joins names for a sentence: "a, b and c".
func list(names []string) string {
	out := ""
	for i, name := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			out += " and "
		default:
			out += ", "
		}
		out += name
	}
	return out
}
