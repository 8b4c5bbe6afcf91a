package app

import "testing"

func TestOriginIsComparedWithTheHostThatATrustedProxyForwards(t *testing.T) {
	t.Parallel()
	type headers []string
	for _, tt := range []struct {
		trusted string
		sent    headers
		want    int
	}{
		{"127.0.0.0/8", headers{"Origin: http://shop.test:81", "X-Forwarded-Host: shop.test:81"}, 201},
		{"127.0.0.0/8", headers{"Origin: https://shop.test", "X-Forwarded-Host: SHOP.test:443", "X-Forwarded-Proto: https"}, 201},
		{"127.0.0.0/8", headers{"Origin: https://shop.test", "X-Forwarded-Host: shop.test"}, 201}, // the scheme is not known
		{"127.0.0.0/8", headers{"Origin: http://shop.test", "X-Forwarded-Host: shop.test", "X-Forwarded-Proto: https"}, 403},
		{"127.0.0.0/8", headers{"Origin: http://shop.test", "X-Forwarded-Host: shop.test:81"}, 403},
		{"127.0.0.0/8", headers{"Origin: http://evil.example", "X-Forwarded-Host: shop.test"}, 403},
		{"127.0.0.0/8", headers{"Origin: null", "X-Forwarded-Host: shop.test"}, 403},
		{"127.0.0.0/8", headers{"Origin: http://127.0.0.1", "Host: 127.0.0.1", "X-Forwarded-Host: shop.test"}, 403}, // the host of the proxy's own machine
		{"127.0.0.0/8", headers{"Origin: http://127.0.0.1", "Host: 127.0.0.1", "X-Forwarded-Host: shop test"}, 201},
		{"127.0.0.0/8", headers{"Sec-Fetch-Site: cross-site", "Origin: http://shop.test", "X-Forwarded-Host: shop.test"}, 403},
		{"192.0.2.0/24", headers{"Origin: http://shop.test", "X-Forwarded-Host: shop.test"}, 403},
		{"192.0.2.0/24", headers{"Origin: http://shop.test", "Host: shop.test"}, 201},
	} {
		s := startService(t, map[string]string{"TRUSTED_PROXIES": tt.trusted, "ALLOWED_HOSTS": "127.0.0.1,shop.test"})
		if got := s.Do("POST", "/book/", validBook, tt.sent...); got.Status != tt.want {
			t.Errorf("%q = %d %s, want %d", tt.sent, got.Status, got.Body, tt.want)
		}
	}
}
