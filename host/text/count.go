package text

import "fmt"

// Count is a number with its noun, such as "1 node" or "3 nodes".
func Count[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// CountOrNo is Count with "no" for 0.
func CountOrNo[N int | int64](n N, noun string) string {
	if n == 0 {
		return "no " + noun + "s"
	}
	return Count(n, noun)
}

// IsOrAre is the verb of a number of things.
func IsOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
