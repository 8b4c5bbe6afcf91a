package database

import (
	"regexp"
	"strings"
)

// named is what the SQL of a statement says about it.
type named struct{ name, operation, table string }

// maxNames bounds how many names are cached. The service has a few statements for each
// resource; only SQL that is put together at run time reaches the bound.
const maxNames = 1000

var (
	nameComment = regexp.MustCompile(`^\s*-- *([\w.]+) *\n`)
	comments    = regexp.MustCompile(`(?m)^\s*--.*$`)
	verbOnly    = regexp.MustCompile(`^\s*([A-Za-z]+)`)
	verbAndName = regexp.MustCompile(`(?is)^\s*(?:insert\s+into|update|delete\s+from|select\s.*?\sfrom)\s+"?(\w+)`)
)

// parseName takes the name from the first line of the SQL, if that is a comment of one word,
// and finds which operation the statement does on which table.
func parseName(query string) named {
	n := named{operation: "other"}
	bare := comments.ReplaceAllString(query, "")
	if found := verbOnly.FindStringSubmatch(bare); found != nil {
		n.operation = strings.ToLower(found[1])
	}
	if found := verbAndName.FindStringSubmatch(bare); found != nil {
		n.table = strings.ToLower(found[1])
	}
	n.name = strings.TrimSpace(n.operation + " " + n.table)
	if found := nameComment.FindStringSubmatch(query); found != nil {
		n.name = found[1]
	}
	return n
}
