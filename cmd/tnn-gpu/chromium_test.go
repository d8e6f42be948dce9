package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// browser is a headless Chromium with one page, spoken to over its DevTools
// protocol (https://chromedevtools.github.io/devtools-protocol).
type browser struct {
	t       *testing.T
	ctx     context.Context
	conn    *websocket.Conn
	session string
	last    int
	logged  []string // errors of the page
}

// reply is a message of the browser: an answer, or an event.
type reply struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// startBrowser starts Chromium. Without one the test is skipped, unless it must
// not be.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	name, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("TNN_REQUIRE_OPENCL") == "1" {
			t.Fatalf("this test needs chromium: %v", err)
		}
		t.Skipf("this test needs chromium: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	// Not t.TempDir: processes of the browser may write there until after its end.
	profile, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(ctx, name, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--remote-debugging-port=0", "--user-data-dir="+profile, "about:blank")
	errs, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, ctx: ctx}
	t.Cleanup(func() {
		// Asked to end it ends all of its processes; that it was killed is no error.
		if b.conn != nil {
			_ = b.conn.Write(ctx, websocket.MessageText, []byte(`{"id":0,"method":"Browser.close"}`))
			time.AfterFunc(5*time.Second, cancel)
		} else {
			cancel()
		}
		_ = c.Wait()
		cancel()
		_ = os.RemoveAll(profile)
	})
	b.connect(devTools(t, bufio.NewScanner(errs)))
	return b
}

// devTools finds the address that the browser prints.
func devTools(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	var said bytes.Buffer
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "DevTools listening on "); ok {
			go func() { // lest it wait for its output to be read
				for lines.Scan() {
				}
			}()
			return url
		}
		fmt.Fprintln(&said, lines.Text())
	}
	t.Fatalf("chromium did not start:\n%s", &said)
	return ""
}

func (b *browser) connect(url string) {
	b.t.Helper()
	var err error
	if b.conn, _, err = websocket.Dial(b.ctx, url, nil); err != nil {
		b.t.Fatal(err)
	}
	b.conn.SetReadLimit(1 << 26)
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		b.call(domain+".enable", nil, nil)
	}
	b.script(readPixels)
}

// call asks the browser for something and waits for the answer.
func (b *browser) call(method string, params map[string]any, result any) {
	b.t.Helper()
	b.last++
	ask := map[string]any{"id": b.last, "method": method}
	if params != nil {
		ask["params"] = params
	}
	if b.session != "" {
		ask["sessionId"] = b.session
	}
	text, err := json.Marshal(ask)
	if err == nil {
		err = b.conn.Write(b.ctx, websocket.MessageText, text)
	}
	for err == nil {
		var r reply
		if r, err = b.next(); err != nil || r.ID != b.last {
			continue
		}
		if r.Error != nil {
			b.t.Fatalf("%s: %s", method, r.Error.Message)
		}
		if result != nil {
			err = json.Unmarshal(r.Result, result)
		}
		if err == nil {
			return
		}
	}
	b.t.Fatalf("%s: %v", method, err)
}

func (b *browser) next() (reply, error) {
	var r reply
	_, text, err := b.conn.Read(b.ctx)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if r.Method == "Runtime.exceptionThrown" || r.Method == "Log.entryAdded" {
		b.logged = append(b.logged, string(r.Params))
	}
	return r, err
}

// open goes to an address.
func (b *browser) open(url string, width, height int, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.scheme(scheme)
	b.call("Page.navigate", map[string]any{"url": url}, nil)
}

// script has every page that is opened from now on run a script first.
func (b *browser) script(source string) {
	b.t.Helper()
	b.call("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": source}, nil)
}

// readPixels gives pages a function that reads the pixels of a canvas.
const readPixels = `window.pixels = selector => {
	const c = document.querySelector(selector), copy = new OffscreenCanvas(c.width, c.height).getContext("2d", { willReadFrequently: true });
	copy.drawImage(c, 0, 0);
	return copy.getImageData(0, 0, c.width, c.height).data;
};`

// scheme is what the user prefers: dark or light.
func (b *browser) scheme(name string) {
	b.t.Helper()
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": name}}}, nil)
}

