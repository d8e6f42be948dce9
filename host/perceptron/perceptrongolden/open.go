package perceptrongolden

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Open reads a file of vectors: *Trajectories, *Seeded, *Theory or *Statistics.
func Open(path string) (any, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	v, err := Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

// maxBytes bounds what a file may hold, unpacked.
const maxBytes = 1 << 28

// Decode reads a file of vectors, packed by gzip or not.
func Decode(r io.Reader) (any, error) {
	in := bufio.NewReader(r)
	var text io.Reader = in
	if head, _ := in.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		defer unpacked.Close()
		text = unpacked
	}
	src, err := io.ReadAll(io.LimitReader(text, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(src) > maxBytes {
		return nil, fmt.Errorf("it unpacks to more than the %d bytes that are read", maxBytes)
	}
	var head struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(src, &head); err != nil {
		return nil, fmt.Errorf("it is no file of vectors: %w", err)
	}
	var into interface{ validate() error }
	switch head.Format {
	case TrajectoriesFormat:
		into = &Trajectories{}
	case SeededFormat:
		into = &Seeded{}
	case TheoryFormat:
		into = &Theory{}
	case StatisticsFormat:
		into = &Statistics{}
	default:
		return nil, fmt.Errorf("its format is %q, which is none of the perceptron's", head.Format)
	}
	if err := json.Unmarshal(src, into); err != nil {
		return nil, fmt.Errorf("it is not as %q should be: %w", head.Format, err)
	}
	return into, into.validate()
}
