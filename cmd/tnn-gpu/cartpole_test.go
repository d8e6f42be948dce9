package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/stats"
)

// pole is a pole on a cart (Barto, Sutton and Anderson 1983), as gym's CartPole has it.
type pole struct{ x, speed, angle, turn float64 }

// push makes a step of 20 ms with a force of 10 N to the right or to the left.
func (p *pole) push(right bool) {
	const cart, rod, half, gravity, tau = 1.0, 0.1, 0.5, 9.8, 0.02
	force := -10.0
	if right {
		force = 10
	}
	sin, cos := math.Sincos(p.angle)
	part := (force + rod*half*p.turn*p.turn*sin) / (cart + rod)
	turning := (gravity*sin - cos*part) / (half * (4.0/3 - rod*cos*cos/(cart+rod)))
	moving := part - rod*half*turning*cos/(cart+rod)
	p.x, p.speed = p.x+tau*p.speed, p.speed+tau*moving
	p.angle, p.turn = p.angle+tau*p.turn, p.turn+tau*turning
}

func (p *pole) fell() bool { return math.Abs(p.x) > 2.4 || math.Abs(p.angle) > 12*math.Pi/180 }

// bins are how many units stand for each of the four values.
const bins = 10

// inputs drive, for each of the four values, the unit of its bin.
func (p *pole) inputs() string {
	words := make([]string, 4*bins)
	for i := range words {
		words[i] = "0"
	}
	for k, v := range []float64{p.x / 2.4, p.speed / 2, p.angle / 0.21, p.turn / 2} {
		fine := math.Copysign(math.Sqrt(math.Abs(v)), v) // bins are narrow where the pole is to be
		bin := int(math.Floor((fine + 1) / 2 * bins))
		words[k*bins+min(max(bin, 0), bins-1)] = "100"
	}
	return strings.Join(words, " ")
}

// teacher is a controller that knows the physics.
func (p *pole) teacher() bool { return 0.1*p.x+0.2*p.speed+p.angle+0.3*p.turn > 0 }

// loop is a network that is fed by a test.
type loop struct {
	*testing.T
	in      io.WriteCloser
	answers *bufio.Reader
	program *exec.Cmd
}

func newLoop(t *testing.T, dir string, args ...string) *loop {
	t.Helper()
	c := command(t, dir, args...)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	watchdog := time.AfterFunc(10*time.Minute, func() { _ = c.Process.Kill() })
	t.Cleanup(func() { watchdog.Stop() })
	return &loop{T: t, in: in, answers: bufio.NewReader(out), program: c}
}

// ask writes a line and reads the answer.
func (l *loop) ask(line string) string {
	l.Helper()
	if _, err := io.WriteString(l.in, line+"\n"); err != nil {
		l.Fatal(err)
	}
	answer, err := l.answers.ReadString('\n')
	if err != nil || strings.HasPrefix(answer, "error") {
		l.Fatalf("%.40q is answered %q, %v", line, answer, err)
	}
	return strings.TrimSuffix(answer, "\n")
}

func (l *loop) end() {
	l.Helper()
	l.in.Close()
	if err := l.program.Wait(); err != nil {
		l.Fatal(err)
	}
}

func numbersOf(t *testing.T, answer string) []float64 {
	t.Helper()
	var out []float64
	for _, word := range strings.Fields(answer) {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// TestCartPole: what a read-out of a network has learned from a teacher balances a pole
// through the line protocol, for which chance is no help.
func TestCartPole(t *testing.T) {
	t.Parallel()
	dir, random := t.TempDir(), rand.New(rand.NewPCG(1, 1))
	start := func() *pole {
		v := func() float64 { return 0.1*random.Float64() - 0.05 }
		return &pole{v(), v(), v(), v()}
	}
	// The network settles while the teacher balances, then it is frozen and learned from.
	const units, settle, lessons = 120, 200, 1200
	args := []string{"feed", "--preset", "sorn-0.3", "--set", "sorn.ne=120", "--set", "sorn.nu=40", "--set", "sorn.target_rate=0.1", "--backend", "cpu", "--no-overview"}
	taught := newLoop(t, dir, append(args, "--out", "taught", "--answer", "spikes")...)
	fit, p := stats.NewRidge(units, 1), start()
	for k := range settle + lessons {
		if k == settle {
			if ok := taught.ask("!phase training"); ok != "ok" {
				t.Fatalf("!phase is answered %q", ok)
			}
		}
		states := make([]float64, units)
		for _, i := range numbersOf(t, taught.ask(p.inputs())) {
			states[int(i)] = 1
		}
		right := p.teacher()
		if k >= settle {
			target := -1.0
			if right {
				target = 1
			}
			fit.Add(states, []float64{target})
		}
		if random.Float64() < 0.15 { // so that there is something to put right
			right = !right
		}
		if p.push(right); p.fell() {
			p = start()
			taught.ask("!rest")
		}
	}
	if n := len(strings.Fields(taught.ask(p.inputs()))); n < 4 {
		t.Errorf("%d units are active, and four are driven", n)
	}
	taught.end()
	weights, err := fit.Solve(1)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i := range 1 + units {
		fmt.Fprintln(&text, weights.At(i, 0))
	}
	if err := os.WriteFile(filepath.Join(dir, "readout.csv"), []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}

	steering := newLoop(t, dir, "feed", "--from", "taught", "--steps", "+5000", "--backend", "cpu", "--no-overview", "--out", "steering", "--answer", "readout", "--readout", "readout.csv")
	steering.ask("!phase training")
	lasts := func(steer func(p *pole) bool) (steps int) {
		for p := start(); steps < 500 && !p.fell(); steps++ {
			p.push(steer(p))
		}
		return steps
	}
	read, chance := 0, 0
	for range 3 {
		steering.ask("!rest")
		chance += lasts(func(*pole) bool { return random.IntN(2) == 0 })
		read += lasts(func(p *pole) bool { return numbersOf(t, steering.ask(p.inputs()))[0] > 0 })
	}
	if read < 3*195 || chance > 3*60 { // gym calls the task solved from 195 steps on
		t.Errorf("in three attempts, the read-out balances for %d steps, chance for %d", read, chance)
	}
	steering.end()
	for _, wrong := range []string{"short.csv", "missing.csv"} {
		if err := os.WriteFile(filepath.Join(dir, "short.csv"), []byte("1\n2\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		fedWith(t, dir, "", append(args, "--answer", "readout", "--readout", wrong, "--out", "wrong")...).want(t, codeUsage, wrong)
	}
	fedWith(t, dir, "", append(args, "--answer", "readout", "--out", "wrong")...).want(t, codeUsage, "name a file with --readout")
	r := fedWith(t, dir, "!phase sleep\n!freeze stpd\n!dance\n!freeze stdp ip\n!quit\n", append(args, "--answer", "count,bits", "--out", "commands")...).want(t, codeDone)
	for i, want := range []string{"error: use !phase plasticity or !phase training", `error: "stpd" is no rule`, "error: use !phase PHASE, !freeze RULES, !rest", "ok"} {
		if line := strings.Split(r.out, "\n")[i]; !strings.HasPrefix(line, want) {
			t.Errorf("line %d is answered %q, want %q", i+1, line, want)
		}
	}
}
