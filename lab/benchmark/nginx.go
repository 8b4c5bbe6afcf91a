package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// The target and size of the stylesheet that both sides serve.
const (
	sheetTarget = "/static/benchmark.css"
	sheetSize   = 120 << 10
)

// measureNginx compares serving files with nginx. If nginx is not installed, it skips the
// comparison with a message, or returns an error with -strict.
func (b *bench) measureNginx(ctx context.Context) error {
	program, err := exec.LookPath("nginx")
	if err != nil {
		if b.strict {
			return fmt.Errorf("nginx is not installed (on Debian: apt-get install nginx-light): %w", err)
		}
		progress("nginx is not installed (on Debian: apt-get install nginx-light): skipping files")
		return nil
	}
	app, sheet, err := b.buildWithSheet(ctx)
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(b.dir, "files.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	e := &engine{name: nginx}
	if e.service, err = start(ctx, "service", serviceEnv("sqlite:"+filepath.Join(b.dir, "files.db")), log, app, "serve"); err != nil {
		return err
	}
	defer e.service.stop()
	if e.baseline, err = b.startNginx(ctx, program, sheet); err != nil {
		return err
	}
	defer e.baseline.stop()
	if err := e.compareAnswers(ctx, sheetTarget); err != nil {
		return err
	}
	for _, c := range []testCase{
		{"GET 120 KB as gzip", []request{get(sheetTarget, "Accept-Encoding: gzip")}, goal{limit: 1, atLeast: true}},
		{"GET 120 KB", []request{get(sheetTarget)}, goal{limit: 0.5, atLeast: true}},
	} {
		pairs, err := b.alternate(ctx, e, c, b.rounds)
		if err != nil {
			return err
		}
		b.table = append(b.table, caseRow(e.name, c, pairs))
		if err := b.saveProfile(ctx, e, c); err != nil {
			return err
		}
	}
	return nil
}

// buildWithSheet builds the service with the stylesheet in static/.
func (b *bench) buildWithSheet(ctx context.Context) (app string, sheet []byte, err error) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := 0; len(sheet) < sheetSize; i++ {
		sheet = fmt.Appendf(sheet, ".rule-%d {\n  margin: %dpx %dpx;\n  color: #%06x;\n}\n", i, random.IntN(64), random.IntN(64), random.IntN(1<<24))
	}
	sheet = sheet[:sheetSize]
	folder, err := filepath.Abs("static")
	if err != nil {
		return "", nil, err
	}
	source, overlay, app := filepath.Join(b.dir, "benchmark.css"), filepath.Join(b.dir, "overlay.json"), filepath.Join(b.dir, "app-with-sheet")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(folder, "benchmark.css"): source}})
	if err != nil {
		return "", nil, err
	}
	if err := os.WriteFile(source, sheet, 0o644); err != nil {
		return "", nil, err
	}
	if err := os.WriteFile(overlay, replace, 0o644); err != nil {
		return "", nil, err
	}
	return app, sheet, build(ctx, realService, "-overlay", overlay, "-o", app)
}

// nginxConfig is a usual configuration for serving files fast, on as many CPUs as the service has.
// A connection stays open for a whole load.
const nginxConfig = `%s
daemon off;
worker_processes %d;
pid nginx.pid;
events { worker_connections 1024; }
http {
	access_log off;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	types { text/css css; }
	sendfile on;
	tcp_nopush on;
	keepalive_requests 1000000000;
	server {
		listen %s;
		root .;
		location / { gzip_static on; add_header Cache-Control "public, max-age=31536000, immutable"; }
	}
}
`

// startNginx starts nginx on a folder with the stylesheet, plain and compressed.
func (b *bench) startNginx(ctx context.Context, program string, sheet []byte) (*process, error) {
	root := filepath.Join(b.dir, "nginx")
	file := filepath.Join(root, sheetTarget)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // only root can read the folder
	}
	config := fmt.Sprintf(nginxConfig, user, runtime.NumCPU(), address)
	compressed, err := gzipped(sheet)
	if err != nil {
		return nil, err
	}
	for name, data := range map[string][]byte{file: sheet, file + ".gz": compressed, filepath.Join(root, "nginx.conf"): []byte(config)} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return nil, err
		}
	}
	p := &process{name: nginx, address: address}
	p.child, err = spawn(ctx, func(*exec.Cmd) {}, program, "-p", root, "-c", "nginx.conf", "-e", "stderr")
	if err != nil {
		return nil, err
	}
	return p, p.await(ctx, get(sheetTarget))
}

func gzipped(data []byte) ([]byte, error) {
	var compressed bytes.Buffer
	z, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	err = z.Close()
	return compressed.Bytes(), err
}
