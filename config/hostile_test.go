package config

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hostile makes texts that hurt a parser that trusts its input: nested as deep as the limit
// of tokens allows, or as large as a file may be.
func hostile() map[string]string {
	const n = maxFileBytes
	rep := func(s string, more int) string { return strings.Repeat(s, max(1, (n-more)/len(s))) }
	in := func(expr string) string { return "locals {\n  a = " + expr + "\n}\n" }
	deep := func(s string, tokens int) string { return strings.Repeat(s, maxTokens/tokens-20) }
	wrap := func(before, after string, tokens int) string {
		return in(deep(before, tokens) + "1" + deep(after, tokens))
	}
	cases := map[string]string{
		"brackets":             wrap("[", "]", 2),
		"parentheses":          wrap("(", ")", 2),
		"objects":              wrap("{a=", "}", 4),
		"calls":                wrap("f(", ")", 3),
		"templates":            wrap(`"${`, `}"`, 4),
		"open brackets":        in(deep("[", 1)),
		"open parentheses":     in(deep("(", 1)),
		"open braces":          deep("{", 1),
		"open templates":       in(deep(`"${`, 2)),
		"open calls":           in(deep("f(", 2)),
		"closing brackets":     in(deep("]", 1)),
		"mixed brackets":       in(deep("[(]{)", 5)),
		"index":                in("x" + deep("[y]", 3)),
		"nested index":         in(deep("x[", 2)),
		"splat":                in("x" + deep("[*]", 3)),
		"attribute splat":      in("x" + deep(".*.a", 4)),
		"bang":                 in(deep("!", 1) + "true"),
		"minus":                in(deep("- ", 1) + "1"),
		"minus over lines":     in("(" + deep("-\n", 2) + "1)"),
		"conditions":           in(deep("a?b:", 4) + "c"),
		"conditions in middle": in(deep("a?", 2)),
		"sum":                  in("1" + deep("+1", 2)),
		"and":                  in("a" + deep("&&a", 2)),
		"compare":              in("a" + deep("==a", 2)),
		"for":                  in(deep("[for x in ", 4)),
		"directives":           in(`"` + deep("%{if a}", 4) + `"`),
		"directives else":      in(`"` + deep("%{if a}%{else}", 7) + `"`),
		"heredoc directives":   in("<<EOT\n" + deep("%{for a in b}", 6) + "\nEOT"),
		"heredocs":             in(deep("<<A\n${", 3)),
		"scoped names":         in("a" + deep("::a", 2) + "()"),
		"blocks":               deep("a {\n", 3),
		"labels":               "node " + rep(`"a" `, 100) + "{}\n",
		"traversal":            in("local" + rep(".a", 100)),
		"legacy index":         in("local.a" + rep(".0", 100)),
		"one name":             rep("a", 100) + " = 1\n",
		"one string":           in(`"` + rep("a", 100) + `"`),
		"combining marks":      in(`"` + rep("\u0301", 100) + `"`),
		"one number":           in(rep("9", 100)),
		"one fraction":         in("0." + rep("9", 100)),
		"exponent":             in("1e999999999"),
		"exponents":            in("[" + rep("1e99999,", 100) + "]"),
		"lines":                rep("\n", 0),
		"comments":             rep("#\n", 0),
		"comment":              "/*" + rep("x", 100),
		"junk lines":           rep("x\n", 0),
		"equals":               rep("=\n", 0),
		"quotes":               rep(`"`, 0),
		"quotes in lines":      rep("\"\n", 0),
		"escapes":              in(`"` + rep(`\q`, 100) + `"`),
		"unknown arguments":    numbered("a%d = 1\n"),
		"unknown blocks":       numbered("b%d {\n}\n"),
		"same argument":        "cwb {\n" + rep("a = 1\n", 100) + "}\n",
		"many cwb":             rep("cwb {\n}\n", 0),
		"many nodes":           numbered("node \"mysql\" \"n%d\" {\n}\n"),
		"same snapshot path":   numbered("node \"mysql\" \"n%d\" {\nsnapshot_path = \"/a\"\n}\n"),
		"same node":            rep("node \"mysql\" \"n\" {\n}\n", 0),
		"big list":             in("[" + rep("1,", 100) + "]"),
		"big object":           in("{\n" + rep("a=1\n", 100) + "}"),
		"big condition":        in("true ? [" + strings.Repeat("1,", 1500) + "] : [" + strings.Repeat("\"a\",", 1500) + "]"),
		"objects to unify":     in("true ? [" + strings.Repeat("{a=1},", 300) + "] : [" + strings.Repeat("{b=\"x\"},", 300) + "]"),
		"local chain":          "locals {\n" + chain(9000, "  a%d = local.a%d\n") + "}\n",
		"local list chain":     "locals {\n" + chain(6000, "  a%d = [local.a%d, 1]\n") + "}\n",
		"local doubling":       "locals {\n" + chain(5000, "  a%[1]d = \"${local.a%[2]d}${local.a%[2]d}\"\n") + "}\n",
		"large values":         "locals {\n  x = \"" + strings.Repeat("x", 60_000) + "\"\n" + numberedTo(9000, "  b%d = \"${local.x}\"\n") + "}\n",
		"many references":      "locals {\n  x = \"" + strings.Repeat("x", 1000) + "\"\n  y = \"" + strings.Repeat("${local.x}", 20_000) + "\"\n}\n",
		"many missing":         in("[" + strings.Repeat("local.zz,", 15_000) + "]"),
		"upper":                "locals {\n  x = \"" + strings.Repeat("x", 16_000) + "\"\n" + numberedTo(5000, "  b%d = upper(local.x)\n") + "}\n",
		"calls of join":        in("[" + strings.Repeat(`join("x",["a","b"]),`, 10_000) + "]"),
		"secret names":         rep("password = 1\n", 0),
		"userinfo":             in("[" + strings.Repeat(`"a:b@c",`, 8_000) + "]"),
		"duplicate elements":   "node \"mysql\" \"x\" {\n  databases = [" + strings.Repeat(`"x",`, 12_000) + "]\n}\n",
		"members":              "backup \"x\" {\n  nodes = [" + strings.Repeat("node.mysql.x,", 10_000) + "]\n}\n",
		"members undeclared":   numberedTo(200, "node \"mysql\" \"n%d\" {\n}\n") + "backup \"x\" {\n  nodes = [" + strings.Repeat("node.mysql.x,", 9_000) + "]\n}\n",
		"paths":                "node \"mysql\" \"x\" {\n  legacy_paths = [" + numberedTo(9000, `"/a/b%d",`) + "]\n}\n",
	}
	return cases
}

