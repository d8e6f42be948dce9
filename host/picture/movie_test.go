package picture

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// frames of one size that differ.
func frames(n int) []*image.RGBA {
	var out []*image.RGBA
	for i := range n {
		m := image.NewRGBA(image.Rect(0, 0, 32, 20))
		fill(m, m.Bounds(), color.RGBA{uint8(40 * i), 200, 30, 255})
		out = append(out, (&Painter{Scene: &Scene{}, State: true}).withCaption(m, "x"))
	}
	return out
}

func addAll(t *testing.T, m Movie, all []*image.RGBA) {
	t.Helper()
	for _, f := range all {
		if err := m.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
}

type chunk struct {
	kind string
	body []byte
}

func chunksOf(t *testing.T, file []byte) []chunk {
	t.Helper()
	var out []chunk
	for rest := file[8:]; len(rest) > 0; {
		n := binary.BigEndian.Uint32(rest)
		c := chunk{string(rest[4:8]), rest[8 : 8+n]}
		if crc32.ChecksumIEEE(rest[4:8+n]) != binary.BigEndian.Uint32(rest[8+n:]) {
			t.Errorf("the checksum of %s is wrong", c.kind)
		}
		out = append(out, c)
		rest = rest[12+n:]
	}
	return out
}

// TestAPNG reads the file back: its chunks by the book, and every frame alone with
// Go's decoder.
func TestAPNG(t *testing.T) {
	want := frames(4)
	var file bytes.Buffer
	addAll(t, NewAPNG(&file, len(want), 25), want)
	chunks := chunksOf(t, file.Bytes())
	var data [][]byte // by frame
	sequence := uint32(0)
	for _, c := range chunks {
		switch c.kind {
		case "acTL":
			if n := binary.BigEndian.Uint32(c.body); n != 4 {
				t.Errorf("acTL counts %d frames", n)
			}
		case "fcTL", "fdAT":
			if n := binary.BigEndian.Uint32(c.body); n != sequence {
				t.Errorf("%s has number %d, want %d", c.kind, n, sequence)
			}
			sequence++
		}
		switch c.kind {
		case "fcTL":
			data = append(data, nil)
			if binary.BigEndian.Uint16(c.body[20:]) != 1 || binary.BigEndian.Uint16(c.body[22:]) != 25 {
				t.Errorf("the delay is %v", c.body[20:24])
			}
		case "IDAT":
			data[0] = append(data[0], c.body...)
		case "fdAT":
			data[len(data)-1] = append(data[len(data)-1], c.body[4:]...)
		}
	}
	if chunks[0].kind != "IHDR" || chunks[1].kind != "acTL" || chunks[2].kind != "fcTL" || chunks[len(chunks)-1].kind != "IEND" || len(data) != 4 {
		t.Fatalf("%d frames", len(data))
	}
	for i, d := range data {
		alone := bytes.NewBufferString("\x89PNG\r\n\x1a\n")
		a := apng{out: alone}
		for _, c := range []chunk{{"IHDR", chunks[0].body}, {"IDAT", d}, {"IEND", nil}} {
			if err := a.chunk(c.kind, c.body); err != nil {
				t.Fatal(err)
			}
		}
		got, err := png.Decode(alone)
		if err != nil {
			t.Fatalf("frame %d: %v", i, err)
		}
		if c := color.RGBAModel.Convert(got.At(3, 3)); c != want[i].At(3, 3) {
			t.Errorf("frame %d has the colour %v", i, c)
		}
	}
}

func TestAPNGMistakes(t *testing.T) {
	var file bytes.Buffer
	if err := NewAPNG(&file, 2, 10).Close(); err == nil {
		t.Error("frames are missing, and that is no error")
	}
	m := NewAPNG(&file, 1, 10)
	all := frames(2)
	if err := m.Add(all[0]); err != nil {
		t.Fatal(err)
	}
	if err := m.Add(all[1]); err == nil {
		t.Error("there is a frame too many, and that is no error")
	}
	m = NewAPNG(&file, 2, 10)
	if err := m.Add(all[0]); err != nil {
		t.Fatal(err)
	}
	if err := m.Add(image.NewRGBA(image.Rect(0, 0, 4, 4))); err == nil {
		t.Error("a frame has another size, and that is no error")
	}
}

func needFFmpeg(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ffprobe"); err != nil || !HasFFmpeg() {
		t.Skip("ffmpeg is not installed")
	}
}

// probe asks ffprobe what is in a file.
func probe(t *testing.T, path string) (codec string, size image.Point, frames int) {
	t.Helper()
	text, err := exec.Command("ffprobe", "-v", "error", "-count_frames", "-of", "json",
		"-show_entries", "stream=codec_name,width,height,nb_read_frames", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Streams []struct {
			Codec         string `json:"codec_name"`
			Width, Height int
			Frames        int `json:"nb_read_frames,string"`
		}
	}
	if err := json.Unmarshal(text, &said); err != nil || len(said.Streams) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	s := said.Streams[0]
	return s.Codec, image.Pt(s.Width, s.Height), s.Frames
}

func TestMP4(t *testing.T) {
	needFFmpeg(t)
	path := filepath.Join(t.TempDir(), "x.mp4")
	all := frames(6)
	m, _, err := NewMP4(path, all[0].Bounds().Size(), 10)
	if err != nil {
		t.Fatal(err)
	}
	addAll(t, m, all)
	if codec, size, n := probe(t, path); size != image.Pt(32, 38) || n != 6 {
		t.Errorf("%s: %d frames of %v", codec, n, size)
	}
	m, _, err = NewMP4(filepath.Join(t.TempDir(), "no", "folder.mp4"), all[0].Bounds().Size(), 10)
	if err != nil {
		t.Fatal(err)
	}
	_ = m.Add(all[0]) // it may or may not notice yet
	if m.Close() == nil {
		t.Error("ffmpeg failed, and that is no error")
	}
}

func TestFFmpegReadsAPNG(t *testing.T) {
	needFFmpeg(t)
	path := filepath.Join(t.TempDir(), "x.apng")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	addAll(t, NewAPNG(f, 5, 10), frames(5))
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if codec, size, n := probe(t, path); codec != "apng" || size != image.Pt(32, 38) || n != 5 {
		t.Errorf("%s: %d frames of %v", codec, n, size)
	}
}
