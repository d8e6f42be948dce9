package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
)

// guard refuses requests that do not come from the pages of this server. Other pages in
// the same browser can send requests to this address, and can make a name of their own
// resolve to it, but they do not know the token.
type guard struct {
	token  [sha256.Size]byte
	public bool // it can be reached from other machines, under any name
	next   http.Handler
}

// ServeHTTP implements http.Handler.
func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "this server only answers GET", http.StatusMethodNotAllowed)
	case !g.public && !isLoopback(hostOf(r.Host)):
		http.Error(w, "this server is known as localhost only", http.StatusForbidden)
	case !sameOrigin(r):
		http.Error(w, "requests of other pages are refused", http.StatusForbidden)
	case strings.HasPrefix(r.URL.Path, "/api/") && !g.knows(r.URL.Query().Get("token")):
		http.Error(w, "the token is missing or wrong; open the address that the program has printed", http.StatusUnauthorized)
	default:
		g.next.ServeHTTP(w, r)
	}
}

// knows compares in constant time.
func (g *guard) knows(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1
}

// sameOrigin tells whether a browser says that a request is of this server's own
// page, or that the user opens it. What is no browser says neither.
func sameOrigin(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || !strings.EqualFold(u.Host, r.Host) {
			return false
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && !strings.HasPrefix(r.URL.Path, "/api/")
}

// hostOf is a host without its port.
func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

// isLoopback tells whether a host cannot be another machine, by its name alone.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// listen opens an address. Other machines can reach it only where public says so.
func listen(address string, public bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address to listen on: use HOST:PORT, such as 127.0.0.1:8080: %w", address, err)
	}
	if !public && !isLoopback(host) {
		return nil, fmt.Errorf("on %q other machines could reach the page; listen on 127.0.0.1, or say that the page is to be public", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("the page cannot be served on %s: %w", address, err)
	}
	return &limited{Listener: l}, nil
}

// mostConnections is how many connections are open at a time; one more is closed.
const mostConnections = 128

// limited is a listener with a limit.
type limited struct {
	net.Listener
	open atomic.Int32
}

// Accept implements net.Listener.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= mostConnections {
			return &counted{Conn: c, open: &l.open}, nil
		}
		l.open.Add(-1)
		c.Close()
	}
}

type counted struct {
	net.Conn
	open   *atomic.Int32
	closed atomic.Bool
}

// Close implements net.Conn.
func (c *counted) Close() error {
	if !c.closed.Swap(true) {
		c.open.Add(-1)
	}
	return c.Conn.Close()
}
