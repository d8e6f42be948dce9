package device

import "tnn-gpu/host/state"

// Trial is what a process asks of a driver so that another one can know beforehand
// whether the driver survives it. Nothing is computed.
type Trial struct {
	Selector   *string           // of the device that is opened, as in Open; nil only lists the devices
	Precisions []state.Precision // that the device is probed in
	Program    *TrialProgram     // nil builds none
	Bounded    *TrialProgram     // in its place where the probe finds a bound of turns (Info.Turns); nil is none other
	Stream     bool              // open what NewStream opens
}

// TrialProgram is device code that is built and whose kernels are launched: drivers
// compile them, or read them from a cache, at the first launch of a size.
type TrialProgram struct {
	Source   string
	Launches []TrialLaunch
}

// TrialLaunch is a kernel over as many work-items as in earnest, up to a number beyond
// which drivers make no difference. All numbers among its arguments and all memory are
// zero: with these a kernel must find nothing to do.
type TrialLaunch struct {
	Kernel        string
	Global, Local []int
}
