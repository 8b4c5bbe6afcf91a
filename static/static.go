// Package static is the folder for your own files. A file in it is served below /static/, under
// its name and under one that changes with its content. The package does not know how.
package static

import "embed"

// Files is this folder; its source is not served.
//
//go:embed *
var Files embed.FS
