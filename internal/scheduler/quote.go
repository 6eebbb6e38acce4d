package scheduler

import "strings"

// bare are the characters that need no quotes in a unit and in a shell.
const bare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+:@,=-"

// quoteUnit writes an argument for ExecStart: quoted where it must be, with the escapes of
// systemd.syntax(7), "%%" against specifiers and "$$" against variables.
func quoteUnit(arg string) string {
	if arg != "" && strings.Trim(arg, bare) == "" {
		return arg
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, `$`, `$$`).Replace(arg) + `"`
}

// quoteCron writes an argument for a shell that cron starts. cron makes a line break of a
// percent sign, in quotes too, unless a backslash stands before it.
func quoteCron(arg string) string {
	if arg != "" && strings.Trim(arg, bare) == "" {
		return arg
	}
	return `'` + strings.NewReplacer(`'`, `'"'"'`, `%`, `\%`).Replace(arg) + `'`
}
