// All device code of tnn-gpu, in OpenCL C 1.2, one section after another. Each
// section names the Go code that it mirrors line by line, and must give the same
// bits as that code: every operation rounds on its own, in the same order.
//
// Build options: -cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt, and
// -DREAL_IS_DOUBLE for double precision. Never a fast-math option.

// ============================================================================
// Section 1: precision. One type, real, chosen when the program is built.
// ============================================================================

#pragma OPENCL FP_CONTRACT OFF

#ifdef REAL_IS_DOUBLE
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef double real;
typedef ulong real_uint; // the unsigned integer as wide as a real
typedef long real_int;
#define R(literal) literal
#define as_real(bits) as_double(bits)
#define as_real_uint(x) as_ulong(x)
#define REAL_FRACTION_BITS 52
#define REAL_MAX R(0x1.fffffffffffffp1023)
#define REAL_MIN_NORMAL R(0x1.0p-1022)
#else
typedef float real;
typedef uint real_uint;
typedef int real_int;
#define R(literal) literal##f
#define as_real(bits) as_float(bits)
#define as_real_uint(x) as_uint(x)
#define REAL_FRACTION_BITS 23
#define REAL_MAX R(0x1.fffffep127)
#define REAL_MIN_NORMAL R(0x1.0p-126)
#endif

#define REAL_INF ((real)INFINITY)
#define REAL_NAN ((real)NAN)

// ============================================================================
// Section 2: noise. Mirrors package host/rng; needs section 3's functions.
// ============================================================================

real r_log(real x);
real r_cos2pi(real u);
real r_sqrt(real x);

// Philox4x32-10. The 64-bit product is spelled out because mul_hi is slow on
// CPU devices.
uint4 philox(uint4 counter, uint2 key)
{
    uint x0 = counter.x, x1 = counter.y, x2 = counter.z, x3 = counter.w;
    for (int i = 0; i < 10; i++) {
        ulong p = (ulong)x0 * 0xD2511F53u;
        ulong q = (ulong)x2 * 0xCD9E8D57u;
        x0 = (uint)(q >> 32) ^ x1 ^ key.x;
        x1 = (uint)q;
        x2 = (uint)(p >> 32) ^ x3 ^ key.y;
        x3 = (uint)p;
        key.x += 0x9E3779B9u;
        key.y += 0xBB67AE85u;
    }
    return (uint4)(x0, x1, x2, x3);
}

// rng.Uniform
real uniform_real(uint x)
{
    return ((real)(int)(x >> 9) + R(0.5)) * R(0x1.0p-23);
}

// rng.Normal
real normal(uint x, uint y)
{
    real radius = r_sqrt(R(-2.0) * r_log(uniform_real(x)));
    return radius * r_cos2pi(uniform_real(y));
}

// ============================================================================
// Section 3: elementary functions. Mirrors package host/fmath, where their
// accuracy is stated and explained.
// ============================================================================

#ifdef REAL_IS_DOUBLE

// fmath.Exp64
real r_exp(real x)
{
    const real shift = R(0x1.8p52);
    real shifted = x * R(1.4426950408889634) + shift;
    real n = shifted - shift;
    real r = (x - n * R(0.69314718036912382)) - n * R(1.9082149292705877e-10);
    real r2 = r * r;
    real r4 = r2 * r2;
    real q0 = r * R(0.16666666666666413) + R(0.50000000000000111);
    real q2 = r * R(0.0083333333334944266) + R(0.041666666666530183);
    real q4 = r * R(0.00019841269506626455) + R(0.0013888888943621857);
    real q6 = r * R(2.7557586356023903e-06) + R(2.4801493108366448e-05);
    real q8 = r * R(2.5000059790150014e-08) + R(2.7630244721630621e-07);
    real q = (q0 + r2 * q2) + r4 * ((q4 + r2 * q6) + r4 * q8);
    real e = R(1.0) + (r + r2 * q);
    real y = as_real(as_real_uint(e) + (as_real_uint(shifted) << 52));
    y = x < R(-708.0) ? R(0.0) : y;
    y = x > R(709.782712893384) ? REAL_INF : y;
    return x != x ? x : y;
}

