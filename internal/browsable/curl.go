package browsable

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// curl returns the command that sends the same request from a shell. It is empty if the URL
// is too long, or if base is empty: then the host of the request is not allowed, and a page must
// not repeat it. The command reads a long body from a file, and a credential from a variable.
func curl(method, base, target, etag, body string, needsCaller bool) string {
	url := base + target
	if base == "" || len(url) > maxAddress {
		return ""
	}
	command := []string{"curl"}
	if strings.ContainsAny(url, "[]{}") {
		command = append(command, "-g") // curl would read them as lists of URLs
	}
	if method != "GET" {
		command = append(command, "-X", method)
	}
	command = append(command, quoted(url))
	if needsCaller {
		command = append(command, "-H", `"Authorization: Bearer $TOKEN"`)
	}
	if etag != "" {
		command = append(command, "-H", quoted("If-Match: "+etag))
	}
	switch {
	case len(body) > maxBodyInCurl:
		command = append(command, "-H", quoted("Content-Type: application/json"), "--data-binary", "@body.json")
	case body != "":
		compact := jsontext.Value(body)
		if compact.Compact() == nil {
			body = string(compact)
		}
		command = append(command, "-H", quoted("Content-Type: application/json"), "--data-raw", quoted(body))
	}
	return strings.Join(command, " ")
}

// quoted returns text as one word of a shell, in which no character is special.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
