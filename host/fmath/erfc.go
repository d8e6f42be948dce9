package fmath

import "math"

// Erfc is the complementary error function to within 6 ulp. It is exactly 0 where
// it would be tiny (x > 9 in float32, x > 26 in float64). Device twin: r_erfc.
func Erfc[F Float](x F) F {
	a := x
	if x < 0 {
		a = -x
	}
	// e^(-a^2) needs a^2 to more bits than one number has: it is square + rest,
	// and e^(-rest) = 1 - rest.
	square := F(a * a)
	h := head(a)
	l := a - h
	rest := ((F(h*h) - square) + F(F(2*h)*l)) + F(l*l)
	y := F(F(Exp(-square)*(1-rest)) * erfcx(a))
	if single[F]() && a > 9 || a > 26 {
		y = 0
	}
	if x < 0 {
		y = 2 - y
	}
	return y
}

// ErfcInv is the inverse of Erfc to within 3 ulp: +Inf at 0 and at subnormal
// numbers, -Inf at 2, NaN outside [0, 2]. Device twin: r_erfcinv.
func ErfcInv[F Float](y F) F {
	tail := y
	if y > 1 {
		tail = 2 - y
	}
	x := F((1 - y) * erfcInvCentre(-Log(F(y*(2-y)))))
	if tail < 0.03125 {
		x = erfcInvTail(tail)
		if y > 1 {
			x = -x
		}
	}
	return x
}

// erfcInvTail is ErfcInv for 0 <= y < 1/32: a start good to 2^-18 and one step
// of third order (Chebyshev's) on x^2 - ln erfcx(x) + ln y = 0. In logarithms
// nothing underflows, and an error of the left side matters 2 x^2 times less in
// x. Device twin: r_erfcinv_tail.
func erfcInvTail[F Float](y F) F {
	log := Log(y)
	v := Sqrt(-log)
	x := F(v * erfcInvStart(1/(v+2)))
	g := erfcx(x)
	slope := 1.1283791670955126 / g // of the left side: 2/(sqrt(pi) g)
	step := ((F(x*x) + log) - Log(g)) / slope
	x = x - (step + F((F(0.5*slope)-x)*F(step*step)))
	if log < -math.MaxFloat32 {
		x = -log
	}
	return x
}

// erfcx is e^(x^2) erfc(x) for 0 <= x <= 27, as p(t)/(x+k) with
// t = (x-k)/(x+k), k = 2: a form that is nearly flat from 0 to infinity
// (Shepherd and Laframboise, Math. Comp. 36, 1981). Device twin: r_erfcx.
func erfcx[F Float](x F) F {
	inverse := 1 / (x + 2)
	t := F((x - 2) * inverse)
	if single[F]() {
		return F(F(erfcx32(float32(t))) * inverse)
	}
	return F(F(erfcx64(float64(t))) * inverse)
}

func erfcx32(t float32) float32 {
	p := float32(6.60842998e-05*t) + 4.03587983e-05
	p = float32(p*t) - 0.000592803292
	p = float32(p*t) - 0.000826476025
	p = float32(p*t) + 0.0030643316
	p = float32(p*t) + 0.00647429144
	p = float32(p*t) - 0.0215062723
	p = float32(p*t) - 0.036441613
	p = float32(p*t) + 0.279471815
	p = float32(p*t) - 0.68716073
	p = float32(p*t) + 1.02158272
	return p
}

func erfcx64(t float64) float64 {
	p := float64(-5.9832742395427185e-09*t) - 1.4957026906505504e-08
	p = float64(p*t) + 2.4683137599066038e-08
	p = float64(p*t) + 1.121422020683967e-07
	p = float64(p*t) + 4.4683026229192503e-08
	p = float64(p*t) - 3.2033141001082274e-07
	p = float64(p*t) - 6.1579408774992436e-07
	p = float64(p*t) - 4.5772371858730626e-09
	p = float64(p*t) + 2.0299612780664387e-06
	p = float64(p*t) + 3.6485609183891418e-06
	p = float64(p*t) - 1.1378267441146952e-06
	p = float64(p*t) - 1.6122931381427883e-05
	p = float64(p*t) - 2.1692479533728622e-05
	p = float64(p*t) + 3.4149425934903783e-05
	p = float64(p*t) + 0.00014446997130900655
	p = float64(p*t) + 3.4371349624392263e-05
	p = float64(p*t) - 0.00066307340064560905
	p = float64(p*t) - 0.00083729605405871677
	p = float64(p*t) + 0.0030906120507817178
	p = float64(p*t) + 0.0064791850672972443
	p = float64(p*t) - 0.021510661889136015
	p = float64(p*t) - 0.036442231506868865
	p = float64(p*t) + 0.27947209255604905
	p = float64(p*t) - 0.68716068441381062
	p = float64(p*t) + 1.021582705242023
	return p
}

// erfcInvCentre is erfc^-1(y)/(1-y) for 1/32 <= y <= 1 as a polynomial in
// w = -ln(y(2-y)) (the variable of Giles, GPU Computing Gems, 2011).
func erfcInvCentre[F Float](w F) F {
	if single[F]() {
		return F(erfcInvCentre32(float32(w)))
	}
	return F(erfcInvCentre64(float64(w)))
}

func erfcInvCentre32(t float32) float32 {
	p := float32(-1.99522134e-07*t) - 2.87690023e-06
	p = float32(p*t) + 5.89644224e-05
	p = float32(p*t) - 0.000144343416
	p = float32(p*t) - 0.00232371222
	p = float32(p*t) + 0.0115454979
	p = float32(p*t) + 0.232014149
	p = float32(p*t) + 0.886226892
	return p
}

func erfcInvCentre64(t float64) float64 {
	p := float64(-4.7329143921657898e-15*t) + 2.744370806374132e-13
	p = float64(p*t) - 4.8680666809881507e-12
	p = float64(p*t) + 3.8068892834860943e-11
	p = float64(p*t) - 1.0050054700588852e-10
	p = float64(p*t) - 3.2847009077890169e-10
	p = float64(p*t) + 4.208186848465753e-10
	p = float64(p*t) + 2.3214939256565532e-08
	p = float64(p*t) - 3.7689565881827114e-08
	p = float64(p*t) - 1.0122840049405473e-06
	p = float64(p*t) + 2.019855873298471e-06
	p = float64(p*t) + 4.6611485733951804e-05
	p = float64(p*t) - 0.00012804330442222204
	p = float64(p*t) - 0.0023351016402323559
	p = float64(p*t) + 0.011549342038172802
	p = float64(p*t) + 0.23201366653465724
	p = float64(p*t) + 0.88622692545275805
	return p
}

// erfcInvStart is erfc^-1(y)/v for y < 1/32 as a polynomial in 1/(v+2),
// v = sqrt(-ln y), good to 2^-18.
func erfcInvStart[F Float](t F) F {
	p := F(36.205524475550341*t) - 33.999749607799068
	p = F(p*t) - 2.2268579026434252
	p = F(p*t) - 1.477599450079925
	p = F(p*t) - 1.6625469750889925
	p = F(p*t) - 0.024286804503043727
	p = F(p*t) + 1.0002260184614671
	return p
}
