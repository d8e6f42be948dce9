package bench

import (
	"fmt"
	"os"
	"time"
)

// Moment is a time by two clocks.
type Moment struct {
	Wall      time.Time
	Processor time.Duration // that all threads of the process have computed; 0 where the system does not tell
}

// Clock tells the time.
type Clock func() Moment

// Now is the clock of the system.
func Now() Moment { return Moment{time.Now(), ProcessorTime()} }

// load is the number of threads of the whole machine that computed or wanted to,
// over the last minute; negative where the system does not tell.
func load() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return -1
	}
	var average float64
	if _, err := fmt.Sscan(string(text), &average); err != nil {
		return -1
	}
	return average
}
