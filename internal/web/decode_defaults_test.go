package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

// register returns the message with which Register panics for this input, or "".
func register[I any]() (message string) {
	defer func() {
		if reason := recover(); reason != nil {
			message = fmt.Sprint(reason)
		}
	}()
	api := web.NewAPI(web.Options{Title: "test", Version: "1"})
	web.Register(api, huma.Operation{OperationID: "x", Method: http.MethodPost, Path: "/x"},
		func(context.Context, *I) (*struct{}, error) { return nil, nil })
	return ""
}

func TestRegisterPanicsIfADefaultCouldReplaceASentValue(t *testing.T) {
	t.Parallel()
	type flag struct {
		Done bool `json:"done,omitempty" default:"true"`
	}
	type count struct {
		Count int `json:"count,omitempty" default:"2"`
	}
	for name, message := range map[string]string{
		"Done": register[struct{ Body flag }](), "Count": register[struct{ Body struct{ All []count } }](),
	} {
		if !strings.Contains(message, "."+name) || !strings.Contains(message, "make it a pointer") {
			t.Errorf("%s: %q", name, message)
		}
	}
	type good struct {
		Done  bool   `json:"done,omitempty" default:"false"`
		Count int    `json:"count,omitempty" minimum:"1" default:"2"`
		Kind  string `json:"kind,omitempty" enum:"a,b" default:"a"`
		Sure  *bool  `json:"sure,omitempty" default:"true"`
	}
	if message := register[struct{ Body good }](); message != "" {
		t.Error(message)
	}
}

func TestRegisterPanicsIfAParameterIsAPointer(t *testing.T) {
	t.Parallel()
	type filter struct {
		Done *bool `query:"done"`
	}
	message := register[struct{ filter }]()
	if !strings.Contains(message, "POST /x: the parameter done (Done)") || !strings.Contains(message, "web.Optional") {
		t.Error(message)
	}
}
