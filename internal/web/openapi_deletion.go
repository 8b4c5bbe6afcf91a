package web

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// refers is a resource whose rows refer to those of another one.
type refers struct {
	name     string
	cascades bool
}

// describeDeletions says in the description of each deletion what becomes of the rows that refer to the
// deleted one. It needs the operations of all resources.
func (a *API) describeDeletions() {
	referring := a.referring()
	for address, item := range a.OpenAPI().Paths {
		if item.Delete == nil {
			continue
		}
		gone, preventing := deletedWith(strings.Trim(path.Dir(address), "/"), referring)
		if len(gone) > 0 {
			item.Delete.Description += " Rows that refer to it are deleted, too: " + strings.Join(gone, ", ") + "."
		}
		if len(preventing) > 0 {
			item.Delete.Description += " Refused while rows of these refer to what would be deleted: " + strings.Join(preventing, ", ") + "."
			item.Delete.Responses["409"] = problemResponse(http.StatusText(http.StatusConflict))
		}
	}
}

// referring returns the resources that refer to each resource, by the bodies of what can be created.
func (a *API) referring() map[string][]refers {
	all := map[string][]refers{}
	for _, address := range a.Paths() {
		create := a.Operations(address)[http.MethodPost]
		if create == nil || create.RequestBody == nil {
			continue
		}
		for _, media := range create.RequestBody.Content {
			for _, property := range a.Resolve(media.Schema).Properties {
				if target, ok := property.Extensions[RefExtension].(string); ok {
					r := refers{strings.Trim(address, "/"), property.Extensions[extensionPrefix+onDeleteTag] == cascade}
					all[target] = append(all[target], r)
				}
			}
		}
	}
	return all
}

// deletedWith returns the resources whose rows are deleted with those of name, directly or not, and
// those that prevent the deletion, in the order in which they are found.
func deletedWith(name string, referring map[string][]refers) (gone, preventing []string) {
	gone = []string{name}
	for i := 0; i < len(gone); i++ {
		for _, r := range referring[gone[i]] {
			found := &preventing
			if r.cascades {
				found = &gone
			}
			if !slices.Contains(*found, r.name) {
				*found = append(*found, r.name)
			}
		}
	}
	return gone[1:], preventing
}

// problemResponse describes a response that is a problem.
func problemResponse(description string) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}},
	}}
}
