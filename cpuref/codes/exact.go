package codes

import (
	"tnn-gpu/host/codes"
	"tnn-gpu/host/fmath"
)

// exact fills in the entropy of messages given outputs, H = -1/M sum p(y|m) ln q(m|y),
// and its gradient by what is sent, -1/M sum dp(y|m)/dx ln q(m|y): the rest of it
// cancels. Device twins: codes_entropy and codes_slope.
func (p *population[F]) exact(s *scratch[F]) {
	table := p.table
	n, messages, outputs := table.N, table.Messages(), 1<<table.N
	slope := p.constants.Slope
	for y := range outputs {
		row, sum := s.likely, F(0)
		for m := range row {
			row[m] = codes.Likelihood(s.x[m*n:][:n], y, slope)
			sum += row[m]
		}
		part := F(0)
		for m, likely := range row {
			a := codes.Sizable(F(likely * fmath.Log(F(likely/sum))))
			s.messages[m*outputs+y] = a
			part += a
		}
		s.terms[y] = part
	}
	p.loss[0] = -F(fmath.Total(s.terms) / F(messages))
	for k, x := range s.x {
		parts := s.messages[k/n*outputs:][:outputs]
		up, down := F(slope/(1+F(slope*x))), -F(slope/(1-F(slope*x)))
		s.gradient[k] = -F(weigh(parts, s.terms, k%n, down, up) / F(messages))
	}
}

// weigh adds parts by output along the house's pair tree, each times up where the bit of
// its output is 1, else times down.
func weigh[F fmath.Float](parts, terms []F, bit int, down, up F) F {
	half := len(parts) / 2
	terms = terms[:half]
	if bit == 0 {
		for i := range terms {
			terms[i] = F(parts[2*i]*down) + F(parts[2*i+1]*up)
		}
	} else {
		for i := range terms {
			factor := down
			if i>>(bit-1)&1 == 1 {
				factor = up
			}
			terms[i] = F(parts[2*i]*factor) + F(parts[2*i+1]*factor)
		}
	}
	return fmath.Total(terms)
}
