package databasetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

// hash names the migrations of an engine: SHA-256 over the name and the text of each, in
// chronological order.
func hash(resources []web.Resource, engine database.Engine) (string, error) {
	timeline, err := database.NewTimeline(resources, engine)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	names, _ := fs.Glob(timeline, "*.sql") // the pattern is well formed
	for _, name := range names {
		text, err := fs.ReadFile(timeline, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s\n%s", name, text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}
