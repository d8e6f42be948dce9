package fmath

// Total adds neighbours in pairs, then the results in pairs, and so on, a missing one
// counting as zero: the order of docs/model.md section 12, which is part of the result.
// Every backend adds along the same tree, however it splits the work. Total overwrites v.
func Total[F Float](v []F) F {
	if len(v) == 0 {
		return 0
	}
	for len(v) > 1 {
		half := (len(v) + 1) / 2
		for i := range len(v) / 2 {
			v[i] = v[2*i] + v[2*i+1]
		}
		if len(v)%2 == 1 {
			v[half-1] = v[len(v)-1] + 0
		}
		v = v[:half]
	}
	return v[0]
}