// eval gives the value of an expression in the page.
func (b *browser) eval(expression string) any {
	b.t.Helper()
	v, thrown := b.try(expression)
	if thrown != "" {
		b.t.Fatalf("%s: %s", expression, thrown)
	}
	return v
}

// try is eval, and what the expression has thrown.
func (b *browser) try(expression string) (value any, thrown string) {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Text string }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if r.ExceptionDetails != nil {
		return nil, r.ExceptionDetails.Text
	}
	return r.Result.Value, ""
}

// until waits for an expression to be true. It may throw while the page loads.
func (b *browser) until(expression string) {
	b.t.Helper()
	for range 6000 {
		if v, _ := b.try(expression); v == true {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("never true: %s\nthe page says %q\nerrors: %s", expression, b.eval("document.body?.innerText"), b.logged)
}

// press a key.
func (b *browser) press(key string) {
	b.t.Helper()
	for _, kind := range []string{"keyDown", "keyUp"} {
		p := map[string]any{"type": kind, "key": key}
		if len(key) == 1 && kind == "keyDown" {
			p["text"] = key
		}
		b.call("Input.dispatchKeyEvent", p, nil)
	}
}

// tab moves the focus on.
func (b *browser) tab() {
	b.t.Helper()
	for _, kind := range []string{"rawKeyDown", "keyUp"} {
		b.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}, nil)
	}
}

// move the pointer.
func (b *browser) move(x, y float64) {
	b.t.Helper()
	b.call("Input.dispatchMouseEvent", map[string]any{"type": "mouseMoved", "x": x, "y": y}, nil)
}

// set gives a field of the page a value, as its user does.
func (b *browser) set(selector, value string) {
	b.t.Helper()
	b.eval(fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		e.value = %q;
		for (const kind of ["input", "change"]) e.dispatchEvent(new Event(kind, { bubbles: true }));
	})()`, selector, value))
}

// button presses a button of the page.
func (b *browser) button(selector string) {
	b.t.Helper()
	b.eval(fmt.Sprintf(`document.querySelector(%q).click()`, selector))
}

// says waits for a part of the page to have a text.
func (b *browser) says(selector, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.querySelector(%q).textContent.includes(%q)`, selector, text))
}

// shows waits for the picture's own description to have some words.
func (b *browser) shows(words ...string) {
	b.t.Helper()
	for _, w := range words {
		b.until(fmt.Sprintf(`document.querySelector("#lattice").getAttribute("aria-label").includes(%q)`, w))
	}
}

// downloads has the page leave files in a folder.
func (b *browser) downloads(dir string) {
	b.t.Helper()
	b.call("Page.setDownloadBehavior", map[string]any{"behavior": "allow", "downloadPath": dir}, nil)
}

// downloaded waits for a file that the page leaves.
func (b *browser) downloaded(dir, name string) []byte {
	b.t.Helper()
	for range 6000 {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil && len(data) > 0 {
			return data
		}
		time.Sleep(50 * time.Millisecond)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	b.t.Fatalf("the page left no %s; there are %q", name, left)
	return nil
}

// click with the pointer.
func (b *browser) click(x, y float64) {
	b.t.Helper()
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}, nil)
	}
}

// shots is a folder for screenshots, to be looked at; without it none is kept.
const shots = "TNN_SCREENSHOTS"

// screenshot checks that the window has many colours, as only a picture has, and
// keeps it if that is wanted.
func (b *browser) screenshot(name string) {
	b.t.Helper()
	var shot struct{ Data string }
	b.call("Page.captureScreenshot", nil, &shot)
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		b.t.Fatal(err)
	}
	colours := make(map[any]bool)
	for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y += 3 {
		for x := picture.Bounds().Min.X; x < picture.Bounds().Max.X; x += 3 {
			colours[picture.At(x, y)] = true
		}
	}
	if len(colours) < 20 {
		b.t.Errorf("the window %s has only %d colours", name, len(colours))
	}
	if dir := os.Getenv(shots); dir != "" {
		if err := os.WriteFile(dir+"/"+name+".png", data, 0o644); err != nil {
			b.t.Error(err)
		}
	}
}

// noErrors checks that the page has reported none.
func (b *browser) noErrors() {
	b.t.Helper()
	b.eval("1") // whatever was said before has come then
	if len(b.logged) > 0 {
		b.t.Errorf("the page reports: %s", strings.Join(b.logged, "\n"))
	}
}
