package assets

// mediaType is the media type of a kind of file, and whether compression makes it smaller.
type mediaType struct {
	name       string
	compresses bool
}

// types are the media types by extension. They do not come from package mime, which reads
// tables that differ between machines.
var types = map[string]mediaType{
	".avif":        {"image/avif", false},
	".css":         {"text/css; charset=utf-8", true},
	".csv":         {"text/csv; charset=utf-8", true},
	".gif":         {"image/gif", false},
	".gz":          {"application/gzip", false},
	".html":        {"text/html; charset=utf-8", true},
	".ico":         {"image/x-icon", false},
	".jpeg":        {"image/jpeg", false},
	".jpg":         {"image/jpeg", false},
	".js":          {"text/javascript; charset=utf-8", true},
	".json":        {"application/json", true},
	".map":         {"application/json", true},
	".mjs":         {"text/javascript; charset=utf-8", true},
	".mp3":         {"audio/mpeg", false},
	".mp4":         {"video/mp4", false},
	".pdf":         {"application/pdf", false},
	".png":         {"image/png", false},
	".svg":         {"image/svg+xml", true},
	".ttf":         {"font/ttf", true},
	".txt":         {"text/plain; charset=utf-8", true},
	".wasm":        {"application/wasm", true},
	".webm":        {"video/webm", false},
	".webmanifest": {"application/manifest+json", true},
	".webp":        {"image/webp", false},
	".woff":        {"font/woff", false},
	".woff2":       {"font/woff2", false},
	".xml":         {"application/xml", true},
	".zip":         {"application/zip", false},
}
