package api

import (
	"net/http"
	"slices"
	"strings"

	"youpeng/platform/fault"
)

// rehearsing are the beginnings of the doors that take dry_run=true: they check everything, answer what would be, and
// change nothing. An import then runs dry.
var rehearsing = []string{"/records/", "/bulk", "/change-sets/", "/me", "/workspace", "/people/{id}/deactivate", "/people/{id}/reactivate", "/jobs/import"}

// rehearses says whether a door takes dry_run.
func rehearses(pattern string) bool {
	_, path, _ := strings.Cut(pattern, " ")
	return slices.ContainsFunc(rehearsing, func(s string) bool { return path == s || strings.HasPrefix(path, s) && strings.HasSuffix(s, "/") })
}

// asks says whether a door changes nothing in any case.
func asks(pattern string) bool {
	return strings.HasPrefix(pattern, http.MethodGet+" ") || pattern == "POST /search" || pattern == "POST /imports/preview" ||
		slices.Contains(asking, pattern[strings.LastIndexByte(pattern, '/')+1:])
}

// sure refuses a dry run where a door has none, and one that is asked for in words nobody knows: better refused than done.
func (c *call) sure(pattern string) error {
	said, given := c.r.URL.Query()["dry_run"]
	if !given || asks(pattern) {
		return nil
	}
	if !rehearses(pattern) {
		return fault.New(fault.BadRequest, "parameter.unknown", "name", "dry_run")
	}
	for _, s := range said {
		if s != said[0] || s != "true" && s != "false" {
			return fault.New(fault.BadRequest, "dry_run.invalid")
		}
	}
	return nil
}

// dry says whether the caller wants to know only what would be.
func (c *call) dry() bool { return c.r.URL.Query().Get("dry_run") == "true" }
