package web

import (
	"fmt"
	"net/url"
	"strconv"
)

// View is what a page shows of a network: a field of one replica over a region of
// the grid, in a picture of at most Width x Height.
type View struct {
	Seq     uint32 `json:"seq"` // the page's own number, which its pictures bear
	Field   string `json:"field"`
	Replica int    `json:"replica"`
	Slice   int    `json:"slice"`
	X       int    `json:"x"` // first column
	Y       int    `json:"y"` // first row
	W       int    `json:"w"` // columns
	H       int    `json:"h"` // rows
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Flip    bool   `json:"flip"` // negate the odd sublattice
}

// mostPixels is the largest side of a picture. No window needs more.
const mostPixels = 4096

// check finds what cannot be shown.
func (v *View) check(g *Grid, replicas int) error {
	switch {
	case v.W < 1 || v.H < 1 || v.X < 0 || v.Y < 0 || v.X > g.Columns-v.W || v.Y > g.Rows-v.H:
		return fmt.Errorf("the region of %d x %d cells at column %d, row %d is not inside the grid of %d x %d", v.W, v.H, v.X, v.Y, g.Columns, g.Rows)
	case v.Slice < 0 || v.Slice >= g.Slices:
		return fmt.Errorf("there is no slice %d; use 0 to %d", v.Slice, g.Slices-1)
	case v.Replica < 0 || v.Replica >= replicas:
		return fmt.Errorf("there is no replica %d; use 0 to %d", v.Replica, replicas-1)
	case v.Width < 1 || v.Height < 1 || v.Width > mostPixels || v.Height > mostPixels:
		return fmt.Errorf("a picture of %d x %d pixels is not possible; use 1 to %d a side", v.Width, v.Height, mostPixels)
	case v.Flip && !g.Bipartite:
		return fmt.Errorf("the network has no sublattices to flip")
	}
	return nil
}

// parseView reads a view from the query of a request.
func parseView(q url.Values) (View, error) {
	v := View{Field: q.Get("field"), Flip: q.Get("flip") == "1"}
	for name, to := range map[string]*int{
		"replica": &v.Replica, "slice": &v.Slice, "x": &v.X, "y": &v.Y, "w": &v.W, "h": &v.H, "width": &v.Width, "height": &v.Height,
	} {
		n, err := number(q, name)
		if err != nil {
			return View{}, err
		}
		*to = int(n)
	}
	seq, err := number(q, "seq")
	v.Seq = uint32(seq)
	return v, err
}

// number reads a whole number from 0 to 2^31-1 from a query; 0 if it is left out.
func number(q url.Values, name string) (int32, error) {
	text := q.Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s is %q: use a whole number, 0 or more", name, text)
	}
	return int32(n), nil
}
