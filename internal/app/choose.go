package app

import (
	"fmt"
	"slices"
	"strings"

	"example.com/templatesite/internal/web"
)

// chooseResources returns the resources with these names, or all when there are none, in
// the order of the list.
func chooseResources(all []web.Resource, names ...string) ([]web.Resource, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []web.Resource
	var known []string
	for _, resource := range all {
		known = append(known, resource.Name)
		if slices.Contains(names, resource.Name) {
			chosen = append(chosen, resource)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no resource %q, only %s", name, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}
