// Package settings fills a struct of flags from the environment and from secret
// files, reports everything that is wrong with them at once, and lists them. The
// setting ADMIN_ADDRESS is the flag --admin-address.
//
// It does not know the settings, and does not read the environment itself.
package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// Group is the key of the group of flags that are settings: a struct of them is
// embedded with the tag group:"settings".
const Group = "settings"

// Environment holds the variables of the environment, by name.
type Environment map[string]string

// Source resolves settings. Use one for one parse.
type Source struct {
	env          Environment
	alternatives map[string]alternative
	problems     map[string]error
	origins      map[string]string
}

type alternative struct {
	variable string
	convert  func(string) string
}

// NewSource returns a Source that looks settings up in env.
func NewSource(env Environment) *Source {
	return &Source{env: env, alternatives: map[string]alternative{}, problems: map[string]error{}, origins: map[string]string{}}
}

// Alternative has another variable, converted, stand for a setting that is not set.
func (s *Source) Alternative(setting, variable string, convert func(string) string) {
	s.alternatives[setting] = alternative{variable, convert}
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
	value, set := s.get(name)
	if _, isSet := s.env[name]; isSet && flag.Tag.Has("empty") {
		set = true
	}
	if path, isSet := s.env[name+"_FILE"]; isSet && path == "" && flag.Tag.Has("secret") && flag.Tag.Has("guard") {
		s.Problem(name+"_FILE", errors.New("is empty: name a file, or leave it out"))
		return nil, nil
	}
	if path, fromFile := s.get(name + "_FILE"); fromFile && flag.Tag.Has("secret") {
		if set {
			s.Problem(name, errors.New("is set, and "+name+"_FILE as well: choose one"))
			return nil, nil
		}
		s.origins[name] = "file"
		return s.readSecret(name+"_FILE", path), nil
	}
	if set {
		s.origins[name] = "environment"
		return value, nil
	}
	if other, found := s.alternatives[name]; found {
		if value, set := s.get(other.variable); set {
			s.origins[name] = other.variable
			return other.convert(value), nil
		}
	}
	return nil, nil
}

// get returns a variable. An empty one counts as one that is not set, as Compose and CI
// systems cannot leave it out. The tag empty marks the setting where it has a meaning.
func (s *Source) get(name string) (value string, set bool) {
	value = s.env[name]
	return value, value != ""
}

// maxSecret is more than a secret has: a device never ends.
const maxSecret = 64 << 10

// readSecret reads the file that a variable names. Its path is not repeated in an error: it
// may be the secret itself, in the wrong variable.
func (s *Source) readSecret(name, path string) any {
	secret, err := readStart(path, maxSecret)
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	secret = strings.TrimSuffix(strings.TrimSuffix(secret, "\n"), "\r")
	switch {
	case err != nil:
		s.Problem(name, fmt.Errorf("names a file that cannot be read: %w", err))
	case secret == "":
		s.Problem(name, errors.New("names an empty file"))
	case len(secret) >= maxSecret-2:
		s.Problem(name, errors.New("names a file that is too large for a secret"))
	default:
		return secret
	}
	return nil
}

func readStart(path string, size int64) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, size))
	return string(data), err
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
			name := Name(ctx.Value.Name)
			if flag := ctx.Value.Flag; flag != nil && (flag.Group == nil || flag.Group.Key != Group) {
				name = "--" + ctx.Value.Name // which a command has alone
			}
			s.Problem(name, fmt.Errorf("is %s: %w", quoted(ctx.Value, text), err))
			return nil
		}
		target.Set(reflect.ValueOf(value))
		return nil
	}))
}

// quoted returns a wrong value for an error, unless it may hold a secret: as one of a
// secret's own setting, or as a URL with a password that is in the wrong one.
func quoted(value *kong.Value, text string) string {
	if value.Tag.Has("secret") || strings.Contains(text, "@") || strings.Contains(text, "//") {
		return "wrong"
	}
	return strconv.Quote(text)
}

// WithoutSecrets returns an error of a command line, which may repeat any of its words,
// without them when a secret is among them.
func WithoutSecrets(err error, args []string, flags []*kong.Flag) error {
	isSecret := func(arg string) bool {
		name, _, _ := strings.Cut(arg, "=")
		return slices.ContainsFunc(flags, func(f *kong.Flag) bool { return f.Tag.Has("secret") && name == "--"+f.Name })
	}
	if err != nil && slices.ContainsFunc(args, isSecret) {
		return errors.New("the command line is wrong; it is not repeated here, as it has a secret in it")
	}
	return err
}

// Name returns the name of the setting that a flag stands for.
func Name(flag string) string { return strings.ToUpper(strings.ReplaceAll(flag, "-", "_")) }
