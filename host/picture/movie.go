package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"os/exec"
	"strings"
)

// Movie takes pictures of one size, one after another. Close is to be called once.
type Movie interface {
	Add(*image.RGBA) error
	Close() error
}

// apng writes an animated PNG (https://www.w3.org/TR/png-3/), which browsers and
// picture viewers play.
type apng struct {
	out      io.Writer
	fps      int
	frames   int // in all
	added    int
	sequence uint32
	encoder  png.Encoder
	size     image.Point
}

// NewAPNG makes an animated PNG of a number of frames, which it repeats for ever.
func NewAPNG(out io.Writer, frames, fps int) Movie {
	return &apng{out: out, frames: frames, fps: fps, encoder: png.Encoder{CompressionLevel: png.BestSpeed}}
}

func (a *apng) chunk(kind string, parts ...[]byte) error {
	data := append([]byte(kind), bytes.Join(parts, nil)...)
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)-len(kind)))
	b = append(b, data...)
	_, err := a.out.Write(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(data)))
	return err
}

// Add encodes a picture as a PNG and takes over what is in it.
func (a *apng) Add(picture *image.RGBA) error {
	var whole bytes.Buffer
	if err := a.encoder.Encode(&whole, picture); err != nil {
		return fmt.Errorf("a frame cannot be encoded: %w", err)
	}
	header, data, err := parts(whole.Bytes())
	if err != nil {
		return err
	}
	if a.added == 0 {
		a.size = picture.Bounds().Size()
		if err := a.begin(header); err != nil {
			return err
		}
	}
	if picture.Bounds().Size() != a.size || a.added == a.frames {
		return fmt.Errorf("frame %d of %d does not fit", a.added+1, a.frames)
	}
	if err := a.chunk("fcTL", a.control()); err != nil {
		return err
	}
	for _, d := range data {
		if a.added == 0 {
			err = a.chunk("IDAT", d)
		} else {
			err = a.chunk("fdAT", a.next(), d)
		}
		if err != nil {
			return err
		}
	}
	a.added++
	return nil
}

func (a *apng) begin(header []byte) error {
	if _, err := a.out.Write([]byte("\x89PNG\r\n\x1a\n")); err != nil {
		return err
	}
	count := binary.BigEndian.AppendUint32(nil, uint32(a.frames))
	return errors.Join(a.chunk("IHDR", header), a.chunk("acTL", append(count, 0, 0, 0, 0)))
}

// next is the sequence number of a chunk.
func (a *apng) next() []byte {
	a.sequence++
	return binary.BigEndian.AppendUint32(nil, a.sequence-1)
}

// control says where a frame is shown, for how long, and that the next replaces it.
func (a *apng) control() []byte {
	b := a.next()
	for _, v := range []int{a.size.X, a.size.Y, 0, 0} {
		b = binary.BigEndian.AppendUint32(b, uint32(v))
	}
	b = binary.BigEndian.AppendUint16(b, 1)
	b = binary.BigEndian.AppendUint16(b, uint16(a.fps))
	return append(b, 0, 0)
}

// Close ends the file.
func (a *apng) Close() error {
	if a.added != a.frames {
		return fmt.Errorf("%d of %d frames were drawn", a.added, a.frames)
	}
	return a.chunk("IEND")
}

// parts takes the header and the compressed data out of a PNG.
func parts(file []byte) (header []byte, data [][]byte, err error) {
	const signature = 8
	for rest := file[signature:]; len(rest) >= 12; {
		n := int(binary.BigEndian.Uint32(rest))
		switch kind := string(rest[4:8]); kind {
		case "IHDR":
			header = rest[8 : 8+n]
		case "IDAT":
			data = append(data, rest[8:8+n])
		}
		rest = rest[12+n:]
	}
	if header == nil || data == nil {
		return nil, nil, errors.New("a frame was not encoded as a PNG")
	}
	return header, data, nil
}

// mp4 hands frames to ffmpeg.
type mp4 struct {
	command *exec.Cmd
	frames  io.WriteCloser
	said    bytes.Buffer
	buffer  []byte
}

// HasFFmpeg tells whether NewMP4 can be used.
func HasFFmpeg() bool {
	_, err := exec.LookPath("ffmpeg")
	return err == nil
}

// NewMP4 has ffmpeg write a file of frames of even sides. kill ends it, after which it does
// not write.
func NewMP4(path string, size image.Point, fps int) (movie Movie, kill func(), err error) {
	m := &mp4{}
	m.command = exec.Command("ffmpeg", "-loglevel", "error", "-nostdin", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
		"-s", fmt.Sprintf("%dx%d", size.X, size.Y), "-r", fmt.Sprint(fps), "-i", "pipe:0",
		"-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4", path)
	m.command.Stderr = &m.said
	apart(m.command)
	if m.frames, err = m.command.StdinPipe(); err == nil {
		err = m.command.Start()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("ffmpeg cannot be started: %w", err)
	}
	return m, m.kill, nil
}

// kill may be called beside Close, which waits for the process too.
func (m *mp4) kill() {
	_ = m.command.Process.Kill()
	_, _ = m.command.Process.Wait()
}

// Add hands over a picture.
func (m *mp4) Add(picture *image.RGBA) error {
	m.buffer = m.buffer[:0]
	for at := 0; at < len(picture.Pix); at += 4 {
		m.buffer = append(m.buffer, picture.Pix[at:at+3]...)
	}
	if _, err := m.frames.Write(m.buffer); err != nil {
		return fmt.Errorf("ffmpeg takes no more frames: %w", err)
	}
	return nil
}

// Close waits for ffmpeg to end.
func (m *mp4) Close() error {
	err := m.frames.Close()
	if failed := m.command.Wait(); failed != nil {
		return fmt.Errorf("ffmpeg failed (%w): %s", failed, strings.TrimSpace(m.said.String()))
	}
	return err
}
