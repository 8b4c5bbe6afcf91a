package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// testCase is one kind of request, in several variations.
type testCase struct {
	name     string
	requests []request
	goal     goal
}

// variations is the number of different requests per case: enough that no side always reads the
// same cached row.
const variations = 1000

// cases returns the cases of the comparison, with the goals of the project.
func (b *bench) cases() []testCase {
	one := testCase{name: "GET one", goal: goal{limit: 0.85, atLeast: true}}
	page := testCase{name: "GET page of 100", goal: goal{limit: 1, atLeast: true}}
	for i := range variations {
		id := i * b.rows / variations
		one.requests = append(one.requests, get(b.resource.Item(int64(id+1))))
		page.requests = append(page.requests, get(b.pageTarget(max(0, min(id, b.rows-100)))))
	}
	create := testCase{"POST", []request{post(b.resource.Path, b.resource.Body(b.text()))}, goal{limit: 0.85, atLeast: true}}
	return []testCase{one, page, create}
}

// pageTarget returns the target of the page after a key. It sets both parameters, as the baseline
// has no defaults.
func (b *bench) pageTarget(after int) string {
	return fmt.Sprintf("%s?limit=100&after=%d", b.resource.Path, after)
}

// pair is one round of each side.
type pair struct{ service, baseline load }

// slice is the time after which the load switches to the other side: the speed of a busy machine
// changes within a second, so a round consists of short slices.
const slice = 50 * time.Millisecond

// alternate runs rounds of load, alternately on the service and the baseline.
func (b *bench) alternate(ctx context.Context, e *engine, c testCase, rounds int) ([]pair, error) {
	service, err := connect(ctx, e.service, b.connections)
	if err != nil {
		return nil, err
	}
	defer service.close()
	baseline, err := connect(ctx, e.baseline, b.connections)
	if err != nil {
		return nil, err
	}
	defer baseline.close()
	round := func(length time.Duration) (p pair, err error) {
		for p.service.elapsed < length && err == nil {
			if err = service.run(ctx, c.requests, slice, &p.service); err == nil {
				err = baseline.run(ctx, c.requests, slice, &p.baseline)
			}
		}
		return p, err
	}
	if _, err := round(2 * b.round); err != nil { // warm-up
		return nil, err
	}
	var pairs []pair
	for range rounds {
		p, err := round(b.round)
		if err != nil {
			return nil, err
		}
		progress("%s, %s: service %.0f/s, baseline %.0f/s", e.name, c.name, p.service.perSecond(), p.baseline.perSecond())
		pairs = append(pairs, p)
	}
	return pairs, nil
}

// saveProfile saves a CPU profile of the service under load.
func (b *bench) saveProfile(ctx context.Context, e *engine, c testCase) error {
	if b.profile == "" {
		return nil
	}
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return err
	}
	service, err := connect(ctx, e.service, b.connections)
	if err != nil {
		return err
	}
	defer service.close()
	const seconds = 5
	file := filepath.Join(b.profile, e.name+"-"+strings.ReplaceAll(c.name, " ", "-")+".pprof")
	saved := make(chan error, 1)
	go func() { saved <- e.service.fetchProfile(ctx, seconds, file) }()
	if err := service.run(ctx, c.requests, seconds*time.Second, new(load)); err != nil {
		return err
	}
	return <-saved
}

// compareAnswers checks that both sides do the same work: their responses are identical.
func (e *engine) compareAnswers(ctx context.Context, targets ...string) error {
	for _, target := range targets {
		service, err := fetch(ctx, e.service.address, target)
		if err != nil {
			return err
		}
		baseline, err := fetch(ctx, e.baseline.address, target)
		if err != nil {
			return err
		}
		if service != baseline {
			return fmt.Errorf("GET %s: the service answers %.300q, the %s %.300q", target, service, e.baseline.name, baseline)
		}
	}
	return nil
}

// fetch returns the body of a response. It replaces the address in it with localhost.
func fetch(ctx context.Context, address, target string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+target, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return strings.ReplaceAll(string(body), address, "localhost"), err
}
