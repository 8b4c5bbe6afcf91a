package settings

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Misspelt is a variable that is not ours, and looks as if it were meant to be.
type Misspelt struct{ Variable, Meant string }

// Misspelt returns the variables whose names are a letter away from that of a setting which
// is not set, or which name a file for what is no secret. The environment is shared with
// other programs, so that is a guess. It is a problem, too, where the setting has the tag
// guard: as long as it is ignored, a door stands open.
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

// isGiven reports whether the environment has a setting.
func (s *Source) isGiven(flag *kong.Flag) bool {
	_, set := s.get(Name(flag.Name))
	_, file := s.get(Name(flag.Name) + "_FILE")
	return set || file && flag.Tag.Has("secret")
}

// isMeant reports whether a variable has a name that is nearly that of a setting.
func isMeant(variable, setting string) bool {
	plain := strings.NewReplacer("_", "", "-", "", ".", "")
	upper := strings.ToUpper(variable)
	return variable != setting && (plain.Replace(upper) == plain.Replace(setting) || isOneEdit([]rune(upper), []rune(setting)))
}

// isOneEdit reports whether one letter that is missing, added or another, or two that
// changed places, make the difference.
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
