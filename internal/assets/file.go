package assets

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// minCompressed is the size in bytes of the smallest file that is compressed. Smaller ones fit
// into one packet anyway.
const minCompressed = 1024

// brotliLevel is the highest fast level: with the next one, compression takes ten times as long.
const brotliLevel = 9

// file is one file in all its variants: the plain one first, the smallest last.
type file struct {
	contentType []string
	variants    []*variant
}

// variant is a file in one coding. Its content is made by the first request for it and then
// kept: most variants are never requested.
type variant struct {
	coding  string
	header  []string // Content-Encoding
	content func() (*content, error)
}

// content is the body of a response, and the headers that depend on it.
type content struct {
	data         []byte
	etag, length []string
}

// reader returns the bytes of a file or of a variant of it.
type reader func() ([]byte, error)

// newFile returns the file of a folder that is called source and has size bytes, and the name
// that clients use for it.
func newFile(folder fs.FS, source string, size int) (string, *file) {
	read := func() ([]byte, error) { return fs.ReadFile(folder, source) }
	name, packed := strings.CutSuffix(source, ".gz")
	if t, known := types[path.Ext(name)]; packed && known {
		return name, newFileOf(t, newVariant("identity", unpacked(read)), newVariant("gzip", read))
	}
	t, known := types[path.Ext(source)]
	switch plain := newVariant("identity", read); {
	case !known:
		return source, newFileOf(mediaType{name: "application/octet-stream"}, plain)
	case t.compresses && size >= minCompressed:
		return source, newFileOf(t, plain,
			newVariant("gzip", compressed(read, gzipWriter)), newVariant("br", compressed(read, brotliWriter)))
	default:
		return source, newFileOf(t, plain)
	}
}

func newFileOf(t mediaType, variants ...*variant) *file {
	return &file{[]string{t.name}, variants}
}

func newVariant(coding string, read reader) *variant {
	return &variant{coding, []string{coding}, sync.OnceValues(func() (*content, error) {
		data, err := read()
		return &content{data, []string{`"` + hash(data) + `"`}, []string{strconv.Itoa(len(data))}}, err
	})}
}

func gzipWriter(w io.Writer) io.WriteCloser {
	z, _ := gzip.NewWriterLevel(w, gzip.BestCompression) // it fails only for an invalid level
	return z
}

func brotliWriter(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotliLevel) }

func compressed(read reader, writer func(io.Writer) io.WriteCloser) reader {
	return func() ([]byte, error) {
		data, err := read()
		if err != nil {
			return nil, err
		}
		var packed bytes.Buffer
		w := writer(&packed)
		if _, err := w.Write(data); err != nil {
			return nil, err
		}
		err = w.Close()
		return packed.Bytes(), err
	}
}

func unpacked(read reader) reader {
	return func() ([]byte, error) {
		data, err := read()
		if err != nil {
			return nil, err
		}
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(z)
	}
}
