// feature: admin or postgres

package check

import "strings"

// guesses are parts of secrets that were never chosen: attackers try them first.
var guesses = []string{"password", "passwort", "secret", "changeme", "change-me", "development", "example", "letmein", "qwerty", "123456", "admin", "token"}

// minSecret is the length below which a secret can be guessed.
const minSecret = 16

// weakness returns what makes a secret easy to guess, or "". It quotes nothing of it.
func weakness(secret string) string {
	different := map[rune]bool{}
	for _, c := range secret {
		different[c] = true
	}
	lower := strings.ToLower(secret)
	switch {
	case len(secret) < minSecret:
		return "shorter than 16 characters"
	case len(different) < minSecret/2:
		return "made of few different characters"
	}
	for _, guess := range guesses {
		if strings.Contains(lower, guess) {
			return "made of a word that attackers try first"
		}
	}
	return ""
}
