//go:build !unix

package database

func shareWithOwner(string, string) {}
