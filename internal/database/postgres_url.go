package database

import (
	"errors"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
)

// The parts of a PostgreSQL URL that are accepted (RFC 3986, several hosts).
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

func urlError(text string) error { return errors.New(mustBe() + ". " + text) }

func (postgresEngine) help() EngineHelp {
	return EngineHelp{
		URL:     "postgres://USER@HOST:PORT/NAME",
		URLNote: "Several hosts are allowed. User and password are percent-encoded.",
		Start:   `With PostgreSQL the service is not ready until "app migrate" has run.`,
		Example: "DATABASE_URL=postgres://app@db/app DATABASE_PASSWORD_FILE=password app",
	}
}

func (postgresEngine) defaultURL(service string) string { return "postgres://localhost/" + service }

func (postgresEngine) accepts(url string) bool { return strings.HasPrefix(url, "postgres") }

func (postgresEngine) checkURL(url string) error {
	_, err := parsePostgres(url)
	return err
}

// parsePostgres refuses a URL if it is not certain where its password ends: the rest of the
// password would be shown as a host, a database or a parameter.
func parsePostgres(text string) (*pgx.ConnConfig, error) {
	switch {
	case !postgresURL.MatchString(text), strings.Contains(text, "%00"), colonInUser.MatchString(text):
		return nil, urlError("Percent-encode all but letters and digits in the user and the password " +
			"(an @ is %40, a / is %2F), or set DATABASE_PASSWORD to the password as it is")
	case passwordInParams.MatchString(text):
		return nil, urlError("Do not put a password into the parameters: set DATABASE_PASSWORD to it")
	}
	config, err := pgx.ParseConfig(text)
	if err != nil {
		// pgx's own error may quote a password.
		return nil, urlError("The driver does not accept its port or its parameters, or a file that they name cannot be read")
	}
	return config, nil
}
