package assets

import (
	"strings"

	"example.com/templatesite/internal/web"
)

// best returns the smallest of the variants that Accept-Encoding prefers (RFC 9110, section
// 12.5.3). A client that accepts none of them gets the plain file.
func (f *file) best(accept []string) *variant {
	best, highest := f.variants[0], 0.0
	for _, v := range f.variants {
		if q := quality(accept, v.coding); q > 0 && q >= highest {
			best, highest = v, q
		}
	}
	return best
}

// quality returns the weight of a coding in Accept-Encoding, from 0 (not acceptable) to 1.
// An invalid weight counts as 0. The first element that names the coding decides, and * stands
// for all codings that are not named.
func quality(accept []string, coding string) float64 {
	others := 0.0
	for name, weight := range web.Weights(accept) {
		switch {
		case strings.EqualFold(name, coding):
			return weight
		case name == "*":
			others = weight
		}
	}
	return others
}
