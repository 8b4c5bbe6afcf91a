// Package settings fills a struct of flags from the environment and from secret
// files, reports everything that is wrong with them at once, and lists them. The
// setting ADMIN_ADDRESS is the flag --admin-address.
//
// It does not know the settings, nor the environment: it gets a function for it.
package settings

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Group is the key of the group of flags that are settings: a struct of them is
// embedded with the tag group:"settings".
const Group = "settings"

// Lookup returns the value of an environment variable, and whether it is set.
type Lookup func(name string) (string, bool)

// Source resolves settings. Use one for one parse.
type Source struct {
	lookup   Lookup
	problems map[string]error
	origins  map[string]string
}

// NewSource returns a Source that looks settings up with lookup.
func NewSource(lookup Lookup) *Source {
	return &Source{lookup: lookup, problems: map[string]error{}, origins: map[string]string{}}
}

// Validate is a part of kong.Resolver.
func (s *Source) Validate(*kong.Application) error { return nil }

// Resolve returns what the environment says of a flag. A secret X may come from
// the file that X_FILE names, but not from both.
func (s *Source) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if flag.Group == nil || flag.Group.Key != Group {
		return nil, nil
	}
	name := Name(flag.Name)
	value, set := s.lookup(name)
	if path, fromFile := s.lookup(name + "_FILE"); fromFile && flag.Tag.Has("secret") {
		if set {
			s.Problem(name, errors.New("is set, and "+name+"_FILE as well: choose one"))
			return nil, nil
		}
		s.origins[name] = "file"
		return s.readSecret(name+"_FILE", path), nil
	}
	if !set {
		return nil, nil
	}
	s.origins[name] = "environment"
	return value, nil
}

func (s *Source) readSecret(name, path string) any {
	data, err := os.ReadFile(path)
	secret := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	switch {
	case err != nil:
		s.Problem(name, fmt.Errorf("cannot be read: %w", err))
	case secret == "":
		s.Problem(name, fmt.Errorf("names the empty file %q", path))
	default:
		return secret
	}
	return nil
}

// Problem notes that a setting is wrong. The error must not hold a secret.
func (s *Source) Problem(name string, err error) {
	if s.problems[name] == nil {
		s.problems[name] = fmt.Errorf("%s %w", name, err)
	}
}

// Err returns all problems as one error with a line each, or nil.
func (s *Source) Err() error {
	var all []error
	for _, name := range slices.Sorted(maps.Keys(s.problems)) {
		all = append(all, s.problems[name])
	}
	return errors.Join(all...)
}

// Type lets kong read a T with parse, and notes an error of it as a problem
// instead of stopping there, so that one run names every mistake.
func Type[T any](s *Source, parse func(string) (T, error)) kong.Option {
	return kong.TypeMapper(reflect.TypeFor[T](), kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		token, err := ctx.Scan.PopValue("value")
		if err != nil {
			return err
		}
		text := token.String()
		value, err := parse(text)
		if err != nil {
			s.Problem(Name(ctx.Value.Name), fmt.Errorf("is %q: %w", text, err))
			return nil
		}
		target.Set(reflect.ValueOf(value))
		return nil
	}))
}

// Name returns the name of the setting that a flag stands for.
func Name(flag string) string { return strings.ToUpper(strings.ReplaceAll(flag, "-", "_")) }
