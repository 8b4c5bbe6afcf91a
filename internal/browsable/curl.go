package browsable

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// curl returns the command that sends the same request from a shell, or nothing when the
// address is too long, or base is empty: the request was for a host that is not ours, and
// whose name no page repeats. The command reads a long body from a file.
func curl(method, base, target, etag, body string) string {
	url := base + target
	if base == "" || len(url) > maxAddress {
		return ""
	}
	command := []string{"curl"}
	if strings.ContainsAny(url, "[]{}") {
		command = append(command, "-g") // or curl would take them for lists of URLs
	}
	if method != "GET" {
		command = append(command, "-X", method)
	}
	command = append(command, quoted(url))
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

// quoted is text as one word of a shell, in which nothing has a meaning.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
