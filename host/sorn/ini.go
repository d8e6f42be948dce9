package sorn

import (
	"strconv"
	"strings"
)

// FromINI turns a configuration.ini of the Python package into a configuration of this
// program, line by line, or gives nil for any other file. Its section is Network_Config;
// letter case of keys does not count, and Ni, which follows from Ne, is left out.
func FromINI(src []byte) []byte {
	lines := strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n")
	found := false
	for i, line := range lines {
		text := strings.TrimSpace(line)
		switch {
		case strings.EqualFold(text, "[Network_Config]") && !found:
			lines[i], found = `model = "sorn"`, true
		case text == "" || text[0] == '#' || text[0] == ';':
			lines[i] = ""
		case !found:
			return nil
		case text[0] != '[':
			lines[i] = fromINILine(text)
		}
	}
	if !found {
		return nil
	}
	// The package is told elsewhere how long to run: here an era of the usual length is.
	if last := len(lines) - 1; lines[last] == "" {
		lines[last] = oneEra
	} else {
		lines = append(lines, oneEra)
	}
	return []byte(strings.Join(lines, "\n"))
}

// oneEra is an era with the defaults.
const oneEra = "era = [{}]"

// fromINILine turns a line key = value or key: value.
func fromINILine(line string) string {
	at := strings.IndexAny(line, "=:")
	if at < 0 {
		return line
	}
	key, value := strings.ToLower(strings.TrimSpace(line[:at])), strings.TrimSpace(line[at+1:])
	if key == "ni" {
		return ""
	}
	return "sorn." + key + " = " + fromINIValue(value)
}

// fromINIValue writes a value as TOML does.
func fromINIValue(value string) string {
	if _, err := strconv.ParseInt(value, 10, 64); err == nil {
		return value
	}
	if v, err := strconv.ParseFloat(value, 64); err == nil && v-v == 0 {
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	if strings.EqualFold(value, "true") || strings.EqualFold(value, "false") {
		return strings.ToLower(value)
	}
	return strconv.Quote(strings.Trim(value, `"'`))
}
