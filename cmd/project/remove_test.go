package main

import (
	"strings"
	"testing"
)

func TestMarkCoversItsLineTheCommentAboveAndWhatIsNested(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ title, file, before, want string }{
		{"a line", "a.go", "a\nb // feature: x\nc\n", "a\nc\n"},
		{"another feature", "a.go", "a // feature: y\n", "a // feature: y\n"},
		{"a comment above", "a.go", "a\n\n// b is\n// this.\nb // feature: x\nc\n", "a\n\nc\n"},
		{"a block", "a.go", "if b { // feature: x\n\tc\n\n\td\n}\ne\n", "e\n"},
		{"a block of which only the first line is marked", "a.go", "f(a, // feature: x\n\tb)\nc\n", "c\n"},
		{"a key and what it contains", "a.yaml", "a: 1\n# This is b.\nb: # feature: x\n  c: 1\n\n  d: 1\n\ne: 1\n", "a: 1\n\ne: 1\n"},
		{"an element of a list", "a.yaml", "- a: 1 # feature: x\n  b: 2\n- c: 3\n", "- c: 3\n"},
		{"a command of a script", "a", "if a; then # feature: x\n  b\nfi\nc\n", "c\n"},
		{"a command of several lines", "Dockerfile", "RUN a \\\n    && b\n# feature: x\nRUN c \\\n    && d\n\nRUN e\n", "RUN a \\\n    && b\n\nRUN e\n"},
		{"lines up to a blank one", "a.env", "A=1\n\n# feature: x\n# This is B.\nB=1\n#C=1\n\nD=1\n", "A=1\n\nD=1\n"},
		{"a paragraph", "a.md", "a\n\n<!-- feature: x -->\nb\nc\n\nd\n", "a\n\nd\n"},
		{"a section", "a.md", "# a\n\n<!-- feature: x -->\n## b\n\nc\n\n```sh\n# no heading\n```\n\n### d\n\n<!-- feature: y -->\n## e\n", "# a\n\n<!-- feature: y -->\n## e\n"},
		{"the last section", "a.md", "# a\n\nb\n\n<!-- feature: x -->\n## c\n\nd\n", "# a\n\nb\n"},
		{"a code block", "a.md", "a\n\n```sh <!-- feature: x -->\nb\n\nc\n```\n\nd\n", "a\n\nd\n"},
		{"a row of a table", "a.md", "| a |\n| - |\n| b | <!-- feature: x -->\n| c |\n", "| a |\n| - |\n| c |\n"},
		{"a template", "a.html", "<p>a</p>\n<p>b</p> {{/* feature: x */}}\n<p>c</p>\n", "<p>a</p>\n<p>c</p>\n"},
		{"what needs two", "a.go", "a // feature: x and y\nb // feature: y and w\n", "b // feature: y and w\n"},
		{"what serves two", "a.go", "a // feature: x or y\nb // feature: z or y\n", "a // feature: y\nb // feature: z or y\n"},
	} {
		if got := withoutMarked(tt.file, tt.before, map[string]bool{"x": true}); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.title, got, tt.want)
		}
	}
}

func TestRemovalDropsTheImportsThatItLeavesUnused(t *testing.T) {
	t.Parallel()
	before := "package a\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\tname \"path\"\n\t_ \"embed\"\n\t\"example.org/go-odd/v2\"\n)\n\n" +
		"func f() {\n\tfmt.Println(os.Args, name.Base(\"\"), odd.A) // feature: x\n\tos.Exit(1)\n}\n"
	got, err := edited("a.go", before, map[string]bool{"x": true})
	if want := "package a\n\nimport (\n\t_ \"embed\"\n\t\"os\"\n)\n\nfunc f() {\n\tos.Exit(1)\n}\n"; err != nil || strings.Replace(got, "\t\"os\"\n\t_ \"embed\"\n", "\t_ \"embed\"\n\t\"os\"\n", 1) != want {
		t.Errorf("%v: %s", err, got)
	}
}

func TestRemovalSurvivesEditsAroundItAndSaysWhatItCannotChange(t *testing.T) {
	t.Parallel()
	folder := newProject(t, newTemplate(t))
	replace(t, folder, "cmd/app/main.go", "tracing.Start() // feature: traces\n", "println(1)\n\ttracing.Start() // feature: traces\n\tprintln(2)\n")
	write(t, folder, map[string]string{"mine.txt": "my own words\non tracing\n", "go.mod": read(t, folder, "go.mod")})
	commit(t, folder, "My changes")
	output := succeed(t, folder, "remove", "traces")
	if !strings.Contains(output, `mine.txt:2 (traces: "tracing") still mentions it`) || strings.Count(output, "still mentions") != 1 {
		t.Errorf("remove prints %s", output)
	}
	if got := read(t, folder, "cmd/app/main.go"); !strings.Contains(got, "println(1)\n\tprintln(2)\n") || strings.Contains(got, "tracing") {
		t.Errorf("main.go is %s", got)
	}
	if exists(folder, "internal/tracing") || strings.Contains(read(t, folder, registry), `"traces"`) || !strings.Contains(read(t, folder, recordFile), `"traces"`) {
		t.Error("the files, the entry or the record are not as they should be")
	}
	run(t, folder, "go", "vet", "./...")
	commit(t, folder, "Remove traces")
	if status, output := project(t, folder, "remove", "traces"); status != 1 || !strings.Contains(output, "removed already") {
		t.Errorf("exit status %d: %s", status, output)
	}
}

func TestMarkThatNoLongerFitsIsReportedAndNothingChanges(t *testing.T) {
	t.Parallel()
	folder := newProject(t, newTemplate(t))
	replace(t, folder, "cmd/app/main.go", "\ttracing.Start() // feature: traces\n", "\tif true { // feature: traces\n\ttracing.Start()\n\t}\n")
	commit(t, folder, "An unformatted block")
	before := snapshot(t, folder)
	status, output := project(t, folder, "remove", "traces")
	if status != 1 || !strings.Contains(output, "cmd/app/main.go:") {
		t.Errorf("exit status %d: %s", status, output)
	}
	for name, text := range snapshot(t, folder) {
		if before[name] != text {
			t.Errorf("%s has changed", name)
		}
	}
}

func TestResourceIsRemovedWithItsLine(t *testing.T) {
	t.Parallel()
	folder := newProject(t, newTemplate(t))
	if output := succeed(t, folder, "list"); !strings.Contains(output, "a resource: the example") {
		t.Errorf("list prints %s", output)
	}
	succeed(t, folder, "remove", "tweet")
	if exists(folder, "tweet") || strings.Contains(read(t, folder, "cmd/app/main.go"), "tweet") {
		t.Errorf("main.go is %s", read(t, folder, "cmd/app/main.go"))
	}
	run(t, folder, "go", "vet", "./...")
}
