package static

import (
	"strconv"
	"strings"
)

// best returns the smallest of the variants that the client likes most, by RFC
// 9110, section 12.5.3. A client that takes none of them gets the plain file.
func (f *file) best(accept []string) *variant {
	best, most := f.variants[0], 0.0
	for _, v := range f.variants {
		if q := quality(accept, v.coding); q > 0 && q >= most {
			best, most = v, q
		}
	}
	return best
}

// quality returns how much Accept-Encoding wants a coding, from 0 (not at all) to
// 1. What cannot be read is not wanted.
func quality(accept []string, coding string) float64 {
	others := 0.0
	for _, line := range accept {
		for element := range strings.SplitSeq(line, ",") {
			name, weight, _ := strings.Cut(strings.TrimSpace(element), ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, coding):
				return parseWeight(weight)
			case name == "*":
				others = parseWeight(weight)
			}
		}
	}
	return others
}

// parseWeight reads the q=0.5 of an element; nothing means 1.
func parseWeight(text string) float64 {
	if text == "" {
		return 1
	}
	_, number, _ := strings.Cut(text, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || !(q >= 0 && q <= 1) {
		return 0
	}
	return q
}
