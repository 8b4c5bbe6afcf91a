package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// goField is a field of a struct.
type goField struct {
	name, kind, place string
	tag               reflect.StructTag
}

// column is its name in JSON and SQL.
func (g goField) column() string {
	name, _, _ := strings.Cut(g.tag.Get("json"), ",")
	return name
}

// fieldsOf returns the fields of a struct in a file. Embedded ones have no name.
func (t tree) fieldsOf(p, name string) (all []goField, err error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, p, t[p].content, 0)
	if err != nil {
		return nil, err
	}
	var structure *ast.StructType
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.Name == name {
			structure, _ = spec.Type.(*ast.StructType)
		}
		return true
	})
	if structure == nil {
		return nil, fmt.Errorf("%s has no struct %s", p, name)
	}
	for _, f := range structure.Fields.List {
		g := goField{kind: types.ExprString(f.Type), place: fmt.Sprintf("%s:%d", p, set.Position(f.Pos()).Line)}
		if f.Tag != nil {
			text, _ := strconv.Unquote(f.Tag.Value) // the parser has accepted it
			g.tag = reflect.StructTag(text)
		}
		for _, name := range f.Names {
			g.name += name.Name
		}
		all = append(all, g)
	}
	return all, nil
}

// Where the files of a resource say what their tags do not.
var (
	storedColumns = regexp.MustCompile("(?m)^\\s*fields\\s+= `(.*), version`$")
	listedPlural  = regexp.MustCompile(`OperationID: "list-([a-z0-9]+)"`)
	aboutResource = regexp.MustCompile("(?m)^// Package \\w+ is a resource: ([^\"`\\\\\n]*)\\.$")
	decimalForm   = regexp.MustCompile(`^\^-\?\[0-9\]\{1,(\d+)\}\(\[\.\]\[0-9\]\{1,(\d+)\}\)\?\$$`)
)

// recovered returns the command by which add would write a resource with the fields that this one
// has. It fails if there is a field, or an order of them, that add does not write.
func (t tree) recovered(name string) (addCommand, error) {
	c := addCommand{Name: name}
	if m := aboutResource.FindStringSubmatch(t[name+"/"+name+".go"].content); m != nil {
		c.About = m[1]
	}
	if m := listedPlural.FindStringSubmatch(t[name+"/api.go"].content); m != nil {
		c.Plural = m[1]
	}
	texts, err := t.specifications(name)
	if err != nil {
		return c, err
	}
	m := storedColumns.FindStringSubmatch(t[name+"/store.go"].content)
	if m == nil {
		return c, fmt.Errorf("%s/store.go has no constant fields that ends in version", name)
	}
	columns := strings.Split(m[1], ", ")
	if c.Owned = columns[0] == ownerColumn && texts[ownerColumn] == ""; c.Owned {
		columns = columns[1:]
	}
	for _, column := range columns {
		if texts[column] == "" {
			return c, fmt.Errorf("%s/store.go has a column %q, and %s/%s.go no such field", name, column, name, name)
		}
		c.Fields = append(c.Fields, texts[column])
	}
	if len(columns) != len(texts) {
		return c, fmt.Errorf("the struct in %s/%s.go has fields that are not in the constant fields of %s/store.go", name, name, name)
	}
	if err := t.recoverList(&c, columns); err != nil {
		return c, err
	}
	_, err = t.rendered(c)
	return c, err
}

// specifications returns the fields of a resource, as add takes them, by their columns.
func (t tree) specifications(name string) (map[string]string, error) {
	p := name + "/" + name + ".go"
	set, err := t.fieldsOf(p, "Fields")
	if err != nil {
		return nil, err
	}
	all, err := t.fieldsOf(p, goName(name))
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, g := range set {
		text := g.specification() + g.options()
		f, err := parseField(name, text)
		if err != nil || f.Go != g.name || f.Type() != g.kind {
			return nil, fmt.Errorf("%s: add does not write such a field", g.place)
		}
		texts[f.Column] = text
	}
	for _, g := range all {
		reference, isLink := strings.CutSuffix(g.column(), "_href")
		isOwner := g.column() == ownerColumn && g.kind == "string"
		if slices.Contains([]string{"ID", "", "Href", "Version"}, g.name) || isOwner || isLink && texts[reference] != "" {
			continue
		}
		if g.kind != "time.Time" {
			return nil, fmt.Errorf("%s: add does not write such a field that clients cannot set", g.place)
		}
		texts[g.column()] = g.column() + ":time:auto"
	}
	return texts, nil
}

