package config

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

const canary = "c4n4ry"

// mustNotTell fails when the canary is in anything that a caller could print.
func mustNotTell(t *testing.T, diags Diagnostics, where string) {
	t.Helper()
	var plain, colored strings.Builder
	_ = diags.Write(&plain, false, 80)
	_ = diags.Write(&colored, true, 0)
	for _, text := range []string{plain.String(), colored.String(), string(diags.JSON()), fmt.Sprintf("%+v", diags)} {
		if strings.Contains(text, canary) {
			t.Errorf("%s: the secret is shown:\n%s", where, text)
			return
		}
	}
	if !diags.HasErrors() {
		t.Errorf("%s: accepted", where)
	}
}

// TestLiteralSecretsAreNotShown plants a secret in a policy in every way it is recognised,
// alone and beside other mistakes.
func TestLiteralSecretsAreNotShown(t *testing.T) {
	for _, line := range []string{
		`password = "c4n4ry"`, `password = c4n4ry`, `password = "c4n4ry`, `password = c4n4ry c4n4ry`, `password "c4n4ry" {`,
		`password: "c4n4ry"`, `PASSWORD = "c4n4ry"`, `api_token = ["c4n4ry", 1e999]`, `secret = upper("c4n4ry")`,
		"password = <<EOT\nc4n4ry\nEOT", "password = <<EOT\nc4n4ry\n", "password = [\n\"c4n4ry\" 4\n]", "password = {\n  a = \"c4n4ry\" 4\n}",
		`password /* x */ = "c4n4ry"`, "password = /* \n */ \"c4n4ry\" \"c4n4ry\"", `password = "${c4n4ry}"`,
		`credentials = { secret_key = "c4n4ry", env = 1.2.3 }`, "credentials = {\n  \"secret_key\" = \"c4n4ry\" 3\n}",
		`address = "mysql://root:c4n4ry@db:3306"`, `address = "root:c4n4ry@db"`, `ssh = "ops:c4n4ry@host"`, `endpoint = "https://:c4n4ry@s3"`,
		`nodetool = ["nodetool", "-pw", "c4n4ry"]`, "nodetool = [\n\"nodetool\",\n\"--password\",\n\"c4n4ry\",\n4]", `nodetool = ["--password=c4n4ry"]`, `nodetool = "nodetool -pw c4n4ry"`, `nodetool = ["nodetool -pw c4n4ry"]`, `nodes = ["node.a:c4n4ry@b"]`,
		"nodetool = [\"nodetool\", \"-pw\",\n\"c4n4ry\" \"x\"]",
		`min_free = "1.5" # password: c4n4ry`, `password = "c4n4ry` + "\x1b" + `"`, "password = \"c4n4ry\xff\"",
		"variable \"db_password\" {\n  default = \"c4n4ry\" 4\n}", "variable \"secret\" {\n  type = number\n  default = \"c4n4ry\"\n  other = 4\n}",
		`password = 1234567890123456789012345678901234567890 + "c4n4ry"`, `password = "%{if c4n4ry}"`, `password = a::c4n4ry()`,
		`password = ` + strings.Repeat("[", 200) + `"c4n4ry"`,
	} {
		for _, frame := range []string{
			"%s\n",
			"node \"mysql\" \"x\" {\n  %s\n}\n",
			"node \"cassandra\" \"x\" {\n  %s\n  keyspaces = 4\n}\n",
			"target \"s3\" \"x\" {\n  %s\n}\n",
			"locals {\n  %s\n}\n",
			"backup \"x\" {\n  %s\n}\n",
			"backup \"x\" {\n  copy {\n    %s\n  }\n  = = =\n}\n",
		} {
			file := filepath.Join(t.TempDir(), "p.hcl")
			text := fmt.Sprintf(frame, line)
			writeTestFile(t, file, []byte(text))
			_, diags := Load(file, Options{})
			mustNotTell(t, diags, text)
			_, diags = Format([]byte(text), file)
			if strings.Contains(line, "=") && diags.HasErrors() {
				mustNotTell(t, diags, "format "+text)
			}
		}
	}
}

