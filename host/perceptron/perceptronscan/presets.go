package perceptronscan

import (
	"fmt"
	"strings"

	"tnn-gpu/host/experiment"
)

// sevenRules is the axis of all rules.
const sevenRules = `[[axis]]
key = "perceptron.rule"
values = ["hebb", "perceptron", "adatron", "alphatron(0.25)", "alphatron(0.5)", "alphatron(1)", "alphatron(2)"]
`

const bothNoises = `
[[axis]]
key = "perceptron.noise"
values = ["sqrt2", "literal2"]
`

// file is a scan around Hebb's rule.
func file(kind string, count int, set []string, axes, x, quantity string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "format = 1\nbase = \"perceptron-hebb\"\nexperiment = %q\n", kind)
	if len(set) > 0 {
		fmt.Fprintf(&b, "set = [\"%s\"]\n", strings.Join(set, `", "`))
	}
	fmt.Fprintf(&b, "\n[seeds]\ncount = %d\n\n[figure]\nx = %q\nquantity = [%s]\n\n%s", count, x, quantity, axes)
	return b.String()
}

// Presets are scans that are ready to be made.
func Presets() []experiment.Preset {
	small := []string{"perceptron.n=3000", "perceptron.B=9"}
	separated := []string{"perceptron.n=200", "perceptron.B=200", "perceptron.dt=0.0002", "perceptron.time=24", "perceptron.average_from=16"}
	slow := []string{"perceptron.n=250", "perceptron.B=250", "perceptron.dt=0.002", "perceptron.heat_every=1", "perceptron.average_from=0"}
	return []experiment.Preset{
		{Name: "perceptron-headline", Doc: "seven rules with either noise: 10,000 weights, 30 examples a step, ten realisations",
			File: file("steady", 10, nil, sevenRules+bothNoises, "perceptron.rule", `"epsilon"`)},
		{Name: "perceptron-quick", Doc: "the same with 3,000 weights and 9 examples",
			File: file("steady", 10, small, sevenRules+bothNoises, "perceptron.rule", `"epsilon"`)},
		{Name: "perceptron-learn", Doc: "learning curves of the seven rules with either noise",
			File: file("learn", 5, small, sevenRules+bothNoises, "t", `"epsilon"`)},
		{Name: "perceptron-separated", Doc: "entropy production where time scales are separated, and a swirl as control",
			File: file("entropy", 10, separated, `[[axis]]
keys = ["perceptron.rule", "perceptron.swirl"]
values = [["hebb", 0], ["hebb", 1], ["hebb", 2], ["perceptron", 0], ["alphatron(0.25)", 0], ["alphatron(0.5)", 0]]
`, "perceptron.rule", `"hk", "heat"`)},
		{Name: "perceptron-adaptation", Doc: "dissipation and error of the alphatron over alpha",
			File: file("entropy", 5, append([]string{"perceptron.rule=alphatron"}, small...), `[[axis]]
key = "perceptron.alpha"
values = [0, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75]
`, "perceptron.alpha", `"epsilon", "ex"`)},
		{Name: "perceptron-fair", Doc: "each rule over its learning rate: the best one of each",
			File: file("steady", 5, small, `[[axis]]
key = "perceptron.nut"
values = [0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 14, 20]

[[axis]]
key = "perceptron.rule"
values = ["hebb", "perceptron", "alphatron(0.25)", "alphatron(0.5)"]
`, "perceptron.nut", `"epsilon"`)},
		{Name: "perceptron-divergence", Doc: "students that grow without bound, and when",
			File: file("steady", 6, nil, `[[axis]]
keys = ["perceptron.rule", "perceptron.B"]
values = [["alphatron(1)", 30], ["alphatron(2)", 30], ["adatron", 1]]
`, "perceptron.rule", `"t_blow"`)},
		{Name: "perceptron-efficiency", Doc: "what Hebb's rule learns over what it dissipates, when the learning rate rises slowly",
			File: file("efficiency", 20, slow, `[[axis]]
keys = ["perceptron.ramp", "perceptron.time"]
values = [[0, 10], [0.3, 10], [1, 11], [3, 13], [10, 20], [30, 40], [100, 110]]
`, "perceptron.ramp", `"eta", "eta_all"`)},
	}
}
