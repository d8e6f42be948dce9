package exchange

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"tnn-gpu/host/text"
)

// expected is the form of a list, for those whose file has another.
const expected = "an edge is `a b` or `a b weight` on a line of its own, with spaces, tabs, commas or semicolons between; ids are numbers from 0 on or names, and # begins a comment"

// Read reads a network from a file. What it is shows in its contents: arrays of
// NumPy such as those of a run's final.npz, XML for GraphML and GEXF, GML, adjacency
// lists of NetworkX, Matrix Market, Pajek, and else a list of edges; all but arrays may be packed by gzip or bzip2.
func Read(path string, o Options) (*Import, error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 8)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	head = head[:n]
	in := bufio.NewReaderSize(f, 1<<16)
	extension := strings.ToLower(filepath.Ext(path))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")), extension == ".npz":
		return named(path)(readArchive(f, path, o))
	case bytes.HasPrefix(head, []byte("\x93NUMPY")), extension == ".npy":
		return named(path)(readPairs(f, path, o))
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%s: it cannot be unpacked: %w", path, err)
		}
		return named(path)(readText(&packed{in: unpacked, limit: o.Memory}, extension, o))
	case bytes.HasPrefix(head, []byte("BZh")):
		return named(path)(readText(&packed{in: bzip2.NewReader(in), limit: o.Memory}, extension, o))
	}
	return named(path)(readText(in, extension, o))
}

// named puts the file, and the line where there is one, before an error.
func named(path string) func(*Import, error) (*Import, error) {
	return func(n *Import, err error) (*Import, error) {
		var l *lineError
		switch {
		case err == nil:
			return n, nil
		case errors.As(err, &l) && l.line > 0:
			return nil, fmt.Errorf("%s:%d: %w", path, l.line, err)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
}

// readText reads what is no array.
func readText(r io.Reader, extension string, o Options) (*Import, error) {
	in := text.NewReader(r)
	head, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, at(1, "the line cannot be read: %w", err)
	}
	begin := strings.TrimSpace(lower(head))
	if format := foreign(begin, extension); format != "" {
		return nil, fmt.Errorf("%s, which is not read: export GraphML, or a list of edges (%s)", format, expected)
	}
	switch {
	case strings.HasPrefix(begin, "<"), extension == ".graphml", extension == ".gexf", extension == ".xml":
		return readGraphML(in, o)
	case extension == ".gml", isGML(begin):
		return readGML(in, o)
	case strings.HasPrefix(begin, "%%matrixmarket"):
		return readMatrixMarket(in, o)
	case extension == ".mtx":
		return nil, errors.New("a file of Matrix Market begins with a line such as `%%MatrixMarket matrix coordinate real symmetric`")
	case isAdjacency(begin, extension):
		return readAdjacency(in, o)
	case beginsWithStar(begin):
		return readPajek(in, o)
	}
	return readList(in, o)
}

// beginsGML is how GML begins, after comments: with a graph, or with who made it.
var beginsGML = regexp.MustCompile(`^(#[^\n]*\n\s*)*((creator|version|comment|label|directed)\s+("[^"]*"|[-+.0-9a-z]+)\s+)*graph\s*(#[^\n]*\n\s*)*\[`)

func isGML(begin string) bool { return beginsGML.MatchString(begin) }

// lower makes letters of ASCII small, and leaves all other bytes as they are.
func lower(text []byte) string {
	out := bytes.Clone(text)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}

// packed is what comes out of an archive, up to a limit, as a few bytes of one can
// unpack to any number.
type packed struct {
	in    io.Reader
	limit int64 // 0 is none
	count int64
}

func (p *packed) Read(to []byte) (int, error) {
	n, err := p.in.Read(to)
	p.count += int64(n)
	if p.limit > 0 && p.count > p.limit {
		return n, fmt.Errorf("it unpacks to more than the %d MB of memory that this process can have", p.limit>>20)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("it cannot be unpacked: %w", err)
	}
	return n, err
}

// foreign names the format of a file that is none of those that are read.
func foreign(begin, extension string) string {
	for _, f := range []struct{ start, name string }{
		{"\x89hdf", "it is HDF5 (a .mat file of MATLAB 7.3, or .h5)"},
		{"matlab 5.0", "it is a .mat file of MATLAB"},
		{"rdx", "it is a file of R's save"},
		{"x\n\x00\x00", "it is a file of R's saveRDS"},
		{"\x80\x03", "it is a pickle of Python"},
		{"\x80\x04", "it is a pickle of Python"},
		{"\x80\x05", "it is a pickle of Python"},
		{"\xfd7zxz", "it is packed by xz"},
		{"(\xb5/\xfd", "it is packed by zstd"},
		{"7z\xbc\xaf", "it is an archive of 7-Zip"},
		{"\xd0\xcf\x11", "it is a file of an old Excel"},
		{"%pdf", "it is a PDF"},
		{"par1", "it is a Parquet file"},
		{"graph {", "it is a graph of Graphviz"},
		{"graph{", "it is a graph of Graphviz"},
		{"digraph", "it is a graph of Graphviz"},
		{"strict graph", "it is a graph of Graphviz"},
		{"strict digraph", "it is a graph of Graphviz"},
		{"dl ", "it is a DL file of UCINET"},
		{">>graph6<<", "it is in the format graph6"},
		{">>sparse6<<", "it is in the format sparse6"},
		{"leda.graph", "it is a graph of LEDA"},
		{"nodedef>", "it is GDF"},
		{"p edge ", "it is in the format of DIMACS"},
		{"p col ", "it is in the format of DIMACS"},
		{"p sp ", "it is in the format of DIMACS"},
		{"c ", "it looks like the format of DIMACS"},
		{"{", "it is JSON"},
		{"[", "it is JSON"},
	} {
		if strings.HasPrefix(begin, f.start) && !(f.start == "c " && !strings.Contains(begin, "\np ")) {
			return f.name
		}
	}
	if tar := 257; len(begin) > tar+5 && strings.Contains(begin[tar-8:], "ustar") {
		return "it is an archive of tar"
	}
	if strings.ContainsRune(begin, 0) {
		return "it is no text"
	}
	switch extension {
	case ".lgl":
		return "it is an adjacency list of LGL"
	case ".metis":
		return "it is an adjacency list"
	case ".dot", ".gv", ".json", ".mat", ".xlsx", ".dl":
		if !strings.HasPrefix(begin, "<") {
			return "it is called " + extension
		}
	}
	return ""
}
