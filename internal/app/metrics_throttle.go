package app

// throttled returns what counts refused requests, or nil if the metrics cannot be read.
func (h hooks) throttled() func(bucket string) {
	if h.requests == nil {
		return nil
	}
	return h.registry.Throttled("requests", "changes", "credentials")
}
