package catalog

// FailAt has changes die at a step.
func (s *Store) FailAt(fn func(step string) error) { s.fail = fn }
