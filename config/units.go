package config

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// amount is a whole number and its unit. Fractions are refused: in each of these units there
// is a smaller one to say it exactly.
var amount = regexp.MustCompile(`^(0|[1-9][0-9]{0,8}) ?([A-Za-z]+|%)$`)

const day = 24 * time.Hour

// durationUnit and sizeUnit return 0 for a unit they do not know.
func durationUnit(unit string) time.Duration {
	switch unit {
	case "s":
		return time.Second
	case "m":
		return time.Minute
	case "h":
		return time.Hour
	case "d":
		return day
	case "w":
		return 7 * day
	}
	return 0
}

func sizeUnit(unit string) int64 {
	switch unit {
	case "KiB":
		return 1 << 10
	case "MiB":
		return 1 << 20
	case "GiB":
		return 1 << 30
	case "TiB":
		return 1 << 40
	case "KB":
		return 1e3
	case "MB":
		return 1e6
	case "GB":
		return 1e9
	case "TB":
		return 1e12
	}
	return 0
}

// parseAmount splits "20GiB" into number and unit.
func parseAmount(s string) (n int64, unit string, ok bool) {
	parts := amount.FindStringSubmatch(s)
	if parts == nil {
		return 0, "", false
	}
	n, err := strconv.ParseInt(parts[1], 10, 64)
	return n, parts[2], err == nil
}

// span is the range that a duration must lie in.
type span struct{ least, most time.Duration }

// duration is an argument such as "30s" or "4w".
func (e *evaluator) duration(attr *hcl.Attribute, within span, fallback time.Duration) time.Duration {
	if attr == nil {
		return fallback
	}
	t, ok := e.str(attr, spell(within.least))
	if !ok {
		return fallback
	}
	n, unit, ok := parseAmount(t.value)
	scale := durationUnit(unit)
	if !ok || scale == 0 {
		e.r.errorf(t.at, "Invalid duration", "%s cannot be %s. Write a whole number and one of the units s, m, h, d (24 hours) and w (7 days), such as %q.", quoted(attr.Name), t.shown, spell(within.least))
		return fallback
	}
	if n > int64(within.most/scale) || n < ceil(int64(within.least), int64(scale)) {
		e.r.errorf(t.at, "Duration out of range", "%s must lie between %s and %s.", quoted(attr.Name), spell(within.least), spell(within.most))
		return fallback
	}
	return time.Duration(n) * scale
}

func ceil(a, b int64) int64 { return (a + b - 1) / b }

// spell writes a duration the way a policy does.
func spell(d time.Duration) string {
	for _, unit := range []string{"w", "d", "h", "m"} {
		if scale := durationUnit(unit); d >= scale && d%scale == 0 {
			return fmt.Sprintf("%d%s", d/scale, unit)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

const maxSize = 1 << 53 // bytes; every JSON reader holds it exactly

// size is an argument such as "20GiB", in bytes.
func (e *evaluator) size(attr *hcl.Attribute, fallback int64) int64 {
	if attr == nil {
		return fallback
	}
	t, ok := e.str(attr, "20GiB")
	if !ok {
		return fallback
	}
	n, unit, ok := parseAmount(t.value)
	scale := sizeUnit(unit)
	switch {
	case !ok || scale == 0:
		e.r.errorf(t.at, "Invalid size", "%s cannot be %s. Write a whole number and one of the units KiB, MiB, GiB, TiB, KB, MB, GB and TB, such as \"20GiB\".", quoted(attr.Name), t.shown)
	case n > maxSize/scale:
		e.r.errorf(t.at, "Size out of range", "%s can be 8192TiB at most.", quoted(attr.Name))
	default:
		return n * scale
	}
	return fallback
}
