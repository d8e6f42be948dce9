package hopfield

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/png" // images of patterns
	"path/filepath"
	"slices"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/text"
)

// maxFileValues bounds what a file of patterns may hold.
const maxFileValues = 1 << 31

// images are patterns of one size that were given. Sides are those of images, nil
// where there are none.
type images struct {
	patterns []Pattern
	n        int
	sides    []int
}

// readPatterns takes the patterns of files, or the letters, and the start of a file.
func (n *Network) readPatterns() error {
	p, given := n.Spec.Patterns, &images{}
	switch {
	case p.Letters > 0:
		given.patterns, given.n, given.sides = Letters(p.Letters), p.Letters*p.Letters, []int{p.Letters, p.Letters}
	case len(p.Texts) > 0:
		var err error
		if given, err = p.spelled(); err != nil {
			return err
		}
	case len(p.Files) > 0:
		for i, path := range p.Files {
			if err := given.add(path, p.Threshold); err != nil {
				return model.BadKey(fmt.Sprintf("patterns.files[%d]", i), path, err.Error())
			}
		}
	}
	if given.patterns != nil && given.n < 2 {
		return model.BadKey("network.units", given.n, "the given patterns have so many, and a network has 2 or more")
	}
	if given.patterns != nil {
		if n.N != 0 && n.N != given.n {
			return model.BadKey("network.units", n.N, fmt.Sprintf("the given patterns have %d units, so leave it out", given.n))
		}
		if p.Count > len(given.patterns) {
			return model.BadKey("patterns.count", p.Count, fmt.Sprintf("%s %s given", text.Count(len(given.patterns), "pattern"), text.IsOrAre(len(given.patterns))))
		}
		n.N, n.Given, n.Sides = given.n, given.patterns, given.sides
	}
	if n.N == 0 {
		n.N = n.Spec.units()
	}
	if text := n.Spec.Recall.State; text != "" {
		start := &images{n: n.N}
		if err := start.addText(text); err != nil {
			return model.BadKey("recall.state", text, err.Error())
		}
		n.Start = start.patterns[0]
	}
	if path := n.Spec.Recall.Start; path != "" {
		start := &images{n: n.N}
		if err := start.add(path, p.Threshold); err != nil {
			return model.BadKey("recall.start", path, err.Error())
		}
		if len(start.patterns) > 1 {
			return model.BadKey("recall.start", path, fmt.Sprintf("it has %d patterns; give a file with the one to start from", len(start.patterns)))
		}
		n.Start = start.patterns[0]
	}
	return nil
}

// spelled are the patterns of texts.
func (p *PatternsSpec) spelled() (*images, error) {
	given := &images{}
	for i, text := range p.Texts {
		if err := given.addText(text); err != nil {
			return nil, model.BadKey(fmt.Sprintf("patterns.texts[%d]", i), text, err.Error())
		}
	}
	return given, nil
}

// add reads the patterns of a file.
func (g *images) add(path string, threshold float64) error {
	read := readText
	switch ending := strings.ToLower(filepath.Ext(path)); ending {
	case ".png":
		read = func(path string) (*images, error) { return readImage(path, threshold) }
	case ".npy":
		read = readArray
	case ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".svg", ".npz", ".csv", ".mat":
		return fmt.Errorf("files that end in %s are not read; give a PNG image, a NPY array, or a text of + and -", ending)
	}
	more, err := read(path)
	if err != nil {
		return err
	}
	return g.join(more)
}

// addText adds the pattern that a text spells.
func (g *images) addText(spelled string) error {
	if spelled == "" {
		return errors.New("it has no unit: write + or - for each, or 1 or 0")
	}
	p, err := parse(spelled)
	if err != nil {
		return err
	}
	return g.join(&images{[]Pattern{p}, len(spelled), nil})
}

// parse reads a pattern of + and -, or of 0 and 1.
func parse(text string) (Pattern, error) {
	if len(text) > MaxUnits {
		return nil, fmt.Errorf("it has %d units, and a network has at most %d", len(text), MaxUnits)
	}
	if !strings.ContainsAny(text, "01") {
		return ParsePattern(text)
	}
	if i := strings.IndexAny(text, "+-"); i >= 0 {
		return nil, fmt.Errorf("unit %d is %q, and others are 0 or 1; write all with + and -, or all with 0 and 1", i, text[i])
	}
	return ParsePattern(strings.NewReplacer("0", "-", "1", "+").Replace(text))
}

// join adds patterns of the same size.
func (g *images) join(more *images) error {
	if g.n != 0 && more.n != g.n || g.sides != nil && !slices.Equal(g.sides, more.sides) {
		return fmt.Errorf("its patterns have %s, the others %s; all must have one size", sizeText(more.n, more.sides), sizeText(g.n, g.sides))
	}
	if g.patterns == nil {
		g.sides = more.sides
	}
	g.n, g.patterns = more.n, append(g.patterns, more.patterns...)
	return nil
}

