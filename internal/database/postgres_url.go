package database

import (
	"errors"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
)

// The parts of a PostgreSQL URL that CheckURL accepts (RFC 3986, several hosts).
const (
	encoded   = `(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})`
	userInfo  = encoded + `+(?::(?:` + encoded + `|:)*)?@`
	oneHost   = `(?:[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9._-]+)?\])(?::[0-9]{1,5})?`
	parameter = `[A-Za-z0-9_.-]+=(?:[A-Za-z0-9._~!$'()*+,/:-]|%[0-9A-Fa-f]{2})*`
)

var (
	postgresURL = regexp.MustCompile(`^postgres(?:ql)?://(?:` + userInfo + `)?` + oneHost + `(?:,` + oneHost + `)*` +
		`(?:/(?:` + encoded + `|:)*)?(?:\?` + parameter + `(?:&` + parameter + `)*)?$`)
	colonInUser      = regexp.MustCompile(`(?i)^[^/]*//[^:/?@]*%3A[^@]*@`)
	passwordInParams = regexp.MustCompile(`(?i)[?&](?:pg)?(?:password|passwd|pass|pwd)=`)
)

const mustBe = "must be sqlite:PATH or postgres://USER@HOST:PORT/NAME. "

var (
	errURL = errors.New(mustBe + "Percent-encode what is no letter or digit in a user and a password " +
		"(an @ is %40, a / is %2F), or set DATABASE_PASSWORD to the password as it is")
	errPasswordParameter = errors.New(mustBe + "A password is no parameter: set DATABASE_PASSWORD to it")
	errParameters        = errors.New(mustBe + "The driver does not accept its port or its parameters, " +
		"or a file that they name cannot be read")
)

// CheckURL returns why the URL of a database is refused. The error continues a sentence
// about the URL, and quotes nothing of it.
func CheckURL(text string) error {
	if path, ok := strings.CutPrefix(text, "sqlite:"); ok {
		return checkPath(path)
	}
	_, err := parsePostgres(text)
	return err
}

// parsePostgres refuses a URL when there is any doubt where its password ends: the rest of
// it would be shown as a host, a database or a parameter.
func parsePostgres(text string) (*pgx.ConnConfig, error) {
	switch {
	case !postgresURL.MatchString(text), strings.Contains(text, "%00"), colonInUser.MatchString(text):
		return nil, errURL
	case passwordInParams.MatchString(text):
		return nil, errPasswordParameter
	}
	config, err := pgx.ParseConfig(text)
	if err != nil {
		return nil, errParameters // pgx may quote a password
	}
	return config, nil
}
