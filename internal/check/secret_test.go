// feature: admin or postgres

package check_test

// secrets are weak, and how they are reported. No report may repeat one.
var weakSecrets = []string{"Kj3", "0123456789abcdefpassword", "aaaaaaaabbbbbbbb", "ChangeMe-ChangeMe-9"}

const strongSecret = "1f9c7a40be2d8653e07b"