// TestValuesOfVariablesAreNotShown gives variables a secret value that is wrong wherever it
// is used.
func TestValuesOfVariablesAreNotShown(t *testing.T) {
	const policy = `
cwb {
  deployment = var.s
  timezone   = local.s
  scheduler  = "${var.s}"
}
variable "s" {}
variable "n" {
  type = number
}
variable "l" {
  type = list(string)
}
locals {
  s   = var.s
  x   = [var.s].z
  y   = var.s["a"]
  z   = "${[var.s]}"
  w   = var.s ? 1 : 2
  v   = -var.s
  u   = upper(var.s, var.s)
  t   = join(var.s, var.s)
  r   = { (var.s) = 1 }.nope
  q   = [1][var.s]
  big = join(var.s, concat(var.l, var.l))
}
node "mysql" "a" {
  address       = var.s
  defaults_file = var.s
  databases     = [local.s, var.s, "mysql"]
  snapshot_path = local.s
  legacy_paths  = [var.s, "${local.s}/x"]
  formerly      = [var.s]
  min_free      = var.s
  lock          = var.s
  lock_wait     = var.s
}
node "cassandra" "b" {
  address       = lower(var.s)
  nodetool      = [var.s, var.s]
  data_dirs     = var.l
  keyspaces     = concat(var.l, [var.s])
  snapshot_path = "/x/${var.s}"
}
retention "r" {
  keep_last   = var.s
  keep_within = var.s
  max_remove  = var.s
  min_good    = var.n
}
backup "b" {
  nodes      = [var.s]
  retention  = var.s
  schedule   = var.s
  on_failure = var.s
}
removed {
  backup = var.s
  forget = var.s
}
`
	dir := t.TempDir()
	file := filepath.Join(dir, "p.hcl")
	writeTestFile(t, file, []byte(policy))
	for _, value := range []string{
		canary, "/" + canary, "/" + canary + "/../x", "user:" + canary + "@host:1", "C" + canary + "\n", canary + "\x1b[31m", "-" + canary,
		canary + ":99999", "-pw=" + canary, `["` + canary + `"]`, `["` + canary, "${" + canary + "}", canary + "\xff", canary + strings.Repeat("x", 300), "1" + canary, "0 0 " + canary + " * *",
	} {
		vars := map[string]string{"s": value, "n": value, "l": value}
		_, diags := Load(file, Options{Vars: vars})
		mustNotTell(t, diags, "--var")
		vars["l"], vars["n"] = fmt.Sprintf("[%q, %q]", value, value), "4"
		_, diags = Load(file, Options{Vars: vars})
		mustNotTell(t, diags, "--var with types that fit")
		_, diags = Load(file, Options{Environ: []string{"CWB_VAR_s=" + value, "CWB_VAR_n=" + value, "CWB_VAR_l=" + value, "CWB_VAR_other=" + value, "SECRET=" + value}})
		mustNotTell(t, diags, "environment")
		for _, format := range []string{"s = %q\nn = %[1]q\nl = [%[1]q]\n", "s = %s\n", "s = \"%s\nn = 4\n", "n = %q %[1]q\n", "other = %q\n", "%s\n", "s {\n x = %q\n}\n", "l = [%q, 4, \n"} {
			text := fmt.Sprintf(format, value)
			varFile := filepath.Join(dir, "x.vars")
			writeTestFile(t, varFile, []byte(text))
			_, diags = Load(file, Options{VarFiles: []string{varFile}})
			mustNotTell(t, diags, "variable file "+text)
		}
	}
}

// TestSourcesOfSecretsAreWelcome has names that only sound like secrets.
func TestSourcesOfSecretsAreWelcome(t *testing.T) {
	const policy = `
cwb { deployment = "x" }
locals {
  password_file   = "/etc/cwb/password"
  key_file        = "/etc/cwb/key"
  compass         = "north"
  tokens_per_node = 4
  bypass          = { mail = "ops@example.com", time = "12:30", url = "https://example.com:8080/a@b" }
}
variable "secret_path" { default = "/etc/x" }
`
	file := filepath.Join(t.TempDir(), "p.hcl")
	writeTestFile(t, file, []byte(policy))
	if policy, diags := Load(file, Options{}); policy == nil {
		t.Errorf("%s", diags.JSON())
	}
}
