package main

import (
	"fmt"
	"go/format"
	"regexp"
	"slices"
	"strings"
)

// merged makes, in a file that its owner may have changed, the changes that lead from base to
// theirs. If both have changed the same lines, it returns the file as it was, and all the changes,
// each with the number of its line.
func merged(ours, base, theirs string) (text string, edits []string) {
	files := []string{ours, base, theirs}
	if !slices.ContainsFunc(files, func(text string) bool { return formatted(loose(text)) != text }) {
		files = []string{loose(ours), loose(base), loose(theirs)}
	}
	lines, edits, clean := mergedLines(strings.Split(files[0], "\n"), strings.Split(files[1], "\n"), strings.Split(files[2], "\n"))
	if result := formatted(strings.Join(lines, "\n")); clean && result != "" {
		return result, nil
	}
	return ours, edits
}

// mergedLines merges in the places between the lines that all three have.
func mergedLines(ours, base, theirs []string) (lines, edits []string, clean bool) {
	inOurs, inTheirs := matching(base, ours), matching(base, theirs)
	clean = true
	for i, j, k := 0, 0, 0; ; {
		n := i
		for n < len(base) && (inOurs[n] < 0 || inTheirs[n] < 0) {
			n++
		}
		endOurs, endTheirs := len(ours), len(theirs)
		if n < len(base) {
			endOurs, endTheirs = inOurs[n], inTheirs[n]
		}
		was, our, their := base[i:n], ours[j:endOurs], theirs[k:endTheirs]
		switch {
		case slices.Equal(was, their) || slices.Equal(our, their):
			lines = append(lines, our...)
		case slices.Equal(was, our):
			lines = append(lines, their...)
		case len(their) > len(was) && slices.Equal(was, their[:len(was)]): // they only add lines behind
			lines = append(append(lines, our...), their[len(was):]...)
		default:
			clean = false
		}
		if !slices.Equal(was, their) {
			edits = append(edits, fmt.Sprint(j+1)+prefixed("\n\t- ", was)+prefixed("\n\t+ ", their))
		}
		if n == len(base) {
			return lines, edits, clean
		}
		lines = append(lines, base[n])
		i, j, k = n+1, endOurs+1, endTheirs+1
	}
}

// matching returns for each line of before the one of after that it is, or -1: the longest common
// subsequence.
func matching(before, after []string) []int {
	longest := make([][]int, len(before)+1) // from a line of each to their ends
	for i := range longest {
		longest[i] = make([]int, len(after)+1)
	}
	for i := len(before) - 1; i >= 0; i-- {
		for j := len(after) - 1; j >= 0; j-- {
			if before[i] == after[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	found := make([]int, len(before))
	for i, j := 0, 0; i < len(before); i++ {
		found[i] = -1
		for j < len(after) && before[i] != after[j] && longest[i][j+1] >= longest[i+1][j] {
			j++
		}
		if j < len(after) && before[i] == after[j] {
			found[i] = j
			j++
		}
	}
	return found
}

func prefixed(prefix string, lines []string) string {
	text := ""
	for _, line := range lines {
		text += prefix + strings.TrimSpace(line)
	}
	return text
}

// The spaces by which gofmt aligns the second and third column.
var (
	secondColumn = regexp.MustCompile(`(?m)^(\t+\S+) {2,}`)
	thirdColumn  = regexp.MustCompile(`(?m)^(\t+\S+ \S+) {2,}`)
)

// loose undoes the alignment of gofmt: a longer name would change every line around it.
func loose(text string) string {
	return thirdColumn.ReplaceAllString(secondColumn.ReplaceAllString(text, "$1 "), "$1 ")
}

// formatted returns a Go file as gofmt does, or "" if it is none.
func formatted(text string) string {
	result, err := format.Source([]byte(text))
	if err != nil {
		return ""
	}
	return string(result)
}
