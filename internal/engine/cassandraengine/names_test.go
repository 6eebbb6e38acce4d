package cassandraengine

import (
	"strings"
	"testing"
)

func TestParseComponent(t *testing.T) {
	for name, want := range map[string]component{
		"homer-simservs-hd-12-Data.db":                      {"homer-simservs-hd-12", "Data.db"},                // 1.0
		"homer-simservs-ic-1-TOC.txt":                       {"homer-simservs-ic-1", "TOC.txt"},                 // 1.2
		"homer-simservs-jb-3-CRC.db":                        {"homer-simservs-jb-3", "CRC.db"},                  // 2.0
		"homestead_cache-impi-ka-7-Digest.sha1":             {"homestead_cache-impi-ka-7", "Digest.sha1"},       // 2.1
		"ks-t.by_name-ka-7-Data.db":                         {"ks-t.by_name-ka-7", "Data.db"},                   // 2.1, an index's
		"la-1-big-Digest.adler32":                           {"la-1-big", "Digest.adler32"},                     // 2.2
		"md-5-big-SI_by_text.db":                            {"md-5-big", "SI_by_text.db"},                      // 3.11, SASI
		"nb-1-big-CompressionInfo.db":                       {"nb-1-big", "CompressionInfo.db"},                 // 4.0
		"nb-3g8e_0x5t_0n9xs2v1k5x9a1xqba-big-Data.db":       {"nb-3g8e_0x5t_0n9xs2v1k5x9a1xqba-big", "Data.db"}, // 4.1
		"da-3g8e_0x5t_0n9xs2v1k5x9a1xqba-bti-Partitions.db": {"da-3g8e_0x5t_0n9xs2v1k5x9a1xqba-bti", "Partitions.db"},
		"da-12-bti-Rows.db":                                 {"da-12-bti", "Rows.db"}, // 5.0
		"oa-1-big-SAI+aa+GroupComplete.db":                  {"oa-1-big", "SAI+aa+GroupComplete.db"},
		"oa-1-big-SAI+aa+my_index+TermsData.db":             {"oa-1-big", "SAI+aa+my_index+TermsData.db"},
	} {
		if got, ok := parseComponent(name); !ok || got != want {
			t.Errorf("%s: %+v, %t", name, got, ok)
		}
	}
	for _, name := range []string{"", "manifest.json", "schema.cql", "nb-1-big-", "nb-1-big", "nb-x-big-Data.db", "../nb-1-big-Data.db", "nb-1-big-Data.db\n", "nb-1-big-../x"} {
		if got, ok := parseComponent(name); ok {
			t.Errorf("%q is taken for %+v", name, got)
		}
	}
}

func TestSplitTableFolder(t *testing.T) {
	for _, folder := range tableFolders("simservs", idOne) {
		table, id, ok := splitTableFolder(folder)
		if !ok || table != "simservs" || (id != idOne && id != "") {
			t.Errorf("%s: %q, %q, %t", folder, table, id, ok)
		}
	}
	for _, folder := range []string{"", "a-b", "a-" + strings.ToUpper(undashed(idOne)), "a b", "a-" + undashed(idOne) + "0", ".x"} {
		if _, _, ok := splitTableFolder(folder); ok {
			t.Errorf("%q is taken for a table's", folder)
		}
	}
}

func TestParseJavaList(t *testing.T) {
	got, err := parseJavaList("[/var/lib/a, /var/lib/b]")
	if err != nil || len(got) != 2 || got[1] != "/var/lib/b" {
		t.Errorf("%q, %v", got, err)
	}
	for _, s := range []string{"", "[]", "/a", "[/a", "null"} {
		if _, err := parseJavaList(s); err == nil {
			t.Errorf("%q is a list", s)
		}
	}
}
