package schedule

import (
	"fmt"
	"strings"
)

// fiveFields splits an expression into its fields, after replacing the four known words.
func fiveFields(expr string) ([5]string, *Error) {
	if len(expr) > MaxLength {
		return [5]string{}, refuse(expr, "", fmt.Sprintf("it is %d bytes long", len(expr)),
			fmt.Sprintf("write at most %d", MaxLength))
	}
	text := strings.Fields(expr)
	if len(text) > 0 && strings.HasPrefix(text[0], "@") {
		return macro(expr, text)
	}
	if len(text) > 0 && strings.Contains(text[0], "=") {
		return [5]string{}, refuse(expr, "", "it begins with a setting", `leave it out; the zone is "timezone" in the cwb block`)
	}
	if len(text) != len(fields) {
		return [5]string{}, wrongCount(expr, len(text))
	}
	return [5]string(text), nil
}

// wrongCount refuses an expression of other than five fields.
func wrongCount(expr string, count int) *Error {
	remedy := `write minute, hour, day of month, month and day of week, for example "0 0 * * *"`
	switch count {
	case 0:
		return refuse(expr, "", "it is empty", remedy)
	case len(fields) + 1:
		return refuse(expr, "", "it has 6 fields; there is none for seconds or years", remedy)
	}
	return refuse(expr, "", fmt.Sprintf("it has %d of the 5 fields", count), remedy)
}

// macro returns the fields that a word stands for.
func macro(expr string, text []string) ([5]string, *Error) {
	known := map[string][5]string{
		"@hourly":  {"0", "*", "*", "*", "*"},
		"@daily":   {"0", "0", "*", "*", "*"},
		"@weekly":  {"0", "0", "*", "*", "0"},
		"@monthly": {"0", "0", "1", "*", "*"},
	}
	found, ok := known[text[0]]
	if ok && len(text) == 1 {
		return found, nil
	}
	return [5]string{}, refuse(expr, "", fmt.Sprintf("%q is not known", strings.Join(text, " ")),
		`write @hourly, @daily, @weekly, @monthly or five fields, for example "0 */6 * * *"`)
}
