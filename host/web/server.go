// Package web is the page on which a run is watched while it goes on, and on which
// finished runs are compared and replayed. It knows fields and quantities, and no
// model.
//
// A run never waits for a page. Pictures are made from copies that are taken
// between steps, only when a page wants one and at most five times a second; they
// have as many pixels as the page shows, and a byte a pixel.
package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

//go:embed page
var page embed.FS

// Options say what is served: a live run, or finished ones.
type Options struct {
	Live *Live
	Runs *Runs
	// Address is HOST:PORT; port 0 takes a free one. Only with Public may it be one
	// that other machines can reach.
	Address string
	Public  bool
	// Origin is the address under which a reverse proxy serves the page, with the path
	// that it takes off: https://lab.example/tnn/. Empty without one.
	Origin string
	// Embed are the origins of pages that may have this page in a frame.
	Embed []string
}

// Server serves the page.
type Server struct {
	listener net.Listener
	http     *http.Server
	token    string
	patience time.Duration // with a page that does not answer
	options  Options
	origin   *url.URL // nil without a proxy
}

// Listen opens the address; Serve answers.
func Listen(o Options) (*Server, error) {
	origin, err := parseOrigin(o.Origin)
	if err != nil {
		return nil, fmt.Errorf("--origin: %w", err)
	}
	if err := checkEmbed(o.Embed); err != nil {
		return nil, fmt.Errorf("--embed: %w", err)
	}
	l, err := listen(o.Address, o.Public)
	if err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	s := &Server{listener: l, token: rand.Text(), options: o, origin: origin, patience: time.Minute}
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    1 << 14,
	}
	return s, nil
}

// URL is the address of the page, with the token that lets it in.
func (s *Server) URL() string {
	if s.origin != nil {
		return s.origin.String() + "?token=" + s.token
	}
	a := s.listener.Addr().(*net.TCPAddr)
	host, port := a.IP.String(), strconv.Itoa(a.Port)
	if a.IP.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	return "http://" + net.JoinHostPort(host, port) + "/?token=" + s.token
}

// Behind says where a proxy finds the server; empty without one.
func (s *Server) Behind() string {
	if s.origin == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Serve answers requests until the context is done. Then it waits a short time for the
// answers under way, and for live pages that are being sent the end of the run.
func (s *Server) Serve(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	const grace = 2 * time.Second
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if s.options.Live != nil {
		s.options.Live.wait(within)
	}
	err := s.http.Shutdown(within)
	if errors.Is(err, context.DeadlineExceeded) {
		return s.http.Close()
	}
	return err
}

func (s *Server) handler() http.Handler {
	files, err := fs.Sub(page, "page")
	if err != nil {
		panic(err) // the name is that of an embedded folder
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	if s.options.Live != nil {
		mux.HandleFunc("GET /api/live", func(w http.ResponseWriter, r *http.Request) { s.options.Live.serve(w, r, s.patience, s.origin) })
	}
	mux.HandleFunc("GET /api/runs", s.list)
	if runs := s.options.Runs; runs != nil {
		mux.HandleFunc("GET /api/points", runs.servePoints)
		mux.HandleFunc("GET /api/histograms", runs.serveHistograms)
		mux.HandleFunc("GET /api/settings", runs.serveSettings)
		mux.HandleFunc("GET /api/graph", runs.serveGraph)
		mux.HandleFunc("GET /api/frame", runs.serveFrame)
		mux.HandleFunc("GET /api/node", runs.serveNode)
	}
	return &guard{token: sha256.Sum256([]byte(s.token)), public: s.options.Public, origin: s.origin, embed: s.options.Embed, next: http.MaxBytesHandler(mux, 0)}
}

// list answers which runs can be shown. A live run is described on its own connection.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	out := struct {
		Live   bool     `json:"live"`
		Runs   []about  `json:"runs"`
		Keys   []string `json:"keys,omitempty"` // of settings in which runs differ
		Notice string   `json:"notice,omitempty"`

		Palette *palette `json:"palette"`
	}{Live: s.options.Live != nil, Runs: []about{}, Palette: newPalette()}
	if s.options.Runs != nil {
		var err error
		if out.Runs, err = s.options.Runs.list(); err == nil {
			out.Keys = keepDiffering(out.Runs)
			out.Notice, err = s.options.Runs.Notice()
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	answer(w, out)
}

// answer sends JSON. An error of writing means that the page has gone away, and is
// ignored.
func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
