package main

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// A mark is a comment that says which feature a place of a file belongs to:
//
//	traced, // feature: traces
//
// At the end of a line it covers that line, the comment directly above, and what is nested
// below: the lines with more indentation, and the bracket that closes them. At the opening of
// a code block of Markdown it covers the block. On a line of its own it covers the lines up to
// the next blank one, above a heading of Markdown the section, and as the first line of a file
// all of it.
//
// A place that needs two features says "feature: traces and metrics", one that serves
// either says "feature: traces or metrics".
var mark = regexp.MustCompile(`(?:^|\s)(?://|#|<!--|/\*|\{\{-? ?/\*)\s*feature: ([a-z0-9 -]*[a-z0-9])\s*(?:-->|\*/(?: ?-?\}\})?)?\s*$`)

// markOf returns the features that a line is marked with, and the line without the mark.
func markOf(line string) (expression, rest string) {
	m := mark.FindStringSubmatchIndex(line)
	if m == nil {
		return "", line
	}
	return line[m[2]:m[3]], strings.TrimRight(line[:m[0]], " \t")
}

// goes reports whether a place with this mark is to be removed together with the features
// in gone.
func goes(expression string, gone map[string]bool) bool {
	if all := strings.Split(expression, " or "); len(all) > 1 {
		return !slices.ContainsFunc(all, func(name string) bool { return !gone[name] })
	}
	return slices.ContainsFunc(strings.Split(expression, " and "), func(name string) bool { return gone[name] })
}

// staying returns an expression without the features that are gone.
func staying(expression string, gone map[string]bool) string {
	names := strings.Split(expression, " or ")
	return strings.Join(slices.DeleteFunc(names, func(name string) bool { return gone[name] }), " or ")
}

// marksFile reports whether the first line of a file is a mark for all of it, and goes.
func marksFile(first string, gone map[string]bool) bool {
	expression, rest := markOf(first)
	return expression != "" && isBlank(rest) && goes(expression, gone)
}

// withoutMarked returns the text without the places that are marked with a feature in gone.
func withoutMarked(name, text string, gone map[string]bool) string {
	lines := strings.Split(text, "\n")
	var kept []string
	for i := 0; i < len(lines); {
		expression, rest := markOf(lines[i])
		if expression == "" || !goes(expression, gone) {
			kept = append(kept, strings.Replace(lines[i], expression, staying(expression, gone), 1))
			i++
			continue
		}
		if !isBlank(rest) {
			kept = withoutComment(kept, rest)
		}
		i = endOfPlace(path.Ext(name) == ".md", rest, lines, i)
		if i < len(lines) && isBlank(lines[i]) && (len(kept) == 0 || isBlank(kept[len(kept)-1])) {
			i++
		}
	}
	return strings.Join(kept, "\n")
}

func isBlank(line string) bool { return strings.TrimSpace(line) == "" }

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// endOfPlace returns the index behind the place of a mark; rest is the line without it.
func endOfPlace(markdown bool, rest string, lines []string, start int) int {
	if isBlank(rest) {
		return endOfPart(markdown, lines, start)
	}
	return endOfMarked(markdown, rest, lines, start)
}

// endOfPart returns the index behind the lines that a mark on a line of its own covers: a
// section of Markdown, or a paragraph. The end of the enclosing block ends it, too, and a
// code block is never cut.
func endOfPart(markdown bool, lines []string, start int) int {
	if markdown && start+1 < len(lines) {
		if level := levelOf(lines[start+1]); level > 0 {
			return endOfSection(lines, start+1, level)
		}
	}
	fenced := false
	for i := start + 1; i < len(lines); i++ {
		fence := strings.HasPrefix(strings.TrimSpace(lines[i]), "```")
		if !fenced && (isBlank(lines[i]) || indentation(lines[i]) < indentation(lines[start])) {
			return i
		}
		fenced = fenced != fence
	}
	return len(lines)
}

// endOfMarked returns the index behind the lines that the mark at the end of a line covers.
func endOfMarked(markdown bool, line string, lines []string, start int) int {
	trimmed := strings.TrimSpace(line)
	if markdown && strings.HasPrefix(trimmed, "```") {
		for i := start + 1; i < len(lines); i++ {
			if strings.TrimSpace(lines[i]) == "```" {
				return i + 1
			}
		}
	}
	end := start + 1
	for i := end; i < len(lines); i++ {
		if isBlank(lines[i]) {
			continue
		}
		if indentation(lines[i]) <= indentation(lines[start]) {
			break
		}
		end = i + 1
	}
	if end < len(lines) && indentation(lines[end]) == indentation(lines[start]) && closes(trimmed, strings.TrimSpace(lines[end])) {
		end++
	}
	return end
}

// levelOf returns the level of a heading of Markdown, or 0.
func levelOf(line string) int { return len(line) - len(strings.TrimLeft(line, "#")) }

func endOfSection(lines []string, start, level int) int {
	fenced := false
	for i := start + 1; i < len(lines); i++ {
		if strings.HasPrefix(lines[i], "```") {
			fenced = !fenced
		}
		if other := levelOf(lines[i]); !fenced && other > 0 && other <= level {
			if expression, rest := markOf(lines[i-1]); expression != "" && isBlank(rest) {
				return i - 1 // the mark of the next section
			}
			return i
		}
	}
	return len(lines)
}

// closes reports whether a line closes the block that another line opens.
func closes(opening, line string) bool {
	for _, pair := range []struct{ open, end string }{
		{"{", "}"}, {"(", ")"}, {"[", "]"}, {"then", "fi"}, {"do", "done"}, {"in", "esac"},
	} {
		if strings.HasSuffix(opening, pair.open) && strings.HasPrefix(line, pair.end) {
			return true
		}
	}
	return false
}

var comment = regexp.MustCompile(`^\s*(//|#|<!--|/\*)`)

// withoutComment removes the comment directly above a removed line from the end of kept.
func withoutComment(kept []string, line string) []string {
	for len(kept) > 0 {
		last := kept[len(kept)-1]
		if comment.FindString(last) == "" || indentation(last) != indentation(line) || strings.HasPrefix(strings.TrimSpace(line), "#") {
			break
		}
		kept = kept[:len(kept)-1]
	}
	return kept
}
