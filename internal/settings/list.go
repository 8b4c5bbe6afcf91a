package settings

import (
	"fmt"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/alecthomas/kong"
)

// Setting is the value of a setting. Secrets in it are masked.
type Setting struct {
	Name, Value string
	// Origin is default, environment, file, flag, or the name of an Alternative.
	Origin string
	Help   string
}

// HidesSecret reports whether a secret in Value is masked.
func (s Setting) HidesSecret() bool { // feature: check
	return s.Value == mask || strings.Contains(s.Value, urlMask)
}

// These stand for secrets. url.URL.Redacted writes the second one.
const (
	mask    = "***"
	urlMask = "xxxxx"
)

// List returns the settings of a parse, in the order of their declaration.
func (s *Source) List(ctx *kong.Context) []Setting {
	var all []Setting
	for _, flag := range ctx.Model.Flags {
		if flag.Group == nil || flag.Group.Key != Group {
			continue
		}
		name := Name(flag.Name)
		origin, found := s.origins[name]
		given := func(p *kong.Path) bool { return p.Flag == flag && !p.Resolved }
		switch {
		case slices.ContainsFunc(ctx.Path, given):
			origin = "flag"
		case !found:
			origin = "default"
		}
		all = append(all, Setting{name, masked(flag), origin, flag.Help})
	}
	return all
}

// masked returns the value of a flag, with secrets masked.
func masked(flag *kong.Flag) string {
	value := format(flag.Target)
	switch flag.Tag.Get("secret") {
	case "":
		if strings.Contains(value, "//") && strings.Contains(value, "@") {
			return mask // a URL with a password in the wrong setting
		}
		return value
	case "url":
		if u, err := url.Parse(value); err == nil && u.Host != "" {
			return redacted(u)
		}
		if strings.HasPrefix(value, "sqlite:") { // feature: sqlite
			return value
		}
	}
	if value == "" {
		return ""
	}
	return mask
}

// format returns a value in the form that the setting accepts.
func format(value reflect.Value) string {
	if value.Kind() != reflect.Slice {
		text := fmt.Sprint(value.Interface())
		if strings.ContainsFunc(text, unicode.IsControl) {
			return strconv.Quote(text) // it would break the lines of the table
		}
		return text
	}
	all := make([]string, value.Len())
	for i := range all {
		all[i] = format(value.Index(i))
	}
	return strings.Join(all, ",")
}

// redacted masks the password of a URL, and passwords in its query.
func redacted(u *url.URL) string {
	query := u.Query()
	for name := range query {
		if strings.Contains(name, "password") {
			query.Set(name, urlMask)
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}

// Print writes the settings as a table.
func Print(w io.Writer, all []Setting) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tORIGIN\tMEANING")
	for _, s := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.Name, s.Value, s.Origin, s.Help)
	}
	return table.Flush()
}
