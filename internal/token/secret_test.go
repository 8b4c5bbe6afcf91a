package token

import (
	"strings"
	"testing"
)

// Any change of one character is found without asking the database.
func TestTypoIsNoSecret(t *testing.T) {
	t.Parallel()
	secret := newSecret("sample_")
	if !isSecret("sample_", secret) {
		t.Fatalf("%s is refused", secret)
	}
	for i := range secret {
		for _, c := range "AZ27az_-= \n\x00" {
			changed := secret[:i] + string(c) + secret[i+1:]
			// The last character has bits that mean nothing. They are part of the hash.
			if isSecret("sample_", changed) && changed != secret && i < len(secret)-1 {
				t.Errorf("%s is accepted for %s", changed, secret)
			}
		}
	}
	if isSecret("sample2_", strings.Replace(secret, "sample_", "sample2_", 1)) {
		t.Error("the secret of another service is accepted")
	}
}

func FuzzSecret(f *testing.F) {
	f.Add("sample_")
	f.Add(newSecret("sample_"))
	f.Fuzz(func(t *testing.T, secret string) {
		if isSecret("sample_", secret) && len(secret) != len("sample_")+58 {
			t.Errorf("%q is accepted", secret)
		}
	})
}
