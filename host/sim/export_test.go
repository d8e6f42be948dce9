package sim

import "time"

// SetClock has the run take the time from now.
func (r *Run) SetClock(now func() time.Time) { r.now = now }
