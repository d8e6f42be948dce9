package stats

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
	taper "gonum.org/v1/gonum/dsp/window"
)

// Spectrum is the power of a series by frequency.
type Spectrum struct {
	Frequency []float64 // cycles a step, 0 < f <= 1/2
	Power     []float64 // density: its sum times the distance of frequencies is the variance within segments
}

// PowerSpectrum is Welch's estimate: the mean over segments of some values that overlap
// by half, each without its mean and with Hann's window. A segment longer than the
// series is the whole series. A series of fewer than four values has no spectrum.
func PowerSpectrum(values []float64, segment int) Spectrum {
	segment = min(segment, len(values))
	if segment < 4 {
		return Spectrum{}
	}
	hann := make([]float64, segment)
	for i := range hann {
		hann[i] = 1
	}
	taper.Hann(hann)
	weight := 0.0
	for _, w := range hann {
		weight += float64(w * w)
	}
	s := Spectrum{Frequency: make([]float64, segment/2), Power: make([]float64, segment/2)}
	transform, part, segments := fourier.NewFFT(segment), make([]float64, segment), 0
	for from := 0; from+segment <= len(values); from += segment - segment/2 {
		mean := Mean(values[from : from+segment]).Mean
		for i, w := range hann {
			part[i] = (values[from+i] - mean) * w
		}
		for i, c := range transform.Coefficients(nil, part)[1:] {
			both := 2.0 // a frequency and its negative
			if 2*(i+1) == segment {
				both = 1
			}
			s.Power[i] += both * (float64(real(c)*real(c)) + float64(imag(c)*imag(c))) / weight
		}
		segments++
	}
	for i := range s.Power {
		s.Frequency[i] = transform.Freq(i + 1)
		s.Power[i] /= float64(segments)
	}
	return s
}

// Crossing is where a function of 0, 1, 2, ... first falls to a level or below, by
// straight lines between its values: a correlation length or time. It is NaN where it
// does not.
func Crossing(values []float64, level float64) float64 {
	for i, v := range values {
		if !(v <= level) {
			continue
		}
		if i == 0 {
			return 0
		}
		before := values[i-1]
		return float64(i-1) + (before-level)/(before-v)
	}
	return math.NaN()
}
