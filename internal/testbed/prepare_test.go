package testbed

import (
	"strings"
	"testing"
)

func TestPrepareRefusesUnknownPart(t *testing.T) {
	_, err := Prepare(t.Context(), Part("oracle"))
	if err == nil || !strings.Contains(err.Error(), "oracle") {
		t.Errorf("got %v; want an error that names the part", err)
	}
}