// fmath.Log64
real r_log(real x)
{
    const real_uint root = 0x3fe6a09e667f3bcdUL; // the bits of sqrt(1/2)
    real_uint bits = as_real_uint(x) - root;
    real k = (real)(int)((real_int)bits >> 52);
    real f = as_real((bits & 0xfffffffffffffUL) + root) - R(1.0);
    real s = f / (R(2.0) + f);
    real z = s * s;
    real z2 = z * z;
    real z4 = z2 * z2;
    real p0 = z * R(0.39999999999416092) + R(0.6666666666666734);
    real p2 = z * R(0.22222198603048654) + R(0.28571428742084864);
    real p4 = z * R(0.15314087042661409) + R(0.18183562837369671);
    real p = (p0 + z2 * p2) + z4 * (p4 + z2 * R(0.14795600173314405));
    real half_square = f * f * R(0.5);
    real high = k * R(0.69314718036912382);
    real sum = high + f;
    real rest = (high - sum) + f;
    real low = s * (half_square + z * p) - half_square;
    real y = sum + (rest + (k * R(1.9082149292705877e-10) + low));
    y = x < REAL_MIN_NORMAL ? -REAL_INF : y;
    y = x > REAL_MAX || x != x ? x : y;
    return x < R(0.0) ? REAL_NAN : y;
}

// fmath.head64
real r_head(real x)
{
    return as_real(as_real_uint(x) & 0xfffffffff8000000UL);
}

// fmath.Cos2Pi64
real r_cos2pi(real u)
{
    const real shift = R(0x1.8p52);
    real shifted = u * R(4.0) + shift;
    real_uint k = as_real_uint(shifted);
    real r = u - (shifted - shift) * R(0.25);
    real h = as_real(as_real_uint(r) & 0xffffffff00000000UL);
    real l = r - h;
    real z = r * r;
    real z2 = z * z;
    real z4 = z2 * z2;
    real s0 = z * R(81.605249275965235) - R(41.34170224039967);
    real s2 = z * R(42.058685394141037) - R(76.705859707906214);
    real s4 = z * R(3.7812243154307335) - R(15.093822765607902);
    real s = s0 + z2 * (s2 + z2 * s4);
    s = r * z * s + (r * R(2.4308402026024769e-10) + l * R(6.2831853069365025));
    s = h * R(6.2831853069365025) + s;
    real c0 = z * R(64.939394022667983) + R(0.010791197821282955);
    real c2 = z * R(60.244641329386397) - R(85.456817206528285);
    real c4 = z * R(7.9030915943789726) - R(26.426250927378526);
    real c = (c0 + z2 * c2) + z4 * (c4 + z2 * -R(1.6968348148042889));
    c = z * c - l * (r + h) * R(19.75);
    real a = h * h * R(19.75);
    real w = R(1.0) - a;
    c = w + (((R(1.0) - w) - a) + c);
    real_uint bits = (k & 1) != 0 ? as_real_uint(s) : as_real_uint(c);
    return as_real(bits ^ (((k + 1) & 2) << 62));
}

// fmath.erfcx64
real r_erfcx_polynomial(real t)
{
    real p = -R(5.9832742395427185e-09) * t - R(1.4957026906505504e-08);
    p = p * t + R(2.4683137599066038e-08);
    p = p * t + R(1.121422020683967e-07);
    p = p * t + R(4.4683026229192503e-08);
    p = p * t - R(3.2033141001082274e-07);
    p = p * t - R(6.1579408774992436e-07);
    p = p * t - R(4.5772371858730626e-09);
    p = p * t + R(2.0299612780664387e-06);
    p = p * t + R(3.6485609183891418e-06);
    p = p * t - R(1.1378267441146952e-06);
    p = p * t - R(1.6122931381427883e-05);
    p = p * t - R(2.1692479533728622e-05);
    p = p * t + R(3.4149425934903783e-05);
    p = p * t + R(0.00014446997130900655);
    p = p * t + R(3.4371349624392263e-05);
    p = p * t - R(0.00066307340064560905);
    p = p * t - R(0.00083729605405871677);
    p = p * t + R(0.0030906120507817178);
    p = p * t + R(0.0064791850672972443);
    p = p * t - R(0.021510661889136015);
    p = p * t - R(0.036442231506868865);
    p = p * t + R(0.27947209255604905);
    p = p * t - R(0.68716068441381062);
    p = p * t + R(1.021582705242023);
    return p;
}

