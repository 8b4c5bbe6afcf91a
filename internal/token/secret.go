package token

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"hash/crc32"
	"strings"
)

// A secret is the name of the service, an underscore, and 58 letters and digits: 256 random bits and
// a checksum. Programs that search for leaked secrets find it by its form, and a typo is known
// without asking the database.
const (
	randomBytes   = 32
	checksumBytes = crc32.Size
)

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

func newSecret(prefix string) string {
	data := make([]byte, randomBytes, randomBytes+checksumBytes)
	_, _ = rand.Read(data) // it never returns an error
	return prefix + encoding.EncodeToString(binary.BigEndian.AppendUint32(data, checksum(prefix, data)))
}

// checksum tells a secret of another service, too.
func checksum(prefix string, random []byte) uint32 {
	return crc32.ChecksumIEEE(append([]byte(prefix), random...))
}

// isSecret reports whether a text has the form of a secret, and the right checksum.
func isSecret(prefix, text string) bool {
	encoded, found := strings.CutPrefix(text, prefix)
	if !found || len(encoded) != encoding.EncodedLen(randomBytes+checksumBytes) {
		return false
	}
	data, err := encoding.DecodeString(encoded)
	return err == nil && len(data) == randomBytes+checksumBytes &&
		binary.BigEndian.Uint32(data[randomBytes:]) == checksum(prefix, data[:randomBytes])
}
