package observe

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template/parse"
)

// query is a PromQL expression and its source.
type query struct{ source, text string }

// fromRules returns the expressions of the rules that Prometheus has loaded. The tests in
// docker/metrics check when the alerts fire.
func fromRules(t *testing.T) (queries []query) {
	t.Helper()
	var loaded struct {
		Groups []struct {
			Rules []struct{ Type, Name, Query string }
		}
	}
	if err := queryAPI("rules", nil, &loaded); err != nil {
		t.Fatal(err)
	}
	for _, group := range loaded.Groups {
		for _, rule := range group.Rules {
			queries = append(queries, query{rule.Type + " " + rule.Name, rule.Query})
		}
	}
	return queries
}

// fromConsoles returns the queries of the templates, in all branches, and those that the script of
// the page sends for the graphs.
func fromConsoles(t *testing.T) (queries []query) {
	t.Helper()
	for _, file := range files(t, metrics+"/consoles", ".html", ".lib") {
		text := read(t, file)
		queries = append(queries, fromTemplate(t, file, text)...)
		const element = `<data\b`
		graphs := regexp.MustCompile(element+` value=(?:"([^"]*)"|'([^']*)')>`).FindAllStringSubmatch(text, -1)
		if all := len(regexp.MustCompile(element).FindAllString(text, -1)); len(graphs) != all {
			t.Errorf(`%s: %d of %d queries of graphs are not of the form <data value="…">`, file, all-len(graphs), all)
		}
		for _, graph := range graphs {
			queries = append(queries, query{filepath.Base(file), html.UnescapeString(graph[1] + graph[2])})
		}
	}
	return queries
}

func fromTemplate(t *testing.T, file, text string) (queries []query) {
	t.Helper()
	root := parse.New(file)
	root.Mode = parse.SkipFuncCheck // the functions are Prometheus's
	trees := map[string]*parse.Tree{}
	if _, err := root.Parse(text, "", "", trees); err != nil {
		t.Fatal(err)
	}
	for _, tree := range trees {
		walk(tree.Root, func(c *parse.CommandNode) {
			if c.Args[0].String() != "query" {
				return
			}
			// A literal, or printf with a literal format.
			literal := regexp.MustCompile("^query (?:\\(printf )?(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)").FindStringSubmatch(c.String())
			if literal == nil {
				t.Errorf("%s: the query in %s is not a literal", file, c)
				return
			}
			var node parse.StringNode
			if _, err := fmt.Sscanf(literal[1], "%q", &node.Text); err != nil {
				t.Errorf("%s: %s: %v", file, literal[1], err)
			}
			queries = append(queries, query{filepath.Base(file), fillPlaceholders(node.Text)})
		})
	}
	return queries
}

// walk visits the commands of a template, including those in branches and arguments.
func walk(node parse.Node, visit func(*parse.CommandNode)) {
	branch := func(b parse.BranchNode) {
		walk(b.Pipe, visit)
		walk(b.List, visit)
		if b.ElseList != nil {
			walk(b.ElseList, visit)
		}
	}
	switch n := node.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			walk(child, visit)
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.IfNode:
		branch(n.BranchNode)
	case *parse.RangeNode:
		branch(n.BranchNode)
	case *parse.WithNode:
		branch(n.BranchNode)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			walk(n.Pipe, visit)
		}
	case *parse.PipeNode:
		for _, command := range n.Cmds {
			walk(command, visit)
		}
	case *parse.CommandNode:
		visit(n)
		for _, argument := range n.Args {
			walk(argument, visit)
		}
	}
}

// fromDashboards returns the queries of all panels, variables and annotations.
func fromDashboards(t *testing.T) (queries []query) {
	t.Helper()
	for _, file := range files(t, dashboards, ".json") {
		var content any
		if err := json.Unmarshal([]byte(read(t, file)), &content); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, text := range texts(content) {
			queries = append(queries, query{filepath.Base(file), fillPlaceholders(text)})
		}
	}
	return queries
}

// inlineQuery matches a query within a sentence: code that begins with the name of a rule or metric.
var inlineQuery = regexp.MustCompile("`((?:rate\\()?(?:(?:job|route|db|instance):|(?:build|db_client|go|http|log|model|process)_)[^`*]*)`")

// fromRunbook returns the queries in code blocks without a language and within sentences.
func fromRunbook(t *testing.T) (queries []query) {
	t.Helper()
	const page = "operations.md"
	block := ""
	for line := range strings.Lines(read(t, "../../docs/"+page)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```") && block == "":
			block = line
		case strings.HasPrefix(line, "```"):
			block = ""
		case block == "```":
			queries = append(queries, query{page, line})
		case block == "":
			for _, found := range inlineQuery.FindAllStringSubmatch(line, -1) {
				queries = append(queries, query{page, found[1]})
			}
		}
	}
	return queries
}

var labelValues = regexp.MustCompile(`^label_values\((.*?)}?, (\w+)\)$`)

// texts returns the values of all keys in a dashboard that hold queries.
func texts(content any) (found []string) {
	switch c := content.(type) {
	case []any:
		for _, element := range c {
			found = append(found, texts(element)...)
		}
	case map[string]any:
		for name, value := range c {
			text, ok := value.(string)
			switch {
			case !ok:
				found = append(found, texts(value)...)
			case name == "expr", name == "query", name == "definition":
				// label_values is a function of Grafana: select the series with this label instead.
				metric, label := labelValues.ReplaceAllString(text, "$1"), labelValues.ReplaceAllString(text, "$2")
				if metric != text {
					text = metric + map[bool]string{true: ", ", false: "{"}[strings.Contains(metric, "{")] + label + `=~".+"}`
				}
				found = append(found, text)
			}
		}
	}
	return found
}

var (
	placeholder = regexp.MustCompile(`=~?"[^"]*(?:%s|\$\{?\w)[^"]*"`)
	duration    = regexp.MustCompile(`\$\{?__(?:rate_interval|interval|range)\}?`)
)

// fillPlaceholders replaces the placeholders of a query: the value of a label matches any value that
// is not empty.
func fillPlaceholders(text string) string {
	return placeholder.ReplaceAllString(duration.ReplaceAllString(text, "1m"), `=~".+"`)
}

func files(t *testing.T, folder string, extensions ...string) (names []string) {
	t.Helper()
	for _, extension := range extensions {
		found, err := filepath.Glob(folder + "/*" + extension)
		if err != nil || len(found) == 0 {
			t.Fatalf("no %s in %s: %v", extension, folder, err)
		}
		names = append(names, found...)
	}
	return names
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}
