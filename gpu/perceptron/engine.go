//go:build opencl && cgo

package perceptron

import (
	"errors"
	"slices"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// New opens a network on a device, at step 0, and owns the device from then on, unless
// there is an error: a device without double precision refuses it.
func New(d *device.Device, net *perceptron.Network, o backend.Options) (backend.Backend, error) {
	return device.OpenNetwork(d, net, o, newEngine[float32], newEngine[float64])
}

// engine runs all replicas of a network on a device in one precision. It
// implements backend.Backend.
type engine[F float32 | float64] struct {
	device       *device.Device
	net          *perceptron.Network
	table        *perceptron.Table // of what all students share
	options      backend.Options
	step         int64
	items        int // work-items of a work-group
	width        int // examples, or pairs of components, of a work-item
	note         string
	realisations int

	backend.Fields
	arrays  device.Buffers // of the state
	buffers device.Buffers // everything else
	made    *kernels       // draws are made on the device
	given   *kernels       // draws are in buffers; nil before they are first given
	next    *kernels       // of the next step
}

// kernels of one program.
type kernels struct{ meet, learn, addHeat, record *device.Kernel }

func newEngine[F float32 | float64](d *device.Device, net *perceptron.Network, o backend.Options) (*engine[F], error) {
	e := &engine[F]{
		device: d, net: net, table: &net.Spec.Perceptron, options: o, items: itemsOn(d.Info(), o.WorkGroup), width: widthOn(d, o.Precision),
		Fields: backend.NewFields(net), arrays: device.Buffers{}, buffers: device.Buffers{},
	}
	for _, prepare := range []func() error{e.allocate, e.upload, e.buildMade} {
		if err := prepare(); err != nil {
			return nil, err
		}
	}
	return e, e.write(net.Start(o.Precision, o.Seeds))
}

// mostWidth is the largest WIDTH of the kernels.
const mostWidth = 8

// widthOn is how many examples, or pairs of components, a work-item computes at once.
func widthOn(d *device.Device, precision state.Precision) int {
	return min(d.Width(precision), mostWidth)
}

// itemsOn is the size of work-groups: a work-item for each lane, or on a processor one
// for all, as there work-items are a loop that waiting breaks up. A size that is asked
// for is cut to one that divides the lanes.
func itemsOn(info device.Info, asked int) int {
	items := perceptron.Lanes
	if info.Kind == "cpu" {
		items = 1
	}
	if asked != 0 {
		items = min(asked, perceptron.Lanes)
	}
	items = min(items, max(1, info.MaxWorkGroup))
	for perceptron.Lanes%items != 0 {
		items--
	}
	return items
}

func (e *engine[F]) buildMade() (err error) {
	e.made, err = e.build(false)
	e.next = e.made
	return err
}

// build compiles the kernels and binds their arguments.
func (e *engine[F]) build(given bool) (*kernels, error) {
	program, err := e.device.Build(header(e.options.Precision, e.width, e.items, given).Source(), "")
	if err != nil {
		return nil, err
	}
	k, args := &kernels{}, e.arguments()
	for name, kernel := range map[string]**device.Kernel{
		"perceptron_meet": &k.meet, "perceptron_learn": &k.learn, "perceptron_add_heat": &k.addHeat, "perceptron_record": &k.record,
	} {
		if *kernel, err = program.BoundKernel(name, args); err != nil {
			return nil, err
		}
		if most := (*kernel).MaxWorkGroup(); most < e.items {
			// Registers or a driver allow fewer: the largest power of two that fits.
			for e.items > most {
				e.items /= 2
			}
			e.note = device.SmallGroups(e.items)
			return e.build(given)
		}
	}
	return k, nil
}

// arguments are those of all kernels: buffers are called as their parameters are.
func (e *engine[F]) arguments() device.Args {
	all := device.Args{
		"w": e.arrays[perceptron.Weights], "teacher": e.arrays[perceptron.TeacherVector], "ended": e.arrays[perceptron.EndedAt],
		"total_heat": e.arrays[perceptron.TotalHeat], "recent_heat": e.arrays[perceptron.RecentHeat],
		"positions": uint32(e.net.Positions()), "width": uint32(perceptron.Words(e.table.N)), "n": uint32(e.table.N),
		"examples": uint32(e.table.B), "stored": uint32(e.table.P),
		"t": uint32(0), "again": uint32(0), "what": learn, "fresh": uint32(0), "at": uint32(0),
	}
	all.AddBuffers(e.buffers)
	return all
}

// batch is the number of steps that are enqueued before the host reads sums.
const batch = 256

// sumsOfRecord is how many reals perceptron_record leaves for a student.
const sumsOfRecord = 4

func (e *engine[F]) allocate() error {
	replicas, size := uint64(len(e.options.Seeds)), uint64(e.options.Precision.Bytes())
	components, examples := replicas*uint64(e.net.Positions())*size, replicas*uint64(e.table.B)*size
	for name, bytes := range map[string]uint64{
		"before": components, "force": components, "term": components, "activation": examples, "share": examples,
		"gained": replicas * uint64(row(e.table)) * size, "positive": replicas * uint64(e.table.B) * 4,
		"ramps": replicas * size, "sums": batch * replicas * sumsOfRecord * size, "ends": batch * replicas * 4,
		"given": 0, "noise": 0,
	} {
		if err := e.buffers.Alloc(e.device, name, bytes); err != nil {
			return err
		}
	}
	all := int(replicas)
	if err := e.arrays.AllocFields(e.device, perceptron.Fields(), e.options.Precision, all, e.net.Length); err != nil {
		return err
	}
	return errors.Join(
		device.Fill(e.buffers["term"], 0, all*e.net.Positions(), F(0)),
		device.Fill(e.buffers["gained"], 0, all*row(e.table), F(0)),
		device.Fill(e.buffers["ramps"], 0, all, F(1)),
		device.Fill(e.buffers["activation"], 0, all*e.table.B, F(0)),
		device.Fill(e.buffers["share"], 0, all*e.table.B, F(0)),
		device.Fill(e.buffers["positive"], 0, all*e.table.B, int32(0)),
	)
}

// upload sends what follows from the specifications and the keys: students that
// have a key are those of a realisation.
func (e *engine[F]) upload() error {
	var order []uint64
	students := map[uint64][]uint32{}
	var parameters []F
	var rules []int32
	for r, key := range e.options.Seeds {
		if students[key] == nil {
			order = append(order, key)
		}
		students[key] = append(students[key], uint32(r))
		t := &e.net.SpecOf(r).Perceptron
		parameters = append(parameters, device.Words[F](perceptron.ConstantsOf[F](t))...)
		rules = append(rules, int32(slices.Index(perceptron.Rules(), t.Kind())))
	}
	e.realisations = len(order)
	var members, keys []uint32
	first := []uint32{0}
	for _, key := range order {
		k := rng.Key(key)
		keys = append(keys, k[0], k[1])
		members = append(members, students[key]...)
		first = append(first, uint32(len(members)))
	}
	return errors.Join(device.Send(e.device, e.buffers, "members", members), device.Send(e.device, e.buffers, "first", first),
		device.Send(e.device, e.buffers, "keys", keys), device.Send(e.device, e.buffers, "rules", rules), device.Send(e.device, e.buffers, "parameters", parameters))
}

// Give implements backend.Given.
func (e *engine[F]) Give(draws map[rng.Purpose][]float64) error {
	words, eta, err := e.net.GivenDraws(draws)
	if err != nil {
		return err
	}
	noise := make([]F, len(eta))
	for i, v := range eta {
		noise[i] = F(v)
	}
	if e.given == nil {
		if err := errors.Join(device.Send(e.device, e.buffers, "given", words), device.Send(e.device, e.buffers, "noise", noise)); err != nil {
			return err
		}
		if e.given, err = e.build(true); err != nil {
			return err
		}
	}
	e.next = e.given
	return errors.Join(device.Write(e.buffers["given"], 0, words), device.Write(e.buffers["noise"], 0, noise))
}

// Describe implements backend.Backend.
func (e *engine[F]) Describe() backend.Description {
	return e.device.Describe(e.options.Precision, e.note)
}

// Profile implements backend.Profiler.
func (e *engine[F]) Profile() ([]backend.KernelTime, error) { return e.device.Profile() }

// Close implements backend.Backend.
func (e *engine[F]) Close() error { return e.device.Close() }
