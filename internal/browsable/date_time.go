package browsable

import (
	"net/url"
	"time"
)

// A browser's control for a date and time has no zone and no microseconds. So a hidden control
// beside it holds the original value. If the user does not change the time, that value is sent
// back exactly. Otherwise the new time is in the zone of that value, or in UTC if there was
// none, and the page says which zone it is. This needs no scripts.
const dateTime = "datetime-local"

const (
	// localTime is the value of the control, with the fraction of a second left out.
	localTime = "2006-01-02T15:04:05"
	// localMinute is what browsers send for a time whose seconds are 0.
	localMinute = "2006-01-02T15:04"
	// maxOriginal is longer than any time that the control can show.
	maxOriginal = 64
)

// OriginalName is the name of the hidden control. No field has it: only the fields in an
// object have names with a dot, and a time is not an object.
func (f *field) OriginalName() string { return f.Name + ".original" }

// setOriginal sets the value that the form begins with, and with it the zone.
func (f *field) setOriginal(value string) {
	if f.Type != dateTime {
		return
	}
	f.Original, f.Limits = ifShort(value, maxOriginal), "In UTC."
	if at, err := time.Parse(time.RFC3339, value); err == nil && zone(at) != "Z" {
		f.Limits = "In the time zone " + zone(at) + "."
	}
}

func zone(at time.Time) string { return at.Format("Z07:00") }

// InputValue is the value of f in the form that the browser's control accepts.
func (f *field) InputValue() string {
	if f.Type == dateTime {
		if at, err := time.Parse(time.RFC3339, f.Value); err == nil {
			return at.Format(localTime)
		}
	}
	return f.Value
}

// isDateTime reports whether the browser's control can show a value.
func isDateTime(value string) bool {
	_, err := time.Parse(time.RFC3339, value)
	_, ok := parseLocal(value)
	return err == nil || ok
}

func parseLocal(text string) (time.Time, bool) {
	for _, layout := range []string{localTime, localMinute} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// dateTimeFrom returns the time that was typed, with its zone. Text
// that is not in the control's form is returned unchanged: it may have a zone, and if it is
// invalid, the API says so.
func (f *field) dateTimeFrom(values url.Values) string {
	typed, original := values.Get(f.Name), values.Get(f.OriginalName())
	local, ok := parseLocal(typed)
	if !ok {
		return typed
	}
	suffix := "Z"
	if at, err := time.Parse(time.RFC3339, original); err == nil {
		if at.Format(localTime) == local.Format(localTime+".999999999") {
			return original
		}
		suffix = zone(at)
	}
	return local.Format(localTime+".999999999") + suffix
}
