package database

import (
	"maps"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
)

// named is what the SQL of a statement says about it.
type named struct{ name, operation, table string }

// statementNames caches what was parsed from each SQL text, since every request needs it. The
// map is replaced, never changed, so that reading it needs no lock. The service has a few
// statements for each resource; only SQL that is put together at run time reaches the
// bound.
type statementNames struct {
	all atomic.Pointer[map[string]named]
	mu  sync.Mutex // held to replace the map
}

const maxNames = 1000

func newStatementNames() *statementNames {
	n := &statementNames{}
	n.all.Store(&map[string]named{})
	return n
}

func (n *statementNames) of(query string) named {
	found, ok := (*n.all.Load())[query]
	if ok {
		return found
	}
	found = parseName(query)
	n.mu.Lock()
	defer n.mu.Unlock()
	if all := *n.all.Load(); len(all) < maxNames {
		all = maps.Clone(all)
		all[query] = found
		n.all.Store(&all)
	}
	return found
}

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
