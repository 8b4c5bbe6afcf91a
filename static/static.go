// Package static is the folder for your own files: what is put here is served
// at /static/, under its name and under one that changes with its content. It
// does not know who serves it.
package static

import "embed"

// Files is this folder; its source is not served.
//
//go:embed *
var Files embed.FS
