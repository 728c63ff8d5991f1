package app

// OpenNow lists the workspaces that are not asleep, those on their way to or from sleep among them.
func (a *App) OpenNow() map[string]bool {
	w, open := &a.awake, map[string]bool{}
	w.mu.Lock()
	defer w.mu.Unlock()
	for slug := range w.seats {
		open[slug] = true
	}
	return open
}
