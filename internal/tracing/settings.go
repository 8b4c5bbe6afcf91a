package tracing

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// Settings are OpenTelemetry's own variables, as far as they matter here. An empty one
// counts as one that is not set.
type Settings struct {
	Endpoint           string `name:"otel-exporter-otlp-endpoint" secret:"url" help:"Where traces go, as in http://trace:4318, by OTLP over HTTP. Empty switches tracing off."`
	TracesEndpoint     string `name:"otel-exporter-otlp-traces-endpoint" secret:"url" help:"Full URL for traces. It takes precedence over OTEL_EXPORTER_OTLP_ENDPOINT."`
	Headers            string `name:"otel-exporter-otlp-headers" secret:"all" help:"Headers sent with traces, as in name=value,name=value. A collector's token is one."`
	Protocol           string `name:"otel-exporter-otlp-protocol" default:"http/protobuf" help:"http/protobuf is the only one."`
	Sampler            string `name:"otel-traces-sampler" default:"parentbased_always_on" help:"always_on, always_off or traceidratio. With the prefix parentbased_ it applies only to requests without a sampling decision of their caller."`
	SamplerArg         string `name:"otel-traces-sampler-arg" default:"1" help:"Share of requests that traceidratio takes, from 0 to 1."`
	ServiceName        string `name:"otel-service-name" help:"Name of the service in traces. By default that of its module."`
	ResourceAttributes string `name:"otel-resource-attributes" help:"Additional resource attributes, as in name=value,name=value. deployment.environment.name=staging is one."`
	TracesExporter     string `name:"otel-traces-exporter" default:"otlp" help:"otlp, or none, which switches tracing off."`
	Disabled           string `name:"otel-sdk-disabled" default:"false" help:"true switches tracing off."`
}

// off reports whether nothing is traced.
func (s *Settings) off() bool {
	return s.Endpoint == "" && s.TracesEndpoint == "" || s.TracesExporter == "none" || strings.EqualFold(s.Disabled, "true")
}

// Check tells problem of each setting that is wrong, by its name. No error holds a
// secret.
func (s *Settings) Check(problem func(name string, err error)) {
	_, headers := pairs(s.Headers)
	_, attributes := pairs(s.ResourceAttributes)
	ratio, share := s.ratio()
	_, sampler := s.sampler(ratio)
	for name, err := range map[string]error{
		"OTEL_EXPORTER_OTLP_ENDPOINT":        checkURL(s.Endpoint),
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": checkURL(s.TracesEndpoint),
		"OTEL_EXPORTER_OTLP_HEADERS":         headers,
		"OTEL_EXPORTER_OTLP_PROTOCOL":        oneOf(s.Protocol, "http/protobuf"),
		"OTEL_TRACES_SAMPLER":                sampler,
		"OTEL_TRACES_SAMPLER_ARG":            share,
		"OTEL_RESOURCE_ATTRIBUTES":           attributes,
		"OTEL_TRACES_EXPORTER":               oneOf(s.TracesExporter, "otlp", "none"),
		"OTEL_SDK_DISABLED":                  oneOf(strings.ToLower(s.Disabled), "true", "false"),
	} {
		if err != nil {
			problem(name, err)
		}
	}
}

// checkURL says what is wrong with an endpoint. What the library would leave out of it
// is, too, as it is likely to be a password.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err == nil && u.Port() != "" {
		_, err = strconv.ParseUint(u.Port(), 10, 16)
	}
	if text == "" || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && u.RawQuery == "" {
		return nil
	}
	return errors.New("must be http://HOST:PORT or https://HOST:PORT, without a user and parameters: what a collector demands goes into OTEL_EXPORTER_OTLP_HEADERS")
}

func oneOf(text string, allowed ...string) error {
	if text == "" || slices.Contains(allowed, text) {
		return nil
	}
	return errors.New("must be " + strings.Join(allowed, " or "))
}

// pairs reads name=value,name=value, where a percent sign begins an octet.
func pairs(text string) (map[string]string, error) {
	all := map[string]string{}
	for pair := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, found := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if !found || name == "" || err != nil {
			return nil, errors.New("must be name=value,name=value, with %2C for a comma in a value and %25 for a percent sign")
		}
		all[name] = value
	}
	return all, nil
}

func (s *Settings) ratio() (float64, error) {
	ratio, err := strconv.ParseFloat(cmp.Or(s.SamplerArg, "1"), 64)
	if err != nil || !(ratio >= 0 && ratio <= 1) {
		return 0, errors.New("must be a number from 0 to 1")
	}
	return ratio, nil
}

func (s *Settings) sampler(ratio float64) (sdk.Sampler, error) {
	name, parents := strings.CutPrefix(cmp.Or(s.Sampler, "parentbased_always_on"), "parentbased_")
	var sampler sdk.Sampler
	switch name {
	case "always_on":
		sampler = sdk.AlwaysSample()
	case "always_off":
		sampler = sdk.NeverSample()
	case "traceidratio":
		sampler = sdk.TraceIDRatioBased(ratio)
	default:
		return nil, errors.New("must be always_on, always_off or traceidratio, or one of them after parentbased_")
	}
	if parents {
		sampler = sdk.ParentBased(sampler)
	}
	return sampler, nil
}
