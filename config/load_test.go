package config

import (
	"encoding/json"
	"testing"
	_ "time/tzdata" // as in the binary: time zones do not depend on the machine
)

func TestLoadDesignExample(t *testing.T) {
	p, ds := Load("testdata/good/site.hcl", Options{Version: "0.1.0"})
	for _, d := range ds {
		t.Errorf("%+v", d)
	}
	out, _ := json.MarshalIndent(p, "", "  ")
	t.Logf("%s", out)
}
