package check

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// section is a part of the table, in the colour of a terminal (ECMA-48, SGR).
type section struct {
	title, color string
	has          func(Result) bool
}

func found(severity Severity) func(Result) bool {
	return func(r Result) bool { return r.Status == Found && r.Severity == severity }
}

func is(status Status) func(Result) bool { return func(r Result) bool { return r.Status == status } }

var sections = []section{
	{"error", "31", found(Error)},
	{"warning", "33", found(Warning)},
	{"info", "36", found(Info)},
	{"unknown", "35", is(Unknown)},
	{"silenced", "2", is(Silenced)},
}

// Print writes what is wrong and what to do as a table, by severity, and counts the rest.
func (all Report) Print(w io.Writer, colored bool) error {
	var text strings.Builder
	var counts []string
	for _, part := range sections {
		results := all.those(part.has)
		counts = append(counts, fmt.Sprintf("%s %d", part.title, len(results)))
		if len(results) == 0 {
			continue
		}
		title := strings.ToUpper(part.title)
		if colored {
			title = "\x1b[" + part.color + "m" + title + "\x1b[0m"
		}
		fmt.Fprintln(&text, title)
		for _, r := range results {
			text.WriteString(r.lines())
		}
		text.WriteByte('\n')
	}
	fmt.Fprintf(&text, "%d checks: %s\n", len(all)-len(all.those(is(DoesNotApply))), strings.Join(counts, ", "))
	_, err := io.WriteString(w, text.String())
	return err
}

// lines returns the lines of the table for one result.
func (r Result) lines() string {
	text := fmt.Sprintf("  %-28s %s\n", r.ID, printable(r.Wrong))
	for _, more := range []string{r.Do, r.Reason} {
		if more != "" {
			text += fmt.Sprintf("  %-28s → %s\n", "", printable(more))
		}
	}
	return text
}

func (all Report) those(has func(Result) bool) Report {
	return slices.DeleteFunc(slices.Clone(all), func(r Result) bool { return !has(r) })
}

// printable quotes a text that would move the cursor, or change what a terminal shows otherwise.
func printable(text string) string {
	if strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return strconv.Quote(text)
	}
	return text
}

// PrintJSON writes every result as a JSON object: {"checks": […]}.
func (all Report) PrintJSON(w io.Writer) error {
	err := json.MarshalWrite(w, map[string]Report{"checks": all}, jsontext.WithIndent("  "))
	if err == nil {
		_, err = io.WriteString(w, "\n")
	}
	return err
}
