package web

import (
	"fmt"
	"slices"
	"strings"
)

// FieldError is one error in a request, and its location. It never repeats the value that
// was sent, which may be a secret.
type FieldError struct {
	Message  string `json:"message" example:"expected number <= 1000"`
	Location string `json:"location,omitempty" doc:"Where: body, query, path or header, and the name there." example:"query.limit"`
}

const (
	// maxFields is how many errors of a request are returned and logged.
	maxFields = 20
	// maxLocation is how many bytes of a location are returned and logged.
	maxLocation = 100
)

// fieldErrors collects the errors in a request, and keeps the first of them.
type fieldErrors struct {
	kept  []FieldError
	count int
}

// add adds an error unless it is there already.
func (f *fieldErrors) add(field FieldError) {
	field.Location = shortened(field.Location)
	switch {
	case slices.Contains(f.kept, field):
		return
	case len(f.kept) < maxFields:
		f.kept = append(f.kept, field)
	}
	f.count++
}

// list returns the errors; the last one counts those that were not kept.
func (f *fieldErrors) list() []FieldError {
	if f.count == len(f.kept) {
		return f.kept
	}
	return append(f.kept, FieldError{Message: fmt.Sprintf("and %d more", f.count-len(f.kept))})
}

func shortened(location string) string {
	if len(location) <= maxLocation {
		return location
	}
	return strings.ToValidUTF8(location[:maxLocation], "") + "…"
}
