package main

import (
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/config"
	"tnn-gpu/host/models"
	"tnn-gpu/host/results"
)

// claimed is a run of docs/paper.md: as written where TNN_SOAK=1 asks for that, else made
// smaller.
func claimed(t *testing.T, dir, name, preset string, full, smaller []string) {
	t.Helper()
	args := []string{"run", "--preset", preset, "--backend", "cpu", "--set", "record.overview=false", "--out", name}
	if backendtest.Soak() {
		args = append(args, full...)
	} else {
		args = append(args, smaller...)
	}
	tnnGPU(t, dir, args...).want(t, codeDone)
}

// atEnd is a quantity of the last epoch, by replica.
func atEnd(t *testing.T, dir, run, quantity string) []float64 {
	t.Helper()
	r, err := results.Open(filepath.Join(dir, run))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	name := "epochs.csv"
	if r.Replicas() > 1 {
		name = "epochs_replicas.csv"
	}
	table, err := r.Table(name)
	if err != nil {
		t.Fatal(err)
	}
	all := table.Column(quantity)
	return all[len(all)-r.Replicas():]
}

// TestPaperSingleNode is figure 5: a stronger external node polarises a larger region,
// which follows its sign.
func TestPaperSingleNode(t *testing.T) {
	dir := t.TempDir()
	claimed(t, dir, "fig5", "hylton2019-fig5", []string{"--replicas", "10", "--record", "state", "--every", "1"}, []string{"--replicas", "2", "--record", "state", "--every", "1"})
	var region []float64
	for _, era := range [][2]string{{"5", "200"}, {"205", "400"}, {"405", "600"}} {
		s := statsOf(t, dir, "fig5", "--first", era[0], "--last", era[1], "--of", "polarisation,flips")
		region = append(region, s.value(0, "polarisation", "region"))
		if era[0] != "5" && !(s.value(0, "flips", "before") < -0.8 && s.value(0, "flips", "after") > 0.8) {
			t.Errorf("in steps %s to %s neighbours oppose the new sign by %.2f before a flip and %.2f after it", era[0], era[1], s.value(0, "flips", "before"), s.value(0, "flips", "after"))
		}
	}
	if !(region[0] < 20 && region[1] > region[0]+8 && region[2] > 2*region[1]) {
		t.Errorf("the regions of weights 1, 10 and 100 have %.1f sites", region)
	}
}

// TestPaperTwoNodes are figures 6 and 7: where the polarities of two external nodes fit
// their sublattices they share a domain, else a wall parts them; and the weights between
// them are stronger where one is the other's opposite.
func TestPaperTwoNodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bridge := map[string]float64{}
	for name, together := range map[string]bool{"fig6": true, "fig6b": false, "fig7": true, "fig7b": false} {
		steps := "400" // weights take their time to grow
		if !together {
			steps = "220"
		}
		claimed(t, dir, name, "hylton2019-"+name, []string{"--replicas", "10", "--record", "state", "--every", "10"}, []string{"--replicas", "3", "--steps", steps, "--record", "state", "--every", "10"})
		s := statsOf(t, dir, name, "--first", "151", "--of", "polarisation")
		across := s.value(0, "polarisation", "across")
		bridge[name] = s.value(0, "polarisation", "bridge")
		if together && !(across > 0.5) || !together && !(across < -0.3) {
			t.Errorf("%s: the second half of the way is polarised by %.2f", name, across)
		}
	}
	if !(bridge["fig6"] > 1.3*bridge["fig7"] && bridge["fig7"] > 1) {
		t.Errorf("squared weights between the nodes are %.1f and %.1f times the mean", bridge["fig6"], bridge["fig7"])
	}
}

// TestPaperOrder are figures 1 to 4: domains at one temperature, which grow as nodes are
// colder, and an abrupt way to order with 16 connections.
func TestPaperOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	claimed(t, dir, "fig1", "hylton2019-fig1", []string{"--replicas", "10"}, []string{"--replicas", "4", "--steps", "100", "--set", "graph.sides=[20, 20]"})
	claimed(t, dir, "fig2", "hylton2019-fig2", []string{"--replicas", "10"}, []string{"--replicas", "4", "--steps", "100", "--set", "graph.sides=[20, 20]"})
	one, colder := mean(atEnd(t, dir, "fig1", "order")), mean(atEnd(t, dir, "fig2", "order"))
	if !(one > 0.3 && one < 0.45 && colder > one+0.03) {
		t.Errorf("order is %.3f at one temperature, and %.3f where nodes are colder", one, colder)
	}
	if c := mean(atEnd(t, dir, "fig1", "colour")); math.Abs(c) > 0.3 {
		t.Errorf("the colour is %.2f, so that there is one domain", c)
	}
	claimed(t, dir, "fig3", "hylton2019-fig3", []string{"--sweep", "group[0].inverse_temperature=0.9,1,1.1,1.25", "--replicas", "4"},
		[]string{"--sweep", "group[0].inverse_temperature=0.9,1.25", "--replicas", "2", "--steps", "120", "--set", "graph.sides=[24, 24]"})
	order := atEnd(t, dir, "fig3", "order")
	if !(order[0] < 0.35 && order[len(order)-1] > 0.75) {
		t.Errorf("order is %.2f by temperature", order)
	}
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// TestPaperRatio: only the ratio of the temperatures counts. Where both change by the
// same power of 2, single precision rounds the same way, and order has the same bits
// until a sample falls on the other side of a rounding.
func TestPaperRatio(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var order []float64
	for i, f := range []string{"0.25", "1", "4"} {
		name := "ratio" + string(rune('0'+i))
		set := []string{"--set", "group[0].inverse_temperature=" + f, "--set", "edge.inverse_temperature=" + f}
		claimed(t, dir, name, "hylton2019-fig1", append(set, "--replicas", "10"), append(set, "--replicas", "2", "--steps", "60", "--set", "graph.sides=[20, 20]"))
		order = append(order, mean(atEnd(t, dir, name, "order")))
	}
	if math.Abs(order[0]-order[1]) > 0.03 || math.Abs(order[2]-order[1]) > 0.03 {
		t.Errorf("order is %.4f at f = g = 0.25, 1, 4", order)
	}
	other := append([]string{"--set", "edge.inverse_temperature=4"}, "--replicas", "2", "--steps", "60", "--set", "graph.sides=[20, 20]")
	claimed(t, dir, "hot", "hylton2019-fig1", other, other)
	if hot := mean(atEnd(t, dir, "hot", "order")); !(hot < order[1]-0.1) {
		t.Errorf("order is %.3f at f/g = 1/4, and %.3f at 1", hot, order[1])
	}
}

