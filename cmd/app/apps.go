package main

import (
	"example.com/templatesite/internal/web"
	"example.com/templatesite/tweet"
)

// apps lists the resources of the service: one line each.
func apps() []web.App {
	return []web.App{
		tweet.App(),
	}
}
