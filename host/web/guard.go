package web

import (
	"cmp"
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
	public bool     // it can be reached from other machines, under any name
	origin *url.URL // under which a proxy serves the page; nil without one
	embed  []string // origins of pages that may have this one in a frame
	next   http.Handler
}

// ServeHTTP implements http.Handler.
func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "+cmp.Or(strings.Join(g.embed, " "), "'none'"))
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "this server only answers GET", http.StatusMethodNotAllowed)
	case !g.public && !isLoopback(hostOf(r.Host)) && !g.isProxied(r.Host):
		http.Error(w, "this server is known as localhost only; behind a proxy, give it the proxy's address with --origin", http.StatusForbidden)
	case !g.sameOrigin(r):
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

// isProxied tells whether a host is that of the proxy.
func (g *guard) isProxied(host string) bool {
	return g.origin != nil && strings.EqualFold(g.origin.Host, host)
}

// sameOrigin tells whether a browser says that a request is of this server's own
// page, or that the user opens it. What is no browser says neither.
func (g *guard) sameOrigin(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		own := err == nil && strings.EqualFold(u.Host, r.Host)
		if proxied := err == nil && g.isProxied(u.Host) && u.Scheme == g.origin.Scheme; !own && !proxied {
			return false
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && !strings.HasPrefix(r.URL.Path, "/api/")
}

// parseOrigin reads the address under which a proxy serves the page, with the path that it
// takes off; nil where there is none.
func parseOrigin(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q is no origin: use the address that browsers have, such as https://lab.example or https://lab.example/tnn/", text)
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/"
	return u, nil
}

// checkEmbed refuses what is not the origin of a page.
func checkEmbed(origins []string) error {
	for _, text := range origins {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.String() != u.Scheme+"://"+u.Host || strings.ContainsAny(u.Host, "*;, '\"") || u.Host == "" {
			return fmt.Errorf("%q is no origin of a page: use SCHEME://HOST or SCHEME://HOST:PORT, such as http://localhost:8888", text)
		}
	}
	return nil
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
		return nil, fmt.Errorf("on %q other machines could reach the page; listen on 127.0.0.1, or say that the page is to be public (--public)", address)
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
