// feature: check

package app

func init() {
	for id, issuer := range map[string]string{"oidc.issuer-unreachable": "https://127.0.0.1:1", "oidc.issuer-plain-http": "http://login.invalid"} {
		unsafe[id] = map[string]string{"OIDC_ISSUER": issuer, "OIDC_AUDIENCE": "me"}
	}
}
