package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/npy"
)

// TestFilesOfOtherPrograms: graphs and series as NetworkX, pandas, NumPy and R write them
// by default are read, and give the run of a plain file with the same numbers. What is
// not read is named, with what to export in its place.
func TestFilesOfOtherPrograms(t *testing.T) {
	dir := t.TempDir()
	runPython(t, dir, `
import networkx as nx
import numpy as np
import pandas as pd
g = nx.Graph()
g.add_nodes_from(range(24)) # numbered in this order by all formats
for i, (a, b) in enumerate(sorted(nx.random_regular_graph(4, 24, seed=3).edges)):
    g.add_edge(min(a, b), max(a, b), weight=(i - 20) / 32)
open("plain.txt", "w").writelines(f"{a} {b} {w}\n" for a, b, w in g.edges.data("weight"))
nx.write_edgelist(g, "nx.edgelist")
nx.write_edgelist(g, "nx.edgelist.gz")
nx.write_weighted_edgelist(g, "nx.weighted.edgelist")
nx.write_graphml(g, "nx.graphml")
nx.write_pajek(g, "nx.net")
edges = nx.to_pandas_edgelist(g)
edges.to_csv("pandas.csv")
edges.to_csv("pandas-no-index.csv", index=False)
edges.to_csv("pandas.tsv", sep="\t")
nx.write_gml(g, "nx.gml")
nx.write_gexf(g, "nx.gexf")
nx.write_adjlist(g, "nx.adjlist")
nx.write_multiline_adjlist(g, "nx.multiline")
edges.to_json("pandas.json")

series = np.round(np.sin(np.outer(np.arange(30), [0.25, 0.5])), 3)
np.savetxt("series.txt", series)
np.save("series.npy", series)
frame = pd.DataFrame(series, columns=["left", "right"])
frame.to_csv("series-pandas.csv")
frame.to_csv("series-pandas-no-index.csv", index=False)
pd.DataFrame(series).to_csv("series-pandas-numbers.csv")
frame.to_csv("series-german.csv", sep=";", decimal=",")
`)
	if _, err := os.Stat(filepath.Join(dir, "plain.txt")); err != nil {
		t.Fatal(err)
	}
	// What R 4.2 writes of the same data frames.
	frame := func(in string, head []string, between string, shortHead bool) string {
		var out strings.Builder
		for number, line := range strings.Split(strings.TrimSpace(string(read(t, dir, in))), "\n") {
			if number == 0 {
				cells := head
				if !shortHead {
					cells = append([]string{""}, head...)
				}
				out.WriteString(`"` + strings.Join(cells, `"`+between+`"`) + "\"\n")
			}
			fmt.Fprintf(&out, "\"%d\"%s%s\n", number+1, between, strings.Join(strings.Fields(line), between))
		}
		return out.String()
	}
	for name, text := range map[string]string{
		"R-write.csv.csv": frame("plain.txt", []string{"source", "target", "weight"}, ",", false), "R-write.table.txt": frame("plain.txt", []string{"source", "target", "weight"}, " ", true),
		"R-write.csv2.csv":  strings.ReplaceAll(frame("plain.txt", []string{"source", "target", "weight"}, ";", false), ".", ","),
		"series-R.csv":      frame("series.txt", []string{"left", "right"}, ",", false),
		"series-R.txt":      frame("series.txt", []string{"left", "right"}, " ", true),
		"series-R-csv2.csv": strings.ReplaceAll(frame("series.txt", []string{"left", "right"}, ";", false), ".", ","),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	weights := func(config, out string) []float64 {
		if err := os.WriteFile(filepath.Join(dir, "c.toml"), []byte(config+"\nera = [{steps = 30}]\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		tnnGPU(t, dir, "run", "c.toml", "--backend", "cpu", "--no-overview", "--out", out).want(t, codeDone)
		a, err := npy.OpenArchive(filepath.Join(dir, out, "final.npz"))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		w, err := a.Read("weight", 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		return w.Values
	}
	same := func(kind, plain string, files []string, config func(file string) string) {
		want := weights(config(plain), "run-"+plain)
		if len(want) < 40 {
			t.Fatalf("%s: %d weights", plain, len(want))
		}
		for _, file := range files {
			if have := weights(config(file), "run-"+file); fmt.Sprint(have) != fmt.Sprint(want) {
				t.Errorf("%s %s gives another network than %s", kind, file, plain)
			}
		}
	}
	graph := func(file string) string {
		return fmt.Sprintf("graph = {kind = \"file\", file = %q}\ngroup = [{}]", file)
	}
	if n := len(weights(graph("nx.adjlist"), "adjacency")); n != 48 { // it has no weights
		t.Errorf("the adjacency list has %d edges", n)
	}
	same("graph", "plain.txt", []string{"nx.edgelist", "nx.edgelist.gz", "nx.weighted.edgelist", "nx.graphml", "nx.gml", "nx.gexf", "nx.net", "pandas.csv", "pandas-no-index.csv", "pandas.tsv", "R-write.csv.csv", "R-write.table.txt", "R-write.csv2.csv"}, graph)
	same("series", "series.npy", []string{"series.txt", "series-pandas.csv", "series-pandas-no-index.csv", "series-pandas-numbers.csv", "series-german.csv", "series-R.csv", "series-R.txt", "series-R-csv2.csv"}, func(file string) string {
		return fmt.Sprintf("graph = {sides = [8, 8], bipartite = true}\ngroup = [{connections = 4}]\nexternal = [{count = 2, connections = 4, weight = 3.0, wave = \"series\", series = %q}]", file)
	})
	for file, says := range map[string]string{"nx.multiline": "it is a multiline adjacency list of NetworkX, which is not read: write GraphML", "pandas.json": "it is JSON"} {
		if err := os.WriteFile(filepath.Join(dir, "c.toml"), []byte(graph(file)+"\nera = [{steps = 1}]\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		tnnGPU(t, dir, "run", "c.toml").want(t, codeUsage, says)
	}
}
