package subscribers

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestGenerateIsDeterministic(t *testing.T) {
	options := Options{Owned: 50, Free: 10, Seed: 3}
	if diff := cmp.Diff(Generate(options), Generate(options)); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
	other := options
	other.Seed = 4
	if Generate(options)[0].Digest == Generate(other)[0].Digest {
		t.Error("another seed gives the same digest")
	}
}

func TestGenerateFitsTheSchema(t *testing.T) {
	const owned, free = 100_000, 10
	lines := Generate(Options{Owned: owned, Free: free})
	seen := map[string]bool{}
	for i, line := range lines {
		if (line.Owner != nil) != (i < owned) {
			t.Fatalf("line %d: owner %v", i, line.Owner)
		}
		if seen[line.Number] || seen[line.NumberID] {
			t.Fatalf("line %d comes twice: %+v", i, line)
		}
		seen[line.Number], seen[line.NumberID] = true, true
		if line.Owner == nil {
			continue
		}
		if n := utf8.RuneCountInString(line.Owner.FullName); n > 36 {
			t.Errorf("full name %q has %d characters, the column 36", line.Owner.FullName, n)
		}
		if len(line.Owner.Email) > 36 || len(line.Owner.Password) != 60 || len(line.Digest) != 65 {
			t.Errorf("line %d does not look like Clearwater's: %+v, %+v", i, line, line.Owner)
		}
	}
}
