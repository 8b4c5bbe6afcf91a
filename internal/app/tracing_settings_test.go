package app

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/otlptest"
)

func TestTracesNameTheService(t *testing.T) {
	t.Parallel()
	receiver := otlptest.NewReceiver(t)
	for i, tt := range []struct{ service, attributes, want string }{
		{"", "", testService.Name},
		{"", "service.name=other,deployment.environment.name=here%2Cnow", "other"},
		{"shop", "service.name=other,deployment.environment.name=here%2Cnow", "shop"},
	} {
		s := startService(t, map[string]string{
			"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": receiver.URL + "/v1/traces",
			"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20SECRET, x-tenant=me",
			"OTEL_SERVICE_NAME":          tt.service, "OTEL_RESOURCE_ATTRIBUTES": tt.attributes,
		})
		s.Do("GET", "/", "")
		about := receiver.WaitFor(t, i+1)[i].Resource
		if about["service.name"] != tt.want || about["service.version"] == "" || about["telemetry.sdk.name"] != "opentelemetry" ||
			about["host.name"] == "" || tt.attributes != "" && about["deployment.environment.name"] != "here,now" {
			t.Errorf("%+v: %v", tt, about)
		}
	}
	for _, header := range receiver.Headers() {
		if header.Get("Authorization") != "Basic SECRET" || header.Get("X-Tenant") != "me" {
			t.Errorf("the collector gets %v", header)
		}
	}
}

func TestInvalidTracingSettingsAreReportedWithoutSecrets(t *testing.T) {
	t.Parallel()
	for setting, values := range map[string][]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT":        {"trace:4318", "grpc://trace:4317", "http://", "http://me:SECRET@trace:4318", "http://trace:4318?token=SECRET", "http://SECRET%"},
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": {"/v1/traces"},
		"OTEL_EXPORTER_OTLP_HEADERS":         {"SECRET", "=SECRET", "authorization=SECRET%2", "a=b,SECRET"},
		"OTEL_EXPORTER_OTLP_PROTOCOL":        {"grpc"},
		"OTEL_RESOURCE_ATTRIBUTES":           {"somewhere"},
		"OTEL_SDK_DISABLED":                  {"1"},
		"OTEL_TRACES_EXPORTER":               {"zipkin"},
		"OTEL_TRACES_SAMPLER":                {"sometimes", "parentbased_"},
		"OTEL_TRACES_SAMPLER_ARG":            {"2", "-0.1", "half", "NaN"},
	} {
		for _, value := range values {
			status, stdout, stderr := command(t, map[string]string{setting: value}, "", "settings")
			if status != 2 || !strings.HasPrefix(stderr, "app: "+setting+" ") || strings.Contains(stdout+stderr, "SECRET") {
				t.Errorf("%s=%s: exit status %d: %s%s", setting, value, status, stdout, stderr)
			}
		}
	}
	status, stdout, stderr := command(t, map[string]string{"OTEL_EXPORTER_OTLP_HEADERS": "authorization=hidden"}, "", "settings")
	if status != 0 || !strings.Contains(stdout, "***") || strings.Contains(stdout, "hidden") {
		t.Errorf("exit status %d: %s%s", status, stdout, stderr)
	}
}

func TestInvalidCollectorIsRefused(t *testing.T) {
	t.Parallel()
	refuse(t, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://trace:65536", "http://:4318", "http://me@trace:4318")
	hideURLs(t, "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL",
		"OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_TRACES_EXPORTER", "OTEL_SDK_DISABLED")
	hideSecrets(t, []misplaced{
		{nil, []string{"--otel-exporter-otlp-headers", marker}},
		{nil, []string{"--otel-traces-sampler=http://x:" + marker + "@db"}},
	})
}

func TestURLWithAPasswordIsNotListedAsTheNameOfTheService(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{"OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"} {
		values, _ := listed(t, map[string]string{setting: "x=http://app:" + marker + "@db/x"})
		if values[setting] != "***" {
			t.Errorf("%s is listed as %s", setting, values[setting])
		}
	}
}
