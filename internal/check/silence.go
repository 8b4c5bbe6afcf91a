package check

import (
	"fmt"
	"slices"
	"strings"
)

// Silences are the checks that are not to be reported.
type Silences []Silence

// Silence names a check, and why its finding is accepted.
type Silence struct{ ID, Reason string }

// ParseSilences reads ID=REASON;ID=REASON. A line break also ends an entry, and # after a space
// begins a comment, which lasts until the end of the line. What is wrong with an entry is a finding,
// not an error: a typo must not stop the service.
func ParseSilences(text string) (Silences, error) {
	var all Silences
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(" "+line, " #")
		for entry := range strings.SplitSeq(line, ";") {
			id, reason, _ := strings.Cut(entry, "=")
			if id, reason = strings.TrimSpace(id), strings.TrimSpace(reason); id != "" || reason != "" {
				all = append(all, Silence{id, reason})
			}
		}
	}
	return all, nil
}

// String returns the silences in the form that ParseSilences reads.
func (all Silences) String() string {
	entries := make([]string, len(all))
	for i, s := range all {
		entries[i] = s.ID + "=" + s.Reason
	}
	return strings.Join(entries, ";")
}

// reason returns why a check is silenced, or "" if it is not.
func (all Silences) reason(id string) string {
	i := slices.IndexFunc(all, func(s Silence) bool { return s.ID == id })
	if i < 0 {
		return ""
	}
	return all[i].Reason
}

// wrongSilences says which silences have no effect.
func wrongSilences(s *Subject) string {
	var wrong []string
	for _, silence := range s.Silences {
		switch {
		case !slices.Contains(s.known, silence.ID):
			wrong = append(wrong, fmt.Sprintf("there is no check %q", silence.ID))
		case silence.Reason == "":
			wrong = append(wrong, silence.ID+" is silenced without a reason, and therefore not silenced")
		}
	}
	return strings.Join(wrong, "; ")
}
