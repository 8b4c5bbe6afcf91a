// Package settings fills a struct of flags from the environment and from secret files, reports
// all mistakes at once, and lists the values. The setting LOG_LEVEL is the flag
// --log-level.
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

// Group is the key of the group of flags that are settings: their struct is embedded with the tag
// group:"settings".
const Group = "settings"

// Environment maps the names of environment variables to their values.
type Environment map[string]string

// Source is a kong.Resolver that reads settings from an Environment. It serves one parse.
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

// NewSource returns a Source that reads settings from env.
func NewSource(env Environment) *Source {
	return &Source{env: env, alternatives: map[string]alternative{}, problems: map[string]error{}, origins: map[string]string{}}
}

// Alternative makes a variable, changed by convert, the value of a setting that is not set.
func (s *Source) Alternative(setting, variable string, convert func(string) string) {
	s.alternatives[setting] = alternative{variable, convert}
}

// Validate does nothing. kong.Resolver requires it.
func (s *Source) Validate(*kong.Application) error { return nil }

// Resolve returns the value of a flag in the environment, or nil. A secret X may instead come
// from the file that X_FILE names.
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

// get returns a variable. An empty one counts as not set, because CI systems and others
// cannot unset variables. The tag empty marks settings that may be empty.
func (s *Source) get(name string) (value string, set bool) {
	value = s.env[name]
	return value, value != ""
}

// maxSecret is the size of the largest secret file. It bounds the reading of a device.
const maxSecret = 64 << 10

// readSecret reads the file that a variable names.
func (s *Source) readSecret(name, path string) any {
	secret, err := secretIn(path)
	if err != nil {
		s.Problem(name, err)
		return nil
	}
	return secret
}

// SecretFile returns a function that reads a secret again, so that one whose file is replaced is
// taken over without a restart. It returns nil if the setting does not come from a file.
func (s *Source) SecretFile(setting string) func() (string, error) {
	if s.origins[setting] != "file" {
		return nil
	}
	path := s.env[setting+"_FILE"]
	return func() (string, error) { return secretIn(path) }
}

// secretIn returns the secret in a file. Errors leave out the path, which may be the secret
// itself in the wrong variable.
func secretIn(path string) (string, error) {
	secret, err := readStart(path, maxSecret)
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	secret = strings.TrimSuffix(strings.TrimSuffix(secret, "\n"), "\r")
	switch {
	case err != nil:
		return "", fmt.Errorf("names a file that cannot be read: %w", err)
	case secret == "":
		return "", errors.New("names an empty file")
	case len(secret) >= maxSecret-2:
		return "", errors.New("names a file that is too large for a secret")
	}
	return secret, nil
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

// Problem records that a setting is invalid. The error must not contain a secret.
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

// Type makes kong parse a T with parse. An error becomes a Problem and does not stop kong, so
// that one run reports every mistake.
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
				name = "--" + ctx.Value.Name // a flag of a command
			}
			s.Problem(name, fmt.Errorf("is %s: %w", quoted(ctx.Value, text), err))
			return nil
		}
		target.Set(reflect.ValueOf(value))
		return nil
	}))
}

// quoted returns an invalid value for an error, unless it may contain a secret: the value of
// a secret setting, or in another setting a URL, which may have a password.
func quoted(value *kong.Value, text string) string {
	if value.Tag.Has("secret") || strings.Contains(text, "@") || strings.Contains(text, "//") {
		return "wrong"
	}
	return strconv.Quote(text)
}

// WithoutSecrets returns an error of the command line. It replaces an error of kong, which may
// quote any argument, when a secret is among args.
func WithoutSecrets(err error, args []string, flags []*kong.Flag) error {
	isSecret := func(arg string) bool {
		name, _, _ := strings.Cut(arg, "=")
		return slices.ContainsFunc(flags, func(f *kong.Flag) bool { return f.Tag.Has("secret") && name == "--"+f.Name })
	}
	if err != nil && slices.ContainsFunc(args, isSecret) {
		return errors.New("the command line is invalid; it contains a secret and is not repeated here")
	}
	return err
}

// Name returns the name of the setting of a flag.
func Name(flag string) string { return strings.ToUpper(strings.ReplaceAll(flag, "-", "_")) }
