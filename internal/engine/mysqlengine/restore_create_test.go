package mysqlengine

import (
	"strings"
	"testing"
)

func TestPlanOfATable(t *testing.T) {
	create := "CREATE TABLE `t` (\n  `id` int(11) NOT NULL AUTO_INCREMENT COMMENT 'KEY, (x)',\n  `b``,(` varchar(10) DEFAULT 'a\\',(',\n  PRIMARY KEY (`id`),\n  UNIQUE KEY `u` (`b``,(`),\n  KEY `k` (`b``,(`(5)) COMMENT 'it''s, )',\n" +
		"  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `db`.`p` (`id`) ON DELETE CASCADE,\n  CONSTRAINT `self` FOREIGN KEY (`id`) REFERENCES `t` (`id`),\n  CONSTRAINT `c` CHECK (`id` > 0)\n) ENGINE=InnoDB AUTO_INCREMENT=7 COMMENT='x) y'"
	parts, err := splitCreate(create)
	if err != nil {
		t.Fatal(err)
	}
	if got := parts.sql("`t`", parts.items); got != create {
		t.Errorf("put together again:\n%s", got)
	}
	p, err := parts.plan("InnoDB", false)
	if err != nil || len(p.create) != 4 || len(p.keys) != 2 || len(p.foreign) != 2 {
		t.Fatalf("plan: %+v, %v", p, err)
	}
	if fk := p.foreign[0]; fk.name != "fk" || fk.database != "db" || fk.table != "p" || !strings.Contains(fk.to("`x`.`y`"), "REFERENCES `x`.`y` (`id`) ON DELETE CASCADE") {
		t.Errorf("foreign key: %+v", fk)
	}
	if fk := p.foreign[1]; fk.database != "" || fk.table != "t" {
		t.Errorf("foreign key: %+v", fk)
	}
	for _, keeps := range []string{
		"(\n  `a` int,\n  KEY `k` (`a`)\n) ENGINE=InnoDB",
		"(\n  `a` int NOT NULL AUTO_INCREMENT,\n  `b` int NOT NULL,\n  PRIMARY KEY (`b`),\n  KEY `k` (`a`)\n) ENGINE=InnoDB",
		"(\n  `a` int NOT NULL,\n  `x` text,\n  PRIMARY KEY (`a`),\n  FULLTEXT KEY `f` (`x`),\n  KEY `k` (`a`)\n) ENGINE=InnoDB",
		"(\n  `a` int NOT NULL,\n  `x` text,\n  PRIMARY KEY (`a`),\n  UNIQUE KEY `h` (`x`) USING HASH\n) ENGINE=InnoDB",
	} {
		parts, err := splitCreate("CREATE TABLE `t` " + keeps)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := parts.plan("InnoDB", false); err != nil || len(p.keys) > 0 {
			t.Errorf("%s: keys follow: %+v, %v", keeps, p.keys, err)
		}
	}
	if p, _ := parts.plan("MyISAM", false); len(p.keys) > 0 {
		t.Error("keys of a MyISAM table follow")
	}
	if _, err := splitCreate("CREATE TABLE `t` (a int"); err == nil {
		t.Error("half a definition was taken")
	}
}

func TestDefiner(t *testing.T) {
	for in, want := range map[string][3]string{ // account, dropped, mapped to a@b
		"CREATE DEFINER=`x``y`@`%` TRIGGER `definer` BEFORE":                       {"x`y@%", "CREATE TRIGGER `definer` BEFORE", "CREATE DEFINER=`a`@`b` TRIGGER `definer` BEFORE"},
		"CREATE ALGORITHM=UNDEFINED DEFINER=`r`@`h` SQL SECURITY DEFINER VIEW `v`": {"r@h", "CREATE ALGORITHM=UNDEFINED SQL SECURITY DEFINER VIEW `v`", "CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW `v`"},
		"CREATE DEFINER = root@localhost PROCEDURE p()":                            {"root@localhost", "CREATE PROCEDURE p()", "CREATE DEFINER=`a`@`b` PROCEDURE p()"},
		"CREATE DEFINER=`role` FUNCTION f()":                                       {"role", "CREATE FUNCTION f()", "CREATE DEFINER=`a`@`b` FUNCTION f()"},
		"CREATE DEFINER='o''x'@'h' EVENT e":                                        {"o'x@h", "CREATE EVENT e", "CREATE DEFINER=`a`@`b` EVENT e"},
		"CREATE VIEW `DEFINER=x@y` AS SELECT 1":                                    {"", "CREATE VIEW `DEFINER=x@y` AS SELECT 1", "CREATE VIEW `DEFINER=x@y` AS SELECT 1"},
	} {
		_, _, account := findDefiner(in)
		got := [3]string{account, string(definerChange("drop").apply(text(in))), string(definerChange("a@b").apply(text(in)))}
		if got != want {
			t.Errorf("%s:\n got %q\nwant %q", in, got, want)
		}
		if kept := definerChange("keep").apply(text(in)); string(kept) != in {
			t.Errorf("kept: %s", kept)
		}
	}
	for _, bad := range []string{"x", "@h", "x@"} {
		if _, err := parseDefiner(bad); err == nil {
			t.Errorf("--definer %s was taken", bad)
		}
	}
}

func TestDisabledEvent(t *testing.T) {
	for in, want := range map[string]string{
		"CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE COMMENT 'ENABLE' DO SELECT 'ENABLE'": "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE DISABLE COMMENT 'ENABLE' DO SELECT 'ENABLE'",
		"CREATE EVENT `DO` ON SCHEDULE EVERY 1 DAY DISABLE ON SLAVE DO SELECT 1":                                         "CREATE EVENT `DO` ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
		"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1":                                                             "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
	} {
		if got, err := disabledEvent(in); err != nil || got != want {
			t.Errorf("%s:\n got %s, %v", in, got, err)
		}
	}
}

func TestRenameDatabase(t *testing.T) {
	names := map[string]bool{"t": true, "v": true}
	for in, want := range map[string]string{
		"CREATE VIEW `a`.`v` AS SELECT `a`.`t`.`x`, `b`.`t`.`y` FROM `a`.`t`": "CREATE VIEW `new`.`v` AS SELECT `new`.`t`.`x`, `b`.`t`.`y` FROM `new`.`t`",
		"SELECT `a`.`x` FROM `b`.`z` `a`":                                     "SELECT `a`.`x` FROM `b`.`z` `a`",
		"SELECT '`a`.`t`', `x`.`a`.`t`":                                       "SELECT '`a`.`t`', `x`.`a`.`t`",
		"INSERT INTO a.t VALUES (1)":                                          "INSERT INTO `new`.t VALUES (1)",
	} {
		if got := renameDatabase(text(in), "a", "new", names); string(got) != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