func numbered(format string) string { return numberedTo(5000, format) }

func numberedTo(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// chain makes lines each of which refers to the one before.
func chain(n int, format string) string {
	var b strings.Builder
	b.WriteString("  a0 = \"0123456789\"\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, format, i, i-1)
	}
	return b.String()
}

// TestHostilePolicies holds what the package promises: whatever a policy says, loading and
// formatting it overflow no stack, and stay within 5 s and 256 MB.
func TestHostilePolicies(t *testing.T) {
	// A recursion that follows the input dies at a hundredth of what Go would allow it.
	defer debug.SetMaxStack(debug.SetMaxStack(4 << 20))
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeTestFile(t, filepath.Join(dir, "a.hcl"), []byte(text))
			began := cpuTime(t)
			policy, diags := Load(dir, Options{})
			if policy != nil || len(diags) == 0 {
				t.Error("accepted")
			}
			if len(diags.JSON()) > 1<<20 {
				t.Errorf("%d bytes of diagnostics", len(diags.JSON()))
			}
			if took := cpuTime(t) - began; took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	t.Run("all files", func(t *testing.T) { largestPolicy(t) })
	var m runtime.MemStats
	runtime.ReadMemStats(&m) // Sys never shrinks: it is the peak of all cases
	t.Logf("peak %d MB", m.Sys>>20)
	if m.Sys > 256<<20 {
		t.Errorf("used %d MB", m.Sys>>20)
	}
}

// cpuTime is the processor time of this process so far: work of others on the machine does not
// count.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// largestPolicy is a policy of full size whose files are all within their limits.
func largestPolicy(t *testing.T) {
	dir := t.TempDir()
	for i := range 4 {
		text := fmt.Sprintf("locals {\n  l%d = [%s]\n}\n", i, strings.Repeat("1,", maxTokens/2-20)) +
			"#" + strings.Repeat(" ", maxFileBytes-maxTokens-200)
		writeTestFile(t, filepath.Join(dir, fmt.Sprintf("%d.hcl", i)), []byte(text))
	}
	began := cpuTime(t)
	if policy, diags := Load(dir, Options{}); policy != nil || len(diags) != 5 {
		t.Errorf("%s", diags.JSON())
	}
	if took := cpuTime(t) - began; took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
