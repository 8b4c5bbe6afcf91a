// Package middleware contains what surrounds every request, from its id to its deadline. Each
// file is one middleware or a part of RequestInfo; internal/app lists the middlewares in the
// order in which a request passes them.
//
// It does not know the resources, the routes or the settings.
package middleware
