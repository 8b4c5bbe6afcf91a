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

// Settings are the supported variables of OpenTelemetry. As its specification demands, an empty one
// counts as not set.
type Settings struct {
	Endpoint           string `name:"otel-exporter-otlp-endpoint" secret:"url" help:"Base URL of the trace collector, such as http://trace:4318. It receives OTLP over HTTP. Empty switches tracing off."`
	TracesEndpoint     string `name:"otel-exporter-otlp-traces-endpoint" secret:"url" help:"Full URL for traces. It takes precedence over OTEL_EXPORTER_OTLP_ENDPOINT."`
	Headers            string `name:"otel-exporter-otlp-headers" secret:"all" help:"Headers sent with traces, as name=value,name=value. They can hold credentials for the collector."`
	Protocol           string `name:"otel-exporter-otlp-protocol" default:"http/protobuf" help:"Protocol of the collector. Only http/protobuf is supported."`
	Sampler            string `name:"otel-traces-sampler" default:"parentbased_always_on" help:"always_on, always_off or traceidratio. With the prefix parentbased_ a sampling decision of the caller takes precedence."`
	SamplerArg         string `name:"otel-traces-sampler-arg" default:"1" help:"Share of requests that traceidratio samples, from 0 to 1."`
	ServiceName        string `name:"otel-service-name" help:"Name of the service in traces. By default the name of its module."`
	ResourceAttributes string `name:"otel-resource-attributes" help:"Additional resource attributes, as name=value,name=value. For example deployment.environment.name=staging."`
	TracesExporter     string `name:"otel-traces-exporter" default:"otlp" help:"otlp, or none, which switches tracing off."`
	Disabled           string `name:"otel-sdk-disabled" default:"false" help:"true switches tracing off."`
}

// off reports whether tracing is off.
func (s *Settings) off() bool {
	return s.Endpoint == "" && s.TracesEndpoint == "" || s.TracesExporter == "none" || strings.EqualFold(s.Disabled, "true")
}

// Check calls problem with the name of each invalid setting. Errors hold no secrets.
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

// checkURL returns an error when an endpoint is invalid. A user and a query are invalid, too: they
// would be ignored, and are likely to hold a password.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err == nil && u.Port() != "" {
		_, err = strconv.ParseUint(u.Port(), 10, 16)
	}
	if text == "" || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && u.RawQuery == "" {
		return nil
	}
	return errors.New("must be http://HOST:PORT or https://HOST:PORT, without a user or a query; credentials belong in OTEL_EXPORTER_OTLP_HEADERS")
}

func oneOf(text string, allowed ...string) error {
	if text == "" || slices.Contains(allowed, text) {
		return nil
	}
	return errors.New("must be " + strings.Join(allowed, " or "))
}

// pairs parses name=value,name=value. Values are percent-encoded.
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
