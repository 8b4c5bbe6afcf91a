package assets

import (
	"strings"

	"example.com/templatesite/internal/web"
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
