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

// testCase is one kind of request, in variations.
type testCase struct {
	name     string
	requests []request
	goal     goal
}

// variations is how many different requests a case has: enough that neither
// side is measured on one hot row.
const variations = 1000

// cases are what is compared. The goals are those of the project.
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

// pageTarget is the page behind a key. Both parameters are written out, as the
// floor has no defaults.
func (b *bench) pageTarget(after int) string {
	return fmt.Sprintf("%s?limit=100&after=%d", b.resource.Path, after)
}

// pair is one round of each side.
type pair struct{ service, floor load }

// slice is how long one side is loaded before it is the other's turn: what else a machine
// does makes it faster and slower within a second, so a round is cut into short slices.
const slice = 50 * time.Millisecond

// alternate loads the service and the floor in turn, for so many rounds each.
func (b *bench) alternate(ctx context.Context, e *engine, c testCase, rounds int) ([]pair, error) {
	service, err := connect(ctx, e.service, b.connections)
	if err != nil {
		return nil, err
	}
	defer service.close()
	floor, err := connect(ctx, e.floor, b.connections)
	if err != nil {
		return nil, err
	}
	defer floor.close()
	round := func(length time.Duration) (p pair, err error) {
		for p.service.elapsed < length && err == nil {
			if err = service.run(ctx, c.requests, slice, &p.service); err == nil {
				err = floor.run(ctx, c.requests, slice, &p.floor)
			}
		}
		return p, err
	}
	if _, err := round(2 * b.round); err != nil { // to warm up
		return nil, err
	}
	var pairs []pair
	for range rounds {
		p, err := round(b.round)
		if err != nil {
			return nil, err
		}
		progress("%s, %s: service %.0f/s, floor %.0f/s", e.name, c.name, p.service.perSecond(), p.floor.perSecond())
		pairs = append(pairs, p)
	}
	return pairs, nil
}

// saveProfile loads the service once more, and profiles it meanwhile.
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

// compareAnswers makes sure that both sides do the same work: what they answer
// is the same, byte for byte.
func (e *engine) compareAnswers(ctx context.Context, targets ...string) error {
	for _, target := range targets {
		service, err := fetch(ctx, e.service.address, target)
		if err != nil {
			return err
		}
		floor, err := fetch(ctx, e.floor.address, target)
		if err != nil {
			return err
		}
		if service != floor {
			return fmt.Errorf("GET %s: the service answers %.300q, the %s %.300q", target, service, e.floor.name, floor)
		}
	}
	return nil
}

// fetch returns the body of an answer, with localhost for the address.
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
