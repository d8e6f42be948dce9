package web

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tnn-gpu/host/config"
	"tnn-gpu/host/record"
)

// settings are values of a run's configuration, by key.
type settings map[string]string

// seen is what is kept of a run's files that change seldom, until they do.
type seen struct {
	metadata, config stamp
	began            time.Time
	settings         settings
}

// stamp tells whether a file has changed.
type stamp struct {
	written time.Time
	size    int64
}

func (r *Runs) stampOf(name, file string) stamp {
	info, err := os.Stat(filepath.Join(r.folder, name, file))
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}

func (r *Runs) seenOf(name string) seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen[name]
}

func (r *Runs) keepSeen(name string, s seen) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[name] = s
}

// began is when the last session of a run began, or when its run.json was written where
// that does not tell.
func (r *Runs) began(name string) time.Time {
	s, now := r.seenOf(name), r.stampOf(name, record.MetadataName)
	if s.metadata == now {
		return s.began
	}
	s.metadata, s.began = now, now.written
	if m, err := record.ReadMetadata(filepath.Join(r.folder, name)); err == nil {
		if !m.Started.IsZero() {
			s.began = m.Started
		}
		if n := len(m.Sessions); n > 0 {
			s.began = m.Sessions[n-1].Started
		}
	}
	r.keepSeen(name, s)
	return s.began
}

// settings are those of a run; nil where its configuration cannot be read, as that of
// another version.
func (r *Runs) settings(f *folder) settings {
	s, now := r.seenOf(f.name), r.stampOf(f.name, record.ConfigName)
	if s.config == now {
		return s.settings
	}
	s.config, s.settings = now, nil
	if cfg, err := f.config(); err == nil {
		s.settings = make(settings)
		for _, v := range cfg.Settings() {
			s.settings[v.Key] = v.Text
		}
	}
	r.keepSeen(f.name, s)
	return s.settings
}

func (f *folder) config() (*config.Config, error) {
	text, err := f.left.ConfigText()
	if err != nil {
		return nil, fmt.Errorf("the configuration of the run cannot be read: %w", err)
	}
	return config.Decode(filepath.Join(f.name, record.ConfigName), text)
}

// keepDiffering leaves of the settings of runs those in which runs of one model differ,
// and lists their keys.
func keepDiffering(runs []about) []string {
	first := make(map[string]settings) // by model
	differ := make(map[string]bool)
	for _, a := range runs {
		if a.Settings == nil {
			continue
		}
		of := first[a.Model]
		if of == nil {
			first[a.Model] = a.Settings
			continue
		}
		for _, two := range [2][2]settings{{of, a.Settings}, {a.Settings, of}} {
			for key, text := range two[0] {
				if other, has := two[1][key]; !has || other != text {
					differ[key] = true
				}
			}
		}
	}
	var keys []string
	for key := range differ {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for i := range runs {
		kept := make(settings)
		for _, key := range keys {
			if text, has := runs[i].Settings[key]; has {
				kept[key] = text
			}
		}
		runs[i].Settings = kept
	}
	return keys
}
