package main

import (
	"fmt"

	"tnn-gpu/host/model"
	"tnn-gpu/host/picture"
	"tnn-gpu/host/results"
)

// builtNetwork builds the network of a run again.
func builtNetwork(run *results.Run) (model.Network, error) {
	if err := checkInputs(run.Path, run.Metadata.Inputs, run.Config, nil); err != nil {
		return nil, err
	}
	net, err := run.Config.Spec.Build(run.Config.Run.Seed, nil)
	if err != nil {
		return nil, fmt.Errorf("the network of the run %s cannot be built: %w", run.Path, run.Config.Locate(err))
	}
	return net, sameNetwork(run, net)
}

// sameNetwork refuses a network that is not the one that ran.
func sameNetwork(run *results.Run, net model.Network) error {
	if sum := run.Metadata.NetworkSum; sum != "" && sum != sumOfNetwork(net) {
		return fmt.Errorf("the run %s is of another network than the one that its configuration gives now", run.Path)
	}
	return nil
}

// sumOfNetwork is what a network is known by; empty where it follows from the
// configuration.
func sumOfNetwork(net model.Network) string {
	if s, ok := net.(model.Summed); ok {
		return s.Sum()
	}
	return ""
}

// sceneOf is what pictures show of a run: all sites, or those whose numbers are given
// because no others were recorded.
func sceneOf(run *results.Run, numbers []int) (*picture.Scene, error) {
	if s := run.Metadata.Sites; s != nil && numbers == nil && s.Marked == 0 && len(s.Sides) > 0 {
		return latticeScene(*s), nil // without building the network, which may be large
	}
	net, err := builtNetwork(run)
	if err != nil {
		return nil, err
	}
	sited, ok := net.(model.Sited)
	if !ok {
		return nil, fmt.Errorf("the model %s of the run %s has no sites to be drawn", run.Metadata.Model, run.Path)
	}
	if numbers == nil {
		return newScene(net, sited, false), nil
	}
	whole := newScene(net, sited, true)
	sides, err := boxSides(run.Config.Record.Region)
	return whole.Restrict(numbers, sides), err
}

// boxSides are those of a recorded region; nil where there is none.
func boxSides(region string) ([]int, error) {
	if region == "" {
		return nil, nil
	}
	from, to, err := model.ParseRegion(region)
	var sides []int
	for d := range from {
		sides = append(sides, to[d]-from[d])
	}
	return sides, err
}

// latticeScene is a scene of sites alone.
func latticeScene(s model.Sites) *picture.Scene {
	out := picture.NewScene(s.Count, s.Sides, s.Bipartite)
	out.Signed = s.Signed
	return out
}

// newScene adds marked sites and, where there is no lattice or they are asked for,
// links.
func newScene(net model.Network, sited model.Sited, withLinks bool) *picture.Scene {
	sites := sited.Sites()
	out := latticeScene(sites)
	withLinks = withLinks || len(sites.Sides) == 0
	number := make(map[int32]int)
	if holds := net.Describe().Holds; holds != nil {
		for i, id := range holds.Items {
			number[id] = i
			out.External = append(out.External, picture.External{ID: id})
		}
	}
	linked, ok := net.(model.Linked)
	if !ok || !withLinks && len(number) == 0 {
		return out
	}
	links := linked.Links(nil, 0)
	for k := range links.Count {
		a, b := links.Ends(k)
		if i, found := number[a]; found {
			out.External[i].Neighbours = append(out.External[i].Neighbours, b)
		}
		if i, found := number[b]; found {
			out.External[i].Neighbours = append(out.External[i].Neighbours, a)
		}
		if withLinks {
			out.Edges = append(out.Edges, [2]int32{a, b})
		}
	}
	return out
}
