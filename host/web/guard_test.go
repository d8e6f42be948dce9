package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// ask sends a request to a server's handler.
func ask(s *Server, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Host = "127.0.0.1:8080"
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.http.Handler.ServeHTTP(w, r)
	return w
}

func TestGuard(t *testing.T) {
	private := serverOf(t, Options{Address: "127.0.0.1:0"})
	public := serverOf(t, Options{Address: "127.0.0.1:0", Public: true})
	proxied := serverOf(t, Options{Address: "127.0.0.1:0", Origin: "https://lab.example/tnn", Embed: []string{"http://localhost:8888"}})
	const token = "/api/runs?token="
	tests := []struct {
		name   string
		server *Server
		target string
		code   int
		header []string
	}{
		{"the page", private, "/", 200, nil},
		{"its parts", private, "/uPlot.iife.min.js", 200, nil},
		{"with the token", private, token + private.token, 200, nil},
		{"without a token", private, "/api/runs", 401, nil},
		{"with half a token", private, token + private.token[:13], 401, nil},
		{"with a longer token", private, token + private.token + "A", 401, nil},
		{"with another token", private, token + public.token, 401, nil},
		{"a live run without a token", private, "/api/live", 401, nil},
		{"through a tunnel", private, token + private.token, 200, []string{"Host", "localhost:9000", "Origin", "http://localhost:9000"}},
		{"IPv6", private, token + private.token, 200, []string{"Host", "[::1]:9000"}},
		{"a name of someone else's", private, "/", 403, []string{"Host", "evil.example:8080"}},
		{"a name that looks like ours", private, "/", 403, []string{"Host", "127.0.0.1.evil.example"}},
		{"another address", private, "/", 403, []string{"Host", "192.168.0.1:8080"}},
		{"a name, in public", public, token + public.token, 200, []string{"Host", "node7.cluster:8080", "Origin", "http://node7.cluster:8080"}},
		{"no token, in public", public, "/api/runs", 401, []string{"Host", "node7.cluster:8080"}},
		{"another page", private, token + private.token, 403, []string{"Origin", "http://evil.example"}},
		{"another port", private, token + private.token, 403, []string{"Origin", "http://127.0.0.1:9999"}},
		{"no origin at all", private, token + private.token, 403, []string{"Origin", "null"}},
		{"a picture in another page", private, "/icon.svg", 403, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}},
		{"a page of another port", private, token + private.token, 403, []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors"}},
		{"a link in another page", private, "/", 200, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}},
		{"a link to data", private, token + private.token, 403, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}},
		{"behind its proxy", proxied, token + proxied.token, 200, []string{"Host", "lab.example", "Origin", "https://lab.example"}},
		{"its proxy, which does not tell its host", proxied, token + proxied.token, 200, []string{"Origin", "https://lab.example"}},
		{"another host than the proxy's", proxied, token + proxied.token, 403, []string{"Host", "evil.example"}},
		{"another page, through the proxy", proxied, token + proxied.token, 403, []string{"Host", "lab.example", "Origin", "https://evil.example"}},
		{"the proxy's name without encryption, from elsewhere", proxied, token + proxied.token, 403, []string{"Origin", "http://lab.example"}},
		{"no token, behind the proxy", proxied, "/api/runs", 401, []string{"Host", "lab.example"}},
		{"data for a page that may have it in a frame", proxied, token + proxied.token, 403, []string{"Origin", "http://localhost:8888"}},
		{"in a frame of a notebook", proxied, "/", 200, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}},
		{"what is not there", private, "/../../etc/passwd", 404, nil},
	}
	for _, test := range tests {
		w := ask(test.server, http.MethodGet, "/", test.header...)
		if test.target != "/" {
			w = ask(test.server, http.MethodGet, test.target, test.header...)
		}
		if w.Code != test.code && !(test.code == 404 && w.Code/100 == 3) {
			t.Errorf("%s is answered %d, want %d: %s", test.name, w.Code, test.code, w.Body)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		if w := ask(private, method, token+private.token); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s is answered %d", method, w.Code)
		}
	}
	if csp := ask(private, http.MethodGet, "/").Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("the policy is %q", csp)
	}
	for of, want := range map[*Server]string{private: "frame-ancestors 'none'", proxied: "frame-ancestors http://localhost:8888"} {
		if csp := ask(of, http.MethodGet, "/").Header().Get("Content-Security-Policy"); !strings.HasSuffix(csp, want) {
			t.Errorf("the policy is %q, not with %s", csp, want)
		}
	}
	if proxied.URL() != "https://lab.example/tnn/?token="+proxied.token || proxied.Behind() == "" || private.Behind() != "" {
		t.Errorf("the address is %s, behind %q", proxied.URL(), proxied.Behind())
	}
	for _, bad := range []string{"*", "localhost:8888", "http://a b", "http://localhost:8888/", "http://x;script-src *", "http://*.example", "ftp://x", "http://", "http://u@x"} {
		if s, err := Listen(Options{Address: "127.0.0.1:0", Embed: []string{bad}}); err == nil {
			t.Errorf("pages of %q may have it in a frame", bad)
			_ = s.listener.Close()
		}
	}
	for _, bad := range []string{"lab.example", "https://", "https://u@lab.example", "https://lab.example/?x", "https://lab.example/#x", "file:///tmp"} {
		if s, err := Listen(Options{Address: "127.0.0.1:0", Origin: bad}); err == nil {
			t.Errorf("%q is an origin", bad)
			_ = s.listener.Close()
		}
	}
}

// serverOf is a server that does not serve, but through its handler.
func serverOf(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.listener.Close() })
	return s
}

// TestPageIsWhole: the page fetches nothing from elsewhere, and all that it names
// is there.
func TestPageIsWhole(t *testing.T) {
	s := serverOf(t, Options{Address: "127.0.0.1:0"})
	files, err := page.ReadDir("page")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if w := ask(s, http.MethodGet, "/"+f.Name()); w.Code != 200 && f.Name() != "index.html" {
			t.Errorf("%s is answered %d", f.Name(), w.Code)
		}
		text, err := page.ReadFile("page/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		own := !strings.HasPrefix(f.Name(), "uPlot") && f.Name() != "icon.svg"
		if own && (strings.Contains(string(text), "http://") || strings.Contains(string(text), "https://") || strings.Contains(string(text), `="/`)) {
			t.Errorf("%s has an absolute address", f.Name())
		}
	}
}

func TestListen(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:0", "example.org:0", "127.0.0.1", "nonsense", "127.0.0.1:99999"} {
		if s, err := Listen(Options{Address: address}); err == nil {
			t.Errorf("%s is listened on", address)
			_ = s.listener.Close()
		}
	}
	s := serverOf(t, Options{Address: "0.0.0.0:0", Public: true})
	if strings.Contains(s.URL(), "0.0.0.0") || !strings.Contains(s.URL(), "/?token="+s.token) || len(s.token) < 26 {
		t.Errorf("the address is %s", s.URL())
	}
}
