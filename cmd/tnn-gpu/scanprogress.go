package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"tnn-gpu/host/experiment"
)

// scanProgress prints a line for each point of a scan that is done. On a terminal a bar
// shows how far those at work are; elsewhere a line tells it where nothing else was said
// for a while.
type scanProgress struct {
	program *program
	plan    *experiment.Plan
	bar     io.Writer // nil where there is none
	width   int
	now     func() time.Time

	work         string // what is at work
	began, shown time.Time
	drawn        bool
	made         bool // some point was
}

// quiet is the time after which a line tells how far a scan is that has no bar.
const quiet = time.Minute

func newScanProgress(p *program, plan *experiment.Plan) *scanProgress {
	s := &scanProgress{program: p, plan: plan, now: time.Now}
	s.bar, s.width = barOn(p.moving())
	return s
}

// tell is told of points.
func (s *scanProgress) tell(e experiment.Event) {
	s.program.events.pointDone(s.plan, e)
	s.clear()
	name := s.plan.Name(e.Point)
	s.shown = s.now()
	switch {
	case e.Begun > 0:
		s.began, s.work = s.now(), name
		if e.Begun > 1 {
			s.work += fmt.Sprintf(" and %s more", count(int64(e.Begun-1), "point"))
		}
	case e.Err != nil:
		fmt.Fprintf(s.program.errs, "%s failed: %v\n", name, e.Err)
	default:
		s.made = true
		left := ""
		if e.Left > 0 {
			left = fmt.Sprintf(", %s to go, about %v", count(int64(e.Left), "point"), e.Time.Round(time.Second))
		}
		fmt.Fprintf(s.program.out, "%s: %s%s\n", name, count(int64(e.Trials), "trial"), left)
	}
}

// at is told how far the points at work are.
func (s *scanProgress) at(made, steps int64) {
	now := s.now()
	least := quiet
	if s.bar != nil {
		least = redrawn
	}
	if s.work == "" || now.Sub(s.shown) < least {
		return
	}
	s.shown = now
	text := s.line(made, steps, now.Sub(s.began))
	if s.bar == nil {
		fmt.Fprintf(s.program.moving(), "%s\n", text)
		return
	}
	full := int(barWidth * made / max(1, steps))
	text = fmt.Sprintf("[%s%s] %s", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), text)
	// A bar that cannot be drawn is no reason to end a scan.
	fmt.Fprint(s.bar, erase+text[:min(len(text), s.width-1)])
	s.drawn = true
}

// line says how far the points at work are, which took so long.
func (s *scanProgress) line(made, steps int64, took time.Duration) string {
	left := time.Duration(float64(took) / float64(max(1, made)) * float64(steps-made))
	return fmt.Sprintf("%d %%, step %d of %d, %v left at most: %s", 100*made/max(1, steps), made, steps, left.Round(time.Second), s.work)
}

// clear removes the bar.
func (s *scanProgress) clear() {
	if s.drawn {
		fmt.Fprint(s.bar, erase)
		s.drawn = false
	}
}
