package record

import (
	"fmt"
	"slices"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// files describes what the run folder will hold.
func (r *Recorder) files() []File {
	out := []File{
		{Name: ConfigName, Doc: "the whole configuration; running it again gives the same run, with --commands where a page has steered it, and with --steps where resume --steps made it longer"},
		{Name: StepsName, Doc: "quantities of " + r.describeSteps(), Columns: r.stepColumns()},
		{Name: epochsName, Doc: "quantities of the mean sums of the steps of each epoch" + r.meanOfReplicas(), Columns: r.epochColumns()},
		{Name: HistogramsName, Doc: "histograms at the start and the end" + r.ofReplicas() + "; empty bins are left out", Columns: r.histogramColumns(), Histograms: r.distributions()},
	}
	if !r.options.NoFinal {
		out = append(out, File{Name: FinalName, Doc: "the state after the last step, in original order", Arrays: r.describeFinal()})
		out = append(out, r.describeImages()...)
	}
	for _, t := range r.itemTables() {
		f := File{Name: t.name, Doc: t.doc}
		for _, c := range t.columns {
			f.Columns = append(f.Columns, Column{Name: c.Name, Doc: c.Doc, Text: c.isText})
		}
		out = append(out, f)
	}
	if r.replicas > 1 {
		out = append(out, File{
			Name: replicaEpochsName, Doc: "the same as " + epochsName + " for each replica",
			Columns: r.replicaEpochColumns(),
		})
	}
	if len(r.probes) > 0 {
		doc := fmt.Sprintf("fields at single nodes and edges, every %s", text.Count(r.options.ProbeEvery, "step"))
		out = append(out, File{Name: probesName, Doc: doc, Columns: r.probeColumns()})
	}
	if columns := r.inputColumns(); columns != nil {
		out = append(out, File{Name: inputsName, Doc: "what the run was fed, step by step", Columns: columns})
	}
	for _, c := range r.conclusions() {
		out = append(out, File{Name: c.File, Doc: c.Doc, Columns: describeColumns(c.Columns), Conclusion: true})
	}
	for i, recording := range r.recordings {
		out = append(out, recording.describe(r.options.Recordings[i], r.first))
	}
	return out
}

// describeSteps says which steps have a row.
func (r *Recorder) describeSteps() string {
	text := "every step"
	if _, some := r.options.Model.(model.Recorded); some {
		text = "the steps that the model records"
	}
	if every := r.options.StepsEvery; every > 1 {
		text += fmt.Sprintf(" whose number is a multiple of %d", every)
	}
	return text
}

// ofReplicas says which replicas are taken together.
func (r *Recorder) ofReplicas() string {
	switch {
	case r.replicas == 1:
		return ""
	case r.options.Sweep != nil:
		return ", over the replicas of each value of " + r.options.Sweep.Key
	}
	return ", over all replicas"
}

func (r *Recorder) meanOfReplicas() string {
	if r.replicas == 1 {
		return ""
	}
	return ": mean and standard error" + r.ofReplicas()
}

// hasErrors tells whether a point has replicas to take a standard error of.
func (r *Recorder) hasErrors() bool { return len(r.points) < r.replicas }

// replicaColumns number the replica, where there are several, and tell its value.
func (r *Recorder) replicaColumns() []Column {
	var out []Column
	if r.replicas > 1 {
		out = append(out, Column{Name: "replica", Doc: "number of the replica, from 0"})
	}
	return append(out, sweptColumns(r.options.Sweep)...)
}

func (r *Recorder) numberColumns() []Column {
	return append([]Column{{Name: "step", Doc: "number of the step, from 1"}}, r.replicaColumns()...)
}

func (r *Recorder) stepColumns() []Column { return append(r.numberColumns(), r.quantityColumns()...) }

func epochNumbers() []Column {
	return []Column{
		{Name: "epoch", Doc: "number of the epoch, from 1"},
		{Name: "first", Doc: "its first step"},
		{Name: "last", Doc: "its last step"},
	}
}

// ColumnOf describes a quantity of a model.
func ColumnOf(c model.Column) Column {
	return Column{Name: c.Name, Title: c.Title, Unit: c.Unit, Doc: c.Doc, Log: c.Log}
}

func (r *Recorder) quantityColumns() []Column {
	var out []Column
	for _, c := range r.about.Columns {
		out = append(out, ColumnOf(c))
	}
	return out
}

func (r *Recorder) replicaEpochColumns() []Column {
	return slices.Concat(epochNumbers(), r.replicaColumns(), r.quantityColumns())
}

func (r *Recorder) epochColumns() []Column {
	out := append(epochNumbers(), sweptColumns(r.options.Sweep)...)
	for _, c := range r.quantityColumns() {
		out = append(out, c)
		if r.hasErrors() {
			out = append(out, Column{Name: c.Name + errorSuffix, Title: c.Title, Unit: c.Unit, Doc: "standard error of the column before"})
		}
	}
	return out
}

func (r *Recorder) histogramColumns() []Column {
	which := []Column{{Name: "histogram", Doc: "which histogram", Text: true}, {Name: "when", Doc: "start or end of the run", Text: true}}
	return slices.Concat(which, sweptColumns(r.options.Sweep), []Column{
		{Name: "lower", Doc: "lower edge of the bin, which belongs to it"},
		{Name: "upper", Doc: "upper edge of the bin"},
		{Name: "count", Doc: "values in the bin"},
	})
}

// distributions are what histograms are of.
func (r *Recorder) distributions() []Column {
	var out []Column
	for _, d := range r.about.Distributions {
		out = append(out, ColumnOf(d.Column))
	}
	return out
}

func (r *Recorder) probeColumns() []Column {
	out := r.numberColumns()
	for _, p := range r.probes {
		f := p.source.field
		out = append(out, Column{Name: p.column, Unit: f.Unit, Doc: f.Doc})
	}
	return out
}

func (r *Recorder) describeFinal() []Array {
	var out []Array
	for _, a := range finalArrays(r.options.Model, r.options.Backend.Precision, r.replicas) {
		out = append(out, a.Array)
	}
	return out
}

func describeArray(s *source, p state.Precision, replicas int) Array {
	f := s.field
	return Array{
		Name: f.Name, Dtype: s.dtype(p), Unit: f.Unit, Doc: f.Doc, Limits: f.Limits, Axes: s.allAxes(replicas),
		Shape: s.replicated(replicas, s.shape),
	}
}

func (r *recording) describe(asked Recording, first int64) File {
	f := r.source.field
	a := Array{
		Name: f.Name, Dtype: r.dtype, Unit: f.Unit, Doc: f.Doc, Limits: f.Limits, Every: r.every,
		Axes: append([]string{"record"}, r.source.allAxes(r.replicas)...), Shape: r.shape,
	}
	if first > 0 {
		a.First = (first/r.every + 1) * r.every
	}
	if asked.Items != nil {
		a.Items = itemsName(f.Name)
	}
	return File{Name: r.file, Doc: fmt.Sprintf("field %s every %s", f.Name, text.Count(r.every, "step")), Arrays: []Array{a}}
}