func sizeText(n int, sides []int) string {
	if len(sides) == 2 {
		return fmt.Sprintf("%d x %d pixels", sides[1], sides[0])
	}
	return text.Count(n, "unit")
}

// readImage reads a PNG image: a pixel is +1 where it is at least as bright as the
// threshold, 0 taking Otsu's.
func readImage(path string, threshold float64) (*images, error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	config, _, err := image.DecodeConfig(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("it is no PNG image (%w)", err)
	}
	if config.Width > MaxUnits || config.Height > MaxUnits || config.Width*config.Height > MaxUnits {
		return nil, fmt.Errorf("it has %d x %d pixels, and a network has at most %d units", config.Width, config.Height, MaxUnits)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, err
	}
	picture, _, err := image.Decode(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("it is no whole PNG image (%w)", err)
	}
	b := picture.Bounds()
	grey := make([]uint8, 0, b.Dx()*b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			grey = append(grey, color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y)
		}
	}
	least := otsu(grey)
	if threshold > 0 {
		least = int(threshold*255 + 0.5)
	}
	p := NewPattern(len(grey))
	for i, v := range grey {
		p.Set(i, int(v) >= least)
	}
	return &images{[]Pattern{p}, len(grey), []int{b.Dy(), b.Dx()}}, nil
}

// otsu is the grey from which on pixels are bright, so that the variance between dark
// and bright ones is largest (Otsu 1979).
func otsu(grey []uint8) int {
	var histogram [256]float64
	sum := 0.0
	for _, v := range grey {
		histogram[v]++
		sum += float64(v)
	}
	var dark, darkSum, best float64
	least := 128
	for v := range 255 {
		dark += histogram[v]
		darkSum += float64(v) * histogram[v]
		bright := float64(len(grey)) - dark
		if dark == 0 || bright == 0 {
			continue
		}
		difference := darkSum/dark - (sum-darkSum)/bright
		if between := dark * bright * difference * difference; between > best {
			best, least = between, v+1
		}
	}
	return least
}

// readArray reads a NPY array: a pattern, patterns x units, or patterns x rows x
// columns, of -1 and +1 or of 0 and 1.
func readArray(path string) (*images, error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a, err := npy.ReadArray(f, path, maxFileValues)
	if err != nil {
		return nil, err
	}
	out := &images{n: len(a.Values)}
	switch len(a.Shape) {
	case 1:
	case 2:
		out.n = int(a.Shape[1])
	case 3:
		out.n, out.sides = int(a.Shape[1]*a.Shape[2]), []int{int(a.Shape[1]), int(a.Shape[2])}
	default:
		return nil, fmt.Errorf("it has %s; give a pattern, patterns x units or patterns x rows x columns", text.Count(len(a.Shape), "dimension"))
	}
	if out.n < 2 || out.n > MaxUnits {
		return nil, fmt.Errorf("its patterns have %s; use 2 to %d", text.Count(out.n, "unit"), MaxUnits)
	}
	if len(a.Values) == 0 {
		return nil, errors.New("it has no pattern")
	}
	for from := 0; from < len(a.Values); from += out.n {
		p := NewPattern(out.n)
		for i, v := range a.Values[from : from+out.n] {
			if v != 1 && v != -1 && v != 0 {
				return nil, fmt.Errorf("value %d of pattern %d is %g; values are -1 and +1, or 0 and 1", i, len(out.patterns), v)
			}
			p.Set(i, v == 1)
		}
		out.patterns = append(out.patterns, p)
	}
	return out, nil
}

// mostOfLine bounds a line of a text, which may have blanks between units.
const mostOfLine = 4 * MaxUnits

// readText reads a pattern a line, of + and -, or of 0 and 1; blanks between units and
// lines that begin with # are passed over.
func readText(path string) (*images, error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(text.NewReader(f))
	lines.Buffer(nil, mostOfLine)
	out := &images{}
	for number := 1; lines.Scan(); number++ {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = strings.Join(strings.Fields(line), "")
		if line == "" {
			continue
		}
		p, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if out.n != 0 && len(line) != out.n {
			return nil, fmt.Errorf("line %d has %d units, the lines before it %d", number, len(line), out.n)
		}
		out.n, out.patterns = len(line), append(out.patterns, p)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("a line has more than %d characters, and a network has at most %d units", mostOfLine, MaxUnits)
	case err != nil:
		return nil, err
	case out.patterns == nil:
		return nil, errors.New("it has no pattern; write one a line, with + and -, or with 0 and 1")
	}
	return out, nil
}
