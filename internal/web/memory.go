package web

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
)

const (
	// smallBody is what everybody may send at any time.
	smallBody = 16 << 10
	// maxBodies bounds what all larger bodies may take at once, before it is their
	// turn: a few dozen clients could fill the memory. While one is looked at there
	// are four copies of it. One alone always has room.
	maxBodies = 4 << 20
)

// largeBodies is what they take now, in the whole process, as its memory is one.
var largeBodies atomic.Int64

var errCrowded = errors.New("other bodies take the room of this one")

// room is what one request has of it.
type room int64

func (r *room) take(size int64) bool {
	if all := largeBodies.Add(size); all > maxBodies && all > size {
		largeBodies.Add(-size)
		return false
	}
	*r = room(size)
	return true
}

func (r *room) giveBack() { largeBodies.Add(-int64(*r)) }

// read reads a body to its end. One that turns out to be large needs room of the
// size that it has, or may have.
func (r *room) read(body io.Reader, size int64) ([]byte, error) {
	var buffer bytes.Buffer
	_, err := io.CopyN(&buffer, body, smallBody)
	if err == nil {
		if !r.take(size) {
			return nil, errCrowded
		}
		_, err = buffer.ReadFrom(body)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return buffer.Bytes(), err
}
