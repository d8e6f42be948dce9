package sorn

import (
	"strings"
	"testing"
)

func TestFromINI(t *testing.T) {
	for _, c := range []struct{ from, want string }{
		{"[Network_Config]\nNe = 200\nNi = int(0.2*Ne)\nte_max: 1.\nnetwork_type_ie = Dense\n", "model = \"sorn\"\nsorn.ne = 200\n\nsorn.te_max = 1.0\nsorn.network_type_ie = \"Dense\"\nera = [{}]"},
		{"; a comment\n\n[network_config]\r\neta_stdp=.004\n", "\n\nmodel = \"sorn\"\nsorn.eta_stdp = 0.004\nera = [{}]"},
		{"model = \"sorn\"\n[sorn]\nne = 200\n", ""},
		{"[graph]\nsides = [10]\n[Network_Config]\n", ""},
		{"", ""},
	} {
		if got := string(FromINI([]byte(c.from))); got != c.want {
			t.Errorf("%q becomes %q, not %q", c.from, got, c.want)
		}
	}
}

// Every line stays in its place, so that messages point at the user's own.
func FuzzFromINI(f *testing.F) {
	f.Add([]byte("# x\n[Network_Config]\nNe = 200\nnetwork_type_ee = Sparse\n"))
	f.Add([]byte("[Network_Config]\n[other]\n=\n:\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		out := FromINI(src)
		if more := strings.Count(string(out), "\n") - strings.Count(string(src), "\n"); out != nil && (more < 0 || more > 1) {
			t.Errorf("%q becomes %q", src, out)
		}
	})
}