// fmath.erfcInvCentre64
real r_erfcinv_centre(real t)
{
    real p = -R(4.7329143921657898e-15) * t + R(2.744370806374132e-13);
    p = p * t - R(4.8680666809881507e-12);
    p = p * t + R(3.8068892834860943e-11);
    p = p * t - R(1.0050054700588852e-10);
    p = p * t - R(3.2847009077890169e-10);
    p = p * t + R(4.208186848465753e-10);
    p = p * t + R(2.3214939256565532e-08);
    p = p * t - R(3.7689565881827114e-08);
    p = p * t - R(1.0122840049405473e-06);
    p = p * t + R(2.019855873298471e-06);
    p = p * t + R(4.6611485733951804e-05);
    p = p * t - R(0.00012804330442222204);
    p = p * t - R(0.0023351016402323559);
    p = p * t + R(0.011549342038172802);
    p = p * t + R(0.23201366653465724);
    p = p * t + R(0.88622692545275805);
    return p;
}

#else

// fmath.Exp32
real r_exp(real x)
{
    const real shift = R(0x1.8p23);
    real shifted = x * R(1.44269502) + shift;
    real n = shifted - shift;
    real r = (x - n * R(0.693145751953125)) - n * R(1.42860677e-06);
    real r2 = r * r;
    real q0 = r * R(0.166665211) + R(0.49999994);
    real q2 = r * R(0.00836871471) + R(0.041668389);
    real q = q0 + r2 * (q2 + r2 * R(0.00138146034));
    real e = R(1.0) + (r + r2 * q);
    real y = as_real(as_real_uint(e) + (as_real_uint(shifted) << 23));
    y = x < R(-87.0) ? R(0.0) : y;
    y = x > R(88.72283) ? REAL_INF : y;
    return x != x ? x : y;
}

// fmath.Log32
real r_log(real x)
{
    const real_uint root = 0x3f3504f3u; // the bits of sqrt(1/2)
    real_uint bits = as_real_uint(x) - root;
    real k = (real)((real_int)bits >> 23);
    real f = as_real((bits & 0x7fffffu) + root) - R(1.0);
    real f2 = f * f;
    real f4 = f2 * f2;
    real p0 = f * -R(0.250008225) + R(0.333333313);
    real p2 = f * -R(0.166233271) + R(0.200012207);
    real p4 = f * -R(0.131606355) + R(0.142018855);
    real p6 = f * -R(0.0763225481) + R(0.127608418);
    real p = (p0 + f2 * p2) + f4 * (p4 + f2 * p6);
    real high = k * R(0.693145751953125);
    real sum = high + f;
    real rest = (high - sum) + f;
    real low = f2 * f * p - f2 * R(0.5);
    real y = sum + (rest + (k * R(1.42860677e-06) + low));
    y = x < REAL_MIN_NORMAL ? -REAL_INF : y;
    y = x > REAL_MAX || x != x ? x : y;
    return x < R(0.0) ? REAL_NAN : y;
}

// fmath.head32
real r_head(real x)
{
    return as_real(as_real_uint(x) & 0xfffff000u);
}

// fmath.Cos2Pi32
real r_cos2pi(real u)
{
    const real shift = R(0x1.8p23);
    real shifted = u * R(4.0) + shift;
    real_uint k = as_real_uint(shifted);
    real r = u - (shifted - shift) * R(0.25);
    real h = as_real(as_real_uint(r) & 0xffff0000u);
    real l = r - h;
    real z = r * r;
    real z2 = z * z;
    real s0 = z * R(81.5937653) - R(41.341671);
    real s = s0 + z2 * -R(75.4456024);
    s = r * z * s + (r * R(0.000104252489) + l * R(6.2830810546875));
    s = h * R(6.2830810546875) + s;
    real c0 = z * R(64.9393234) + R(0.0107913185);
    real c2 = z * R(59.229248) - R(85.4432373);
    real c = c0 + z2 * c2;
    c = z * c - l * (r + h) * R(19.75);
    real a = h * h * R(19.75);
    real w = R(1.0) - a;
    c = w + (((R(1.0) - w) - a) + c);
    real_uint bits = (k & 1) != 0 ? as_real_uint(s) : as_real_uint(c);
    return as_real(bits ^ (((k + 1) & 2) << 30));
}

// fmath.erfcx32
real r_erfcx_polynomial(real t)
{
    real p = R(6.60842998e-05) * t + R(4.03587983e-05);
    p = p * t - R(0.000592803292);
    p = p * t - R(0.000826476025);
    p = p * t + R(0.0030643316);
    p = p * t + R(0.00647429144);
    p = p * t - R(0.0215062723);
    p = p * t - R(0.036441613);
    p = p * t + R(0.279471815);
    p = p * t - R(0.68716073);
    p = p * t + R(1.02158272);
    return p;
}

