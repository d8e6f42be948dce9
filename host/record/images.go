package record

import (
	"fmt"
	"image"
	"image/png"
	"io"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// mostImages is how many replicas a run may have that leaves an image of each.
const mostImages = 1000

// Images are the names of the files with the image of each replica, at the end of a run
// of a network that has one; nil where there are none.
func Images(m model.Network, replicas int) []string {
	pictured, ok := m.(model.Pictured)
	if !ok || replicas > mostImages {
		return nil
	}
	field, _, _ := pictured.Image()
	switch {
	case field == "":
		return nil
	case replicas == 1:
		return []string{field + ".png"}
	}
	var names []string
	for r := range replicas {
		names = append(names, fmt.Sprintf("%s-%03d.png", field, r))
	}
	return names
}

// images are those of the run; there are none without the last state.
func (r *Recorder) images() []string {
	if r.options.NoFinal {
		return nil
	}
	return Images(r.options.Model, r.replicas)
}

// describeImages tells of the images of the end.
func (r *Recorder) describeImages() []File {
	var out []File
	for i, name := range r.images() {
		field, rows, columns := r.options.Model.(model.Pictured).Image()
		of := ""
		if r.replicas > 1 {
			of = fmt.Sprintf(" of replica %d", i)
		}
		out = append(out, File{Name: name, Conclusion: true, Doc: fmt.Sprintf("field %s%s after the last step as an image of %d x %d pixels: -1 is black, +1 white", field, of, columns, rows)})
	}
	return out
}

// writeImages writes the image of each replica, a pixel for each value.
func (r *Recorder) writeImages(s *state.State) error {
	for i, name := range r.images() {
		field, rows, columns := r.options.Model.(model.Pictured).Image()
		a := s.Array(field)
		out := image.NewGray(image.Rect(0, 0, columns, rows))
		for k, at := range r.options.Model.Order(a.Space) {
			if a.At(a.First(i, s.Replicas)+at) > 0 {
				out.Pix[k] = 255
			}
		}
		if err := r.folder.Replace(name, func(w io.Writer) error { return png.Encode(w, out) }); err != nil {
			return err
		}
	}
	return nil
}
