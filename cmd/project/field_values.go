package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// First is the value of the field in the first row of the fixtures, and its example.
func (f *field) First() string { return f.sample(0) }

// Second is the value of the field in the second row of the fixtures.
func (f *field) Second() string { return f.sample(1) }

// other is the value of the field in the second body of the tests.
func (f *field) other() string {
	if f.Once {
		return f.First()
	}
	return f.Second()
}

func (f *field) sample(i int) string {
	if f.isOwner() {
		return `""` // nobody: these rows are there where nobody is asked who they are
	}
	switch f.kind {
	case "bool":
		return []string{"true", "false"}[i]
	case "int":
		return strconv.FormatInt(f.integers()[i], 10)
	case "ref":
		return "1"
	case "enum":
		// The first differs from the default, so that a test sees that it is kept.
		values := slices.DeleteFunc(slices.Clone(f.values), func(v string) bool { return f.initial != nil && v == *f.initial })
		return strconv.Quote(append(values, f.values...)[i])
	case "time":
		return []string{`"2017-07-30T15:22:42Z"`, `"2018-02-28T23:59:59.123456Z"`}[i]
	case "date":
		return []string{`"2017-07-30"`, `"2018-02-28"`}[i]
	case "decimal":
		return strconv.Quote([]string{"3", "2"}[i] + "." + strings.Repeat("0", f.scale-1) + "5")
	case "uuid":
		return []string{`"0b8f3f0e-3c1d-4a5e-9c62-5d2f1a7e4b01"`, `"f47ac10b-58cc-4372-a567-0e02b2c3d479"`}[i]
	case "email":
		return []string{`"ada@example.org"`, `"grace@example.org"`}[i]
	case "url":
		return []string{`"https://example.org/one"`, `"https://example.org/two"`}[i]
	}
	text := []string{"Hello, world", "Good morning"}[i]
	for int64(len(text)) < f.min {
		text += " " + text
	}
	text = text[:min(int64(len(text)), f.max)]
	if end, cut := strings.CutSuffix(text, " "); cut {
		text = end + "."
	}
	return strconv.Quote(text)
}

// integers returns two values that differ from each other, and the first from the default, as far
// as the range allows.
func (f *field) integers() []int64 {
	near := min(max(3, f.min), f.max)
	var all []int64
	for _, n := range []int64{near, near + 1, near - 1, near + 2, near - 2} {
		if f.min <= n && n <= f.max && (f.initial == nil || strconv.FormatInt(n, 10) != *f.initial) {
			all = append(all, n)
		}
	}
	return append(all, near, near)
}

// Default is the default.
func (f *field) Default() string {
	if f.kind == "bool" || f.kind == "int" {
		return *f.initial
	}
	return strconv.Quote(*f.initial)
}

// Invalid are values, in Go, that the field refuses.
func (f *field) Invalid() string {
	values := map[string]string{"bool": `"yes", 1`, "enum": `"", "?"`, "time": `"yesterday", 1`, "date": `"2017-02-30", "0000-01-01", "30.7.2017", 1`, "email": `"nobody", 1`, "url": `"", "://", 1`, "uuid": `"", "0B8F3F0E-3C1D-4A5E-9C62-5D2F1A7E4B01", "0b8f3f0e3c1d4a5e9c625d2f1a7e4b01", 1`, "ref": `0, "one"`}[f.kind]
	switch f.kind {
	case "string", "text":
		values = fmt.Sprintf(`strings.Repeat("x", %d), 1`, f.max+1)
		if f.min > 0 {
			values += fmt.Sprintf(`, strings.Repeat("x", %d)`, f.min-1)
		}
	case "decimal":
		values = fmt.Sprintf(`"%s", "0.%s", "1e5", "1.", ".5", "", 1.5`, strings.Repeat("9", f.whole+1), strings.Repeat("0", f.scale+1))
	case "int":
		values = fmt.Sprintf(`%d, %d, 1.5, "one"`, f.min-1, f.max+1)
	}
	return values
}

// Limits are the values, in Go, at the limits of the field.
func (f *field) Limits() string {
	switch f.kind {
	case "int":
		return fmt.Sprintf("%d, %d", f.min, f.max)
	case "decimal":
		most := strings.Repeat("9", f.whole) + "." + strings.Repeat("9", f.scale)
		return fmt.Sprintf(`"%s", "-%s", "0"`, most, most)
	case "date":
		return `"0001-01-01", "9999-12-31"`
	}
	if f.min == f.max {
		return fmt.Sprintf(`strings.Repeat("ü", %d)`, f.min)
	}
	return fmt.Sprintf(`strings.Repeat("ü", %d), strings.Repeat("ü", %d)`, f.min, f.max)
}