// fmath.erfcInvCentre32
real r_erfcinv_centre(real t)
{
    real p = -R(1.99522134e-07) * t - R(2.87690023e-06);
    p = p * t + R(5.89644224e-05);
    p = p * t - R(0.000144343416);
    p = p * t - R(0.00232371222);
    p = p * t + R(0.0115454979);
    p = p * t + R(0.232014149);
    p = p * t + R(0.886226892);
    return p;
}

#endif

// fmath.Sqrt
real r_sqrt(real x)
{
    return sqrt(x);
}

// fmath.erfcx
real r_erfcx(real x)
{
    real inverse = R(1.0) / (x + R(2.0));
    real t = (x - R(2.0)) * inverse;
    return r_erfcx_polynomial(t) * inverse;
}

// fmath.Erfc
real r_erfc(real x)
{
    real a = x < R(0.0) ? -x : x;
    real square = a * a;
    real h = r_head(a);
    real l = a - h;
    real rest = ((h * h - square) + R(2.0) * h * l) + l * l;
    real y = r_exp(-square) * (R(1.0) - rest) * r_erfcx(a);
    y = a > (sizeof(real) == 4 ? R(9.0) : R(26.0)) ? R(0.0) : y;
    return x < R(0.0) ? R(2.0) - y : y;
}

// fmath.erfcInvStart
real r_erfcinv_start(real t)
{
    real p = R(36.205524475550341) * t - R(33.999749607799068);
    p = p * t - R(2.2268579026434252);
    p = p * t - R(1.477599450079925);
    p = p * t - R(1.6625469750889925);
    p = p * t - R(0.024286804503043727);
    p = p * t + R(1.0002260184614671);
    return p;
}

// fmath.erfcInvTail
real r_erfcinv_tail(real y)
{
    real logarithm = r_log(y);
    real v = r_sqrt(-logarithm);
    real x = v * r_erfcinv_start(R(1.0) / (v + R(2.0)));
    real g = r_erfcx(x);
    real slope = R(1.1283791670955126) / g;
    real step = ((x * x + logarithm) - r_log(g)) / slope;
    x = x - (step + (R(0.5) * slope - x) * (step * step));
    return logarithm < -(real)MAXFLOAT ? -logarithm : x;
}

// fmath.ErfcInv
real r_erfcinv(real y)
{
    real tail = y > R(1.0) ? R(2.0) - y : y;
    real x = (R(1.0) - y) * r_erfcinv_centre(-r_log(y * (R(2.0) - y)));
    if (tail < R(0.03125)) {
        x = r_erfcinv_tail(tail);
        x = y > R(1.0) ? -x : x;
    }
    return x;
}

// ============================================================================
// Section 9: self-test. Mirrors fmath.Probe and rng.Probe: what a device makes
// of plain arithmetic, of section 3 and of section 2, to be compared bit by bit.
// ============================================================================

// probe_math: fmath.Probe states the order of input (3 arrays of n) and output
// (9 arrays of n).
__kernel void probe_math(__global const real *input, uint n, __global real *output)
{
    uint i = get_global_id(0);
    if (i >= n)
        return;
    real x = input[i], y = input[n + i], z = input[2 * n + i];
    output[i] = r_exp(x);
    output[n + i] = r_log(x);
    output[2 * n + i] = r_cos2pi(x);
    output[3 * n + i] = r_sqrt(x);
    output[4 * n + i] = r_erfc(x);
    output[5 * n + i] = r_erfcinv(x);
    output[6 * n + i] = x * y + z;
    output[7 * n + i] = x / y;
    output[8 * n + i] = x * y;
}

// probe_noise: rng.Probe states the order of output (words: 4 arrays of n;
// reals: 3 arrays of n).
__kernel void probe_noise(uint2 key, uint n, __global uint *words, __global real *reals)
{
    uint i = get_global_id(0);
    if (i >= n)
        return;
    uint4 x = philox((uint4)(i, ~i, i * i, 0), key);
    words[i] = x.x;
    words[n + i] = x.y;
    words[2 * n + i] = x.z;
    words[3 * n + i] = x.w;
    reals[i] = uniform_real(x.x);
    reals[n + i] = normal(x.x, x.y);
    reals[2 * n + i] = normal(x.z, x.w);
}