// specification is the name and the kind, with what belongs to it.
func (g goField) specification() string {
	text, get := g.column()+":", g.tag.Get
	switch kind := strings.TrimPrefix(g.kind, "*"); {
	case kind == "bool":
		return text + "bool"
	case kind == "time.Time":
		return text + "time"
	case get("ref") != "":
		return text + "ref:" + get("ref")
	case kind == "int64":
		return text + "int:" + get("minimum") + ".." + get("maximum")
	case get("enum") != "":
		return text + "enum:" + get("enum")
	case get("format") != "":
		return text + map[string]string{"uri": "url", "date": "date", "email": "email", "uuid": "uuid"}[get("format")]
	}
	if m := decimalForm.FindStringSubmatch(g.tag.Get("pattern")); m != nil {
		whole, _ := strconv.Atoi(m[1]) // digits, as scale
		scale, _ := strconv.Atoi(m[2])
		return fmt.Sprintf("%sdecimal:%d,%d", text, whole+scale, scale)
	}
	least := g.tag.Get("minLength")
	if least == "" {
		least = "0"
	}
	return text + "string:" + least + ".." + g.tag.Get("maxLength")
}

// options are what follows the kind.
func (g goField) options() string {
	text := ""
	if g.tag.Get("unique") != "" {
		text += ":unique"
	}
	if g.tag.Get("once") != "" {
		text += ":once"
	}
	if g.tag.Get("onDelete") == "cascade" {
		text += ":cascade"
	}
	if initial, ok := g.tag.Lookup("default"); ok {
		return text + "=" + initial
	}
	if strings.HasPrefix(g.kind, "*") {
		text += "?"
	}
	return text
}

// recoverList finds out by which fields the list can be filtered and sorted. Parameters and orders
// that the owner has added are no concern of add.
func (t tree) recoverList(c *addCommand, columns []string) error {
	p := c.Name + "/list.go"
	if _, ok := t[p]; !ok {
		return nil
	}
	in, err := t.fieldsOf(p, "ListInput")
	if err != nil {
		return err
	}
	for _, g := range in {
		parameter := g.tag.Get("query")
		if parameter == "sort" {
			for _, order := range strings.Split(g.tag.Get("enum"), ",") {
				if slices.Contains(columns, order) {
					c.Sort = append(c.Sort, order)
				}
			}
		}
		if !slices.Contains(columns, parameter) {
			parameter = strings.TrimSuffix(strings.TrimSuffix(parameter, "_min"), "_max")
		}
		if slices.Contains(columns, parameter) && !slices.Contains(c.Filter, parameter) {
			c.Filter = append(c.Filter, parameter)
		}
	}
	return nil
}

// placesOfField lists the lines that mention the first column of a resource: a new one needs as many.
func (t tree) placesOfField(name string) string {
	m := storedColumns.FindStringSubmatch(t[name+"/store.go"].content)
	if m == nil {
		return ""
	}
	column, _, _ := strings.Cut(m[1], ",")
	place := regexp.MustCompile(fmt.Sprintf(`"%[1]s\b|\b%[1]s = |\.%[2]s\b|^\t%[2]s |\sfields\s+=|values \(\$1`, regexp.QuoteMeta(column), regexp.QuoteMeta(goName(column))))
	text := fmt.Sprintf("\nA new field needs a migration for each engine, and what the field %s has at these places:", column)
	for _, p := range t.paths() {
		if !strings.HasPrefix(p, name+"/") || strings.Contains(p, "/migrations/") {
			continue
		}
		for i, line := range strings.Split(t[p].content, "\n") {
			if place.MatchString(line) {
				text += fmt.Sprintf("\n%s:%d: %s", p, i+1, strings.TrimSpace(line))
			}
		}
	}
	return text
}
