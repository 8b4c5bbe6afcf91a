package settings

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Misspelt is a variable that looks like the misspelt name of a setting.
type Misspelt struct{ Variable, Meant string }

// Misspelt returns the variables whose names are one edit away from that of a setting that is
// not set, and those with _FILE after the name of a setting that is not a secret. It is a
// guess, because other programs share the environment. For a setting with the tag guard it is
// also a Problem: without that setting the service would be open.
func (s *Source) Misspelt(flags []*kong.Flag) []Misspelt {
	var all []Misspelt
	for _, flag := range flags {
		if flag.Group == nil || flag.Group.Key != Group || s.isGiven(flag) {
			continue
		}
		name, secret := Name(flag.Name), flag.Tag.Has("secret")
		for _, variable := range slices.Sorted(maps.Keys(s.env)) {
			file := secret && isMeant(variable, name+"_FILE") || !secret && variable == name+"_FILE"
			if _, set := s.get(variable); !set || !file && !isMeant(variable, name) {
				continue
			}
			all = append(all, Misspelt{variable, name})
			if flag.Tag.Has("guard") {
				s.Problem(variable, errors.New("is not a setting; "+name+" is, and ignoring it could leave the service open"))
			}
		}
	}
	return all
}

// isGiven reports whether the environment sets a setting.
func (s *Source) isGiven(flag *kong.Flag) bool {
	_, set := s.get(Name(flag.Name))
	_, file := s.get(Name(flag.Name) + "_FILE")
	return set || file && flag.Tag.Has("secret")
}

// isMeant reports whether the name of a variable is almost that of a setting.
func isMeant(variable, setting string) bool {
	plain := strings.NewReplacer("_", "", "-", "", ".", "")
	upper := strings.ToUpper(variable)
	return variable != setting && (plain.Replace(upper) == plain.Replace(setting) || isOneEdit([]rune(upper), []rune(setting)))
}

// isOneEdit reports whether a and b differ by one missing, added or different letter, or by two
// swapped ones.
func isOneEdit(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		swapped := len(a) == len(b) && i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
		return swapped || slices.Equal(a[i:], b[i+1:]) || len(a) == len(b) && slices.Equal(a[i+1:], b[i+1:])
	}
	return len(b) == len(a)+1
}