// TestPaperPairs are figures 8 to 11: external nodes come to be followed, the quality of
// transport and the weights grow.
func TestPaperPairs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, preset := range []string{"hylton2019-fig8", "hylton2019-fig10"} {
		claimed(t, dir, preset, preset, []string{"--replicas", "2"}, []string{"--steps", "60", "--set", "graph.sides=[40, 40]"})
		r, err := results.Open(filepath.Join(dir, preset))
		if err != nil {
			t.Fatal(err)
		}
		table, err := r.Table("steps.csv")
		if err == nil {
			err = r.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, quantity := range []string{"quality", "weight2", "energy"} {
			v := table.Column(quantity)
			if early, late := mean(v[:5]), mean(v[len(v)*9/10:]); !(late > 1.3*early) {
				t.Errorf("%s: %s is %.2f at first, and %.2f at last", preset, quantity, early, late)
			}
		}
		if solved := mean(table.Column("solved_percent")[table.Rows()/2:]); !(solved > 80) {
			t.Errorf("%s: %.0f %% of the external nodes are solved", preset, solved)
		}
	}
}

// TestNeighboursFollow: what the README says of driven networks. If neighbours turned
// before external nodes do, anticipation would be above 0.
func TestNeighboursFollow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, preset := range []string{"driven", "relaxed-driven"} {
		claimed(t, dir, preset, preset, []string{"--steps", "2000", "--record", "state", "--every", "1"}, []string{"--steps", "400", "--record", "state", "--every", "1"})
		r := tnnGPU(t, dir, "stats", preset, "--first", "101", "--of", "flips").want(t, codeDone)
		s := statsOf(t, dir, preset, "--first", "101", "--of", "flips")
		if preset == "driven" {
			r.want(t, codeDone, "neighbours follow: they do not turn before external nodes do")
			if before, at, after := s.value(0, "flips", "before"), s.value(0, "flips", "at"), s.value(0, "flips", "end"); !(before < -0.4 && at > before+0.4 && after > 0.4) {
				t.Errorf("neighbours oppose the new sign by %.2f before the flip, %.2f at it, %.2f after", before, at, after)
			}
		}
		if v := s.value(0, "flips", "anticipation"); !(v < 0.15) {
			t.Errorf("%s: anticipation is %.2f", preset, v)
		}
	}
}

// TestPaperPage: docs/paper.md has every preset of the paper, and names none that is not
// there; each of its claims is whole.
func TestPaperPage(t *testing.T) {
	page := string(read(t, "../../docs/paper.md"))
	named := map[string]bool{}
	for _, name := range regexp.MustCompile(`hylton2019-fig\w+`).FindAllString(page, -1) {
		named[name] = true
	}
	for _, p := range config.Presets() {
		if strings.HasPrefix(p.Name, "hylton2019-fig") && !named[p.Name] {
			t.Errorf("docs/paper.md does not have %s", p.Name)
		}
		delete(named, p.Name)
	}
	if len(named) > 0 {
		t.Errorf("docs/paper.md has presets that are not there: %v", named)
	}
	// Each claim has a verdict, a section with a command, a figure that is there, and numbers
	// that decide.
	claims := regexp.MustCompile(`(?m)^\| [^|]+ \| \[([^]]+)\]\(#[a-z0-9-]+\) \| (yes|no) \|$`).FindAllStringSubmatch(page, -1)
	if len(claims) < 15 {
		t.Errorf("%d claims are found", len(claims))
	}
	for _, c := range claims {
		_, section, _ := strings.Cut(page, "\n## "+c[1]+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		figures := regexp.MustCompile(`\]\((gallery/paper-[^)]+)\)`).FindAllStringSubmatch(section, -1)
		decided := regexp.MustCompile(`(?m)\| (-?[0-9][^|]*) \| (yes|no) \|$`).FindAllStringSubmatch(section, -1)
		if !strings.Contains(section, "\ntnn-gpu ") || len(figures) == 0 || len(decided) == 0 || strings.Contains(section, "|  | ") {
			t.Errorf("%s: %d figures, %d numbers that decide", c[1], len(figures), len(decided))
		}
		for _, f := range figures {
			read(t, "../../docs", f[1])
		}
		if holds := !slices.ContainsFunc(decided, func(d []string) bool { return d[2] == "no" }); holds != (c[2] == "yes") {
			t.Errorf("%s: its verdict is %s, and its numbers say otherwise", c[1], c[2])
		}
	}
	for _, m := range regexp.MustCompile(`--of ([a-z,]+)`).FindAllStringSubmatch(page, -1) {
		if _, err := analysis.Choose(models.Statistics("tnn"), strings.Split(m[1], ",")); err != nil {
			t.Error(err)
		}
	}
}
