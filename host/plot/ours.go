package plot

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"strconv"
)

// Marks say in a file that this program has drawn it.
const (
	program = "tnn-gpu"
	svgMark = "<!-- drawn by " + program + " -->\n"
	pdfMark = "%drawn by " + program + "\n"
)

// headPNG is what a PNG file begins with: its signature, and the chunk that tells its
// size. The mark comes behind it.
const headPNG = 8 + 25

// writePNG encodes a picture, with the name of the program in it.
func writePNG(w io.Writer, picture image.Image) error {
	if drawn, ok := picture.(*image.RGBA); ok {
		if small := paletted(drawn); small != nil {
			picture = small
		}
	}
	var b bytes.Buffer
	// Fast, as a run of a second ends with such a picture.
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&b, picture); err != nil {
		return err
	}
	for _, part := range [][]byte{b.Bytes()[:headPNG], markPNG(), b.Bytes()[headPNG:]} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// markPNG is a chunk of text (PNG specification, section 11.3.3).
func markPNG() []byte {
	text := []byte("tEXtSoftware\x00" + program)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(text)-len("tEXt")))
	out = append(out, text...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(text))
}

// writeSVG also names fonts whose letters are as wide as those that were measured, for
// readers that do not have these.
func writeSVG(w io.Writer, drawn io.WriterTo) error {
	const measured, like = "font-family:Liberation Sans", ",Arial,Helvetica,sans-serif"
	var b bytes.Buffer
	if err := marked(&b, svgMark, drawn); err != nil {
		return err
	}
	_, err := w.Write(bytes.ReplaceAll(b.Bytes(), []byte(measured+";"), []byte(measured+like+";")))
	return err
}

// marked writes a document with a mark behind it.
func marked(w io.Writer, mark string, document io.WriterTo) error {
	_, err := document.WriteTo(w)
	if err == nil {
		_, err = io.WriteString(w, mark)
	}
	return err
}

// IsOurs tells whether a file is a plot that this program has drawn.
func IsOurs(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, headPNG+len(markPNG()))
	if n, err := f.ReadAt(head, 0); err == nil && n == len(head) && bytes.Equal(head[headPNG:], markPNG()) {
		return true
	}
	for _, mark := range []string{svgMark, pdfMark} {
		tail := make([]byte, len(mark))
		if _, err := f.ReadAt(tail, max(0, info.Size()-int64(len(mark)))); err == nil && string(tail) == mark {
			return true
		}
	}
	return false
}

// WriteData writes what the curves of a page are of: a row for each point.
func (p *Page) WriteData(w io.Writer) error {
	out := csv.NewWriter(w)
	err := out.Write([]string{"panel", "x_title", "y_title", "curve", "x", "y", "upper", "lower"})
	number := func(v float64, log bool) string {
		if log {
			v = math.Pow(10, v)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	for i, panel := range p.Panels {
		logX := panel.FineDecades || panel.Decades
		for _, c := range panel.Curves {
			name, x := c.nameIn(p.Colours), c.X
			logY := panel.FineDecadesY
			if c.Linear != nil {
				c, logY = *c.Linear, false
			}
			for k := range x {
				row := []string{strconv.Itoa(i), panel.X, panel.Y, name, number(x[k], logX), number(c.Y[k], logY), "", ""}
				if c.Spread != nil {
					row[6], row[7] = number(c.Y[k]+c.Spread[k], logY), number(c.Y[k]-c.down(k), logY)
				}
				err = errors.Join(err, out.Write(row))
			}
		}
	}
	out.Flush()
	return errors.Join(err, out.Error())
}
