package api

// Patterns lists every door within a workspace.
func Patterns() (out []string) {
	for _, r := range table() {
		out = append(out, r.pattern)
	}
	return out
}

// Rehearses says whether a door takes dry_run.
func Rehearses(pattern string) bool { return rehearses(pattern) }

// Said says whether the document words a door.
func Said(pattern string) bool { return doors[pattern].what != "" }
