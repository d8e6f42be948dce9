// All device code of tnn-gpu, in OpenCL C 1.2. Comments name the Go code that a function
// mirrors line by line. It must give the same bits as that code: every operation rounds
// on its own, in the same order.
//
// Contents
//
//   For all models
//     1  Precision and lanes: the types real and vreal, and what works on lanes
//     2  Noise: Philox4x32-10, uniform and normal numbers
//     3  Elementary functions: exp, log, cos, erfc and its inverse
//     4  Sums: the tree that adds neighbours in pairs   (where GROUP is defined)
//     5  Self-test: what a device makes of 1 to 3       (where PROBE is defined)
//     6  Bandwidth: what a device's memory streams      (where STREAM is defined)
//   The Thermodynamic Neural Network                    (where TNN is defined)
//     7  Memory and parameters
//     8  hylton2020
//     9  hylton2019
//    10  Kernels of a step
//    11  The perceptron                                (where PERCEPTRON is defined)
//    12  Hopfield networks                             (where HOPFIELD is defined)
//    13  Signals                                       (where SIGNALS is defined)
//    14  Self-organising recurrent networks            (where SORN is defined)
//    15  Learned codes                                 (where CODES is defined)
//
// A program is built for one model. Package gpu/device puts a header before this file:
// a line #define NAME VALUE for each choice of the program and for each constant that
// Go and the kernels share (gpu/device/header.go, and header.go of the model's room).
// A model's functions and kernels begin with its name.
//
// No function is static: where all calls of a function pass the same local array, PoCL 3.1
// then has the function use the array itself, and groups on two threads share it.
//
// Compiler options: -cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt, never one
// that trades exactness for speed.

// ============================================================================
// Section 1: precision and lanes. One type, real, chosen when the program is built:
// double where REAL_IS_DOUBLE is defined, else float.
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
#define REAL_MAX R(0x1.fffffffffffffp1023)
#define REAL_MIN_NORMAL R(0x1.0p-1022)
#else
typedef float real;
typedef uint real_uint;
typedef int real_int;
#define R(literal) literal##f
#define as_real(bits) as_float(bits)
#define as_real_uint(x) as_uint(x)
#define REAL_MAX R(0x1.fffffep127)
#define REAL_MIN_NORMAL R(0x1.0p-126)
#endif // REAL_IS_DOUBLE

// A work-item computes WIDTH values at once, lane by lane with the same
// operations: 1 on a GPU, the processor's vector width where that is the device.
// Comparisons give a mask; NOT and ANY work on masks.
#if WIDTH == 1
typedef real vreal;
typedef real_uint vbits;
typedef int vmask;
typedef uint vuint;
typedef int vint;
#define TO_REAL(integer) ((real)(integer))
#define TO_INT(integer) ((int)(integer))
#define TO_MASK(comparison) (comparison)
#define TO_UINT_MASK(mask) (mask)
#define AS_REAL(bits) as_real(bits)
#define AS_BITS(x) as_real_uint(x)
#define TO_BITS(integer) ((real_uint)(integer))
#define AS_SIGNED(bits) ((real_int)(bits))
#define AS_UINT(integer) ((uint)(integer))
#define AS_INT(integer) ((int)(integer))
#define ANY(mask) (mask)
#define LANE_NUMBERS 0
#define GATHER_INT(array, index) (array)[index]
#define GATHER_UINT(array, index) (array)[index]
#define PUT(array, x) *(array) = (x)
#define FIRST(x) (x)
#else
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#ifdef REAL_IS_DOUBLE
typedef JOIN(double, WIDTH) vreal;
typedef JOIN(ulong, WIDTH) vbits;
typedef JOIN(long, WIDTH) vmask;
typedef long lane_mask;
#define TO_REAL(integer) JOIN(convert_double, WIDTH)(integer)
#define TO_MASK(comparison) JOIN(convert_long, WIDTH)(comparison)
#define TO_UINT_MASK(mask) JOIN(convert_int, WIDTH)(mask)
#define AS_REAL(bits) JOIN(as_double, WIDTH)(bits)
#define AS_BITS(x) JOIN(as_ulong, WIDTH)(x)
#define TO_BITS(integer) JOIN(convert_ulong, WIDTH)(integer)
#define AS_SIGNED(bits) JOIN(as_long, WIDTH)(bits)
#else
typedef JOIN(float, WIDTH) vreal;
typedef JOIN(uint, WIDTH) vbits;
typedef JOIN(int, WIDTH) vmask;
typedef int lane_mask;
#define TO_REAL(integer) JOIN(convert_float, WIDTH)(integer)
#define TO_MASK(comparison) (comparison)
#define TO_UINT_MASK(mask) (mask)
#define AS_REAL(bits) JOIN(as_float, WIDTH)(bits)
#define AS_BITS(x) JOIN(as_uint, WIDTH)(x)
#define TO_BITS(integer) (integer)
#define AS_SIGNED(bits) JOIN(as_int, WIDTH)(bits)
#endif // REAL_IS_DOUBLE
typedef JOIN(uint, WIDTH) vuint;
typedef JOIN(int, WIDTH) vint;
#define AS_PAIRS(integer) JOIN(as_ulong, PAIRS)(integer)
#define TO_INT(integer) JOIN(convert_int, WIDTH)(integer)
#define AS_UINT(integer) JOIN(as_uint, WIDTH)(integer)
#define AS_INT(integer) JOIN(as_int, WIDTH)(integer)
#define ANY(mask) any(mask)
#define FIRST(x) (x).s0
#define PUT(array, x) JOIN(vstore, WIDTH)(x, 0, array)
#define GATHER_INT(array, index) GATHERED(vint, array, index)
#define GATHER_UINT(array, index) GATHERED(vuint, array, index)
#if WIDTH == 2
#define PAIRS 
#define LANE_NUMBERS ((vint)(0, 1))
#define GATHERED(type, base, index) ((type)((base)[(index).s0], (base)[(index).s1]))
#elif WIDTH == 4
#define PAIRS 2
#define LANE_NUMBERS ((vint)(0, 1, 2, 3))
#define GATHERED(type, base, index) ((type)((base)[(index).s0], (base)[(index).s1], (base)[(index).s2], (base)[(index).s3]))
#elif WIDTH == 8
#define PAIRS 4
#define LANE_NUMBERS ((vint)(0, 1, 2, 3, 4, 5, 6, 7))
#define GATHERED(type, base, index) ((type)((base)[(index).s0], (base)[(index).s1], (base)[(index).s2], (base)[(index).s3], (base)[(index).s4], (base)[(index).s5], (base)[(index).s6], (base)[(index).s7]))
#else
#define PAIRS 8
#define LANE_NUMBERS ((vint)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
#define GATHERED(type, base, index) ((type)((base)[(index).s0], (base)[(index).s1], (base)[(index).s2], (base)[(index).s3], (base)[(index).s4], (base)[(index).s5], (base)[(index).s6], (base)[(index).s7], \
        (base)[(index).s8], (base)[(index).s9], (base)[(index).sa], (base)[(index).sb], (base)[(index).sc], (base)[(index).sd], (base)[(index).se], (base)[(index).sf]))
#endif // WIDTH
typedef JOIN(ulong, PAIRS) vpairs;
#endif // WIDTH

#define NOT(mask) ((mask) == 0)
#define REAL_INF ((vreal)((real)INFINITY))
#define REAL_NAN ((vreal)((real)NAN))
#define ZERO ((vreal)(R(0.0)))
#define ONE ((vreal)(R(1.0)))

// A GPU's loops are written out where their number of turns is known; a processor's
// would grow too long.
#if WIDTH == 1
#define UNROLL _Pragma("unroll")
#else
#define UNROLL
#endif // WIDTH

vreal lesser(vreal a, vreal b) { return a > b ? b : a; }
vreal greater(vreal a, vreal b) { return a < b ? b : a; }
vreal magnitude(vreal x) { return x < ZERO ? -x : x; }

vreal clamp_to(vreal x, vreal bound)
{
    return x > bound ? bound : (x < -bound ? -bound : x);
}

vreal load(__global const real *p) { return *(__global const vreal *)p; }

void store(__global real *p, vmask where, vreal x)
{
#if WIDTH == 1
    if (where)
        *p = x;
#else
    *(__global vreal *)p = where ? x : *(__global vreal *)p;
#endif // WIDTH
}

// contiguous tells whether the lanes' indices follow one another, as they mostly
// do on a lattice; one vector then takes the place of many words.
#if WIDTH > 1
bool contiguous(vuint index)
{
    return all(index == index.s0 + AS_UINT(LANE_NUMBERS));
}
#endif // WIDTH

vreal gather(__global const real *array, vuint index)
{
#if WIDTH == 1
    return array[index];
#else
    if (contiguous(index))
        return JOIN(vload, WIDTH)(0, array + index.s0);
    return GATHERED(vreal, array, index);
#endif // WIDTH
}

// ============================================================================
// Section 2: noise. Mirrors package host/rng; needs section 3's functions.
// ============================================================================

vreal r_log(vreal x);
vreal r_cos2pi(vreal u);
vreal r_sqrt(vreal x);

// Four words of noise.
typedef struct {
    vuint x, y, z, w;
} words;

// multiply gives the low and the high half of the 64-bit products with a
// constant. Vectors take even and odd lanes apart, since the hardware multiplies
// 32-bit numbers that lie in 64-bit lanes.
typedef struct {
    vuint low, high;
} product;

product multiply(vuint x, uint factor)
{
    product p;
#if WIDTH == 1
    ulong whole = (ulong)x * factor;
    p.low = (uint)whole;
    p.high = (uint)(whole >> 32);
#else
    vpairs even = AS_PAIRS(x) & 0xffffffffUL, odd = AS_PAIRS(x) >> 32;
    even *= (ulong)factor;
    odd *= (ulong)factor;
    p.low = AS_UINT((even & 0xffffffffUL) | odd << 32);
    p.high = AS_UINT(even >> 32 | (odd & 0xffffffff00000000UL));
#endif // WIDTH
    return p;
}

// Philox4x32-10 of the counters (i, j, k, purpose). The 64-bit product is spelled
// out because mul_hi is slow on CPU devices.
words philox(vuint i, vuint j, vuint k, uint purpose, uint key0, uint key1)
{
    words c = { i, j, k, (vuint)(purpose) };
    for (int round = 0; round < 10; round++) {
        product p = multiply(c.x, 0xD2511F53u);
        product q = multiply(c.z, 0xCD9E8D57u);
        c.x = q.high ^ c.y ^ key0;
        c.y = q.low;
        c.z = p.high ^ c.w ^ key1;
        c.w = p.low;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return c;
}

// rng.Uniform
vreal uniform_real(vuint x)
{
    return (TO_REAL(AS_INT(x >> 9)) + R(0.5)) * R(0x1.0p-23);
}

// rng.Normal
vreal normal(vuint x, vuint y)
{
    vreal radius = r_sqrt(R(-2.0) * r_log(uniform_real(x)));
    return radius * r_cos2pi(uniform_real(y));
}

// ============================================================================
// Section 3: elementary functions. Mirrors package host/fmath, where their
// accuracy is stated and explained.
// ============================================================================

#ifdef REAL_IS_DOUBLE

// fmath.Exp64
vreal r_exp(vreal x)
{
    const real shift = R(0x1.8p52);
    vreal shifted = x * R(1.4426950408889634) + shift;
    vreal n = shifted - shift;
    vreal high = x - n * R(0.69314718036912382);
    vreal low = n * R(1.9082149292705877e-10);
    vreal r = high - low;
    vreal r2 = r * r;
    vreal r4 = r2 * r2;
    vreal q0 = r * R(0.16666666666666413) + R(0.50000000000000111);
    vreal q2 = r * R(0.0083333333334944266) + R(0.041666666666530183);
    vreal q4 = r * R(0.00019841269506626455) + R(0.0013888888943621857);
    vreal q6 = r * R(2.7557586356023903e-06) + R(2.4801493108366448e-05);
    vreal q8 = r * R(2.5000059790150014e-08) + R(2.7630244721630621e-07);
    vreal q = (q0 + r2 * q2) + r4 * ((q4 + r2 * q6) + r4 * q8);
    vreal e = R(1.0) + (high + (r2 * q - low));
    vreal y = AS_REAL(AS_BITS(e) + (AS_BITS(shifted) << 52));
    y = x < R(-708.0) ? (vreal)(R(0.0)) : y;
    y = x > R(709.782712893384) ? REAL_INF : y;
    return x != x ? x : y;
}

// fmath.Log64
vreal r_log(vreal x)
{
    const real_uint root = 0x3fe6a09e667f3bcdUL; // the bits of sqrt(1/2)
    vbits bits = AS_BITS(x) - root;
    vreal k = TO_REAL(TO_INT(AS_SIGNED(bits) >> 52));
    vreal f = AS_REAL((bits & 0xfffffffffffffUL) + root) - R(1.0);
    vreal s = f / (R(2.0) + f);
    vreal z = s * s;
    vreal z2 = z * z;
    vreal z4 = z2 * z2;
    vreal p0 = z * R(0.39999999999416092) + R(0.6666666666666734);
    vreal p2 = z * R(0.22222198603048654) + R(0.28571428742084864);
    vreal p4 = z * R(0.15314087042661409) + R(0.18183562837369671);
    vreal p = (p0 + z2 * p2) + z4 * (p4 + z2 * R(0.14795600173314405));
    vreal half_square = f * f * R(0.5);
    vreal high = k * R(0.69314718036912382);
    vreal sum = high + f;
    vreal rest = (high - sum) + f;
    vreal low = s * (half_square + z * p) - half_square;
    vreal y = sum + (rest + (k * R(1.9082149292705877e-10) + low));
    y = x < REAL_MIN_NORMAL ? -REAL_INF : y;
    y = x > REAL_MAX || x != x ? x : y;
    return x < R(0.0) ? REAL_NAN : y;
}

// fmath.head64
vreal r_head(vreal x)
{
    return AS_REAL(AS_BITS(x) & 0xfffffffff8000000UL);
}

// fmath.Cos2Pi64
vreal r_cos2pi(vreal u)
{
    const real shift = R(0x1.8p52);
    vreal shifted = u * R(4.0) + shift;
    vbits k = AS_BITS(shifted);
    vreal r = u - (shifted - shift) * R(0.25);
    vreal h = AS_REAL(AS_BITS(r) & 0xffffffff00000000UL);
    vreal l = r - h;
    vreal z = r * r;
    vreal z2 = z * z;
    vreal z4 = z2 * z2;
    vreal s0 = z * R(81.605249275965235) - R(41.34170224039967);
    vreal s2 = z * R(42.058685394141037) - R(76.705859707906214);
    vreal s4 = z * R(3.7812243154307335) - R(15.093822765607902);
    vreal s = s0 + z2 * (s2 + z2 * s4);
    s = r * z * s + (r * R(2.4308402026024769e-10) + l * R(6.2831853069365025));
    s = h * R(6.2831853069365025) + s;
    vreal c0 = z * R(64.939394022667983) + R(0.010791197821282955);
    vreal c2 = z * R(60.244641329386397) - R(85.456817206528285);
    vreal c4 = z * R(7.9030915943789726) - R(26.426250927378526);
    vreal c = (c0 + z2 * c2) + z4 * (c4 + z2 * -R(1.6968348148042889));
    c = z * c - l * (r + h) * R(19.75);
    vreal a = h * h * R(19.75);
    vreal w = R(1.0) - a;
    c = w + (((R(1.0) - w) - a) + c);
    vbits bits = (k & 1) != 0 ? AS_BITS(s) : AS_BITS(c);
    return AS_REAL(bits ^ (((k + 1) & 2) << 62));
}

// fmath.erfcx64
vreal r_erfcx_polynomial(vreal t)
{
    vreal p = -R(5.9832742395427185e-09) * t - R(1.4957026906505504e-08);
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
vreal r_erfcinv_centre(vreal t)
{
    vreal p = -R(4.7329143921657898e-15) * t + R(2.744370806374132e-13);
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
vreal r_exp(vreal x)
{
    const real shift = R(0x1.8p23);
    vreal shifted = x * R(1.44269502) + shift;
    vreal n = shifted - shift;
    vreal high = x - n * R(0.693145751953125);
    vreal low = n * R(1.42860677e-06);
    vreal r = high - low;
    vreal r2 = r * r;
    vreal q0 = r * R(0.166665211) + R(0.49999994);
    vreal q2 = r * R(0.00836871471) + R(0.041668389);
    vreal q = q0 + r2 * (q2 + r2 * R(0.00138146034));
    vreal e = R(1.0) + (high + (r2 * q - low));
    vreal y = AS_REAL(AS_BITS(e) + (AS_BITS(shifted) << 23));
    y = x < R(-87.0) ? (vreal)(R(0.0)) : y;
    y = x > R(88.72283) ? REAL_INF : y;
    return x != x ? x : y;
}

// fmath.Log32
vreal r_log(vreal x)
{
    const real_uint root = 0x3f3504f3u; // the bits of sqrt(1/2)
    vbits bits = AS_BITS(x) - root;
    vreal k = TO_REAL(AS_SIGNED(bits) >> 23);
    vreal f = AS_REAL((bits & 0x7fffffu) + root) - R(1.0);
    vreal f2 = f * f;
    vreal f4 = f2 * f2;
    vreal p0 = f * -R(0.250008225) + R(0.333333313);
    vreal p2 = f * -R(0.166233271) + R(0.200012207);
    vreal p4 = f * -R(0.131606355) + R(0.142018855);
    vreal p6 = f * -R(0.0763225481) + R(0.127608418);
    vreal p = (p0 + f2 * p2) + f4 * (p4 + f2 * p6);
    vreal high = k * R(0.693145751953125);
    vreal sum = high + f;
    vreal rest = (high - sum) + f;
    vreal low = f2 * f * p - f2 * R(0.5);
    vreal y = sum + (rest + (k * R(1.42860677e-06) + low));
    y = x < REAL_MIN_NORMAL ? -REAL_INF : y;
    y = x > REAL_MAX || x != x ? x : y;
    return x < R(0.0) ? REAL_NAN : y;
}

// fmath.head32
vreal r_head(vreal x)
{
    return AS_REAL(AS_BITS(x) & 0xfffff000u);
}

// fmath.Cos2Pi32
vreal r_cos2pi(vreal u)
{
    const real shift = R(0x1.8p23);
    vreal shifted = u * R(4.0) + shift;
    vbits k = AS_BITS(shifted);
    vreal r = u - (shifted - shift) * R(0.25);
    vreal h = AS_REAL(AS_BITS(r) & 0xffff0000u);
    vreal l = r - h;
    vreal z = r * r;
    vreal z2 = z * z;
    vreal s0 = z * R(81.5937653) - R(41.341671);
    vreal s = s0 + z2 * -R(75.4456024);
    s = r * z * s + (r * R(0.000104252489) + l * R(6.2830810546875));
    s = h * R(6.2830810546875) + s;
    vreal c0 = z * R(64.9393234) + R(0.0107913185);
    vreal c2 = z * R(59.229248) - R(85.4432373);
    vreal c = c0 + z2 * c2;
    c = z * c - l * (r + h) * R(19.75);
    vreal a = h * h * R(19.75);
    vreal w = R(1.0) - a;
    c = w + (((R(1.0) - w) - a) + c);
    vbits bits = (k & 1) != 0 ? AS_BITS(s) : AS_BITS(c);
    return AS_REAL(bits ^ (((k + 1) & 2) << 30));
}

// fmath.erfcx32
vreal r_erfcx_polynomial(vreal t)
{
    vreal p = R(6.60842998e-05) * t + R(4.03587983e-05);
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
vreal r_erfcinv_centre(vreal t)
{
    vreal p = -R(1.99522134e-07) * t - R(2.87690023e-06);
    p = p * t + R(5.89644224e-05);
    p = p * t - R(0.000144343416);
    p = p * t - R(0.00232371222);
    p = p * t + R(0.0115454979);
    p = p * t + R(0.232014149);
    p = p * t + R(0.886226892);
    return p;
}

#endif // REAL_IS_DOUBLE

// fmath.Sqrt
vreal r_sqrt(vreal x)
{
    return sqrt(x);
}

// fmath.erfcx
vreal r_erfcx(vreal x)
{
    vreal inverse = R(1.0) / (x + R(2.0));
    vreal t = (x - R(2.0)) * inverse;
    return r_erfcx_polynomial(t) * inverse;
}

// fmath.Erfc
vreal r_erfc(vreal x)
{
    vreal a = x < R(0.0) ? -x : x;
    vreal square = a * a;
    vreal h = r_head(a);
    vreal l = a - h;
    vreal rest = ((h * h - square) + R(2.0) * h * l) + l * l;
    vreal y = r_exp(-square) * (R(1.0) - rest) * r_erfcx(a);
    y = a > (sizeof(real) == 4 ? (vreal)(R(9.0)) : R(26.0)) ? (vreal)(R(0.0)) : y;
    return x < R(0.0) ? R(2.0) - y : y;
}

// fmath.erfcInvStart
vreal r_erfcinv_start(vreal t)
{
    vreal p = R(36.205524475550341) * t - R(33.999749607799068);
    p = p * t - R(2.2268579026434252);
    p = p * t - R(1.477599450079925);
    p = p * t - R(1.6625469750889925);
    p = p * t - R(0.024286804503043727);
    p = p * t + R(1.0002260184614671);
    return p;
}

// fmath.erfcInvTail
vreal r_erfcinv_tail(vreal y)
{
    vreal logarithm = r_log(y);
    vreal v = r_sqrt(-logarithm);
    vreal x = v * r_erfcinv_start(R(1.0) / (v + R(2.0)));
    vreal g = r_erfcx(x);
    vreal slope = R(1.1283791670955126) / g;
    vreal step = ((x * x + logarithm) - r_log(g)) / slope;
    x = x - (step + (R(0.5) * slope - x) * (step * step));
    return logarithm < -(real)MAXFLOAT ? -logarithm : x;
}

// fmath.ErfcInv
vreal r_erfcinv(vreal y)
{
    vreal tail = y > R(1.0) ? R(2.0) - y : y;
    vreal x = (R(1.0) - y) * r_erfcinv_centre(-r_log(y * (R(2.0) - y)));
    if (ANY(tail < R(0.03125))) {
        vreal far = r_erfcinv_tail(tail);
        x = tail < R(0.03125) ? (y > R(1.0) ? -far : far) : x;
    }
    return x;
}

// ============================================================================
// Section 4: sums. Mirrors fmath.Total: neighbours are added in pairs, then the
// results in pairs, so that the size of work-groups shows in no bit of the result.
//
// GROUP is the number of values that a work-group adds of each sum, a power of two from
// RUN on.
// ============================================================================

#ifdef GROUP

#define ITEMS (GROUP / WIDTH) // work-items of a work-group
#define RUNS (GROUP / RUN)    // a work-item adds RUN values at a time

// SUM_ROW is how far the values of one sum are from those of the next, and SUM_MEMORY
// how many reals add_rows needs for so many sums.
#define SUM_ROW (GROUP + RUNS)
#define SUM_MEMORY(sums) ((sums) * (SUM_ROW + RUNS))

// tree adds count values, a power of two, along the tree of neighbours in pairs.
real tree(real *v, int count)
{
    for (int n = count / 2; n > 0; n /= 2)
        for (int i = 0; i < n; i++)
            v[i] = v[2 * i] + v[2 * i + 1];
    return v[0];
}

// put leaves a value of each of the work-item's nodes; runs are one word further
// apart than long, against bank conflicts.
void put(__local real *values, vmask mine, vreal value)
{
    int first = (int)get_local_id(0) * WIDTH;
    PUT(values + first + first / RUN, mine ? value : ZERO);
}

// add_rows adds what put left in each of so many rows of SUM_ROW values: one value of
// each sum to partial, whose sums are stride apart. memory has room for
// SUM_MEMORY(sums), the rows first.
void add_rows(int sums, __local real *memory, __global real *partial, ulong stride)
{
    __local real *runs = memory + sums * SUM_ROW;
    int me = (int)get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = me; i < sums * RUNS; i += ITEMS) {
        real v[RUN];
        for (int k = 0; k < RUN; k++)
            v[k] = memory[(i / RUNS) * SUM_ROW + (i % RUNS) * (RUN + 1) + k];
        runs[i] = tree(v, RUN);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = me; i < sums; i += ITEMS) {
        real v[RUNS];
        for (int k = 0; k < RUNS; k++)
            v[k] = runs[i * RUNS + k];
        partial[(ulong)i * stride] = tree(v, RUNS);
    }
}

// add_partials adds count partial sums, from first_group on, to one: dimension 0 is one
// work-group, dimension 1 the sum, dimension 2 the replica. It overwrites partial, and
// needs scratch of the same size.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void add_partials(__global real *partial, __global real *scratch, uint groups, uint first_group, uint count, __global real *sums, ulong at, uint replica_stride)
{
    size_t row = (get_global_id(2) * get_global_size(1) + get_global_id(1)) * groups + first_group;
    __global real *from = partial + row, *to = scratch + row;
    for (uint n = count; n > 1; n = (n + 1) / 2) {
        for (uint i = (uint)get_local_id(0); i < (n + 1) / 2; i += ITEMS)
            to[i] = from[2 * i] + (2 * i + 1 < n ? from[2 * i + 1] : R(0.0));
        barrier(CLK_GLOBAL_MEM_FENCE);
        __global real *swap = from;
        from = to;
        to = swap;
    }
    if (get_local_id(0) == 0)
        sums[at + get_global_id(2) * replica_stride + get_global_id(1)] = from[0];
}

#endif // GROUP

// ============================================================================
// Section 5: self-test. Mirrors fmath.Probe and rng.Probe: what a device makes
// of plain arithmetic, of section 3 and of section 2, to be compared bit by bit.
// ============================================================================

#ifdef PROBE

// probe_math: fmath.Probe states the order of input (3 arrays of n) and output
// (9 arrays of n).
__kernel void probe_math(__global const real *input, uint n, __global real *output)
{
    uint i = (uint)get_global_id(0) * WIDTH;
    if (i >= n)
        return;
    vreal x = *(__global const vreal *)(input + i);
    vreal y = *(__global const vreal *)(input + n + i);
    vreal z = *(__global const vreal *)(input + 2 * n + i);
    *(__global vreal *)(output + i) = r_exp(x);
    *(__global vreal *)(output + n + i) = r_log(x);
    *(__global vreal *)(output + 2 * n + i) = r_cos2pi(x);
    *(__global vreal *)(output + 3 * n + i) = r_sqrt(x);
    *(__global vreal *)(output + 4 * n + i) = r_erfc(x);
    *(__global vreal *)(output + 5 * n + i) = r_erfcinv(x);
    *(__global vreal *)(output + 6 * n + i) = x * y + z;
    *(__global vreal *)(output + 7 * n + i) = x / y;
    *(__global vreal *)(output + 8 * n + i) = x * y;
}

// probe_noise: rng.Probe states the order of output (words: 4 arrays of n;
// reals: 3 arrays of n).
__kernel void probe_noise(uint2 key, uint n, __global uint *output, __global real *reals)
{
    uint row = (uint)get_global_id(0) * WIDTH;
    if (row >= n)
        return;
    vuint i = row + AS_UINT((vint)(LANE_NUMBERS));
    words x = philox(i, ~i, i * i, 0, key.x, key.y);
    *(__global vuint *)(output + row) = x.x;
    *(__global vuint *)(output + n + row) = x.y;
    *(__global vuint *)(output + 2 * n + row) = x.z;
    *(__global vuint *)(output + 3 * n + row) = x.w;
    *(__global vreal *)(reals + row) = uniform_real(x.x);
    *(__global vreal *)(reals + n + row) = normal(x.x, x.y);
    *(__global vreal *)(reals + 2 * n + row) = normal(x.z, x.w);
}

// device turned
uint turned(uint x) { return x * 1664525u + 1013904223u; }

// probe_turns makes so many turns of a loop: a driver may end it before it is done.
__kernel void probe_turns(uint n, __global uint *output)
{
    uint x = 0;
    for (uint i = 0; i < n; i++)
        x = turned(x);
    *output = x;
}

#endif // PROBE

// ============================================================================
// Section 6: bandwidth. Mirrors package host/bench: what a step does to memory,
// and next to nothing else.
// ============================================================================

#ifdef STREAM

// stream: a = a * s + b. Arrays have as many elements as there are lanes.
__kernel void stream(__global real *a, __global const real *b, real s)
{
    size_t i = get_global_id(0) * WIDTH;
    *(__global vreal *)(a + i) = *(__global const vreal *)(a + i) * s + *(__global const vreal *)(b + i);
}

#endif // STREAM

// ============================================================================
// The Thermodynamic Neural Network.
//
// Section 7: memory and parameters. Mirrors tnn.Layout, tnn.NodeParameters and
// tnn.EdgeParameters.
//
// Definitions: GROUP, nodes per work-group, from 32 to 1024; RULE_2019 for hylton2019,
// else hylton2020; EDGE_FIXED, EDGE_REAL2 for these kinds, else real1; EDGE_NOISE;
// EXTERNALS where there are external nodes; SMALL for networks of which one work-group
// makes whole steps; SELF_LOOPS where there are self-loops; KEEP and SHARE as below;
// LATTICE where arithmetic gives the neighbours, with its sides and offsets. The rest of
// the header is places: of a record's fields, of the sums, of flags.
//
// A work-item visits WIDTH nodes of a slice at once. Where the Go code branches
// for one node, this code computes both ways and selects by a mask.
// ============================================================================

#ifdef TNN

#ifdef LATTICE
#define SLOTS(at) DEGREE
#else
#define SLOTS(at) (at)->slots
#endif // LATTICE
#ifdef LATTICE
#define UNROLL_SLOTS UNROLL
#else
#define UNROLL_SLOTS
#endif // LATTICE

// Parameters of a replica: EDGE_WORDS, then NODE_WORDS for each group.

// One replica's view of the network in one sweep.
typedef struct {
    __global const int *id;         // by position
    __global const uint *active;    // by slice
    __global const long *rows;      // by slice
    __global const int *neighbour;  // by half-edge
    __global const uint *weight_of; // by half-edge
    __global const real *edge;      // edge parameters
    __global const real *node;      // node parameters of the segment's group
    __global real *state;
    __global real *energy;
    __global real *node0, *node1, *node2, *node3; // see below
    __global real *charge0, *memory0, *potential0;
    __global real *charge1, *memory1, *potential1;
    __global real *weight;
    __global real *watched; // three fields, each watch_stride long
    ulong watch_stride;
    uint key0, key1;
    uint k;
    uint flags;
} net;

// Node arrays by rule.
#ifdef RULE_2019
#define adapted node0
#define offered node1
#else
#define dissipation node0
#define transport node1
#define quality_numerator node2
#define quality_denominator node3
#endif // RULE_2019

// A half-edge of each node that a work-item visits.
typedef struct {
    long at;
    vint other;  // position of the other end
    vuint index; // of the weight
    vreal v, w;  // voltage and weight; zero where a lane has no such half-edge
    vmask there; // lanes that have it
} half_edge;

// Its compartments in a visit of hylton2020: cpuref charged.
typedef struct {
    vreal pp, mp, pm, mm;
    vreal wpp, wmp, wpm, wmm;
} charging;

#ifdef LATTICE
// Where nodes are on a bipartite lattice of SIDE_A x SIDE_B x ROW sites whose even
// sites, COUNT of them in row-major order, have the first positions, and whose odd
// sites have those from ODD_FIRST on. Two sites that follow one another in a row,
// from an even column on, have the same index on their sublattices.
typedef struct {
    vint odd; // whether it is on the second sublattice
    vuint index;
    vuint a, b, x; // coordinates
} place;

__constant uint offsets[DEGREE][3] = OFFSETS;

place tnn_place_of(vint position)
{
    place p;
    vint odd = position >= ODD_FIRST;
    p.odd = odd;
    p.index = AS_UINT(odd ? position - ODD_FIRST : position);
    vuint row = p.index / (uint)(ROW / 2);
    p.a = row / (uint)SIDE_B;
    p.b = row % (uint)SIDE_B;
    p.x = 2u * (p.index % (uint)(ROW / 2)) + ((p.a + p.b + (odd ? (vuint)(1u) : (vuint)(0u))) & 1u);
    return p;
}

// tnn_moved is a coordinate moved on along a side; both are less than its length.
vuint tnn_moved(vuint coordinate, uint offset, uint side)
{
    vuint beyond = coordinate + offset;
    return beyond >= side ? beyond - side : beyond;
}

// tnn_site_at is the id of the site in slot i of a place.
vuint tnn_site_at(const place *p, int i)
{
    vuint a = tnn_moved(p->a, offsets[i][0], SIDE_A), b = tnn_moved(p->b, offsets[i][1], SIDE_B), x = tnn_moved(p->x, offsets[i][2], ROW);
    return (a * (uint)SIDE_B + b) * (uint)ROW + x;
}

// tnn_weight_at is the index of the weight that an even site has in a slot.
vuint tnn_weight_at(vuint even, uint slot)
{
    const uint whole = LANES;
    vuint slice = even / whole, lanes = whole;
#if COUNT % LANES != 0
    vuint left = (uint)COUNT - slice * whole;
    lanes = left < whole ? left : lanes;
#endif // COUNT
    return slice * (whole * (uint)DEGREE) + slot * lanes + even % whole;
}
#endif // LATTICE

// The nodes that a work-item visits: WIDTH of them from position first on. A
// processor keeps their half-edges from pass to pass, and has room for KEEP of a node.
typedef struct {
    int first;
    vmask mine; // lanes that are network nodes
    long row;   // the first of their half-edges
    int slots;
    vreal old;   // their states
    vreal basis; // the states that external nodes which predict compare with
#ifdef LATTICE
    place at;
#endif // LATTICE
#ifdef KEEP
    half_edge edges[KEEP];
    charging charges[KEEP];
#endif // KEEP
} visited;

// Memory of a work-group to add up sums.
typedef struct {
    real values[SUM_MEMORY(NODE_SUMS)];
} sum_memory;

// What the two connections of a node hold together: charges, and remembered weights.
typedef struct {
    vreal charge_a, charge_b, weight_a, weight_b;
} holding;

// cpuref repair
typedef struct {
    vreal e1, e2, shrink;
} repair;

// Memory of a work-group that shares the half-edges of nodes that equilibrate, as many
// at once as SHARE: see tnn_equilibrate.
#ifdef SHARE
typedef struct {
    uint bits[GROUP / LANES]; // by work-item: its node equilibrates
    int item[GROUP];          // work-items of nodes that do, by rank
    real x[GROUP];            // by work-item, as the next two
    holding all[GROUP];
    repair fix[GROUP];
    // By half-edge, slot after slot: potentials of members of A and B, negative where
    // it is none, and the weight.
    real a[SHARE], b[SHARE], w[SHARE];
    // Changes of weights, by slot and rank: first ones, and second ones of those that
    // have two.
    uint due[2][SHARE];
    int changes[2];
} shared_memory;
#endif // SHARE

// Neither is needed while the other is.
typedef union {
    sum_memory sums;
#ifdef SHARE
    shared_memory shared;
#endif // SHARE
} group_memory;

// The header states the size that the host counts with.
typedef char group_memory_is_as_stated[sizeof(group_memory) == GROUP_MEMORY ? 1 : -1];

// What a visit adds to the sums of a step: cpuref nodeSums.
typedef struct {
    vreal energy, free, entropy, dissipated, transported, numerator, denominator;
    vreal change, fluctuating, state, weight2, order;
} node_sums;

#define NO_SUMS { ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO }

// What a node draws: cpuref sample.
typedef struct {
    vreal x, energy, free, entropy;
} sample;

// tnn_slots_of is the number of half-edges that a node of a slice can have.
int tnn_slots_of(const net *n, uint slice)
{
#ifdef LATTICE
    return DEGREE;
#else
    return (int)(n->rows[slice + 1] - n->rows[slice]);
#endif // LATTICE
}

// tnn_begin_visit begins a visit of the nodes from a position on.
visited tnn_begin_visit(const net *n, int first)
{
    visited at;
    uint slice = (uint)first / LANES, lane = (uint)first % LANES;
    at.first = first;
    at.mine = TO_MASK(((vuint)(n->active[slice]) >> (lane + AS_UINT(LANE_NUMBERS)) & 1u) != 0);
#ifdef LATTICE
    at.row = (long)(slice * (uint)DEGREE) * LANES + lane;
#else
    at.row = n->rows[slice] * LANES + lane;
#endif // LATTICE
    at.slots = tnn_slots_of(n, slice);
    at.old = load(n->state + first);
    at.basis = at.old;
#ifdef LATTICE
    at.at = tnn_place_of(first + LANE_NUMBERS);
#endif // LATTICE
    return at;
}

vmask tnn_is_active(const net *n, vint position)
{
#ifdef EXTERNALS
    return TO_MASK((GATHER_UINT(n->active, position / LANES) >> AS_UINT(position % LANES) & 1u) != 0);
#else
    return TO_MASK(position >= 0);
#endif // EXTERNALS
}

// tnn_neighbour_of gives the positions in slot i, -1 where a lane has none there.
vint tnn_neighbour_of(const net *n, const visited *at, int i)
{
#ifdef LATTICE
    vint other = AS_INT(tnn_site_at(&at->at, i) / 2u) + (at->at.odd ? (vint)(0) : (vint)(ODD_FIRST));
    return at->at.index < (uint)COUNT ? other : -1;
#else
    return *(__global const vint *)(n->neighbour + at->row + (long)i * LANES);
#endif // LATTICE
}

// tnn_id_of gives the node ids at positions.
vuint tnn_id_of(const net *n, vint position)
{
#ifdef LATTICE
    place p = tnn_place_of(position);
    return (p.a * (uint)SIDE_B + p.b) * (uint)ROW + p.x;
#else
    return AS_UINT(GATHER_INT(n->id, position));
#endif // LATTICE
}

// tnn_own_ids gives the ids of the visited nodes.
vuint tnn_own_ids(const net *n, const visited *at)
{
    return tnn_id_of(n, at->first + LANE_NUMBERS);
}

// tnn_read_edge reads slot i.
half_edge tnn_read_edge(const net *n, const visited *at, int i)
{
    half_edge h;
    h.at = at->row + (long)i * LANES;
    vint other = tnn_neighbour_of(n, at, i);
    vint exists = other >= 0;
    h.there = TO_MASK(exists);
    h.other = exists ? other : 0;
#ifdef LATTICE
    h.index = at->at.odd ? tnn_weight_at(tnn_site_at(&at->at, i) / 2u, (uint)(DEGREE - 1 - i)) : tnn_weight_at(at->at.index, (uint)i);
    h.index = exists ? h.index : 0;
#else
    h.index = *(__global const vuint *)(n->weight_of + h.at);
#endif // LATTICE
    h.v = h.there ? gather(n->state, AS_UINT(h.other)) : ZERO;
    h.w = h.there ? gather(n->weight, h.index) : ZERO;
#ifdef EXTERNALS
    if ((n->flags & SWEEP_PREDICT) != 0)
        h.v = (tnn_is_active(n, h.other) | (h.v * at->basis < ZERO)) ? h.v : ZERO;
#endif // EXTERNALS
    return h;
}

// tnn_keep_edges reads all half-edges where they are kept.
void tnn_keep_edges(const net *n, visited *at)
{
#ifdef KEEP
    for (int i = 0; i < SLOTS(at); i++)
        at->edges[i] = tnn_read_edge(n, at, i);
#endif // KEEP
}

// tnn_edge_at gives slot i; room takes it where nothing is kept.
const half_edge *tnn_edge_at(const net *n, const visited *at, int i, half_edge *room)
{
#ifdef KEEP
    return &at->edges[i];
#else
    *room = tnn_read_edge(n, at, i);
    return room;
#endif // KEEP
}

// tnn_partner_ids gives what stands for the other node in the noise of slot i: its id,
// or the number of a self-loop, of which loops have been met.
vuint tnn_partner_ids(const net *n, const visited *at, int i, const half_edge *h, vuint *loops)
{
#ifdef LATTICE
    return tnn_site_at(&at->at, i);
#else
    vuint ids = tnn_id_of(n, h->other);
#ifdef SELF_LOOPS
    vint loop = h->other == at->first + LANE_NUMBERS;
    ids = loop ? ~*loops : ids;
    *loops = *loops + (loop ? (vuint)(1u) : (vuint)(0u));
#endif // SELF_LOOPS
    return ids;
#endif // LATTICE
}

// tnn_plastic tells where the half-edge's weight may change.
vmask tnn_plastic(const net *n, const half_edge *h)
{
#ifdef EDGE_FIXED
    return TO_MASK(h->other < 0);
#else
    return h->there & tnn_is_active(n, h->other);
#endif // EDGE_FIXED
}

// cpuref plasticity.truncatedNormal
vreal tnn_truncated_normal(__global const real *e, vreal w, vreal u)
{
    vreal low = r_erfc(e[EDGE_ROOT_M] * (-e[EDGE_BOUND] - w));
    vreal high = r_erfc(e[EDGE_ROOT_M] * (e[EDGE_BOUND] - w));
    return w + r_erfcinv((ONE - u) * low + u * high) / e[EDGE_ROOT_M];
}

// tnn_shrink_of is what noise divides a node's weights by, w2 their mean square.
vreal tnn_shrink_of(__global const real *e, vreal w2)
{
    return r_sqrt(ONE + ONE / (e[EDGE_TWO_M] * w2));
}

// cpuref plasticity.change
vreal tnn_change_weight(__global const real *e, vreal w, vreal err, vreal shrink, vuint x, vuint y)
{
    w += (e[EDGE_G] * err - e[EDGE_SIZE_MASS] * w) / e[EDGE_M];
#ifdef EDGE_NOISE
    w /= shrink;
#ifdef EDGE_REAL2
    w = tnn_truncated_normal(e, w, uniform_real(x));
#else
    w += e[EDGE_DEVIATION] * normal(x, y);
#endif // EDGE_REAL2
#endif // EDGE_NOISE
    return clamp_to(w, (vreal)(e[EDGE_BOUND]));
}

// Changes of weights where any is due: of the edge between nodes i and j by an
// error, and then, where its half-edge is a member of both connections, by another.
typedef struct {
    vuint index, i, j;
    vreal w, shrink, error, second;
    vmask any, both;
} update;

// tnn_updated gives the new weights.
vreal tnn_updated(const net *n, const update *u)
{
    words word = philox(u->i, u->j, (vuint)(n->k), PURPOSE_WEIGHT_NOISE, n->key0, n->key1);
    vreal w = tnn_change_weight(n->edge, u->w, u->error, u->shrink, word.x, word.y);
    if (ANY(u->both)) {
        vreal changed = tnn_change_weight(n->edge, w, u->second, u->shrink, word.z, word.w);
        w = u->both ? changed : w;
    }
    return w;
}

#if WIDTH == 1

// One node changes its weights as it comes to them.
typedef int pending;
#define PENDING_NONE 0

void tnn_change(const net *n, pending *q, const update *u)
{
    if (u->any)
        n->weight[u->index] = tnn_updated(n, u);
}

void tnn_finish(const net *n, pending *q)
{
}

#else

// Few of the nodes visited together change a weight in the same slot, so changes
// gather until there is a vector of them. The first update is what the next
// vector will be, the second takes what does not fit.
typedef struct {
    update of[2];
    int count;
} pending;
#define PENDING_NONE { .count = 0 }

// lane_of is lane k of a field of the two updates.
#define lane_of(type, q, field, k) (((type *)&(q)->of[(k) / WIDTH].field)[(k) % WIDTH])

void tnn_flush(const net *n, pending *q)
{
    vreal w = tnn_updated(n, &q->of[0]);
    for (int k = 0; k < WIDTH && k < q->count; k++)
        n->weight[lane_of(uint, q, index, k)] = ((real *)&w)[k];
    q->of[0] = q->of[1];
    q->count -= WIDTH;
}

void tnn_change(const net *n, pending *q, const update *u)
{
    for (int lane = 0; lane < WIDTH; lane++) {
        if (((lane_mask *)&u->any)[lane] == 0)
            continue;
        int k = q->count++;
        lane_of(uint, q, index, k) = ((uint *)&u->index)[lane];
        lane_of(uint, q, i, k) = ((uint *)&u->i)[lane];
        lane_of(uint, q, j, k) = ((uint *)&u->j)[lane];
        lane_of(real, q, w, k) = ((real *)&u->w)[lane];
        lane_of(real, q, shrink, k) = ((real *)&u->shrink)[lane];
        lane_of(real, q, error, k) = ((real *)&u->error)[lane];
        lane_of(real, q, second, k) = ((real *)&u->second)[lane];
        lane_of(lane_mask, q, both, k) = ((lane_mask *)&u->both)[lane];
    }
    if (q->count >= WIDTH)
        tnn_flush(n, q);
}

void tnn_finish(const net *n, pending *q)
{
    if (q->count > 0)
        tnn_flush(n, q);
}

#endif // WIDTH

// tnn_edge_weight is a weight as it is after the visit's changes.
vreal tnn_edge_weight(const net *n, const half_edge *h)
{
#ifdef KEEP
    return gather(n->weight, h->index);
#else
    return h->w;
#endif // KEEP
}

// cpuref replica.sumEdges
void tnn_sum_edges(const net *n, const visited *at, vreal x, node_sums *out)
{
    vint own = at->first + LANE_NUMBERS;
#ifdef LATTICE
    if (!ANY(at->at.odd))
        return; // the other ends of all edges come later
#endif // LATTICE
    UNROLL_SLOTS
    for (int i = 0; i < SLOTS(at); i++) {
#ifndef LATTICE
        vint other = tnn_neighbour_of(n, at, i);
        if (!ANY((other >= 0) & (other <= own)))
            continue;
#endif // LATTICE
        half_edge room;
        const half_edge *h = tnn_edge_at(n, at, i, &room);
        vmask done = h->there & TO_MASK(h->other <= own) & tnn_is_active(n, h->other);
        vmask loop = TO_MASK(h->other == own);
        vreal w = tnn_edge_weight(n, h);
        out->weight2 += done ? w * w : ZERO;
        out->order -= (done & NOT(loop)) ? x * h->v : ZERO;
    }
}

#ifndef RULE_2019

// ============================================================================
// Section 8: hylton2020. Mirrors cpuref sample2020 and cpuref replica.visit2020.
// ============================================================================

// cpuref wing
typedef struct {
    vreal first, ratio, total, energy_total, terms;
} series;

// cpuref wing.weigh
series tnn_weigh(vreal depth, vreal levels, vreal count, vreal lowest, real cut)
{
    series s;
    vmask some = count >= ONE;
    vreal rise = depth / levels;
    vreal energy = -depth - lowest;
    s.first = some ? r_exp(-energy) : ZERO;
    s.ratio = some ? r_exp(-rise) : ZERO;
    count = count * rise > cut ? floor(cut / rise) + ONE : count;
    s.terms = some ? count : ZERO;
    s.total = ZERO;
    s.energy_total = ZERO;
    vreal weight = s.first;
    for (vreal i = ZERO; ANY(i < s.terms); i += ONE) {
        vmask on = i < s.terms;
        s.total += on ? weight : ZERO;
        s.energy_total += on ? weight * energy : ZERO;
        weight *= s.ratio;
        energy += rise;
    }
    return s;
}

// cpuref wing.index: how many terms, the last one left out, end below mass.
vreal tnn_term_of(const series *s, vreal mass)
{
    vreal weight = s->first, sum = ZERO, term = ZERO, last = s->terms - ONE;
    vmask searching = term < last;
    while (ANY(searching)) {
        sum += weight;
        searching = searching & NOT(sum > mass);
        term += searching ? ONE : ZERO;
        searching = searching & (term < last);
        weight *= s->ratio;
    }
    return term;
}

// cpuref wings and cpuref sample2020
sample tnn_sample2020(vreal depth_minus, vreal depth_plus, vreal u, __global const real *p)
{
    real threshold = p[NODE_THRESHOLD];
    vreal n = greater(floor(depth_minus / threshold), ONE), m = greater(floor(depth_plus / threshold), ONE);
    vreal deep = greater(n, m), shallow = lesser(n, m), most = (vreal)(p[NODE_LEVELS]);
    vmask has_zero = deep <= most;
    vreal outer = has_zero ? deep : most;
    vreal inner = has_zero ? shallow : greater(most - magnitude(n - m), ZERO);
    vreal count_minus = n > m ? outer : inner, count_plus = n > m ? inner : outer;

    vreal lowest = count_minus >= ONE ? -depth_minus : ZERO;
    lowest = ((count_plus >= ONE) & (-depth_plus < lowest)) ? -depth_plus : lowest;
    series sm = tnn_weigh(depth_minus, n, count_minus, lowest, p[NODE_CUT]);
    series sp = tnn_weigh(depth_plus, m, count_plus, lowest, p[NODE_CUT]);
    vreal zero = has_zero ? r_exp(lowest) : ZERO;
    vreal z = sm.total + zero + sp.total;
    vreal energy_total = sm.energy_total + zero * -lowest + sp.energy_total;

    vreal target = u * z;
    vmask below = (target <= sm.total) & (sm.terms > ZERO);
    vmask above = NOT(below) & (((target > sm.total + zero) & (sp.terms > ZERO)) | NOT(has_zero));
    series chosen = sm;
    chosen.first = below ? sm.first : sp.first;
    chosen.ratio = below ? sm.ratio : sp.ratio;
    chosen.terms = below ? sm.terms : (above ? sp.terms : ZERO);
    vreal levels = below ? n : m;
    vreal size = (levels - tnn_term_of(&chosen, below ? target : z - target)) / levels;
    vreal x = below ? -size : (above ? size : ZERO);
    vreal depth = below ? depth_minus : (above ? depth_plus : ZERO);

    vreal log_z = r_log(z);
    vreal states = greater(floor((depth_plus + depth_minus + ONE) / threshold), (vreal)(R(3.0)));
    sample s;
    s.x = x;
    s.energy = -(depth * magnitude(x));
    s.free = lowest - log_z;
    s.entropy = (energy_total / z + log_z) / r_log(states);
    return s;
}

// Where an input goes: cpuref replica.charge.
typedef struct {
    vmask pp, mp, pm, mm;
} destination;

destination tnn_destination_of(vreal in, vreal w)
{
    destination d;
    d.pp = (in > ZERO) & (w > ZERO);
    d.mp = (in < ZERO) & (w > ZERO);
    d.pm = (in > ZERO) & NOT(w > ZERO);
    d.mm = (in < ZERO) & NOT(w > ZERO);
    return d;
}

// cpuref replica.charge
charging tnn_charge2020(const net *n, const half_edge *h)
{
    vreal q0 = load(n->charge0 + h->at), m0 = load(n->memory0 + h->at);
    vreal q1 = load(n->charge1 + h->at), m1 = load(n->memory1 + h->at);
    vmask positive0 = q0 > ZERO, positive1 = q1 > ZERO;
    vreal w = h->w, in = h->v * w;
    destination d = tnn_destination_of(in, w);
    charging c;
    c.pp = positive0 ? q0 : ZERO;
    c.mp = positive0 ? ZERO : q0;
    c.pm = positive1 ? q1 : ZERO;
    c.mm = positive1 ? ZERO : q1;
    c.wpp = d.pp ? w : (positive0 ? m0 : ZERO);
    c.wmp = d.mp ? w : (positive0 ? ZERO : m0);
    c.wpm = d.pm ? w : (positive1 ? m1 : ZERO);
    c.wmm = d.mm ? w : (positive1 ? ZERO : m1);
    c.pp = d.pp ? lesser(c.pp + in, w) : c.pp;
    c.mp = d.mp ? greater(c.mp + in, -w) : c.mp;
    c.pm = d.pm ? lesser(c.pm + in, -w) : c.pm;
    c.mm = d.mm ? greater(c.mm + in, w) : c.mm;
    return c;
}

// tnn_charge_at gives the charges of slot i, likewise.
const charging *tnn_charge_at(const net *n, const visited *at, int i, const half_edge *h, charging *room)
{
#ifdef KEEP
    return &at->charges[i];
#else
    *room = tnn_charge2020(n, h);
    return room;
#endif // KEEP
}

// Charge, remembered weight and potential of one compartment.
typedef struct {
    vreal q, m, p;
} kept;

// What a half-edge has of the connections A and B: cpuref pair.
typedef struct {
    vreal qa, pa, qb, pb;
    kept rest0, rest1; // what stays in slots 0 and 1
} side;

// tnn_chosen gives the compartments of A and B, and those that stay: cpuref
// replica.potentials and cpuref pairOf. down is where x < 0.
side tnn_chosen(const net *n, const half_edge *h, const charging *c, vmask down)
{
    vreal p0 = load(n->potential0 + h->at), p1 = load(n->potential1 + h->at);
    vmask positive0 = load(n->charge0 + h->at) > ZERO, positive1 = load(n->charge1 + h->at) > ZERO;
    destination d = tnn_destination_of(h->v * h->w, h->w);
    vreal ppp = positive0 ? p0 : ZERO, pmp = positive0 ? ZERO : p0;
    vreal ppm = positive1 ? p1 : ZERO, pmm = positive1 ? ZERO : p1;
    ppp = d.pp ? clamp_to(ppp + h->v, ONE) : ppp;
    pmp = d.mp ? clamp_to(pmp + h->v, ONE) : pmp;
    ppm = d.pm ? clamp_to(ppm + h->v, ONE) : ppm;
    pmm = d.mm ? clamp_to(pmm + h->v, ONE) : pmm;
    side s;
    s.qa = down ? c->pp : c->pm;
    s.pa = down ? ppp : ppm;
    s.qb = down ? c->mm : c->mp;
    s.pb = down ? pmm : pmp;
    s.rest0.q = down ? c->mp : c->pp;
    s.rest0.m = down ? c->wmp : c->wpp;
    s.rest0.p = down ? pmp : ppp;
    s.rest1.q = down ? c->pm : c->mm;
    s.rest1.m = down ? c->wpm : c->wmm;
    s.rest1.p = down ? ppm : pmm;
    return s;
}

// What the members of connections A and B add up to.
typedef struct {
    vreal potential_a, weight_a, count_a;
    vreal potential_b, weight_b, count_b;
} members;

void tnn_add_members(members *m, vmask in_a, vmask in_b, vreal potential_a, vreal potential_b, vreal w)
{
    vreal ww = w * w;
    m->potential_a += in_a ? potential_a : ZERO;
    m->weight_a += in_a ? ww : ZERO;
    m->count_a += in_a ? ONE : ZERO;
    m->potential_b += in_b ? potential_b : ZERO;
    m->weight_b += in_b ? ww : ZERO;
    m->count_b += in_b ? ONE : ZERO;
}

holding tnn_holding_of(const charging *sum, vreal x)
{
    vmask down = x < ZERO;
    holding h;
    h.charge_a = down ? sum->pp : sum->pm;
    h.charge_b = down ? sum->mm : sum->mp;
    h.weight_a = down ? sum->wpp : sum->wpm;
    h.weight_b = down ? sum->wmm : sum->wmp;
    return h;
}

// tnn_repair_of also leaves a node's statistics.
repair tnn_repair_of(const net *n, int first, vmask where, const holding *h, const members *m, vreal x)
{
    vreal r1 = h->charge_a - h->weight_b * x, r2 = h->charge_b - h->weight_a * x;
    vreal t1 = h->charge_a + h->weight_b * x, t2 = h->charge_b + h->weight_a * x;
    real f = n->node[NODE_TEMPERATURE];
    store(n->dissipation + first, where, f * (r1 * r1 + r2 * r2));
    store(n->transport + first, where, f * (t1 * t1 + t2 * t2) * R(0.25));
    store(n->quality_numerator + first, where, magnitude(t1) + magnitude(t2));
    store(n->quality_denominator + first, where, magnitude(r1) + magnitude(r2));

    vreal d1 = m->potential_a + m->count_b * magnitude(x), d2 = m->potential_b + m->count_a * magnitude(x);
    vmask solvable = (d1 > ZERO) & (d2 > ZERO);
    repair fix;
    fix.e1 = solvable ? -r1 / (R(2.0) * d1) : ZERO;
    fix.e2 = solvable ? -r2 / (R(2.0) * d2) : ZERO;
    fix.shrink = tnn_shrink_of(n->edge, (m->weight_a + m->weight_b) / (m->count_a + m->count_b));
    return fix;
}

// tnn_store_rest stores what stays in the slots of a half-edge.
void tnn_store_rest(const net *n, const half_edge *h, vmask where, const side *m)
{
    store(n->charge0 + h->at, where, m->rest0.q);
    store(n->memory0 + h->at, where, m->rest0.m);
    store(n->potential0 + h->at, where, m->rest0.p);
    store(n->charge1 + h->at, where, m->rest1.q);
    store(n->memory1 + h->at, where, m->rest1.m);
    store(n->potential1 + h->at, where, m->rest1.p);
}

// cpuref repair.weight: by how much a member of A errs, or one of B, with their
// potentials.
vreal tnn_error_of(const repair *fix, vmask in_a, vreal pa, vreal pb, vreal x)
{
    vreal own = in_a ? fix->e1 : fix->e2, other = in_a ? fix->e2 : fix->e1, p = in_a ? pa : pb;
    vreal sigma = x < ZERO ? ONE : -ONE;
    vreal xx = x * x, pp = p * p;
    return sigma * (own * pp + other * xx) / (pp + xx);
}

// tnn_set_errors of members of A, of B, or of both.
void tnn_set_errors(update *u, vmask in_a, vmask in_b, const repair *fix, vreal x, vreal pa, vreal pb)
{
    u->any = in_a | in_b;
    u->both = in_a & in_b;
    u->shrink = fix->shrink;
    u->error = tnn_error_of(fix, in_a, pa, pb, x);
    u->second = ZERO;
    if (ANY(u->both))
        u->second = tnn_error_of(fix, ZERO != ZERO, pa, pb, x);
}

#ifndef SHARE

// cpuref replica.equilibrate
void tnn_equilibrate(const net *n, visited *at, vmask where, const charging *sum, vreal x)
{
    vmask down = x < ZERO;
    members total = { ZERO, ZERO, ZERO, ZERO, ZERO, ZERO };
    UNROLL_SLOTS
    for (int i = 0; i < SLOTS(at); i++) {
        half_edge room;
        const half_edge *h = tnn_edge_at(n, at, i, &room);
        charging again;
        side m = tnn_chosen(n, h, tnn_charge_at(n, at, i, h, &again), down);
        tnn_add_members(&total, m.qa != ZERO, m.qb != ZERO, magnitude(m.pa), magnitude(m.pb), h->w);
    }
    holding all = tnn_holding_of(sum, x);
    repair fix = tnn_repair_of(n, at->first, where, &all, &total, x);
    vuint ids = tnn_own_ids(n, at), loops = 0;
    pending due = PENDING_NONE;
    UNROLL_SLOTS
    for (int i = 0; i < SLOTS(at); i++) {
        half_edge room;
        const half_edge *h = tnn_edge_at(n, at, i, &room);
        charging again;
        side m = tnn_chosen(n, h, tnn_charge_at(n, at, i, h, &again), down);
        tnn_store_rest(n, h, where, &m);
        vmask may = where & tnn_plastic(n, h), in_a = may & (m.qa != ZERO), in_b = may & (m.qb != ZERO);
#ifndef SELF_LOOPS
        if (!ANY(in_a | in_b))
            continue;
#endif // SELF_LOOPS
        update u;
        u.index = h->index;
        u.i = ids;
        u.j = tnn_partner_ids(n, at, i, h, &loops);
        u.w = h->w;
        tnn_set_errors(&u, in_a, in_b, &fix, x, m.pa, m.pb);
        tnn_change(n, &due, &u);
    }
    tnn_finish(n, &due);
}

#else

// Only some nodes of a work-group equilibrate. Were each to do so by itself, the
// others would wait for it, half-edge by half-edge. So all work-items take the
// half-edges of those nodes in turn, a batch of nodes at a time.
typedef struct {
    int first;       // position of work-item 0
    int count;       // nodes that equilibrate
    int slots;       // the most that one has
    int from, nodes; // ranks of the batch
} batch;

vmask tnn_is_member(real potential) { return NOT(potential < ZERO); }

// tnn_loops_before counts the self-loops in slots before slot i.
uint tnn_loops_before(const net *n, const visited *at, int i)
{
    uint loops = 0;
#ifdef SELF_LOOPS
    for (int k = 0; k < i; k++)
        loops += tnn_neighbour_of(n, at, k) == at->first ? 1u : 0u;
#endif // SELF_LOOPS
    return loops;
}

// tnn_clear_slot clears what equilibrates in slot i, and leaves it as half-edge k. It tells
// whether the weight is to change.
bool tnn_clear_slot(const net *n, const visited *at, int i, real x, __local shared_memory *s, int k)
{
    half_edge h = tnn_read_edge(n, at, i);
    charging c = tnn_charge2020(n, &h);
    side m = tnn_chosen(n, &h, &c, x < ZERO);
    tnn_store_rest(n, &h, h.there, &m);
    s->a[k] = m.qa != ZERO ? magnitude(m.pa) : -ONE;
    s->b[k] = m.qb != ZERO ? magnitude(m.pb) : -ONE;
    s->w[k] = h.w;
    return tnn_plastic(n, &h) && (m.qa != ZERO || m.qb != ZERO);
}

void tnn_clear_slots(const net *n, const batch *b, __local shared_memory *s)
{
    // Half-edge k is in slot i of the node of rank q, and k + GROUP is shift slots on.
    int me = (int)get_local_id(0), i = (int)((uint)me / (uint)b->nodes), q = me - i * b->nodes;
    int shift = (int)(GROUP / (uint)b->nodes), turn = GROUP - shift * b->nodes;
    for (int k = me; i < b->slots; k += GROUP) {
        int item = s->item[b->from + q];
        visited at = tnn_begin_visit(n, b->first + item);
        if (i < SLOTS(&at) && tnn_clear_slot(n, &at, i, s->x[item], s, k))
            s->due[0][atomic_inc(&s->changes[0])] = (uint)i << 16 | (uint)q;
        i += q + turn < b->nodes ? shift : shift + 1;
        q += q + turn < b->nodes ? turn : turn - b->nodes;
    }
}

// tnn_repair_nodes adds up the members of each node.
void tnn_repair_nodes(const net *n, const batch *b, __local shared_memory *s)
{
    for (int q = (int)get_local_id(0); q < b->nodes; q += GROUP) {
        int item = s->item[b->from + q];
        visited at = tnn_begin_visit(n, b->first + item);
        members total = { ZERO, ZERO, ZERO, ZERO, ZERO, ZERO };
        UNROLL_SLOTS
        for (int i = 0; i < SLOTS(&at); i++) {
            int k = q + i * b->nodes;
            tnn_add_members(&total, tnn_is_member(s->a[k]), tnn_is_member(s->b[k]), s->a[k], s->b[k], s->w[k]);
        }
        holding all = s->all[item];
        s->fix[item] = tnn_repair_of(n, at.first, 1, &all, &total, s->x[item]);
    }
}

// tnn_change_weights makes the first change of each weight, or the second ones.
void tnn_change_weights(const net *n, const batch *b, int second, __local shared_memory *s)
{
    for (int c = (int)get_local_id(0); c < s->changes[second]; c += GROUP) {
        uint due = s->due[second][c];
        int i = (int)(due >> 16), q = (int)(due & 0xffffu), k = q + i * b->nodes, item = s->item[b->from + q];
        visited at = tnn_begin_visit(n, b->first + item);
        half_edge h = tnn_read_edge(n, &at, i);
        uint loops = tnn_loops_before(n, &at, i);
        words word = philox(tnn_own_ids(n, &at), tnn_partner_ids(n, &at, i, &h, &loops), n->k, PURPOSE_WEIGHT_NOISE, n->key0, n->key1);
        repair fix = s->fix[item];
        vmask in_a = tnn_is_member(s->a[k]) && second == 0;
        real error = tnn_error_of(&fix, in_a, s->a[k], s->b[k], s->x[item]);
        s->w[k] = tnn_change_weight(n->edge, s->w[k], error, fix.shrink, second ? word.z : word.x, second ? word.w : word.y);
        n->weight[h.index] = s->w[k];
        if (in_a && tnn_is_member(s->b[k]))
            s->due[1][atomic_inc(&s->changes[1])] = due;
    }
}

// tnn_rank_nodes lists the work-items whose nodes equilibrate.
batch tnn_rank_nodes(const net *n, int first, vmask where, __local shared_memory *s)
{
    int me = (int)get_local_id(0), rank = 0;
    batch b = { .first = first, .slots = 1 };
    if (me < GROUP / LANES)
        s->bits[me] = 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (where)
        atomic_or(&s->bits[me / LANES], 1u << me % LANES);
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int k = 0; k < GROUP / LANES; k++) {
        uint before = k < me / LANES ? ~0u : (k > me / LANES ? 0u : (1u << me % LANES) - 1);
        rank += (int)popcount(s->bits[k] & before);
        b.count += (int)popcount(s->bits[k]);
        if (s->bits[k] != 0)
            b.slots = max(b.slots, tnn_slots_of(n, (uint)(first / LANES + k)));
    }
    if (where)
        s->item[rank] = me;
    return b;
}

// cpuref replica.equilibrate, of all nodes of a work-group where that is due. Every
// work-item takes part. After its last barrier nobody reads what is shared.
void tnn_equilibrate(const net *n, const visited *at, vmask where, const charging *sum, real x, __local shared_memory *s)
{
    int me = (int)get_local_id(0);
    batch b = tnn_rank_nodes(n, at->first - me, where, s);
    s->x[me] = x;
    if (where)
        s->all[me] = tnn_holding_of(sum, x);
    if (me == 0)
        s->changes[0] = 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (; b.from < b.count; b.from += SHARE / b.slots) {
        b.nodes = min(SHARE / b.slots, b.count - b.from);
        tnn_clear_slots(n, &b, s);
        if (me == 0)
            s->changes[1] = 0;
        barrier(CLK_LOCAL_MEM_FENCE);
        tnn_repair_nodes(n, &b, s);
        barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);
        tnn_change_weights(n, &b, 0, s);
        barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);
        tnn_change_weights(n, &b, 1, s);
        if (me == 0)
            s->changes[0] = 0;
        barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);
    }
}

#endif // SHARE

// What a node draws, and whether it is to equilibrate.
typedef struct {
    charging sum;
    sample draw;
    vmask fluctuating, equilibrates;
} drawn;

// The steps of cpuref replica.visit2020 before it equilibrates.
drawn tnn_draw2020(const net *n, visited *at)
{
    tnn_keep_edges(n, at);
    charging sum = { ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO };
    UNROLL_SLOTS
    for (int i = 0; i < SLOTS(at); i++) {
        half_edge room;
        const half_edge *h = tnn_edge_at(n, at, i, &room);
        charging c = tnn_charge2020(n, h);
#ifdef KEEP
        at->charges[i] = c;
#endif // KEEP
        sum.pp += c.pp;
        sum.mp += c.mp;
        sum.pm += c.pm;
        sum.mm += c.mm;
        sum.wpp += c.wpp;
        sum.wmp += c.wmp;
        sum.wpm += c.wpm;
        sum.wmm += c.wmm;
    }
    vreal depth_minus = n->node[NODE_FOUR] * (sum.pp * -sum.wmm + sum.mm * -sum.wpp);
    vreal depth_plus = n->node[NODE_FOUR] * (sum.pm * sum.wmp + sum.mp * sum.wpm);
    words word = philox(tnn_own_ids(n, at), (vuint)(0u), (vuint)(n->k), PURPOSE_NODE_STATE, n->key0, n->key1);
    drawn d;
    d.sum = sum;
    d.draw = tnn_sample2020(depth_minus, depth_plus, uniform_real(word.x), n->node);
    d.fluctuating = magnitude(d.draw.energy - load(n->energy + at->first)) > n->node[NODE_THRESHOLD];
    d.equilibrates = at->mine & NOT(d.fluctuating) & (d.draw.x != ZERO);
    store(n->energy + at->first, at->mine, d.draw.energy);
    return d;
}

// The steps of cpuref replica.visit2020 after it equilibrates.
node_sums tnn_end_visit2020(const net *n, const visited *at, const drawn *d)
{
    store(n->state + at->first, at->mine, d->draw.x); // not before: a self-loop's input is the old state
    node_sums out;
    out.energy = d->draw.energy;
    out.free = d->draw.free;
    out.entropy = d->draw.entropy;
    out.dissipated = load(n->dissipation + at->first);
    out.transported = load(n->transport + at->first);
    out.numerator = load(n->quality_numerator + at->first);
    out.denominator = load(n->quality_denominator + at->first);
    out.change = magnitude((d->draw.x - at->old) * R(0.5));
    out.fluctuating = d->fluctuating ? ONE : ZERO;
    out.state = d->draw.x;
    out.weight2 = ZERO;
    out.order = ZERO;
    tnn_sum_edges(n, at, d->draw.x, &out);
    if ((n->flags & WATCH_FIRST) != 0)
        store(n->watched + at->first, at->mine, d->draw.entropy);
    if ((n->flags & WATCH_SECOND) != 0)
        store(n->watched + n->watch_stride + at->first, at->mine, out.fluctuating);
    return out;
}

// cpuref replica.visit2020
node_sums tnn_visit(const net *n, visited *at, bool there, __local group_memory *s)
{
    drawn d;
    d.equilibrates = ZERO != ZERO;
    if (there)
        d = tnn_draw2020(n, at);
    if ((n->flags & SWEEP_ADAPT) != 0) {
#ifdef SHARE
        tnn_equilibrate(n, at, d.equilibrates, &d.sum, d.draw.x, &s->shared);
#else
        if (ANY(d.equilibrates))
            tnn_equilibrate(n, at, d.equilibrates, &d.sum, d.draw.x);
#endif // SHARE
    }
    node_sums out = NO_SUMS;
    if (there)
        out = tnn_end_visit2020(n, at, &d);
    return out;
}

#else

// ============================================================================
// Section 9: hylton2019. Mirrors cpuref sample2019 and cpuref replica.visit2019.
// A half-edge's slots are charge0, potential0 and charge1, potential1.
// ============================================================================

// cpuref level, of an index that is one real or those of the lanes.
#define LEVEL(l, levels) (R(-1.0) + R(2.0) * (l) / ((levels) - R(1.0)))

// The energy of a fixed state above the lowest one. cpuref ladder holds the cubes.
vreal tnn_cubic(vreal x, vreal depth_minus, vreal depth_plus, vreal lowest)
{
    vreal depth = x < ZERO ? depth_minus : depth_plus;
    vreal a = magnitude(x);
    return -(depth * (a * a * a)) - lowest;
}

// What one side's levels weigh, terms of them: those from its end inwards until one
// has no weight. Marks are the running sums after each block of levels.
#define MARKS 8
typedef struct {
    vreal total, energy_total, terms;
    vreal marks[MARKS];
    int block;
} weighed;

// tnn_weigh adds the levels first, first + by, ... up to count of them: cpuref weigh2019.
weighed tnn_weigh(int first, int by, int count, vreal depth_minus, vreal depth_plus, vreal lowest, __global const real *p)
{
    weighed s = { .total = ZERO, .energy_total = ZERO, .terms = ZERO, .block = (count + MARKS - 1) / MARKS };
    vmask on = ZERO == ZERO;
    UNROLL
    for (int k = 0; k < MARKS; k++) {
        for (int i = k * s.block; i < min(count, (k + 1) * s.block); i++) {
            vreal e = tnn_cubic((vreal)(LEVEL((real)(first + i * by), p[NODE_LEVELS])), depth_minus, depth_plus, lowest);
            on = on & NOT(e > p[NODE_CUT]);
            if (!ANY(on))
                break;
            vreal weight = r_exp(-e);
            s.total += on ? weight : ZERO;
            s.energy_total += on ? weight * e : ZERO;
            s.terms += on ? ONE : ZERO;
        }
        s.marks[k] = s.total;
    }
    return s;
}

// tnn_pick finds the level at which the running sum exceeds mass, or the last one that
// has weight: cpuref reach, which has all running sums. The block is found by its
// mark, and only its levels are weighed again.
vreal tnn_pick(int first, int by, const weighed *s, vreal mass, vmask on, vreal depth_minus, vreal depth_plus, vreal lowest, __global const real *p)
{
    vreal at = ZERO, sum = ZERO;
    UNROLL
    for (int k = 0; k < MARKS; k++) {
        vmask past = NOT(s->marks[k] > mass);
        at += past ? (vreal)((real)s->block) : ZERO;
        sum = past ? s->marks[k] : sum;
    }
    vreal index = s->terms - ONE;
    on = on & (at < s->terms);
    while (ANY(on)) {
        vreal here = LEVEL((real)first + (real)by * at, p[NODE_LEVELS]);
        sum += r_exp(-tnn_cubic(here, depth_minus, depth_plus, lowest));
        vmask found = on & (sum > mass);
        index = found ? at : index;
        at += ONE;
        on = on & NOT(found) & (at < s->terms);
    }
    return LEVEL((real)first + (real)by * index, p[NODE_LEVELS]);
}

// cpuref sample2019
sample tnn_sample2019(vreal depth_minus, vreal depth_plus, vreal u, __global const real *p)
{
    int levels = (int)p[NODE_LEVELS], middle = (levels + 1) / 2;
    vreal lowest = depth_plus > depth_minus ? -depth_plus : -depth_minus;
    weighed low = tnn_weigh(0, 1, middle, depth_minus, depth_plus, lowest, p);
    // The sums go on from the lower half to the upper one.
    weighed high = tnn_weigh(levels - 1, -1, levels - middle, depth_minus, depth_plus, lowest, p);
    vreal z = low.total + high.total;
    vreal target = u * z;
    vmask above = target > low.total;
    vreal x = ZERO;
    if (ANY(NOT(above)))
        x = tnn_pick(0, 1, &low, target, NOT(above), depth_minus, depth_plus, lowest, p);
    if (ANY(above)) {
        vreal upper = tnn_pick(levels - 1, -1, &high, z - target, above, depth_minus, depth_plus, lowest, p);
        x = above ? upper : x;
    }
    vreal log_z = r_log(z);
    sample s;
    s.x = x;
    s.energy = tnn_cubic(x, depth_minus, depth_plus, ZERO);
    s.free = lowest - log_z;
    s.entropy = ((low.energy_total + high.energy_total) / z + log_z) / p[NODE_LOG_LEVELS];
    return s;
}

// cpuref held
typedef struct {
    vreal q0, p0, q1, p1;
} held;

vmask tnn_negative(vreal x)
{
    return AS_SIGNED(AS_BITS(x)) < 0;
}

// cpuref hold
held tnn_charge2019(const net *n, const half_edge *h)
{
    vreal p0 = load(n->potential0 + h->at), p1 = load(n->potential1 + h->at);
    vmask up = h->w > ZERO, down = h->w < ZERO;
    vmask keep0 = (up & NOT(tnn_negative(p0))) | (down & tnn_negative(p0));
    vmask keep1 = (up & tnn_negative(p1)) | (down & NOT(tnn_negative(p1)));
    held c;
    c.q0 = keep0 ? load(n->charge0 + h->at) : ZERO;
    c.p0 = keep0 ? p0 : ZERO;
    c.q1 = keep1 ? load(n->charge1 + h->at) : ZERO;
    c.p1 = keep1 ? p1 : ZERO;
    vreal in = h->v * h->w, size = magnitude(h->w);
    c.q0 = in > ZERO ? lesser(c.q0 + in, size) : c.q0;
    c.p0 = in > ZERO ? clamp_to(c.p0 + h->v, ONE) : c.p0;
    c.q1 = in < ZERO ? greater(c.q1 + in, -size) : c.q1;
    c.p1 = in < ZERO ? clamp_to(c.p1 + h->v, ONE) : c.p1;
    return c;
}

// cpuref pairSums
typedef struct {
    vreal charge_a, charge_b, capacity_a, capacity_b, potential_a, potential_b, members_a, members_b;
} pair_sums;

// tnn_add_member counts the half-edge's positive charge into A, its negative charge
// into B of a pair where the mask is set: cpuref held.places,
// cpuref replica.charge2019 and cpuref replica.members.
void tnn_add_member(const held *c, pair_sums *s, vmask a, vmask b, vreal w)
{
    a = a & (c->q0 != ZERO);
    b = b & (c->q1 != ZERO);
    s->charge_a += a ? c->q0 : ZERO;
    s->capacity_a += a ? w : ZERO;
    s->potential_a += a ? magnitude(c->p0) : ZERO;
    s->members_a += a ? ONE : ZERO;
    s->charge_b += b ? c->q1 : ZERO;
    s->capacity_b += b ? w : ZERO;
    s->potential_b += b ? magnitude(c->p1) : ZERO;
    s->members_b += b ? ONE : ZERO;
}

// cpuref correction
typedef struct {
    vreal e1, e2, sigma, keep;
    vmask skip;
} correction;

// cpuref pairSums.settle
correction tnn_settle(const pair_sums *p, vreal h, vreal x, vreal sigma, node_sums *out)
{
    vreal r1 = p->charge_a - p->capacity_b * x, r2 = p->charge_b - p->capacity_a * x;
    vreal t1 = p->charge_a + p->capacity_b * x, t2 = p->charge_b + p->capacity_a * x;
    vreal hh = h * h;
    out->dissipated += hh * (r1 * r1 + r2 * r2);
    out->transported += hh * (t1 * t1 + t2 * t2) * R(0.25);
    out->numerator += h * (magnitude(t1) + magnitude(t2));
    out->denominator += h * (magnitude(r1) + magnitude(r2));
    vreal d1 = p->potential_a + p->members_b * magnitude(x), d2 = p->potential_b + p->members_a * magnitude(x);
    correction c;
    c.skip = (d1 <= ZERO) | (d2 <= ZERO);
    c.e1 = c.skip ? ZERO : -(h * r1) / d1;
    c.e2 = c.skip ? ZERO : -(h * r2) / d2;
    c.sigma = sigma;
    c.keep = c.skip ? ONE : ONE - h;
    return c;
}

// tnn_pick_correction takes a where the mask is set, else b.
correction tnn_pick_correction(vmask which, const correction *a, const correction *b)
{
    correction c;
    c.e1 = which ? a->e1 : b->e1;
    c.e2 = which ? a->e2 : b->e2;
    c.sigma = which ? a->sigma : b->sigma;
    c.keep = which ? a->keep : b->keep;
    c.skip = which ? a->skip : b->skip;
    return c;
}

// cpuref correction.err
vreal tnn_error_of(const correction *c, vreal own, vreal opposite, vreal p, vreal x)
{
    vreal pp = p * p, xx = x * x;
    opposite = x > ZERO ? -opposite : opposite;
    vreal err = (c->sigma * own * pp + opposite * xx) / (pp + xx) * R(0.5);
    return pp + xx == ZERO ? ZERO : err;
}

// cpuref replica.update2019
update tnn_update2019(const half_edge *h, vmask may, vreal shrink, vreal x, const held *c, const correction *a, const correction *b)
{
    vmask in_a = may & (c->q0 != ZERO) & NOT(a->skip), in_b = may & (c->q1 != ZERO) & NOT(b->skip);
    vreal err_a = tnn_error_of(a, a->e1, a->e2, c->p0, x), err_b = tnn_error_of(b, b->e2, b->e1, c->p1, x);
    vmask swap = h->w < ZERO;
    update u;
    u.index = h->index;
    u.w = h->w;
    u.shrink = shrink;
    u.any = in_a | in_b;
    u.both = in_a & in_b;
    u.error = (swap ? in_b : NOT(in_a)) ? err_b : err_a;
    u.second = swap ? err_a : err_b;
    return u;
}

// cpuref replica.relax
void tnn_relax(const net *n, visited *at, vreal x, const pair_sums *first, const pair_sums *second, vreal w2, node_sums *out)
{
    correction c1 = tnn_settle(first, x < ZERO ? -x : ZERO, x, ONE, out);
    correction c2 = tnn_settle(second, x < ZERO ? ZERO : x, x, -ONE, out);
    vreal shrink = tnn_shrink_of(n->edge, w2);
    vuint ids = tnn_own_ids(n, at), loops = 0;
    pending due = PENDING_NONE;
    UNROLL_SLOTS
    for (int i = 0; i < SLOTS(at); i++) {
        half_edge room;
        const half_edge *h = tnn_edge_at(n, at, i, &room);
        held c = tnn_charge2019(n, h);
        vmask down = h->w < ZERO;
        correction a = tnn_pick_correction(down, &c2, &c1), b = tnn_pick_correction(down, &c1, &c2);
        if ((n->flags & SWEEP_ADAPT) != 0) {
            update u = tnn_update2019(h, at->mine & tnn_plastic(n, h), shrink, x, &c, &a, &b);
            u.i = ids;
            u.j = tnn_partner_ids(n, at, i, h, &loops);
            tnn_change(n, &due, &u);
        }
        store(n->charge0 + h->at, at->mine, c.q0 * a.keep);
        store(n->potential0 + h->at, at->mine, c.p0 * a.keep);
        store(n->charge1 + h->at, at->mine, c.q1 * b.keep);
        store(n->potential1 + h->at, at->mine, c.p1 * b.keep);
    }
    tnn_finish(n, &due);
}

// cpuref replica.visit2019
node_sums tnn_visit(const net *n, visited *at, bool there, __local group_memory *s)
{
    node_sums out = NO_SUMS;
    if (!there)
        return out;
    bool adapting = (n->flags & SWEEP_ADAPTING) != 0;
    if (adapting)
        at->basis = load(n->offered + at->first);
    tnn_keep_edges(n, at);
    pair_sums first = { ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO }, second = first;
    vreal w2 = ZERO, edges = ZERO;
    UNROLL_SLOTS
    for (int i = 0; i < SLOTS(at); i++) {
        half_edge room;
        const half_edge *h = tnn_edge_at(n, at, i, &room);
        held c = tnn_charge2019(n, h);
        vmask down = h->w < ZERO, up = NOT(down);
        tnn_add_member(&c, &first, up, down, h->w);
        tnn_add_member(&c, &second, down, up, h->w);
        w2 += h->w * h->w;
        edges += h->there ? ONE : ZERO;
    }
    vreal depth_minus = n->node[NODE_FOUR] * magnitude(first.charge_a * first.capacity_b + first.charge_b * first.capacity_a);
    vreal depth_plus = n->node[NODE_FOUR] * magnitude(second.charge_a * second.capacity_b + second.charge_b * second.capacity_a);
    words word = philox(tnn_own_ids(n, at), (vuint)(0u), (vuint)(n->k), PURPOSE_NODE_STATE, n->key0, n->key1);
    sample draw = tnn_sample2019(depth_minus, depth_plus, uniform_real(word.x), n->node);
    if (!adapting) {
        store(n->offered + at->first, at->mine, at->old);
        store(n->state + at->first, at->mine, draw.x);
        return out;
    }
    draw.energy += depth_plus + depth_minus;
    out.energy = draw.energy;
    out.free = draw.free;
    out.entropy = draw.entropy;
    out.change = magnitude((draw.x - load(n->adapted + at->first)) * R(0.5));
    out.state = draw.x;
    tnn_relax(n, at, draw.x, &first, &second, w2 / edges, &out);
    store(n->state + at->first, at->mine, draw.x);
    store(n->adapted + at->first, at->mine, draw.x);
    store(n->energy + at->first, at->mine, draw.energy);
    tnn_sum_edges(n, at, draw.x, &out);
    if ((n->flags & WATCH_FIRST) != 0)
        store(n->watched + at->first, at->mine, draw.entropy);
    if ((n->flags & WATCH_SECOND) != 0)
        store(n->watched + n->watch_stride + at->first, at->mine, out.dissipated);
    if ((n->flags & WATCH_THIRD) != 0)
        store(n->watched + 2 * n->watch_stride + at->first, at->mine, out.transported);
    return out;
}

#endif // RULE_2019

// ============================================================================
// Section 10: kernels of a step.
// ============================================================================

// tnn_add_group adds the values of a work-group's nodes: one value of each sum to
// partial, whose sums are stride apart.
void tnn_add_group(const node_sums *own, vmask mine, __local sum_memory *s, __global real *partial, ulong stride)
{
    __local real *values = s->values;
    put(values + SUM_ENERGY * SUM_ROW, mine, own->energy);
    put(values + SUM_FREE_ENERGY * SUM_ROW, mine, own->free);
    put(values + SUM_ENTROPY * SUM_ROW, mine, own->entropy);
    put(values + SUM_DISSIPATION * SUM_ROW, mine, own->dissipated);
    put(values + SUM_TRANSPORT * SUM_ROW, mine, own->transported);
    put(values + SUM_QUALITY_NUMERATOR * SUM_ROW, mine, own->numerator);
    put(values + SUM_QUALITY_DENOMINATOR * SUM_ROW, mine, own->denominator);
    put(values + SUM_CHANGE * SUM_ROW, mine, own->change);
    put(values + SUM_FLUCTUATING * SUM_ROW, mine, own->fluctuating);
    put(values + SUM_STATE * SUM_ROW, mine, own->state);
    put(values + SUM_WEIGHT2 * SUM_ROW, mine, own->weight2);
    put(values + SUM_ORDER * SUM_ROW, mine, own->order);
    add_rows(NODE_SUMS, values, partial, stride);
}

// The arguments that tell a kernel of the network, and what a work-item makes of
// them. segments holds a record of SEGMENT_WORDS for each segment, parameters a row with
// those of all replicas for each step of a batch, or one row where no era changes them.
#define NETWORK_ARGUMENTS \
    __global const int *id, __global const uint *active, __global const long *rows, \
    __global const int *neighbour, __global const uint *weight_of, __global const uint *segments, \
    __global const real *parameters, uint parameter_stride, uint parameter_row, __global const uint *keys, \
    __global real *state, __global real *energy, \
    __global real *node0, __global real *node1, __global real *node2, __global real *node3, \
    __global real *charge0, __global real *memory0, __global real *potential0, \
    __global real *charge1, __global real *memory1, __global real *potential1, \
    __global real *weight, __global real *watched, __global real *partial, \
    uint positions, ulong half_edges, ulong weights, uint groups

#define NETWORK_OF(n, r) \
    net n; \
    n.id = id, n.active = active, n.rows = rows, n.neighbour = neighbour, n.weight_of = weight_of; \
    n.edge = parameters + (parameter_row * get_global_size(1) + (r)) * parameter_stride; \
    n.state = state + (r) * positions, n.energy = energy + (r) * positions; \
    n.node0 = node0 + (r) * positions, n.node1 = node1 + (r) * positions; \
    n.node2 = node2 + (r) * positions, n.node3 = node3 + (r) * positions; \
    n.charge0 = charge0 + (r) * half_edges, n.memory0 = memory0 + (r) * half_edges, n.potential0 = potential0 + (r) * half_edges; \
    n.charge1 = charge1 + (r) * half_edges, n.memory1 = memory1 + (r) * half_edges, n.potential1 = potential1 + (r) * half_edges; \
    n.weight = weight + (r) * weights; \
    n.watched = watched + (r) * positions; \
    n.watch_stride = (ulong)positions * get_global_size(1); \
    n.key0 = keys[2 * (r)], n.key1 = keys[2 * (r) + 1]

// tnn_visit_group visits the nodes of work-group g of a segment and leaves their sums
// at partial[sum groups + g]; every work-item of a work-group takes part.
void tnn_visit_group(net *n, __global const uint *segment, uint g, __global real *partial, uint groups, __local group_memory *s)
{
    n->node = n->edge + EDGE_WORDS + segment[SEGMENT_GROUP] * NODE_WORDS;
    uint node = g * GROUP + (uint)get_local_id(0) * WIDTH, slice = segment[SEGMENT_FIRST] + node / LANES, lane = node % LANES;
    bool there = slice < segment[SEGMENT_FIRST] + segment[SEGMENT_SLICES] && (n->active[slice] >> lane & (uint)((1ul << WIDTH) - 1)) != 0;
    visited at;
    at.first = (int)(slice * LANES + lane);
    at.mine = ZERO != ZERO;
    if (there)
        at = tnn_begin_visit(n, at.first);
    node_sums own = tnn_visit(n, &at, there, s);
    tnn_add_group(&own, at.mine, &s->sums, partial + segment[SEGMENT_WORK_GROUP] + g, groups);
}

#ifndef SMALL

// tnn_sweep_segment visits the network nodes of one segment: dimension 0 is its
// positions, WIDTH to a work-item, padded to whole work-groups, dimension 1 the
// replicas.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void tnn_sweep_segment(NETWORK_ARGUMENTS, uint segment, uint k, uint flags)
{
    __local group_memory memory;
    size_t r = get_global_id(1);
    NETWORK_OF(n, r);
    n.k = k;
    n.flags = flags;
    tnn_visit_group(&n, segments + SEGMENT_WORDS * segment, (uint)get_group_id(0), partial + r * NODE_SUMS * groups, groups, &memory);
}

#endif // SMALL

// cpuref replica.reflect
real tnn_reflect(__global const int *ends, __global const uint *edges, uint degree, __global const real *state, __global const real *weight, real u)
{
    real minus = R(0.0), plus = R(0.0);
    for (uint i = 0; i < degree && ends[i] >= 0; i++) {
        real w = weight[edges[i]], s = state[ends[i]];
        real a = w * (s - R(1.0)), b = w * (s + R(1.0));
        minus += a * a;
        plus += b * b;
    }
    real lowest = minus > plus ? plus : minus;
    real at_minus = FIRST(r_exp((vreal)(lowest - minus))), at_plus = FIRST(r_exp((vreal)(lowest - plus)));
    return u * (at_minus + at_plus) <= at_minus ? R(-1.0) : R(1.0);
}

// The arguments that tell of the external nodes: nodes holds a record of
// EXTERNAL_WORDS for each; ends and edges the positions and weights of its degree
// half-edges, ended by -1; period one row for each era; wave a record of WAVE_WORDS for
// each; told, a row for each step of a batch, a record of TOLD_WORDS for each with what
// the host tells, or NaN; forced a state that a user holds the node at, or NaN.
#define EXTERNAL_ARGUMENTS \
    __global const int *nodes, __global const int *ends, __global const uint *edges, uint degree, \
    __global const int *period, __global const real *wave, __global const real *told, __global const real *forced, uint externals

// What external nodes do in a step.
typedef struct {
    uint mode, era;
    ulong t;
    uint k, fresh, at; // whether noise begins, and which step of the batch it is
} regime;

// cpuref replica.wave
real tnn_wave(__global const int *node, __global const real *wave, real s, ulong period, regime now, uint key0, uint key1)
{
    if (wave[WAVE_AMPLITUDE] > R(0.0)) {
        words word = philox((vuint)((uint)node[EXTERNAL_ID]), (vuint)(0u), (vuint)(now.k), PURPOSE_EXTERNAL_NOISE, key0, key1);
        real z = FIRST(normal(word.x, word.y));
        real next = wave[WAVE_AMPLITUDE] * z;
        if (!now.fresh)
            next = wave[WAVE_DECAY] * s + wave[WAVE_KICK] * z;
        return next < R(-1.0) ? R(-1.0) : next > R(1.0) ? R(1.0) : next;
    }
    s = (real)node[EXTERNAL_POLARITY];
    return 2 * ((now.t - 1) % period) >= period ? -s : s;
}

// tnn_drive_node sets external node i for a step: cpuref replica.drive and
// cpuref replica.setWeights.
void tnn_drive_node(EXTERNAL_ARGUMENTS, uint i, regime now, __global real *state, __global real *weight, uint key0, uint key1)
{
    __global const real *news = told + ((size_t)now.at * externals + i) * TOLD_WORDS;
    if (news[TOLD_WEIGHT] == news[TOLD_WEIGHT])
        for (uint j = 0; j < degree && ends[i * degree + j] >= 0; j++)
            weight[edges[i * degree + j]] = news[TOLD_WEIGHT];
    words word = philox((vuint)((uint)nodes[EXTERNAL_WORDS * i + EXTERNAL_ID]), (vuint)(0u), (vuint)(now.k), PURPOSE_EXTERNAL, key0, key1);
    real s = R(0.0);
    if (now.mode == MODE_DRIVEN) {
        real given = news[TOLD_STATE];
        s = tnn_wave(nodes + EXTERNAL_WORDS * i, wave + WAVE_WORDS * i, state[nodes[EXTERNAL_WORDS * i + EXTERNAL_POSITION]],
                     (ulong)period[now.era * externals + i], now, key0, key1);
        if (given == given)
            s = given;
    } else if (now.mode == MODE_NOISE) {
        s = FIRST(word.x) >> 31 != 0 ? R(1.0) : R(-1.0);
    } else if (now.mode == MODE_REFLECT) {
        s = tnn_reflect(ends + i * degree, edges + i * degree, degree, state, weight, FIRST(uniform_real(word.x)));
    }
    real held_at = forced[i];
    state[nodes[EXTERNAL_WORDS * i + EXTERNAL_POSITION]] = held_at == held_at ? held_at : s;
}

// tnn_is_solved tells whether all neighbours of external node i have the opposite
// sign: cpuref replica.solved.
bool tnn_is_solved(__global const int *nodes, __global const int *ends, uint degree, uint i, __global const real *state)
{
    real s = state[nodes[EXTERNAL_WORDS * i + EXTERNAL_POSITION]];
    for (uint j = 0; j < degree && ends[i * degree + j] >= 0; j++)
        if (!(s * state[ends[i * degree + j]] < R(0.0)))
            return false;
    return true;
}

#ifndef SMALL

// tnn_drive sets the external nodes for step t: dimension 0 is the external node,
// dimension 1 the replica.
__kernel void tnn_drive(EXTERNAL_ARGUMENTS, __global const uint *keys, __global real *state, __global real *weight,
                        uint positions, ulong weights, uint mode, uint era, ulong t, uint k, uint fresh, uint at)
{
    uint i = (uint)get_global_id(0);
    size_t r = get_global_id(1);
    regime now = { mode, era, t, k, fresh, at };
    if (i < externals)
        tnn_drive_node(nodes, ends, edges, degree, period, wave, told, forced, externals, i, now,
                   state + r * positions, weight + r * weights, keys[2 * r], keys[2 * r + 1]);
}

// tnn_count_solved adds to solved[at + replica] the external nodes that are solved.
__kernel void tnn_count_solved(__global const int *nodes, __global const int *ends, uint degree, uint externals,
                               __global const real *state, uint positions, __global uint *solved, uint at)
{
    uint i = (uint)get_global_id(0);
    size_t r = get_global_id(1);
    if (i < externals && tnn_is_solved(nodes, ends, degree, i, state + r * positions))
        atomic_inc(&solved[at + r]);
}

#else

// tnn_run_steps makes whole steps from t on, one work-group to a replica: for small
// networks, whose launches would take longer than their visits. program holds
// a record of PROGRAM_WORDS for each step. Sums and solved are
// left as by add_partials and tnn_count_solved.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void tnn_run_steps(NETWORK_ARGUMENTS, EXTERNAL_ARGUMENTS, __global const uint *program, uint steps, ulong t, uint sweeps,
                   uint segment_count, __global real *sums, __global uint *solved)
{
    __local group_memory memory;
    size_t r = get_group_id(1);
    uint me = (uint)get_local_id(0);
    NETWORK_OF(n, r);
    __global real *own = partial + r * NODE_SUMS * groups;
    for (uint step = 0; step < steps; step++) {
        uint last = (uint)(t + step) * sweeps, flags = program[PROGRAM_WORDS * step + PROGRAM_FLAGS];
        regime now = { program[PROGRAM_WORDS * step + PROGRAM_MODE], program[PROGRAM_WORDS * step + PROGRAM_ERA], t + step, last - sweeps + 1,
                       program[PROGRAM_WORDS * step + PROGRAM_FRESH], step };
        n.edge = parameters + (program[PROGRAM_WORDS * step + PROGRAM_PARAMETER_ROW] * get_num_groups(1) + r) * parameter_stride;
        for (uint i = me; i < externals; i += ITEMS)
            tnn_drive_node(nodes, ends, edges, degree, period, wave, told, forced, externals, i, now, n.state, n.weight, n.key0, n.key1);
        barrier(CLK_GLOBAL_MEM_FENCE);
        for (uint sweep = 1; sweep <= sweeps; sweep++) {
            n.k = last - sweeps + sweep;
            n.flags = sweep == sweeps ? flags : flags & SWEEP_PREDICT;
            for (uint s = 0; s < segment_count; s++) {
                uint count = (segments[SEGMENT_WORDS * s + SEGMENT_SLICES] * LANES + GROUP - 1) / GROUP;
                for (uint g = 0; g < count; g++) {
                    tnn_visit_group(&n, segments + SEGMENT_WORDS * s, g, own, groups, &memory);
                    barrier(CLK_LOCAL_MEM_FENCE);
                }
                barrier(CLK_GLOBAL_MEM_FENCE);
            }
        }
        for (uint i = me; i < segment_count * NODE_SUMS; i += ITEMS) {
            __global const uint *segment = segments + SEGMENT_WORDS * (i / NODE_SUMS);
            __global real *v = own + i % NODE_SUMS * groups + segment[SEGMENT_WORK_GROUP];
            for (uint m = (segment[SEGMENT_SLICES] * LANES + GROUP - 1) / GROUP; m > 1; m = (m + 1) / 2)
                for (uint k = 0; k < (m + 1) / 2; k++)
                    v[k] = v[2 * k] + (2 * k + 1 < m ? v[2 * k + 1] : R(0.0));
            sums[((step * get_num_groups(1) + r) * segment_count) * NODE_SUMS + i] = v[0];
        }
        for (uint i = me; i < externals; i += ITEMS)
            if (tnn_is_solved(nodes, ends, degree, i, n.state))
                atomic_inc(&solved[step * get_num_groups(1) + r]);
        barrier(CLK_GLOBAL_MEM_FENCE);
    }
}

#endif // SMALL

#endif // TNN

// ============================================================================
// Section 11: the perceptron (docs/perceptron.md). Mirrors package
// cpuref/perceptron and what it takes of host/perceptron. gpu/perceptron/header.go
// defines:
//
//   PERCEPTRON_LANES     of a sum over components
//   PERCEPTRON_BLOCK     components of a Philox block
//   PERCEPTRON_ITEMS     work-items of a work-group, a power of two up to 64
//   PERCEPTRON_GIVEN     where the draws of a step are not made here
//   PERCEPTRON_...       places of the constants of a student, and the rules
//
// A work-item answers WIDTH examples at once, and moves WIDTH pairs of components. WIDTH
// is 8 at most.
// ============================================================================

#ifdef PERCEPTRON

// Words of the signs of a block; blocks whose signs are at hand at a time, and
// examples.
#define PERCEPTRON_BLOCK_WORDS (PERCEPTRON_BLOCK / 32)
#if WIDTH == 1
#define PERCEPTRON_NEAR_BLOCKS 256
#else
#define PERCEPTRON_NEAR_BLOCKS 96 // so that 16 kB of local memory will do
#endif // WIDTH
#define PERCEPTRON_NEAR_EXAMPLES 1024
// Components of WIDTH pairs.
#if WIDTH == 2
#define TWICE 4
#elif WIDTH == 4
#define TWICE 8
#elif WIDTH == 8
#define TWICE 16
#endif // WIDTH
#if WIDTH > 1
#ifdef REAL_IS_DOUBLE
typedef JOIN(double, TWICE) vpair;
#else
typedef JOIN(float, TWICE) vpair;
#endif // REAL_IS_DOUBLE
#endif // WIDTH
// Examples, padded to quads.
#define PERCEPTRON_ROW(examples) (((examples) + 3) / 4 * 4)
// Work-items of a work-group wait for each other, where there are others.
#if PERCEPTRON_ITEMS > 1
#define PERCEPTRON_WAIT() barrier(CLK_LOCAL_MEM_FENCE)
#else
#define PERCEPTRON_WAIT()
#endif // PERCEPTRON_ITEMS

#define PERCEPTRON_SIGN (8 * sizeof(real) - 1)

// perceptron_signed is x where bit 0 of sign is 1, else -x.
vreal perceptron_signed(vreal x, vuint sign)
{
    return AS_REAL(AS_BITS(x) ^ TO_BITS(~sign) << PERCEPTRON_SIGN);
}

// perceptron.Quad: x[0] to x[3] with the signs of bits 0 to 3.
vreal perceptron_quad(__global const real *x, vuint signs)
{
    return (perceptron_signed(x[0], signs) + perceptron_signed(x[1], signs >> 1)) + (perceptron_signed(x[2], signs >> 2) + perceptron_signed(x[3], signs >> 3));
}

// perceptron_keep writes the first lanes of x, as many as there is room for.
void perceptron_keep(__global real *array, vreal x, uint room)
{
    real of[WIDTH];
    PUT(of, x);
    for (uint k = 0; k < min(room, (uint)WIDTH); k++)
        array[k] = of[k];
}

// perceptron.Tree, over lanes in local memory. Every work-item takes part and gets
// the sum.
vreal perceptron_tree(__local vreal *lanes)
{
    for (uint n = PERCEPTRON_LANES / 2; n > 0; n /= 2) {
        // Results go to the upper half, then down, as a lane is read by others.
        for (uint i = (uint)get_local_id(0); i < n; i += PERCEPTRON_ITEMS)
            lanes[PERCEPTRON_LANES + i] = lanes[2 * i] + lanes[2 * i + 1];
        PERCEPTRON_WAIT();
        for (uint i = (uint)get_local_id(0); i < n; i += PERCEPTRON_ITEMS)
            lanes[i] = lanes[PERCEPTRON_LANES + i];
        PERCEPTRON_WAIT();
    }
    vreal sum = lanes[0];
    PERCEPTRON_WAIT();
    return sum;
}

// perceptron.Dot of two vectors, padded with zeros to blocks.
real perceptron_dot(__global const real *x, __global const real *y, uint positions, __local vreal *lanes)
{
    for (uint lane = (uint)get_local_id(0); lane < PERCEPTRON_LANES; lane += PERCEPTRON_ITEMS) {
        real sum = R(0.0);
        for (uint q = lane; q < positions / 4; q += PERCEPTRON_LANES) {
            __global const real *a = x + 4 * q, *b = y + 4 * q;
            sum += (a[0] * b[0] + a[1] * b[1]) + (a[2] * b[2] + a[3] * b[3]);
        }
        lanes[lane] = (vreal)(sum);
    }
    PERCEPTRON_WAIT();
    return FIRST(perceptron_tree(lanes));
}

// perceptron.Total of a vector that is padded with zeros to blocks.
real perceptron_total(__global const real *x, uint positions, __local vreal *lanes)
{
    for (uint lane = (uint)get_local_id(0); lane < PERCEPTRON_LANES; lane += PERCEPTRON_ITEMS) {
        real sum = R(0.0);
        for (uint q = lane; q < positions / 4; q += PERCEPTRON_LANES)
            sum += (x[4 * q] + x[4 * q + 1]) + (x[4 * q + 2] + x[4 * q + 3]);
        lanes[lane] = (vreal)(sum);
    }
    PERCEPTRON_WAIT();
    return FIRST(perceptron_tree(lanes));
}

// What the draws of a realisation depend on.
typedef struct {
    uint key0, key1, t;
    uint stored;                // examples, or 0 where they are fresh
    __global const uint *words; // the examples' signs where they are given, else unused
    uint width;                 // words of an example there
    uint examples;
} perceptron_draws;

// perceptron.Signs of a block of examples, or perceptron.StoredSigns of those that are
// picked: four words. Lanes without an example have any.
words perceptron_signs(const perceptron_draws *d, uint block, vuint b)
{
#ifdef PERCEPTRON_GIVEN
    vuint at = min(b, (vuint)(d->examples - 1)) * d->width + PERCEPTRON_BLOCK_WORDS * block;
    words x = { GATHER_UINT(d->words, at), GATHER_UINT(d->words, at + 1), GATHER_UINT(d->words, at + 2), GATHER_UINT(d->words, at + 3) };
    return x;
#else
    if (d->stored == 0)
        return philox((vuint)(block), b, (vuint)(d->t), PURPOSE_EXAMPLE, d->key0, d->key1);
    // perceptron.PickOf
    words pick = philox(b >> 2, (vuint)(0), (vuint)(d->t), PURPOSE_PICK, d->key0, d->key1);
    vuint word = (b & 2) == 0 ? ((b & 1) == 0 ? pick.x : pick.y) : ((b & 1) == 0 ? pick.z : pick.w);
    return philox((vuint)(block), multiply(word, d->stored).high, (vuint)(0), PURPOSE_STORED_EXAMPLE, d->key0, d->key1);
#endif // PERCEPTRON_GIVEN
}

// perceptron.Fielder.Fields of WIDTH examples: the sums of a vector with their signs.
// Where there are more blocks than are at hand, the signs of some are made after those
// of others; else those of the vector before are still there, unless fresh.
vreal perceptron_field(const perceptron_draws *d, vuint b, __global const real *x, uint positions, bool fresh, __local vuint *signs, __local vreal *lanes)
{
    uint blocks = positions / PERCEPTRON_BLOCK;
    for (uint lane = (uint)get_local_id(0); lane < PERCEPTRON_LANES; lane += PERCEPTRON_ITEMS)
        lanes[lane] = ZERO;
    for (uint first = 0; first < blocks; first += PERCEPTRON_NEAR_BLOCKS) {
        uint near = min((uint)PERCEPTRON_NEAR_BLOCKS, blocks - first);
        PERCEPTRON_WAIT();
        if (fresh || blocks > PERCEPTRON_NEAR_BLOCKS)
            for (uint i = (uint)get_local_id(0); i < near; i += PERCEPTRON_ITEMS) {
                words w = perceptron_signs(d, first + i, b);
                __local vuint *s = signs + PERCEPTRON_BLOCK_WORDS * i;
                s[0] = w.x, s[1] = w.y, s[2] = w.z, s[3] = w.w;
            }
        PERCEPTRON_WAIT();
        __global const real *from = x + first * PERCEPTRON_BLOCK;
        for (uint lane = (uint)get_local_id(0); lane < PERCEPTRON_LANES; lane += PERCEPTRON_ITEMS) {
            vreal sum = lanes[lane];
            for (uint q = lane; q < near * (PERCEPTRON_BLOCK / 4); q += PERCEPTRON_LANES)
                sum += perceptron_quad(from + 4 * q, signs[q / 8] >> (4 * (q % 8)));
            lanes[lane] = sum;
        }
    }
    PERCEPTRON_WAIT();
    return perceptron_tree(lanes);
}

// perceptron.Constants.Share
vreal perceptron_share(int rule, real alpha, vmask positive, vreal activation)
{
    vmask wrong = positive ? NOT(activation > ZERO) : NOT(activation < ZERO);
    if (rule == PERCEPTRON_RULE_HEBB)
        return ONE;
    if (rule == PERCEPTRON_RULE_ADATRON)
        return wrong ? magnitude(activation) : ZERO;
    if (rule == PERCEPTRON_RULE_ALPHATRON)
        return wrong ? ONE : r_exp(alpha * r_log(magnitude(activation)));
    return wrong ? ONE : ZERO;
}

// What kernels over realisations take. The students of realisation r are replicas
// members[first[r]] to members[first[r + 1] - 1].
#define PERCEPTRON_ARGUMENTS \
    __global const uint *first, __global const uint *members, __global const uint *keys, \
    __global const int *rules, __global const real *parameters, __global const real *ramps, __global const int *ended, \
    uint positions, uint examples, uint stored, __global const uint *given, uint width, uint t

#define PERCEPTRON_DRAWS(r) \
    perceptron_draws d = { keys[2 * (r)], keys[2 * (r) + 1], t, stored, given, width, examples }

// perceptron_meet: teacher and students of realisation get_group_id(1) answer WIDTH
// examples, those of number get_group_id(0): realisation.meet, and meetAgain, where the
// labels are there and answers are not kept.
__kernel void perceptron_meet(PERCEPTRON_ARGUMENTS, __global const real *w, __global const real *teacher, uint again,
    __global int *positive, __global real *activation, __global real *share, __global real *gained)
{
    __local vuint signs[PERCEPTRON_NEAR_BLOCKS * PERCEPTRON_BLOCK_WORDS];
    __local vreal lanes[2 * PERCEPTRON_LANES];
    uint begin = WIDTH * (uint)get_group_id(0), r = (uint)get_group_id(1), left = examples - begin;
    vuint b = begin + AS_UINT(LANE_NUMBERS);
    PERCEPTRON_DRAWS(r);
    vmask yes = ZERO > ZERO;
    if (again) {
        vuint at = r * examples + min(b, (vuint)(examples - 1));
        yes = TO_MASK(GATHER_INT(positive, at) != 0);
    }
    // Vector 0 is the teacher. Branches do not wait: some compilers copy for each of
    // those what follows.
    uint students = first[r + 1] - first[r];
    for (uint v = again ? 1 : 0; v <= students && positions > 0; v++) {
        uint replica = members[first[r] + (v > 0 ? v - 1 : 0)];
        __global const real *x = (v > 0 ? w : teacher) + (ulong)replica * positions;
        vreal sum = perceptron_field(&d, b, x, positions, v == (again ? 1 : 0), signs, lanes);
        if (v == 0)
            yes = sum > ZERO;
        if ((uint)get_local_id(0) == 0) {
            if (v == 0) {
                int of[WIDTH];
                PUT(of, TO_UINT_MASK(yes));
                for (uint k = 0; k < min(left, (uint)WIDTH); k++)
                    positive[r * examples + begin + k] = of[k] != 0;
            } else if (ended[replica] == 0) {
                __global const real *c = parameters + replica * PERCEPTRON_WORDS;
                vreal a = c[PERCEPTRON_SCALE] * sum;
                vreal f = perceptron_share(rules[replica], c[PERCEPTRON_ALPHA], yes, a);
                perceptron_keep(gained + replica * PERCEPTRON_ROW(examples) + begin, yes ? f : -f, left);
                if (!again) {
                    perceptron_keep(activation + replica * examples + begin, a, left);
                    perceptron_keep(share + replica * examples + begin, f, left);
                }
            }
        }
    }
}

// Something of WIDTH pairs of components, which follow one another.
typedef struct {
    vreal even, odd;
} perceptron_pair;

// perceptron_load reads pairs.
perceptron_pair perceptron_load(__global const real *p)
{
#if WIDTH == 1
    perceptron_pair x = { p[0], p[1] };
#else
    vpair both = JOIN(vload, TWICE)(0, p);
    perceptron_pair x = { both.even, both.odd };
#endif // WIDTH
    return x;
}

// perceptron_store writes pairs, but no component from n on: p is that of component i.
void perceptron_store(__global real *p, perceptron_pair x, uint i, uint n)
{
#if WIDTH > 1
    if (i + TWICE <= n) {
        vpair both;
        both.even = x.even, both.odd = x.odd;
        JOIN(vstore, TWICE)(both, 0, p);
        return;
    }
#endif // WIDTH
    real even[WIDTH], odd[WIDTH];
    PUT(even, x.even);
    PUT(odd, x.odd);
    for (uint k = 0; k < WIDTH && i + 2 * k < n; k++) {
        p[2 * k] = even[k];
        if (i + 2 * k + 1 < n)
            p[2 * k + 1] = odd[k];
    }
}

// perceptron.AddGains of the pairs of a block from number first on, for the examples of
// some quads, whose signs are at hand.
perceptron_pair perceptron_gains(perceptron_pair sum, uint first, __global const real *gained, uint examples, __local const uint *signs)
{
    __local const uint *s = signs + PERCEPTRON_NEAR_EXAMPLES * (first / 16);
    vuint shift = 2 * (first % 16) + 2 * AS_UINT(LANE_NUMBERS);
    for (uint b = 0; b < examples; b += 4) {
        vuint s0 = (vuint)(s[b]) >> shift, s1 = (vuint)(s[b + 1]) >> shift, s2 = (vuint)(s[b + 2]) >> shift, s3 = (vuint)(s[b + 3]) >> shift;
        real c0 = gained[b], c1 = gained[b + 1], c2 = gained[b + 2], c3 = gained[b + 3];
        sum.even += (perceptron_signed(c0, s0) + perceptron_signed(c1, s1)) + (perceptron_signed(c2, s2) + perceptron_signed(c3, s3));
        sum.odd += (perceptron_signed(c0, s0 >> 1) + perceptron_signed(c1, s1 >> 1)) + (perceptron_signed(c2, s2 >> 1) + perceptron_signed(c3, s3 >> 1));
    }
    return sum;
}

// perceptron_near makes the signs of a block for some examples from first on: for each
// word of the block those of all examples. Those of a quad's padding are 0.
void perceptron_near(const perceptron_draws *d, uint block, uint first, __local uint *signs)
{
    for (uint b = WIDTH * (uint)get_local_id(0); b < PERCEPTRON_NEAR_EXAMPLES && first + b < PERCEPTRON_ROW(d->examples); b += WIDTH * PERCEPTRON_ITEMS) {
        vuint number = first + b + AS_UINT(LANE_NUMBERS);
        words x = perceptron_signs(d, block, number);
        vuint there = number < d->examples ? (vuint)(0xffffffffu) : (vuint)(0u);
        PUT(signs + b, x.x & there);
        PUT(signs + PERCEPTRON_NEAR_EXAMPLES + b, x.y & there);
        PUT(signs + 2 * PERCEPTRON_NEAR_EXAMPLES + b, x.z & there);
        PUT(signs + 3 * PERCEPTRON_NEAR_EXAMPLES + b, x.w & there);
    }
}

// student.pull: the force on components whose neighbours in a swirl are other.
vreal perceptron_force(__global const real *c, vreal x, vreal other, bool even, vreal sum, real push)
{
    vreal f = -(c[PERCEPTRON_PULL] * x);
    if (c[PERCEPTRON_TURN] != R(0.0))
        f = even ? f + c[PERCEPTRON_TURN] * other : f - c[PERCEPTRON_TURN] * other;
    return f + push * sum;
}

// What is done with the components of a student: PERCEPTRON_LEARN, student.learn;
// PERCEPTRON_HEATS, the same in a step that measures heat; PERCEPTRON_MEASURE,
// student.measure. Of n components those from i on are at the pointers.
void perceptron_move(uint what, __global const real *c, real ramp, perceptron_pair sum, perceptron_pair eta, uint i, uint n,
    __global real *w, __global real *before, __global real *force, __global real *term)
{
    perceptron_pair x = perceptron_load(w);
    if (what != PERCEPTRON_LEARN) {
        real push = c[PERCEPTRON_PUSH] * ramp;
        perceptron_pair f = { perceptron_force(c, x.even, x.odd, true, sum.even, push), perceptron_force(c, x.odd, x.even, false, sum.odd, push) };
        if (what == PERCEPTRON_MEASURE) {
            perceptron_pair g = perceptron_load(force), y = perceptron_load(before);
            f.even = R(0.5) * (g.even + f.even) * (x.even - y.even);
            f.odd = R(0.5) * (g.odd + f.odd) * (x.odd - y.odd);
            perceptron_store(term, f, i, n);
            return;
        }
        perceptron_store(force, f, i, n);
        perceptron_store(before, x, i, n);
    }
    real drive = c[PERCEPTRON_DRIVE] * ramp;
    perceptron_pair y = { c[PERCEPTRON_DECAY] * x.even, c[PERCEPTRON_DECAY] * x.odd };
    if (c[PERCEPTRON_SWIRL] != R(0.0)) {
        y.even = y.even + c[PERCEPTRON_SWIRL] * x.odd;
        y.odd = y.odd - c[PERCEPTRON_SWIRL] * x.even;
    }
    y.even = (y.even + drive * sum.even) + c[PERCEPTRON_KICK] * eta.even;
    y.odd = (y.odd + drive * sum.odd) + c[PERCEPTRON_KICK] * eta.odd;
    perceptron_store(w, y, i, n);
}

// perceptron_kick is realisation.learn's thermal noise of pairs from component i on.
perceptron_pair perceptron_kick(const perceptron_draws *d, uint i, uint n, __global const real *noise)
{
    perceptron_pair eta;
#ifdef PERCEPTRON_GIVEN
    vuint at = i + 2 * AS_UINT(LANE_NUMBERS);
    eta.even = gather(noise, min(at, (vuint)(n - 1)));
    eta.odd = gather(noise, min(at + 1, (vuint)(n - 1)));
#else
    words x = philox((i >> 1) + AS_UINT(LANE_NUMBERS), (vuint)(0), (vuint)(d->t), PURPOSE_THERMAL, d->key0, d->key1);
    eta.even = normal(x.x, x.y);
    eta.odd = normal(x.z, x.w);
#endif // PERCEPTRON_GIVEN
    return eta;
}

// perceptron_learn moves the weights of block get_group_id(0) of the students of
// realisation get_group_id(1), or measures their heat. Where there are more examples
// than are at hand, sums over those so far are kept in term.
__kernel void perceptron_learn(PERCEPTRON_ARGUMENTS, uint n, uint what, __global const real *gained, __global const real *noise,
    __global real *w, __global real *before, __global real *force, __global real *term)
{
    __local uint signs[PERCEPTRON_NEAR_EXAMPLES * PERCEPTRON_BLOCK_WORDS];
    uint block = (uint)get_group_id(0), r = (uint)get_group_id(1);
    PERCEPTRON_DRAWS(r);
    for (uint b = 0; b < examples; b += PERCEPTRON_NEAR_EXAMPLES) {
        uint near = min((uint)PERCEPTRON_NEAR_EXAMPLES, PERCEPTRON_ROW(examples) - b);
        bool last = b + near == PERCEPTRON_ROW(examples);
        PERCEPTRON_WAIT();
        perceptron_near(&d, block, b, signs);
        PERCEPTRON_WAIT();
        for (uint pair = WIDTH * (uint)get_local_id(0); pair < PERCEPTRON_BLOCK / 2; pair += WIDTH * PERCEPTRON_ITEMS) {
            uint i = block * PERCEPTRON_BLOCK + 2 * pair;
            if (i >= n)
                continue;
            perceptron_pair none = { ZERO, ZERO }, eta = none;
            if (last && what != PERCEPTRON_MEASURE)
                eta = perceptron_kick(&d, i, n, noise);
            for (uint m = first[r]; m < first[r + 1]; m++) {
                uint replica = members[m];
                if (ended[replica] != 0)
                    continue;
                ulong at = (ulong)replica * positions + i;
                perceptron_pair sum = none;
                if (b > 0)
                    sum = perceptron_load(term + at);
                sum = perceptron_gains(sum, pair, gained + replica * PERCEPTRON_ROW(examples) + b, near, signs);
                if (last)
                    perceptron_move(what, parameters + replica * PERCEPTRON_WORDS, ramps[replica], sum, eta, i, n, w + at, before + at, force + at, term + at);
                else
                    perceptron_store(term + at, sum, i, n); // but not into the padding, which heat adds up, too
            }
        }
    }
}

// perceptron_add_heat adds the heat of the step of student get_group_id(0):
// student.addHeat. fresh says that it is the first after a record.
__kernel void perceptron_add_heat(__global const real *term, uint positions, __global const int *ended, uint fresh,
    __global real *total_heat, __global real *recent_heat)
{
    __local vreal lanes[2 * PERCEPTRON_LANES];
    uint replica = (uint)get_group_id(0);
    real heat = perceptron_total(term + (ulong)replica * positions, positions, lanes);
    if ((uint)get_local_id(0) != 0 || ended[replica] != 0 || positions == 0)
        return;
    total_heat[replica] += heat;
    recent_heat[replica] = (fresh ? R(0.0) : recent_heat[replica]) + heat;
}

// perceptron_record computes the sums of student get_group_id(0) at the record of
// step t, and ends it if it has diverged: student.record. Sums go to place at.
__kernel void perceptron_record(__global const real *w, __global const real *teacher, uint positions,
    __global const real *parameters, __global const real *total_heat, __global const real *recent_heat, uint t,
    __global int *ended, uint at, __global real *sums, __global int *ends)
{
    __local vreal lanes[2 * PERCEPTRON_LANES];
    uint replica = (uint)get_group_id(0), place = at * (uint)get_num_groups(0) + replica;
    ulong from = (ulong)replica * positions;
    real squares = perceptron_dot(w + from, w + from, positions, lanes);
    real overlap = perceptron_dot(teacher + from, w + from, positions, lanes);
    if ((uint)get_local_id(0) != 0 || positions == 0)
        return;
    if (ended[replica] == 0 && !(squares < parameters[replica * PERCEPTRON_WORDS + PERCEPTRON_BLOWN]))
        ended[replica] = (int)t;
    ends[place] = ended[replica];
    sums[4 * place] = squares;
    sums[4 * place + 1] = overlap;
    sums[4 * place + 2] = total_heat[replica];
    sums[4 * place + 3] = recent_heat[replica];
}

#endif // PERCEPTRON

#ifdef HOPFIELD

// ============================================================================
// Section 12: Hopfield networks. Mirrors package cpuref/hopfield. Fields are integers, so
// that the order of their sums is free. A work-group of HOPFIELD_ITEMS recalls in one
// replica.
// ============================================================================

// Couplings are kept, or fields follow from the overlaps with the patterns.
#define HOPFIELD_KEEPS_FIELDS (HOPFIELD_FORM == HOPFIELD_MATRIX || HOPFIELD_FORM == HOPFIELD_SPARSE)

// A work-item that is alone waits for nobody.
#if HOPFIELD_ITEMS == 1
#define HOPFIELD_WAIT(fence)
#else
#define HOPFIELD_WAIT(fence) barrier(fence)
#endif // HOPFIELD_ITEMS

// What a replica works on. info has its record, HOPFIELD_WORDS long.
typedef struct {
    __global const uint *info;
    __global int *s;                // values of units, -1 or +1
    __global int *h;                // fields of units, where they are kept
    __global int *m;                // overlaps with patterns, times n
    __global int *wish;             // which units change with the others of a part
    __global uint *packed;          // the values of units as bits
    __global const uint *clamped;   // bits of the units that keep their value
    __global const uint *patterns;  // bits, pattern after pattern
    __global const uint *columns;   // bits, unit after unit
    __global const int *w;          // couplings
    __global const uint *from, *to; // of sparse couplings
    __global const int *threshold;
    __global const long *table;     // of the exponential rule
    __global const uint *order;     // that this sweep visits
    __global const uint *drawn;     // words of units, where they are given
    real scale;                     // 2 unit/T; 0 at zero temperature
    uint n, words, t;
} hopfield_net;

#define HOPFIELD_ARGUMENTS uint n, __global const uint *infos, __global const real *scales, __global int *state, \
    __global int *fields, __global int *overlaps, __global int *wishes, __global uint *packed, __global const uint *clamped, \
    __global const uint *patterns, __global const uint *columns, __global const int *couplings, __global const uint *from, \
    __global const uint *to, __global const int *thresholds, __global const long *table, __global const uint *drawn

#define HOPFIELD_NET_OF(name, replica) \
    __global const uint *info = infos + (replica) * HOPFIELD_WORDS; \
    hopfield_net name = { info, state + (replica) * n, fields + (replica) * n, overlaps + info[HOPFIELD_OVERLAP_AT], wishes + (replica) * n, \
        packed + (replica) * ((n + 31) / 32), clamped + (replica) * ((n + 31) / 32), patterns + info[HOPFIELD_PATTERN_AT], \
        columns + info[HOPFIELD_COLUMN_AT], couplings + (HOPFIELD_FORM == HOPFIELD_MATRIX ? (size_t)info[HOPFIELD_MEMORY] * n * n : info[HOPFIELD_COUPLING_AT]), \
        from + (size_t)info[HOPFIELD_MEMORY] * (n + 1), to + info[HOPFIELD_COUPLING_AT], thresholds + (size_t)info[HOPFIELD_MEMORY] * n, table, 0, drawn, \
        scales[replica], n, (info[HOPFIELD_PATTERNS] + 31) / 32, 0 }

// hopfield_sign is the value of unit or pattern i of packed bits.
int hopfield_sign(__global const uint *bits, uint i) { return (int)(bits[i >> 5] >> (i & 31) & 1u) * 2 - 1; }

// hopfield.PolynomialStep
long hopfield_power(long base)
{
    long result = 1;
    for (int k = 0; k < HOPFIELD_DEGREE; k++)
        result *= base;
    return result;
}

// cpuref matrixFields.at, hebbFields and so on: the field of unit i.
long hopfield_field(const hopfield_net *r, uint i)
{
#if HOPFIELD_KEEPS_FIELDS
    return r->h[i];
#else
    __global const uint *column = r->columns + (size_t)i * r->words;
    uint patterns = r->info[HOPFIELD_PATTERNS];
    int own = r->s[i], most = 0;
    long sum = 0;
    if (HOPFIELD_FORM == HOPFIELD_EXPONENTIAL) {
        most = r->m[0];
        for (uint mu = 1; mu < patterns; mu++)
            most = max(most, r->m[mu]);
    }
    for (uint mu = 0; mu < patterns; mu++) {
        int x = hopfield_sign(column, mu), m = r->m[mu];
        if (HOPFIELD_FORM == HOPFIELD_HEBB)
            sum += (long)m * x;
        else if (HOPFIELD_FORM == HOPFIELD_SEQUENCE)
            sum += (long)m * hopfield_sign(column, mu + 1 < patterns ? mu + 1 : 0);
        else if (HOPFIELD_FORM == HOPFIELD_POLYNOMIAL)
            sum += hopfield_power(m - x * own + x) - hopfield_power(m - x * own - x);
        else
            sum += x * r->table[(most + 1 - m + x * own) / 2];
    }
    return HOPFIELD_FORM == HOPFIELD_HEBB ? sum - (long)patterns * own : sum;
#endif // HOPFIELD_KEEPS_FIELDS
}

// hopfield_word is what unit i draws in a sweep, at a place: hopfield.Draws.RecallWords. Words
// of update iid are those of places (cpuref replica.independent).
uint hopfield_word(const hopfield_net *r, uint i, uint at)
{
#ifdef HOPFIELD_GIVEN
    return r->drawn[i];
#else
    if (r->info[HOPFIELD_UPDATE] == HOPFIELD_IID)
        i = at;
    words x = philox(i >> 2, r->info[HOPFIELD_TRIAL], r->t, PURPOSE_HOPFIELD_RECALL, r->info[HOPFIELD_KEY0], r->info[HOPFIELD_KEY1]);
    uint low = i & 1 ? x.y : x.x, high = i & 1 ? x.w : x.z;
    return i & 2 ? high : low;
#endif // HOPFIELD_GIVEN
}

// cpuref decision.wishes: whether unit i is to change, at a place of the sweep.
int hopfield_wishes(const hopfield_net *r, uint i, uint at)
{
    if (r->clamped[i >> 5] >> (i & 31) & 1u)
        return 0;
    long h = hopfield_field(r, i);
    int x = r->s[i];
    if (r->scale == R(0.0))
        return x > 0 ? h < 0 : h > 0;
    real y = r->scale * (real)h, u = uniform_real(hopfield_word(r, i, at));
    y = y < R(-80.0) ? R(-80.0) : y > R(80.0) ? R(80.0) : y;
    if (r->info[HOPFIELD_METROPOLIS]) {
        real against = y * (real)x;
        return u < r_exp(-(against > R(0.0) ? against : R(0.0)));
    }
    return (u < R(1.0) / (R(1.0) + r_exp(-y))) != (x > 0);
}

// hopfield_unit is the unit at a place of the sweep.
uint hopfield_unit(const hopfield_net *r, uint at)
{
#ifndef HOPFIELD_GIVEN
    if (r->info[HOPFIELD_UPDATE] == HOPFIELD_CYCLIC) {
        uint first = r->info[HOPFIELD_FIRST];
        return at < r->n - first ? at + first : at + first - r->n;
    }
#endif // HOPFIELD_GIVEN
    return r->info[HOPFIELD_UPDATE] == HOPFIELD_SYNC ? at : r->order[at];
}

// hopfield_count adds a number of each work-item.
uint hopfield_count(uint mine, __local uint *sum, uint me)
{
    if (me == 0)
        *sum = 0;
    HOPFIELD_WAIT(CLK_LOCAL_MEM_FENCE);
    if (mine)
        atomic_add(sum, mine);
    HOPFIELD_WAIT(CLK_LOCAL_MEM_FENCE);
    uint all = *sum;
    HOPFIELD_WAIT(CLK_LOCAL_MEM_FENCE);
    return all;
}

#ifndef HOPFIELD_TOGETHER

// cpuref matrixFields.flipped, overlaps.flipped: unit i changes, and fields or overlaps with it, if changes is 1. No
// work-item passes a barrier by.
void hopfield_flip(const hopfield_net *r, uint i, uint changes, uint me)
{
    if (me == 0 && changes)
        r->s[i] = -r->s[i];
    HOPFIELD_WAIT(CLK_GLOBAL_MEM_FENCE);
    int two = 2 * r->s[i];
#if HOPFIELD_FORM == HOPFIELD_MATRIX
    __global const int *row = r->w + (size_t)i * r->n;
    for (uint j = me; j < changes * r->n; j += HOPFIELD_ITEMS)
        r->h[j] += two * row[j];
#elif HOPFIELD_FORM == HOPFIELD_SPARSE
    uint begin = r->from[i], end = begin + changes * (r->from[i + 1] - begin);
    for (uint k = begin + me; k < end; k += HOPFIELD_ITEMS)
        r->h[r->to[k]] += two * r->w[k];
#else
    __global const uint *column = r->columns + (size_t)i * r->words;
    for (uint mu = me; mu < changes * r->info[HOPFIELD_PATTERNS]; mu += HOPFIELD_ITEMS)
        r->m[mu] += two * hopfield_sign(column, mu);
#endif // HOPFIELD_FORM
    HOPFIELD_WAIT(CLK_GLOBAL_MEM_FENCE);
}

// cpuref recall.sweep: the places from 0 to count, one after another. HOPFIELD_ITEMS of them are
// looked at together; the first that wishes to change does, and the next look begins
// behind it.
uint hopfield_sweep(const hopfield_net *r, uint count, __local uint *first, uint me)
{
    uint flips = 0;
    for (uint at = 0; at < count;) {
        if (me == 0)
            *first = count;
        HOPFIELD_WAIT(CLK_LOCAL_MEM_FENCE);
        if (at + me < count && hopfield_wishes(r, hopfield_unit(r, at + me), at + me))
            atomic_min(first, at + me);
        HOPFIELD_WAIT(CLK_LOCAL_MEM_FENCE);
        uint hit = *first, found = hit < count ? 1 : 0;
        hopfield_flip(r, hopfield_unit(r, found ? hit : at), found, me);
        flips += found;
        at = found ? hit + 1 : at + HOPFIELD_ITEMS;
    }
    return flips;
}

#else

// cpuref recall.together: the places from begin to end, from the same fields. wish tells of each
// unit whether it has changed.
uint hopfield_part(const hopfield_net *r, uint begin, uint end, __local uint *sum, uint me)
{
    uint mine = 0;
    for (uint i = me; i < r->n; i += HOPFIELD_ITEMS)
        r->wish[i] = 0;
    HOPFIELD_WAIT(CLK_GLOBAL_MEM_FENCE);
    for (uint at = begin + me; at < end; at += HOPFIELD_ITEMS) {
        uint i = hopfield_unit(r, at);
        r->wish[i] = hopfield_wishes(r, i, at);
        mine += r->wish[i] ? 1 : 0;
    }
    HOPFIELD_WAIT(CLK_GLOBAL_MEM_FENCE);
    for (uint i = me; i < r->n; i += HOPFIELD_ITEMS)
        if (r->wish[i])
            r->s[i] = -r->s[i];
    HOPFIELD_WAIT(CLK_GLOBAL_MEM_FENCE);
#if HOPFIELD_FORM == HOPFIELD_MATRIX
    for (uint j = me; j < r->n; j += HOPFIELD_ITEMS) {
        int sum_of = 0;
        for (uint i = 0; i < r->n; i++)
            if (r->wish[i])
                sum_of += 2 * r->s[i] * r->w[(size_t)i * r->n + j];
        r->h[j] += sum_of;
    }
#elif HOPFIELD_FORM == HOPFIELD_SPARSE
    for (uint j = me; j < r->n; j += HOPFIELD_ITEMS) {
        int sum_of = 0;
        for (uint k = r->from[j]; k < r->from[j + 1]; k++)
            if (r->wish[r->to[k]])
                sum_of += 2 * r->s[r->to[k]] * r->w[k];
        r->h[j] += sum_of;
    }
#else
    for (uint mu = me; mu < r->info[HOPFIELD_PATTERNS]; mu += HOPFIELD_ITEMS) {
        int sum_of = 0;
        for (uint i = 0; i < r->n; i++)
            if (r->wish[i])
                sum_of += 2 * r->s[i] * hopfield_sign(r->columns + (size_t)i * r->words, mu);
        r->m[mu] += sum_of;
    }
#endif // HOPFIELD_FORM
    HOPFIELD_WAIT(CLK_GLOBAL_MEM_FENCE);
    return hopfield_count(mine, sum, me);
}

// cpuref replica.sweep: all places at once, or the parts of update blocks one after another.
uint hopfield_sweep(const hopfield_net *r, uint count, __local uint *sum, uint me)
{
    uint flips = 0, begin = 0, parts = r->info[HOPFIELD_UPDATE] == HOPFIELD_BLOCKS ? r->info[HOPFIELD_BLOCK_COUNT] : 1;
    for (uint b = 0; b < (count ? parts : 0); b++) {
        uint end = begin + r->n / parts + (b < r->n % parts ? 1 : 0);
        flips += hopfield_part(r, begin, end, sum, me);
        begin = end;
    }
    return flips;
}

#endif // HOPFIELD_TOGETHER

// cpuref replica.end: the period after a sweep with so many flips, where it was was before: 1 in a
// fixed point, 2 in a cycle of two states, else 0. past becomes the state one sweep ago. Of
// a cycle that had ended already, flips becomes the units that differ between its states.
int hopfield_period(const hopfield_net *r, int was, uint *flips, __global int *past, __local uint *shared, uint me)
{
    uint mine = 0, update = r->info[HOPFIELD_UPDATE];
    for (uint i = me; i < r->n; i += HOPFIELD_ITEMS) {
        if (update == HOPFIELD_SYNC) {
            mine += r->s[i] != past[i] ? 1 : 0;
            if (was == 0)
                past[i] = r->wish[i] ? -r->s[i] : r->s[i];
        } else if (update == HOPFIELD_IID && *flips == 0) {
            mine += hopfield_wishes(r, i, i) ? 1 : 0; // what it draws matters above zero temperature only
        }
    }
    uint all = hopfield_count(mine, shared, me);
    if (was == 2)
        *flips = all;
    if (was != 0 || r->scale != R(0.0))
        return was;
    if (update == HOPFIELD_SYNC)
        return *flips == 0 ? 1 : all == 0 ? 2 : 0;
    return *flips == 0 && all == 0 ? 1 : 0;
}

// hopfield_overlaps packs the state and finds its overlaps with all patterns.
void hopfield_overlaps(const hopfield_net *r, uint me)
{
    uint width = (r->n + 31) / 32;
    for (uint k = me; k < width; k += HOPFIELD_ITEMS) {
        uint bits = 0;
        for (uint i = 32 * k; i < min(32 * k + 32, r->n); i++)
            bits |= r->s[i] > 0 ? 1u << (i & 31) : 0;
        r->packed[k] = bits;
    }
    HOPFIELD_WAIT(CLK_GLOBAL_MEM_FENCE);
    for (uint mu = me; mu < r->info[HOPFIELD_PATTERNS]; mu += HOPFIELD_ITEMS) {
        __global const uint *pattern = r->patterns + (size_t)mu * width;
        uint differ = 0;
        for (uint k = 0; k < width; k++)
            differ += popcount(r->packed[k] ^ pattern[k]);
        r->m[mu] = (int)r->n - 2 * (int)differ;
    }
    HOPFIELD_WAIT(CLK_GLOBAL_MEM_FENCE);
}

// hopfield.Memory.Energy and cpuref replica.sums: what a sweep leaves, as integers.
void hopfield_sums(const hopfield_net *r, uint flips, uint target, int period, __global long *out, __local long *lanes, uint me)
{
    hopfield_overlaps(r, me);
    long twice = 0, least = LONG_MAX;
    for (uint i = me; i < r->n; i += HOPFIELD_ITEMS) {
        long h = hopfield_field(r, i);
        int x = r->s[i];
        least = min(least, h < 0 ? -h : h);
        twice += h * x;
#if HOPFIELD_FORM == HOPFIELD_MATRIX
        twice -= (long)r->threshold[i] * x;
#endif // HOPFIELD_FORM
    }
    // The largest magnitude, and of several the first.
    long best = -1;
    for (uint mu = me; mu < r->info[HOPFIELD_PATTERNS]; mu += HOPFIELD_ITEMS)
        best = max(best, (long)abs(r->m[mu]) << 32 | (long)(0xffffffffu - mu));
    lanes[me] = twice;
    lanes[HOPFIELD_ITEMS + me] = least;
    lanes[2 * HOPFIELD_ITEMS + me] = best;
    HOPFIELD_WAIT(CLK_LOCAL_MEM_FENCE);
    if (me == 0) {
        for (uint k = 1; k < HOPFIELD_ITEMS; k++) {
            twice += lanes[k];
            least = min(least, lanes[HOPFIELD_ITEMS + k]);
            best = max(best, lanes[2 * HOPFIELD_ITEMS + k]);
        }
        uint at = 0xffffffffu - (uint)best;
        out[HOPFIELD_SUM_FLIPS] = flips;
        out[HOPFIELD_SUM_ENERGY] = twice;
        out[HOPFIELD_SUM_OVERLAP] = r->m[target];
        out[HOPFIELD_SUM_BEST] = r->m[at];
        out[HOPFIELD_SUM_BEST_PATTERN] = at;
        out[HOPFIELD_SUM_FIELD] = least;
        out[HOPFIELD_SUM_PERIOD] = period;
    }
    HOPFIELD_WAIT(CLK_LOCAL_MEM_FENCE);
}

// hopfield_orders draws the orders of some sweeps from t on: hopfield.Draws.Order and
// IndependentOrder. order_infos has the key of each, and whether units are independent.
__kernel __attribute__((reqd_work_group_size(HOPFIELD_ITEMS, 1, 1)))
void hopfield_orders(uint n, __global const uint *order_infos, uint orders, uint t, uint sweeps, __global uint *order)
{
    size_t which = get_global_id(0) % orders, sweep = get_global_id(0) / orders;
    if (sweep >= sweeps)
        return;
    __global const uint *info = order_infos + which * HOPFIELD_ORDER_WORDS;
    __global uint *a = order + get_global_id(0) * n;
    uint independent = info[HOPFIELD_ORDER_INDEPENDENT];
    words x = { 0, 0, 0, 0 };
    for (uint i = 0; i < n; i++)
        a[i] = i;
    for (uint d = 0; d < n; d++) {
        if ((d & 3) == 0)
            x = philox(d >> 2, independent, t + (uint)sweep, PURPOSE_HOPFIELD_ORDER, info[HOPFIELD_ORDER_KEY0], info[HOPFIELD_ORDER_KEY1]);
        uint low = d & 1 ? x.y : x.x, high = d & 1 ? x.w : x.z, word = d & 2 ? high : low;
        if (independent) {
            a[d] = mul_hi(word, n);
        } else if (d + 1 < n) {
            uint last = n - 1 - d, other = mul_hi(word, last + 1), held = a[last];
            a[last] = a[other];
            a[other] = held;
        }
    }
}

// cpuref matrixFields.set: fields, where they are kept, and overlaps of a new state.
__kernel __attribute__((reqd_work_group_size(HOPFIELD_ITEMS, 1, 1)))
void hopfield_begin(HOPFIELD_ARGUMENTS)
{
    uint me = (uint)get_local_id(0);
    size_t replica = get_group_id(0);
    HOPFIELD_NET_OF(r, replica);
    hopfield_overlaps(&r, me);
#if HOPFIELD_FORM == HOPFIELD_MATRIX
    for (uint i = me; i < n; i += HOPFIELD_ITEMS) {
        int sum = -r.threshold[i];
        for (uint j = 0; j < n; j++)
            sum += r.w[(size_t)i * n + j] * r.s[j];
        r.h[i] = sum;
    }
#elif HOPFIELD_FORM == HOPFIELD_SPARSE
    for (uint i = me; i < n; i += HOPFIELD_ITEMS) {
        int sum = 0;
        for (uint k = r.from[i]; k < r.from[i + 1]; k++)
            sum += r.w[k] * r.s[r.to[k]];
        r.h[i] = sum;
    }
#endif // HOPFIELD_FORM
}

// hopfield_fields gives the fields of all units.
__kernel __attribute__((reqd_work_group_size(HOPFIELD_ITEMS, 1, 1)))
void hopfield_fields(HOPFIELD_ARGUMENTS, __global long *out)
{
    size_t replica = get_group_id(0);
    HOPFIELD_NET_OF(r, replica);
    for (uint i = (uint)get_local_id(0); i < n; i += HOPFIELD_ITEMS)
        out[replica * n + i] = hopfield_field(&r, i);
}

// cpuref replica.advance: some sweeps from t on, of all replicas. count is the number of places of
// an order that is given, or n.
__kernel __attribute__((reqd_work_group_size(HOPFIELD_ITEMS, 1, 1)))
void hopfield_recall(HOPFIELD_ARGUMENTS, __global int *before, __global int *periods, __global int *ended, __global const uint *order, uint orders,
                     uint count, uint t, uint sweeps, __global long *sums, __global int *seen, ulong seen_stride)
{
    __local uint shared;
    __local long lanes[3 * HOPFIELD_ITEMS];
    uint me = (uint)get_local_id(0);
    size_t replica = get_group_id(0);
    HOPFIELD_NET_OF(r, replica);
    __global int *past = before + (info[HOPFIELD_UPDATE] == HOPFIELD_SYNC ? replica * n : 0);
    int period = periods[replica];
    HOPFIELD_WAIT(CLK_GLOBAL_MEM_FENCE);
    for (uint sweep = 0; sweep < sweeps; sweep++) {
        r.t = t + sweep;
#ifdef HOPFIELD_GIVEN
        r.order = order;
        uint flips = hopfield_sweep(&r, count, &shared, me);
#else
        r.order = order + (info[HOPFIELD_UPDATE] == HOPFIELD_COLOURS ? info[HOPFIELD_ORDER_AT] : (sweep * orders + info[HOPFIELD_ORDER_AT]) * (size_t)n);
        uint flips = hopfield_sweep(&r, period == 0 ? count : 0, &shared, me);
        int was = period;
        period = hopfield_period(&r, was, &flips, past, &shared, me);
        if (me == 0 && period != was) {
            periods[replica] = period;
            ended[replica] = (int)r.t;
        }
#endif // HOPFIELD_GIVEN
        uint target = info[HOPFIELD_TARGET];
        if (HOPFIELD_FORM == HOPFIELD_SEQUENCE)
            target = (uint)(((ulong)target + r.t) % info[HOPFIELD_PATTERNS]);
        hopfield_sums(&r, flips, target, period, sums + (sweep * get_num_groups(0) + replica) * HOPFIELD_SUMS, lanes, me);
#if HOPFIELD_FORM == HOPFIELD_POLYNOMIAL || HOPFIELD_FORM == HOPFIELD_EXPONENTIAL
        for (uint mu = me; mu < info[HOPFIELD_PATTERNS]; mu += HOPFIELD_ITEMS)
            seen[sweep * seen_stride + info[HOPFIELD_OVERLAP_AT] + mu] = r.m[mu];
#endif // HOPFIELD_FORM
    }
}

#endif // HOPFIELD

#ifdef SIGNALS

// ============================================================================
// Section 13: signals. Mirrors package cpuref/signals. In Lewis's game a work-item plays for
// one population; where two attributes are named, a work-group of SIGNALS_ITEMS does.
// ============================================================================

// A work-item that is alone waits for nobody.
#if SIGNALS_ITEMS == 1
#define SIGNALS_WAIT()
#else
#define SIGNALS_WAIT() barrier(CLK_GLOBAL_MEM_FENCE)
#endif // SIGNALS_ITEMS

#ifdef SIGNALS_LEWIS

// A population with its urns. info has its record, SIGNALS_WORDS long.
typedef struct {
    __global const uint *info;
    __global const int *weights; // of states
    __global int *speaker, *listener;
    uint states, signals, listeners;
} signals_population;

ulong signals_total(__global const int *urn, uint kinds)
{
    ulong total = 0;
    for (uint k = 0; k < kinds; k++)
        total += (ulong)urn[k];
    return total;
}

// signals.Pick
uint signals_pick(__global const int *weights, uint count, uint word)
{
    uint rest = (uint)((ulong)word * signals_total(weights, count) >> 32), k = 0;
    while (k < count - 1 && rest >= (uint)weights[k]) {
        rest -= (uint)weights[k];
        k++;
    }
    return k;
}

// signals_share is a probability in units of 2^-32, of which info has both halves.
ulong signals_share(uint low, uint high) { return (ulong)high << 32 | low; }

// cpuref urns.lose
void signals_lose(__global int *urn, uint kinds, ulong forget, uint chance, uint which)
{
    if (chance >= forget * signals_total(urn, kinds))
        return;
    uint k = signals_pick(urn, kinds, which);
    if (urn[k] > 1)
        urn[k]--;
}

// cpuref urns.advance: play t. It gives 1 if the play succeeds.
int signals_play(const signals_population *u, uint t)
{
    __global const uint *info = u->info;
    uint n = u->states, m = u->signals, number = info[SIGNALS_POPULATION];
    words d = philox(number, 0, t, PURPOSE_URN_PLAY, info[SIGNALS_KEY0], info[SIGNALS_KEY1]);
    ulong noise = signals_share(info[SIGNALS_NOISE_LOW], info[SIGNALS_NOISE_HIGH]);
    ulong forget = signals_share(info[SIGNALS_FORGET_LOW], info[SIGNALS_FORGET_HIGH]);
    uint s = signals_pick(u->weights, n, d.x);
    __global int *says = u->speaker + s * m;
    uint sent = signals_pick(says, m, d.y), heard = sent, who = 0;
    if (noise != 0 || u->listeners > 1) {
        words more = philox(number, 1, t, PURPOSE_URN_PLAY, info[SIGNALS_KEY0], info[SIGNALS_KEY1]);
        if (d.w < noise)
            heard = (sent + 1 + (uint)((ulong)more.x * (m - 1) >> 32)) % m;
        who = (uint)((ulong)more.y * u->listeners >> 32);
    }
    __global int *does = u->listener + (who * m + heard) * n;
    uint act = signals_pick(does, n, d.z);
    int punish = (int)info[SIGNALS_PUNISH], right = act == s;
    if (right) {
        says[sent]++;
        does[act]++;
    } else if (punish > 0) {
        says[sent] = max(1, says[sent] - punish);
        does[act] = max(1, does[act] - punish);
    }
    if (forget != 0) {
        words lost = philox(number, 2, t, PURPOSE_URN_PLAY, info[SIGNALS_KEY0], info[SIGNALS_KEY1]);
        signals_lose(says, m, forget, lost.x, lost.y);
        signals_lose(does, n, forget, lost.z, lost.w);
    }
    return right;
}

// signals_urns makes plays from first on in population get_global_id(0).
__kernel void signals_urns(uint replicas, uint states, uint signals, uint listeners, __global const uint *infos,
    __global const int *weights, uint first, uint plays, __global int *speaker, __global int *listener, __global int *wins)
{
    uint replica = (uint)get_global_id(0);
    if (replica >= replicas)
        return;
    ulong cells = (ulong)states * signals;
    signals_population u = { infos + replica * SIGNALS_WORDS, weights + replica * states, speaker + replica * cells,
        listener + replica * cells * listeners, states, signals, listeners };
    int won = 0;
    for (uint k = 0; k < plays; k++)
        won += signals_play(&u, first + k);
    wins[replica] += won;
}

#else

// A population with its agents and the plays of a batch.
typedef struct {
    __global const uint *info;  // its record, SIGNALS_WORDS long
    __global const real *rates; // likewise, SIGNALS_RATES_WORDS long
    __global const int *inputs; // that are trained
    __global real *a, *k, *b, *g, *expected;
    __global int *sampled;      // input and two symbols of each
    __global real *rewards, *said, *named; // of each play: 1, 2 x symbols, 2 x values
    uint values, symbols;
} signals_pair;

// signals.Pair.Speak: the logit of a symbol at a position.
real signals_speak(const signals_pair *p, uint position, uint first, uint second, uint symbol)
{
    real sum = R(0.0);
#ifdef SIGNALS_SPEAKER_TERMS
    sum = p->a[(2 * position * p->values + first) * p->symbols + symbol] + p->a[((2 * position + 1) * p->values + second) * p->symbols + symbol];
#endif // SIGNALS_SPEAKER_TERMS
#ifdef SIGNALS_SPEAKER_TABLE
    sum += p->k[((position * p->values + first) * p->values + second) * p->symbols + symbol];
#endif // SIGNALS_SPEAKER_TABLE
    return sum;
}

// signals.Pair.Listen: the logit of a value of an attribute.
real signals_listen(const signals_pair *p, uint attribute, uint symbol0, uint symbol1, uint value)
{
    real sum = R(0.0);
#ifdef SIGNALS_LISTENER_TERMS
    sum = p->b[(2 * attribute * p->symbols + symbol0) * p->values + value] + p->b[((2 * attribute + 1) * p->symbols + symbol1) * p->values + value];
#endif // SIGNALS_LISTENER_TERMS
#ifdef SIGNALS_LISTENER_TABLE
    sum += p->g[((attribute * p->symbols + symbol0) * p->symbols + symbol1) * p->values + value];
#endif // SIGNALS_LISTENER_TABLE
    return sum;
}

// signals.Softmax
void signals_softmax(__global real *z, uint count)
{
    real largest = z[0], sum = R(0.0);
    for (uint k = 1; k < count; k++)
        largest = z[k] > largest ? z[k] : largest;
    for (uint k = 0; k < count; k++) {
        z[k] = r_exp(z[k] - largest);
        sum += z[k];
    }
    for (uint k = 0; k < count; k++)
        z[k] /= sum;
}

// signals.Sampled
uint signals_sampled(__global const real *p, uint count, uint word)
{
    real u = uniform_real(word), sum = R(0.0);
    for (uint k = 0; k < count - 1; k++) {
        sum += p[k];
        if (sum > u)
            return k;
    }
    return count - 1;
}

// cpuref agents.score
void signals_score(const signals_pair *p, __global real *said, uint sent, real advantage)
{
    real smallest = p->rates[SIGNALS_RATES_SMALLEST], entropy = R(0.0);
    for (uint k = 0; k < p->symbols; k++) {
        real q = said[k];
        entropy -= q * r_log(q > smallest ? q : smallest);
    }
    for (uint k = 0; k < p->symbols; k++) {
        real q = said[k], hit = k == sent ? R(1.0) : R(0.0);
        real slope = -q * (r_log(q > smallest ? q : smallest) + entropy);
        said[k] = advantage * (hit - q) + p->rates[SIGNALS_RATES_ENTROPY] * slope;
    }
}

// cpuref agents.play: play b of update t.
void signals_sample(const signals_pair *p, uint b, uint t)
{
    __global const uint *info = p->info;
    words x = philox(info[SIGNALS_POPULATION], b, t, PURPOSE_ATTRIBUTE_PLAY, info[SIGNALS_KEY0], info[SIGNALS_KEY1]);
    uint input = (uint)p->inputs[(uint)((ulong)x.x * info[SIGNALS_TRAINED] >> 32)], sent[2];
    uint truth[2] = { input / p->values, input % p->values };
    UNROLL
    for (uint position = 0; position < 2; position++) {
        __global real *said = p->said + (2 * b + position) * p->symbols;
        for (uint k = 0; k < p->symbols; k++)
            said[k] = signals_speak(p, position, truth[0], truth[1], k);
        signals_softmax(said, p->symbols);
        sent[position] = signals_sampled(said, p->symbols, position == 0 ? x.y : x.z);
    }
    words act = x;
    if (info[SIGNALS_ACT])
        act = philox(info[SIGNALS_POPULATION], b, t, PURPOSE_LISTENER_ACT, info[SIGNALS_KEY0], info[SIGNALS_KEY1]);
    real reward = R(0.0);
    UNROLL
    for (uint attribute = 0; attribute < 2; attribute++) {
        __global real *named = p->named + (2 * b + attribute) * p->values;
        uint value = truth[attribute];
        for (uint k = 0; k < p->values; k++)
            named[k] = signals_listen(p, attribute, sent[0], sent[1], k);
        signals_softmax(named, p->values);
        if (!info[SIGNALS_ACT])
            reward += R(0.5) * named[value];
        else if (signals_sampled(named, p->values, attribute == 0 ? act.x : act.y) == value)
            reward += R(0.5);
        for (uint k = 0; k < p->values; k++)
            named[k] = -named[k];
        named[value] += R(1.0);
    }
    real advantage = reward - p->expected[input];
    UNROLL
    for (uint position = 0; position < 2; position++)
        signals_score(p, p->said + (2 * b + position) * p->symbols, sent[position], advantage);
    p->rewards[b] = reward;
    p->sampled[3 * b] = (int)input;
    p->sampled[3 * b + 1] = (int)sent[0];
    p->sampled[3 * b + 2] = (int)sent[1];
}

// cpuref agents.add of all plays, and of their sums to the terms: a work-item has terms of its
// own.
void signals_learn(const signals_pair *p, uint batch, uint me)
{
    uint i = p->values, v = p->symbols;
    real rate = p->rates[SIGNALS_RATES_RATE];
#ifdef SIGNALS_SPEAKER_TERMS
    for (uint n = me; n < 4 * i * v; n += SIGNALS_ITEMS) {
        uint symbol = n % v, value = n / v % i, attribute = n / (v * i) % 2, position = n / (2 * v * i);
        real sum = R(0.0);
        for (uint b = 0; b < batch; b++) {
            uint input = (uint)p->sampled[3 * b];
            if ((attribute == 0 ? input / i : input % i) == value)
                sum += p->said[(2 * b + position) * v + symbol];
        }
        p->a[n] += rate * sum;
    }
#endif // SIGNALS_SPEAKER_TERMS
#ifdef SIGNALS_SPEAKER_TABLE
    for (uint n = me; n < 2 * i * i * v; n += SIGNALS_ITEMS) {
        uint symbol = n % v, input = n / v % (i * i), position = n / (v * i * i);
        real sum = R(0.0);
        for (uint b = 0; b < batch; b++)
            if ((uint)p->sampled[3 * b] == input)
                sum += p->said[(2 * b + position) * v + symbol];
        p->k[n] += rate * sum;
    }
#endif // SIGNALS_SPEAKER_TABLE
#ifdef SIGNALS_LISTENER_TERMS
    for (uint n = me; n < 4 * v * i; n += SIGNALS_ITEMS) {
        uint value = n % i, symbol = n / i % v, position = n / (i * v) % 2, attribute = n / (2 * i * v);
        real sum = R(0.0);
        for (uint b = 0; b < batch; b++)
            if ((uint)p->sampled[3 * b + 1 + position] == symbol)
                sum += p->named[(2 * b + attribute) * i + value];
        p->b[n] += rate * sum;
    }
#endif // SIGNALS_LISTENER_TERMS
#ifdef SIGNALS_LISTENER_TABLE
    for (uint n = me; n < 2 * v * v * i; n += SIGNALS_ITEMS) {
        uint value = n % i, message = n / i % (v * v), attribute = n / (i * v * v);
        real sum = R(0.0);
        for (uint b = 0; b < batch; b++)
            if ((uint)p->sampled[3 * b + 1] * v + (uint)p->sampled[3 * b + 2] == message)
                sum += p->named[(2 * b + attribute) * i + value];
        p->g[n] += rate * sum;
    }
#endif // SIGNALS_LISTENER_TABLE
    for (uint n = me; n < i * i; n += SIGNALS_ITEMS) {
        real c = p->expected[n];
        for (uint b = 0; b < batch; b++)
            if ((uint)p->sampled[3 * b] == n)
                c += p->rates[SIGNALS_RATES_BASELINE] * (p->rewards[b] - c);
        p->expected[n] = c;
    }
}

// signals_update makes updates from first on in population get_group_id(0): cpuref
// agents.advance.
__kernel void signals_update(uint values, uint symbols, uint batch, __global const uint *infos, __global const real *rates,
    __global const int *inputs, uint first, uint updates, __global real *speaker_terms, __global real *speaker_table,
    __global real *listener_terms, __global real *listener_table, __global real *baseline, __global int *sampled,
    __global real *rewards, __global real *said, __global real *named)
{
    uint replica = (uint)get_group_id(0), me = (uint)get_local_id(0), cells = values * values, messages = symbols * symbols;
    signals_pair p = { infos + replica * SIGNALS_WORDS, rates + replica * SIGNALS_RATES_WORDS, inputs + (ulong)replica * cells,
        speaker_terms + (ulong)replica * 4 * values * symbols, speaker_table + (ulong)replica * 2 * cells * symbols,
        listener_terms + (ulong)replica * 4 * values * symbols, listener_table + (ulong)replica * 2 * messages * values,
        baseline + (ulong)replica * cells, sampled + (ulong)replica * 3 * batch, rewards + (ulong)replica * batch,
        said + (ulong)replica * 2 * batch * symbols, named + (ulong)replica * 2 * batch * values, values, symbols };
    for (uint k = 0; k < updates; k++) {
        for (uint b = me; b < batch; b += SIGNALS_ITEMS)
            signals_sample(&p, b, first + k);
        SIGNALS_WAIT();
        signals_learn(&p, batch, me);
        SIGNALS_WAIT();
    }
}

#endif // SIGNALS_LEWIS

#endif // SIGNALS

#ifdef SORN

// ============================================================================
// Section 14: self-organising recurrent networks (docs/sorn.md). Mirrors package
// cpuref/sorn. A sum of drives, or of the weights of a column, belongs to one work-item,
// which adds in ascending order.
//
// The header defines
//   SORN_ITEMS         work-items of a work-group
//   SORN_GIVEN         where the draws of a step are not made here
//   SORN_...           places of constants, of choices and of sums; parts of a step; the
//                      rules at work
// ============================================================================

// Work-items of a work-group wait for each other, where there are others.
#if SORN_ITEMS > 1
#define SORN_WAIT() barrier(CLK_GLOBAL_MEM_FENCE)
#else
#define SORN_WAIT()
#endif // SORN_ITEMS

// A network: slots of units, states and what a step leaves for the next part of it. All
// replicas follow one another in each array.
#define SORN_ARGUMENTS \
    __global int *ee_from, __global real *ee, __global int *ei_from, __global real *ei, __global int *ie_from, __global real *ie, \
    __global real *Te, __global real *Ti, __global uchar *x_before, __global uchar *x, __global uchar *y_before, __global uchar *y, \
    __global int *ee_size, __global int *ei_size, __global int *ie_size, __global uchar *ee_settled, __global uchar *ei_settled, \
    __global real *rows, __global real *recurrent, __global real *input, __global real *outgoing, __global uchar *x_next, __global uchar *y_next, __global uchar *r, __global uchar *change, \
    __global int *births_i, __global int *births_j, __global int *counts, __global int *full, __global uint *made, __global real *scratch, \
    __global const real *silent, __global const real *active, __global const real *constants, __global const uint *choices, \
    __global const int *in_first, __global const int *in_unit, __global const real *in_value, __global const int *born, \
    __global const real *given_e, __global const real *given_i, __global int *row_counts, __global real *row_reals, \
    uint n, uint m, uint room_ee, uint room_ei, uint room_ie, uint room_births, uint rules, uint replicas, uint t, uint steps, uint at, uint part

// sorn_net is the part of the arrays that belongs to a replica, and the share of a
// work-item in it: first, first + stride and so on.
typedef struct {
    __global int *ee_from, *ei_from, *ie_from, *ee_size, *ei_size, *ie_size, *births_i, *births_j, *counts, *full;
    __global real *ee, *ei, *ie, *te, *ti, *rows, *recurrent, *input, *outgoing, *scratch;
    __global uchar *x_before, *x, *y_before, *y, *ee_settled, *ei_settled, *x_next, *y_next, *r, *change;
    __global const real *silent, *active, *constants, *given_e, *given_i;
    __global const uint *choices;
    __global uint *made; // the last step that was made
    uint n, m, room_ee, room_ei, room_ie, room_births, rules, t, first, stride;
} sorn_net;

#define SORN_HAS(rule) ((net->rules & (rule)) != 0)
#define SORN_CONSTANT(name) net->constants[SORN_##name]
#define SORN_CHOICE(name) net->choices[SORN_CHOICE_##name]

// cpuref replica.fires
uchar sorn_fires(const sorn_net *net, real above)
{
    return above > R(0.0) || (above == R(0.0) && SORN_CHOICE(SPIKE_AT_ZERO));
}

// sorn.pair
void sorn_pair(uint x, uint y, real *even, real *odd)
{
    real radius = r_sqrt(R(-2.0) * r_log(uniform_real(x)));
    real u = uniform_real(y);
    real a = u >= R(0.25) ? u - R(0.25) : u + R(0.75);
    *even = radius * r_cos2pi(u);
    *odd = radius * r_cos2pi(a);
}

// sorn_block has a value for each of four units. It has no places that are found by number,
// so that it stays in registers.
typedef struct {
    real a, b, c, d;
} sorn_block;

// sorn_lane is that of unit k.
real sorn_lane(sorn_block z, uint k)
{
    return k == 0 ? z.a : k == 1 ? z.b : k == 2 ? z.c : z.d;
}

// sorn.Normals
sorn_block sorn_normals(words x)
{
    sorn_block z;
    sorn_pair(x.x, x.y, &z.a, &z.b);
    sorn_pair(x.z, x.w, &z.c, &z.d);
    return z;
}

// sorn.below
uint sorn_below(uint word, uint n)
{
    return (uint)((ulong)word * n >> 32);
}

// cpuref replica.noise
sorn_block sorn_noise(const sorn_net *net, uint block, uint purpose, real deviation, __global const real *given, uint units)
{
    sorn_block z = { R(0.0), R(0.0), R(0.0), R(0.0) };
#ifdef SORN_GIVEN
    given += 4 * block;
    units -= 4 * block;
    z.a = given[0];
    z.b = units > 1 ? given[1] : R(0.0);
    z.c = units > 2 ? given[2] : R(0.0);
    z.d = units > 3 ? given[3] : R(0.0);
#else
    if (deviation > R(0.0)) {
        z = sorn_normals(philox(block, 0, net->t, purpose, SORN_CHOICE(KEY0), SORN_CHOICE(KEY1)));
        z.a = deviation * z.a;
        z.b = deviation * z.b;
        z.c = deviation * z.c;
        z.d = deviation * z.d;
    }
#endif // SORN_GIVEN
    return z;
}

// sorn_tally is what a work-item counts in columns. It has no places that are found by
// number, so that it stays in registers.
typedef struct {
    int ee, ei, born, potentiated, depressed, pruned_ee, pruned_ei, clipped, empty_ee, empty_ei;
} sorn_tally;

// sorn_add adds what a work-item has counted.
void sorn_add(const sorn_net *net, int sum, int count)
{
    if (count > 0)
        atomic_add(net->counts + sum, count);
}

// cpuref replica.doUnits; what was heard is forgotten
void sorn_units(const sorn_net *net)
{
    int count = 0, alone = 0, flips = 0;
    for (uint block = net->first; 4 * block < net->n; block += net->stride) {
        sorn_block z = sorn_noise(net, block, PURPOSE_SORN_NOISE_E, SORN_CONSTANT(NOISE_E), net->given_e, net->n);
        for (uint k = 0; k < 4; k++) {
            uint i = 4 * block + k;
            if (i >= net->n)
                break;
            real d = net->recurrent[i] + sorn_lane(z, k);
            uchar without = sorn_fires(net, d - net->te[i]), now = sorn_fires(net, (d + net->input[i]) - net->te[i]), was = net->x[i];
            net->input[i] = R(0.0);
            net->r[i] = without;
            net->x_next[i] = now;
            net->change[i] = (uchar)(was | now << 1);
            count += now;
            alone += without;
            flips += was ^ now;
        }
    }
    sorn_add(net, SORN_SUM_ACTIVE_E, count);
    sorn_add(net, SORN_SUM_ACTIVE_R, alone);
    sorn_add(net, SORN_SUM_FLIPS, flips);
}

// cpuref replica.excite, of one unit
real sorn_excite(const sorn_net *net, uint k, __global const uchar *x)
{
    __global const int *from = net->ie_from + (size_t)k * net->room_ie;
    __global const real *w = net->ie + (size_t)k * net->room_ie;
    real sum = R(0.0);
    for (int s = 0; s < net->ie_size[k]; s++)
        if (x[from[s]])
            sum += w[s];
    return sum;
}

// cpuref replica.doAnswers
void sorn_answers(const sorn_net *net)
{
    int count = 0;
    __global const uchar *x = SORN_CHOICE(NEW_INHIBITION) ? net->x_next : net->x;
    for (uint block = net->first; 4 * block < net->m; block += net->stride) {
        sorn_block z = sorn_noise(net, block, PURPOSE_SORN_NOISE_I, SORN_CONSTANT(NOISE_I), net->given_i, net->m);
        for (uint b = 0; b < 4; b++) {
            uint k = 4 * block + b;
            if (k >= net->m)
                break;
            uchar now = sorn_fires(net, (sorn_excite(net, k, x) + sorn_lane(z, b)) - net->ti[k]);
            net->y_next[k] = now;
            count += now;
        }
    }
    sorn_add(net, SORN_SUM_ACTIVE_I, count);
}

// sorn_sign is that of the change that stdp makes to a synapse between units with these
// changes of state: 1 for active before, 2 for active now.
int sorn_sign(uchar unit, uchar other)
{
    return (unit >> 1) * (other & 1) - (unit & 1) * (other >> 1);
}

// cpuref replica.stays
bool sorn_stays(const sorn_net *net, int i, int slot)
{
    size_t first = (size_t)i * net->room_ee;
    if (!SORN_HAS(SORN_STDP) || !SORN_CHOICE(PRUNE))
        return true;
    int sign = sorn_sign(net->change[i], net->change[(net->ee_from + first)[slot]]);
    return (net->ee + first)[slot] + (sign > 0 ? SORN_CONSTANT(STDP_RATE) : sign < 0 ? -SORN_CONSTANT(STDP_RATE) : R(0.0)) > R(0.0);
}

// cpuref replica.joined
bool sorn_joined(const sorn_net *net, int j, int i)
{
    __global const int *from = net->ee_from + (size_t)i * net->room_ee;
    for (int s = 0; s < net->ee_size[i]; s++)
        if (from[s] == j)
            return sorn_stays(net, i, s);
    return false;
}

// cpuref replica.conceive, by one work-item: born births, in the order of units. Births
// that are given stand there.
int sorn_births(const sorn_net *net, int born)
{
#ifdef SORN_GIVEN
    int count = born;
#else
    int count = 0;
    for (int e = 0; e < born; e++) { // cpuref replica.place
        bool found = false;
        for (uint a = 0; a < SORN_MAX_ATTEMPTS && !found; a++) {
            words w = philox((uint)e, a, net->t, PURPOSE_SORN_POSITION, SORN_CHOICE(KEY0), SORN_CHOICE(KEY1));
            int i = (int)sorn_below(w.x, net->n), j = (int)sorn_below(w.y, net->n - 1);
            j += j >= i;
            found = !sorn_joined(net, j, i);
            for (int b = 0; b < count && found; b++)
                found = net->births_i[b] != i || net->births_j[b] != j;
            if (!found)
                continue;
            int b = count++;
            for (; b > 0 && (net->births_i[b - 1] > i || (net->births_i[b - 1] == i && net->births_j[b - 1] > j)); b--) {
                net->births_i[b] = net->births_i[b - 1];
                net->births_j[b] = net->births_j[b - 1];
            }
            net->births_i[b] = i;
            net->births_j[b] = j;
        }
        if (!found)
            net->counts[SORN_SUM_DROPPED]++;
    }
#endif // SORN_GIVEN
    for (int k = 0; k < count;) { // cpuref replica.makeRoom; the host makes room
        int i = net->births_i[k], size = 0;
        for (; k < count && net->births_i[k] == i; k++)
            size++;
        for (int s = 0; s < net->ee_size[i]; s++)
            size += sorn_stays(net, i, s);
        if (size > (int)net->room_ee)
            *net->full = i + 1;
    }
    return count;
}

// cpuref replica.stdp
void sorn_stdp(const sorn_net *net, uint i, sorn_tally *counted)
{
    __global int *from = net->ee_from + (size_t)i * net->room_ee;
    __global real *w = net->ee + (size_t)i * net->room_ee;
    uchar unit = net->change[i];
    bool touched = false;
    int kept = 0, size = net->ee_size[i];
    for (int s = 0; s < size; s++) {
        int j = from[s], sign = unit == 0 ? 0 : sorn_sign(unit, net->change[j]);
        real v = w[s];
        if (sign != 0) {
            v += sign > 0 ? SORN_CONSTANT(STDP_RATE) : -SORN_CONSTANT(STDP_RATE);
            touched = true;
            counted->potentiated += sign > 0;
            counted->depressed += sign < 0;
        }
        if (!(v > R(0.0))) {
            if (SORN_CHOICE(PRUNE)) {
                counted->pruned_ee++;
                touched = true;
                continue;
            }
            v = R(0.0);
        } else if (v > SORN_CONSTANT(LARGEST)) {
            v = SORN_CONSTANT(LARGEST);
            counted->clipped++;
            touched = true;
        }
        from[kept] = j;
        w[kept++] = v;
    }
    for (int s = kept; s < size; s++) {
        from[s] = SORN_FREE;
        w[s] = R(0.0);
    }
    net->ee_size[i] = kept;
    if (touched)
        net->ee_settled[i] = 0;
}

// cpuref replica.ip
void sorn_ip(const sorn_net *net, uint i)
{
    real te = net->te[i] + (net->x_next[i] ? net->active[i] : net->silent[i]);
    if (SORN_CHOICE(CLAMP)) {
        te = te < SORN_CONSTANT(TE_MIN) ? SORN_CONSTANT(TE_MIN) : te;
        te = te > SORN_CONSTANT(TE_MAX) ? SORN_CONSTANT(TE_MAX) : te;
    }
    net->te[i] = te;
}

// cpuref columns.insert
void sorn_insert(const sorn_net *net, uint i, int j)
{
    __global int *from = net->ee_from + (size_t)i * net->room_ee;
    __global real *w = net->ee + (size_t)i * net->room_ee;
    int s = net->ee_size[i]++;
    for (; s > 0 && from[s - 1] > j; s--) {
        from[s] = from[s - 1];
        w[s] = w[s - 1];
    }
    from[s] = j;
    w[s] = SORN_CONSTANT(BORN);
    net->ee_settled[i] = 0;
}

// cpuref replica.istdp
void sorn_istdp(const sorn_net *net, uint i, sorn_tally *counted)
{
    __global int *from = net->ei_from + (size_t)i * net->room_ei;
    __global real *w = net->ei + (size_t)i * net->room_ei;
    real less = net->x_next[i] ? SORN_CONSTANT(STRENGTHEN) : SORN_CONSTANT(WEAKEN);
    int kept = 0, size = net->ei_size[i];
    bool touched = !net->ei_settled[i];
    for (int s = 0; s < size && !touched; s++)
        touched = net->y[from[s]] != 0;
    if (!touched)
        return;
    net->ei_settled[i] = 0;
    for (int s = 0; s < size; s++) {
        int k = from[s];
        real v = w[s];
        if (net->y[k])
            v -= less;
        if (!(v > R(0.0))) {
            if (SORN_CONSTANT(FLOOR) > R(0.0)) {
                v = SORN_CONSTANT(FLOOR);
            } else if (SORN_CHOICE(PRUNE)) {
                counted->pruned_ei++;
                continue;
            } else {
                v = R(0.0);
            }
        } else if (v > SORN_CONSTANT(LARGEST)) {
            v = SORN_CONSTANT(LARGEST);
            counted->clipped++;
        }
        from[kept] = k;
        w[kept++] = v;
    }
    for (int s = kept; s < size; s++) {
        from[s] = SORN_FREE;
        w[s] = R(0.0);
    }
    net->ei_size[i] = kept;
}

// sorn_measure adds up the weights of a column, and their squares: cpuref
// columns.measure.
void sorn_measure(__global const real *w, int size, __global real *sum, __global real *squares)
{
    real a = R(0.0), b = R(0.0);
    for (int s = 0; s < size; s++) {
        a += w[s];
        b += w[s] * w[s];
    }
    *sum = a;
    *squares = b;
}

// cpuref columns.scale: settled is a column that the limits, too, leave as it is.
void sorn_scale(__global real *w, int size, real largest, __global uchar *settled, __global real *sum, __global real *squares)
{
    real total = R(0.0);
    for (int s = 0; s < size; s++)
        total += w[s];
    bool same = true;
    if (total > R(0.0)) {
        for (int s = 0; s < size; s++) {
            real scaled = w[s] / total;
            same = same && scaled == w[s] && scaled > R(0.0) && scaled <= largest;
            w[s] = scaled;
        }
    }
    *settled = same;
    sorn_measure(w, size, sum, squares);
}

// cpuref columns.settle
void sorn_settle(__global const real *w, int size, real largest, __global uchar *settled, __global real *sum, __global real *squares)
{
    bool within = true;
    for (int s = 0; s < size; s++)
        within = within && w[s] > R(0.0) && w[s] <= largest;
    *settled = within;
    sorn_measure(w, size, sum, squares);
}

// cpuref replica.drive, of one unit
void sorn_drive(const sorn_net *net, uint i)
{
    real excitation = R(0.0), inhibition = R(0.0);
    __global const int *from = net->ee_from + (size_t)i * net->room_ee;
    __global const real *w = net->ee + (size_t)i * net->room_ee;
    for (int s = 0; s < net->ee_size[i]; s++)
        if (net->x_next[from[s]])
            excitation += w[s];
    from = net->ei_from + (size_t)i * net->room_ei;
    w = net->ei + (size_t)i * net->room_ei;
    for (int s = 0; s < net->ei_size[i]; s++)
        if (net->y_next[from[s]])
            inhibition += w[s];
    net->recurrent[i] = excitation - inhibition;
}

// cpuref replica.addOutgoing, unit by unit
void sorn_outgoing(const sorn_net *net)
{
    for (uint j = net->first; j < net->n; j += net->stride) {
        real sum = R(0.0);
        for (uint i = 0; i < net->n; i++) {
            __global const int *from = net->ee_from + (size_t)i * net->room_ee;
            int low = 0, high = net->ee_size[i];
            while (low < high) {
                int middle = (low + high) / 2;
                if (from[middle] < (int)j)
                    low = middle + 1;
                else
                    high = middle;
            }
            if (low < net->ee_size[i] && from[low] == (int)j)
                sum += (net->ee + (size_t)i * net->room_ee)[low];
        }
        net->outgoing[j] = sum;
    }
}

// cpuref replica.mix
void sorn_mix(const sorn_net *net, uint i)
{
    __global const int *from = net->ee_from + (size_t)i * net->room_ee;
    __global real *w = net->ee + (size_t)i * net->room_ee;
    int size = net->ee_size[i];
    real incoming = R(0.0), least = R(1e-6);
    for (int s = 0; s < size; s++)
        incoming += w[s];
    incoming = incoming < least ? least : incoming;
    for (int s = 0; s < size; s++) {
        real out = net->outgoing[from[s]];
        real mean = (incoming + (out < least ? least : out)) / R(2.0);
        w[s] = SORN_CONSTANT(REST) * w[s] + SORN_CONSTANT(MIX) * w[s] / mean;
    }
    sorn_measure(w, size, net->rows + i, net->rows + net->n + i);
}

// cpuref replica.doRules, of one unit
void sorn_rules(const sorn_net *net, uint i, int births, sorn_tally *counted)
{
    counted->ee += net->ee_size[i];
    counted->ei += net->ei_size[i];
    if (SORN_HAS(SORN_STDP) && (net->change[i] != 0 || !net->ee_settled[i]))
        sorn_stdp(net, i, counted);
    if (SORN_HAS(SORN_IP))
        sorn_ip(net, i);
    int low = 0, high = births;
    while (low < high) {
        int middle = (low + high) / 2;
        if (net->births_i[middle] < (int)i)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < births && net->births_i[low] == (int)i; low++) {
        sorn_insert(net, i, net->births_j[low]);
        counted->born++;
    }
    if (SORN_HAS(SORN_ISTDP))
        sorn_istdp(net, i, counted);
}

// cpuref replica.doFinish, of one unit
void sorn_finish(const sorn_net *net, uint i, sorn_tally *counted)
{
    __global real *w = net->ee + (size_t)i * net->room_ee, *v = net->ei + (size_t)i * net->room_ei;
    __global real *of = net->rows + i;
    if (SORN_HAS(SORN_SS) && SORN_CONSTANT(MIX) > R(0.0)) {
        sorn_mix(net, i);
    } else if (!net->ee_settled[i]) {
        if (SORN_HAS(SORN_SS))
            sorn_scale(w, net->ee_size[i], SORN_CONSTANT(LARGEST), net->ee_settled + i, of, of + net->n);
        else
            sorn_settle(w, net->ee_size[i], SORN_CONSTANT(LARGEST), net->ee_settled + i, of, of + net->n);
    }
    if (!net->ei_settled[i]) {
        if (SORN_HAS(SORN_SS) && SORN_CHOICE(EI_SCALING))
            sorn_scale(v, net->ei_size[i], SORN_CONSTANT(LARGEST), net->ei_settled + i, of + 3 * net->n, of + 2 * net->n);
        else
            sorn_settle(v, net->ei_size[i], SORN_CONSTANT(LARGEST), net->ei_settled + i, of + 3 * net->n, of + 2 * net->n);
    }
    counted->empty_ee += net->ee_size[i] == 0;
    counted->empty_ei += net->ei_size[i] == 0;
    sorn_drive(net, i);
}

// cpuref replica.doColumns: both parts, one after the other while a column is at hand, or
// one of them.
void sorn_columns(const sorn_net *net, int births, bool rules, bool finish)
{
    sorn_tally counted = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    for (uint i = net->first; i < net->n; i += net->stride) {
        if (rules)
            sorn_rules(net, i, births, &counted);
        if (finish)
            sorn_finish(net, i, &counted);
    }
    sorn_add(net, SORN_SUM_EE, counted.ee);
    sorn_add(net, SORN_SUM_EI, counted.ei);
    sorn_add(net, SORN_SUM_BORN, counted.born);
    sorn_add(net, SORN_SUM_POTENTIATED, counted.potentiated);
    sorn_add(net, SORN_SUM_DEPRESSED, counted.depressed);
    sorn_add(net, SORN_SUM_PRUNED_EE, counted.pruned_ee);
    sorn_add(net, SORN_SUM_PRUNED_EI, counted.pruned_ei);
    sorn_add(net, SORN_SUM_CLIPPED, counted.clipped);
    sorn_add(net, SORN_SUM_EMPTY_EE, counted.empty_ee);
    sorn_add(net, SORN_SUM_EMPTY_EI, counted.empty_ei);
}

// sorn_hear takes the inputs of a step: cpuref replica.hear.
void sorn_hear(const sorn_net *net, __global const int *in_first, __global const int *in_unit, __global const real *in_value)
{
    for (int e = in_first[0] + (int)net->first; e < in_first[1]; e += (int)net->stride)
        net->input[in_unit[e]] = in_value[e];
}

// sorn_commit makes the new states the present ones.
void sorn_commit(const sorn_net *net)
{
    for (uint i = net->first; i < net->n; i += net->stride) {
        net->x_before[i] = net->x[i];
        net->x[i] = net->x_next[i];
    }
    for (uint k = net->first; k < net->m; k += net->stride) {
        net->y_before[k] = net->y[k];
        net->y[k] = net->y_next[k];
    }
}

// sorn_sums leaves the sums of a step, by one work-group: cpuref replica.sums. Rows of
// scratch are added in pairs; the last two are the least and the largest threshold.
void sorn_sums(const sorn_net *net, __global int *row_counts, __global real *row_reals)
{
    __global real *from = net->scratch, *to = net->scratch + SORN_REALS * (size_t)net->n;
    for (uint i = net->first; i < net->n; i += net->stride) {
        real te = net->te[i];
        from[i] = te;
        from[net->n + i] = te;
        from[2 * net->n + i] = te;
        for (uint k = 0; k < 3; k++)
            from[(3 + k) * net->n + i] = net->rows[k * net->n + i];
    }
    SORN_WAIT();
    for (uint count = net->n; count > 1; count = (count + 1) / 2) {
        uint pairs = (count + 1) / 2;
        for (uint e = net->first; e < SORN_REALS * pairs; e += net->stride) {
            uint row = e / pairs, i = e % pairs;
            real a = from[row * net->n + 2 * i], b = 2 * i + 1 < count ? from[row * net->n + 2 * i + 1] : row == 1 || row == 2 ? a : R(0.0);
            to[row * net->n + i] = row == 1 ? (b < a ? b : a) : row == 2 ? (b > a ? b : a) : a + b;
        }
        SORN_WAIT();
        __global real *swap = from;
        from = to;
        to = swap;
    }
    if (net->first > 0)
        return;
    for (uint row = 0; row < SORN_REALS; row++)
        row_reals[row] = from[row * net->n];
    for (uint s = 0; s < SORN_COUNTS; s++) {
        row_counts[s] = net->counts[s];
        net->counts[s] = 0;
    }
}

// sorn_size counts the synapses in the slots of a unit.
int sorn_size(__global const int *from, uint room)
{
    int size = 0;
    while (size < (int)room && from[size] != SORN_FREE)
        size++;
    return size;
}

// sorn_begin finds what follows from a state: cpuref replica.bind.
void sorn_begin(const sorn_net *net)
{
    for (uint i = net->first; i < net->n; i += net->stride) {
        int size = sorn_size(net->ee_from + (size_t)i * net->room_ee, net->room_ee);
        net->ee_size[i] = size;
        sorn_measure(net->ee + (size_t)i * net->room_ee, size, net->rows + i, net->rows + net->n + i);
        size = sorn_size(net->ei_from + (size_t)i * net->room_ei, net->room_ei);
        net->ei_size[i] = size;
        sorn_measure(net->ei + (size_t)i * net->room_ei, size, net->rows + 3 * net->n + i, net->rows + 2 * net->n + i);
        net->ee_settled[i] = 0;
        net->ei_settled[i] = 0;
        net->input[i] = R(0.0);
        net->x_next[i] = net->x[i];
    }
    for (uint k = net->first; k < net->m; k += net->stride) {
        net->ie_size[k] = sorn_size(net->ie_from + (size_t)k * net->room_ie, net->room_ie);
        net->y_next[k] = net->y[k];
    }
    if (net->first == 0) {
        net->full[0] = 0;
        for (uint s = 0; s < SORN_COUNTS; s++)
            net->counts[s] = 0;
    }
}

// SORN_NET finds the arrays of a replica.
#define SORN_NET(replica, share, shares) \
    size_t at_n = (size_t)(replica) * n, at_m = (size_t)(replica) * m, at_births = (size_t)(replica) * room_births; \
    sorn_net net; \
    net.ee_from = ee_from + at_n * room_ee, net.ee = ee + at_n * room_ee, net.ei_from = ei_from + at_n * room_ei, net.ei = ei + at_n * room_ei; \
    net.ie_from = ie_from + at_m * room_ie, net.ie = ie + at_m * room_ie, net.ee_size = ee_size + at_n, net.ei_size = ei_size + at_n, net.ie_size = ie_size + at_m; \
    net.births_i = births_i + at_births, net.births_j = births_j + at_births, net.counts = counts + (replica) * SORN_COUNTS, net.full = full + 2 * (replica), net.made = made + (replica); \
    net.te = Te + at_n, net.ti = Ti + at_m, net.rows = rows + 4 * at_n, net.recurrent = recurrent + at_n, net.input = input + at_n, net.outgoing = outgoing + at_n; \
    net.scratch = scratch + 2 * SORN_REALS * at_n, net.x_before = x_before + at_n, net.x = x + at_n, net.y_before = y_before + at_m, net.y = y + at_m; \
    net.ee_settled = ee_settled + at_n, net.ei_settled = ei_settled + at_n, net.x_next = x_next + at_n, net.y_next = y_next + at_m, net.r = r + at_n, net.change = change + at_n; \
    net.silent = silent + at_n, net.active = active + at_n, net.constants = constants + (replica) * SORN_WORDS, net.given_e = given_e, net.given_i = given_i; \
    net.choices = choices + (replica) * SORN_CHOICE_WORDS, net.n = n, net.m = m, net.room_ee = room_ee, net.room_ei = room_ei, net.room_ie = room_ie; \
    net.room_births = room_births, net.rules = rules, net.t = t, net.first = (share), net.stride = (shares)

// sorn_steps makes steps of a replica, by a work-group: cpuref replica.step. The first
// has number t, and place at among the steps whose inputs are there. A replica in which a
// unit has no room for its births stops before the rules of that step, and makes it anew
// when the host has made room.
__kernel __attribute__((reqd_work_group_size(SORN_ITEMS, 1, 1)))
void sorn_steps(SORN_ARGUMENTS)
{
    uint replica = (uint)get_group_id(0), me = (uint)get_local_id(0);
    SORN_NET(replica, me, SORN_ITEMS);
    for (uint k = *net.made < t ? 0 : *net.made - t + 1; k < steps; k++) {
        size_t row = (size_t)(at + k) * replicas + replica;
        uint fresh = net.choices[SORN_CHOICE_NEW_INHIBITION];
        net.t = t + k;
        sorn_hear(&net, in_first + row, in_unit, in_value);
        SORN_WAIT();
        sorn_units(&net);
        if (fresh)
            SORN_WAIT();
        sorn_answers(&net);
        SORN_WAIT();
        if (me == 0)
            net.full[1] = sorn_births(&net, born[row]);
        SORN_WAIT();
        if (net.full[0] != 0)
            break;
        if ((rules & SORN_SS) != 0 && net.constants[SORN_MIX] > R(0.0)) {
            sorn_columns(&net, net.full[1], true, false);
            SORN_WAIT();
            sorn_outgoing(&net);
            SORN_WAIT();
            sorn_columns(&net, 0, false, true);
        } else {
            sorn_columns(&net, net.full[1], true, true);
        }
        SORN_WAIT();
        sorn_commit(&net);
        sorn_sums(&net, row_counts + row * SORN_COUNTS, row_reals + row * SORN_REALS);
        if (me == 0)
            *net.made = net.t;
        SORN_WAIT();
    }
}

// sorn_part makes a part of one step of all replicas, by many work-groups each.
__kernel void sorn_part(SORN_ARGUMENTS)
{
    uint replica = (uint)get_global_id(1);
    SORN_NET(replica, (uint)get_global_id(0), (uint)get_global_size(0));
    size_t row = (size_t)at * replicas + replica;
    if (part == SORN_PART_BEGIN) {
        sorn_begin(&net);
    } else if (part == SORN_PART_DRIVE) {
        for (uint i = net.first; i < n; i += net.stride)
            sorn_drive(&net, i);
    }
    if (part <= SORN_PART_DRIVE || net.full[0] != 0 || *net.made >= t)
        return;
    if (part == SORN_PART_HEAR)
        sorn_hear(&net, in_first + row, in_unit, in_value);
    else if (part == SORN_PART_UNITS)
        sorn_units(&net);
    else if (part == SORN_PART_ANSWERS)
        sorn_answers(&net);
    else if (part == SORN_PART_BIRTHS && net.first == 0)
        net.full[1] = sorn_births(&net, born[row]);
    else if (part == SORN_PART_COLUMNS)
        sorn_columns(&net, net.full[1], true, true);
    else if (part == SORN_PART_RULES)
        sorn_columns(&net, net.full[1], true, false);
    else if (part == SORN_PART_OUTGOING)
        sorn_outgoing(&net);
    else if (part == SORN_PART_FINISH)
        sorn_columns(&net, 0, false, true);
    else if (part == SORN_PART_COMMIT)
        sorn_commit(&net);
}

// sorn_sum ends a step of all replicas, by a work-group each.
__kernel __attribute__((reqd_work_group_size(SORN_ITEMS, 1, 1)))
void sorn_sum(SORN_ARGUMENTS)
{
    uint replica = (uint)get_group_id(0);
    SORN_NET(replica, (uint)get_local_id(0), SORN_ITEMS);
    size_t row = (size_t)at * replicas + replica;
    if (net.full[0] != 0 || *net.made >= t)
        return;
    sorn_sums(&net, row_counts + row * SORN_COUNTS, row_reals + row * SORN_REALS);
    if (get_local_id(0) == 0)
        *net.made = t;
}

#endif // SORN

#ifdef CODES

// ============================================================================
// Section 15: learned codes (docs/codes.md). Mirrors package cpuref/codes and what it
// takes of host/codes. A work-group of CODES_ITEMS has one population learn. Sums over
// samples and over outputs go along the pair tree, each by one work-item; all others go
// on in the order of what they are over. gpu/codes/header.go defines sizes, channel,
// transmitter and receiver. WIDTH is 1.
// ============================================================================

#define CODES_ENTRIES (CODES_MESSAGES * CODES_N)
#define CODES_BATCH (CODES_MESSAGES * CODES_COPIES)
#define CODES_OUTPUTS (1u << CODES_N)
#define CODES_BINARY (CODES_CHANNEL == CODES_BSC || CODES_CHANNEL == CODES_BURSTS)
#define CODES_SCORED (CODES_TRANSMITTER == CODES_FREE || CODES_TRANSMITTER == CODES_POLICY)
#define CODES_OF_SIGNS (CODES_TRANSMITTER == CODES_STRAIGHT || CODES_TRANSMITTER == CODES_POLICY) // gradients are by e itself

// What one work-item does alone is done by the last, which has the fewest entries. PoCL 3.1
// leaves it out where the first does it right after a wait in a loop with several, as in
//     for (uint u = 0; u < updates; u++) {
//         v[me] = 1.0f; barrier(); for (uint k = me; k < 12; k += 8) w[k] = 1.0f; barrier();
//         if (me == 0) out[0] = v[7];
//         for (uint k = me; k < 12; k += 8) w[k] = 1.0f;
//         barrier(); if (v[0] > 0.0f) for (uint k = me; k < 12; k += 8) x[k] += 1.0f; barrier();
//     }
// in groups of 8 (not with POCL_WORK_GROUP_METHOD=workitemrepl). Oclgrind finds no race there.
#define CODES_LAST (CODES_ITEMS - 1)

// A work-item that is alone waits for nobody.
#if CODES_ITEMS == 1
#define CODES_WAIT()
#else
#define CODES_WAIT() barrier(CLK_GLOBAL_MEM_FENCE)
#endif // CODES_ITEMS

// cpuref population, and scratch: what an update works on.
typedef struct {
    __global const real *c;                                    // constants, CODES_WORDS long
    __global real *e, *e_mean, *e_square, *x;                  // entries
    __global real *weights, *weights_mean, *weights_square;    // of a network
    __global real *counts;
    __global real *gradient, *received, *path, *units, *given_by, *logits, *losses;
    uint key0, key1;
} codes_population;

// A sum along the pair tree, which takes its terms one after another: partial[l] is of
// 2^l of them, where bit l of count is 1. Loops over levels are unrolled, so that the
// levels are registers.
typedef struct {
    real partial[CODES_LEVELS];
    uint count;
} codes_sum;

void codes_add(codes_sum *s, real v)
{
    bool carries = true;
#pragma unroll
    for (uint level = 0; level < CODES_LEVELS; level++) {
        bool held = s->count >> level & 1u;
        if (carries && held)
            v = s->partial[level] + v;
        else if (carries)
            s->partial[level] = v;
        carries = carries && held;
    }
    s->count++;
}

// fmath.Total
real codes_total(const codes_sum *s)
{
    real sum = R(0.0);
    bool some = false;
#pragma unroll
    for (uint level = 0; level < CODES_LEVELS; level++) {
        if (s->count >> level & 1u) {
            sum = some ? s->partial[level] + sum : s->partial[level];
            some = true;
        } else if (some && s->count >> level) {
            sum = sum + R(0.0);
        }
    }
    return sum;
}

// codes_all is the sum of some values, by one work-item.
real codes_all(__global const real *values, uint count)
{
    codes_sum sum;
    sum.count = 0;
    for (uint i = 0; i < count; i++)
        codes_add(&sum, values[i]);
    return codes_total(&sum);
}

// codes.Sizable and what it is made of: x, or 0 where it is smaller than least.
real codes_sizable(real x, real least) { return x < least && x > -least ? R(0.0) : x; }

// codes.Adam; at is where the rate and what follows it stand.
void codes_adam(__global real *weight, __global real *mean, __global real *square, real g, __global const real *at)
{
    g = codes_sizable(g, R(1e-15));
    real m = codes_sizable(R(0.9) * *mean + R(0.1) * g, R(1e-30));
    real s = codes_sizable(R(0.999) * *square + R(0.001) * (g * g), R(1e-30));
    *mean = m;
    *square = s;
    *weight -= at[0] * (m / at[1]) / (r_sqrt(s / at[2]) + R(1e-8));
}

// codes.Sign
real codes_sign(real x) { return x >= R(0.0) ? R(1.0) : R(-1.0); }

// codes.Tanh
real codes_tanh(real e) { return R(1.0) - R(2.0) / (r_exp(R(2.0) * e) + R(1.0)); }

// codes_squares is |e|^2, which each work-item computes.
real codes_squares(__global const real *e)
{
    real sum = R(0.0);
    for (uint k = 0; k < CODES_ENTRIES; k++)
        sum += e[k] * e[k];
    return sum;
}

// codes.Symbols
void codes_symbols(const codes_population *p, real factor, uint me)
{
    for (uint k = me; k < CODES_ENTRIES; k += CODES_ITEMS)
        p->x[k] = CODES_BINARY ? codes_tanh(p->e[k]) : p->e[k] * factor;
}

// codes.Normals
void codes_normal(__global real *out, const codes_population *p, uint purpose, uint sample, uint t)
{
    for (uint j = 0; j < CODES_N; j += 2) {
        words w = philox(sample, j / 2, t, purpose, p->key0, p->key1);
        out[j] = normal(w.x, w.y);
        if (j + 1 < CODES_N)
            out[j + 1] = normal(w.z, w.w);
    }
}

// codes.Uniforms
void codes_uniform(__global real *out, const codes_population *p, uint purpose, uint sample, uint t)
{
    for (uint j = 0; j < CODES_N; j += 4) {
        words w = philox(sample, j / 4, t, purpose, p->key0, p->key1);
        out[j] = uniform_real(w.x);
        if (j + 1 < CODES_N)
            out[j + 1] = uniform_real(w.y);
        if (j + 2 < CODES_N)
            out[j + 2] = uniform_real(w.z);
        if (j + 3 < CODES_N)
            out[j + 3] = uniform_real(w.w);
    }
}

// codes.Noise of learning
void codes_noise(__global real *out, const codes_population *p, uint sample, uint t)
{
    real strength = p->c[CODES_STRENGTH];
#if CODES_CHANNEL == CODES_AWGN
    codes_normal(out, p, PURPOSE_CODE_CHANNEL, sample, t);
    for (uint j = 0; j < CODES_N; j++)
        out[j] = strength * out[j];
#else
    codes_uniform(out, p, PURPOSE_CODE_CHANNEL, sample, t);
#if CODES_CHANNEL == CODES_LAPLACE
    for (uint j = 0; j < CODES_N; j++)
        out[j] = strength * (out[j] < R(0.5) ? r_log(R(2.0) * out[j]) : -r_log(R(2.0) * (R(1.0) - out[j])));
#else
    uint first = CODES_N, last = 0;
    if (CODES_CHANNEL == CODES_BURSTS) {
        words w = philox(sample, 0x80000000u, t, PURPOSE_CODE_CHANNEL, p->key0, p->key1);
        if (uniform_real(w.x) < p->c[CODES_BURST]) {
            first = mul_hi(w.y, (uint)CODES_N);
            last = first + CODES_BURST_LENGTH;
        }
    }
    for (uint j = 0; j < CODES_N; j++)
        out[j] = out[j] < (j >= first && j < last ? R(0.5) : strength) ? R(-1.0) : R(1.0);
#endif // CODES_CHANNEL
#endif // CODES_CHANNEL
}

// codes_perturb fills in what codewords are perturbed by: codes.Dither, or normal numbers.
void codes_perturb(__global real *out, const codes_population *p, uint sample, uint t)
{
#if CODES_TRANSMITTER == CODES_DITHERED || CODES_TRANSMITTER == CODES_POLICY
    codes_uniform(out, p, PURPOSE_CODE_DITHER, sample, t);
    for (uint j = 0; j < CODES_N; j++)
        out[j] = R(2.0) * out[j] - R(1.0);
#elif CODES_TRANSMITTER == CODES_FREE
    codes_normal(out, p, PURPOSE_CODE_EXPLORATION, sample, t);
#endif // CODES_TRANSMITTER
}

// cpuref population.send
void codes_send(const codes_population *p, uint sample, uint t, bool perturbed)
{
    __global const real *x = p->x + sample % CODES_MESSAGES * CODES_N;
    __global real *y = p->received + sample * CODES_N, *path = p->path + sample * CODES_N;
    codes_noise(y, p, sample, t);
    codes_perturb(path, p, sample, t);
    for (uint j = 0; j < CODES_N; j++) {
        real noise = y[j];
#if CODES_TRANSMITTER == CODES_BACKPROP
        y[j] = x[j] + noise;
        path[j] = R(1.0);
#elif CODES_TRANSMITTER == CODES_FREE
        y[j] = (perturbed ? p->c[CODES_KEPT] * x[j] + p->c[CODES_SPREAD] * path[j] : x[j]) + noise;
#elif CODES_TRANSMITTER == CODES_RELAXED
        y[j] = x[j] * noise;
        path[j] = noise;
#elif CODES_TRANSMITTER == CODES_STRAIGHT
        y[j] = codes_sign(x[j]) * noise;
        path[j] = noise;
#elif CODES_TRANSMITTER == CODES_DITHERED
        y[j] = codes_sign(x[j] + path[j]) * noise;
        path[j] = noise;
#elif CODES_TRANSMITTER == CODES_POLICY
        real b = codes_sign(x[j] + path[j]);
        y[j] = b * noise;
        path[j] = b - x[j];
#endif // CODES_TRANSMITTER
    }
}

// codes.Output
uint codes_output(__global const real *y)
{
    uint word = 0;
    for (uint j = 0; j < CODES_N; j++)
        word |= (y[j] > R(0.0) ? 1u : 0u) << j;
    return word;
}

#if CODES_RECEIVER == CODES_NETWORK

// codes.NetOf: where the parts of the weights begin.
#define CODES_INNER_BIAS (CODES_N * CODES_HIDDEN)
#define CODES_OUTER (CODES_INNER_BIAS + CODES_HIDDEN)
#define CODES_OUTER_BIAS (CODES_OUTER + CODES_HIDDEN * CODES_MESSAGES)
#define CODES_WEIGHTS (CODES_OUTER_BIAS + CODES_MESSAGES)

// codes.Net.Forward
void codes_forward(__global const real *w, __global const real *y, __global real *h, __global real *d)
{
    for (uint u = 0; u < CODES_HIDDEN; u++) {
        real sum = w[CODES_INNER_BIAS + u];
        for (uint j = 0; j < CODES_N; j++)
            sum += y[j] * w[j * CODES_HIDDEN + u];
        h[u] = sum > R(0.0) ? sum : R(0.0);
    }
    for (uint m = 0; m < CODES_MESSAGES; m++) {
        real sum = w[CODES_OUTER_BIAS + m];
        for (uint u = 0; u < CODES_HIDDEN; u++)
            sum += h[u] * w[CODES_OUTER + u * CODES_MESSAGES + m];
        d[m] = sum;
    }
}

// codes.Losses
real codes_loss(__global real *d, uint message)
{
    real most = d[0];
    for (uint m = 1; m < CODES_MESSAGES; m++)
        most = d[m] > most ? d[m] : most;
    real own = d[message] - most, sum = R(0.0);
    for (uint m = 0; m < CODES_MESSAGES; m++) {
        d[m] = r_exp(d[m] - most);
        sum += d[m];
    }
    for (uint m = 0; m < CODES_MESSAGES; m++) {
        real q = d[m] / sum;
        d[m] = (q < R(1e-20) ? R(0.0) : q) - (m == message ? R(1.0) : R(0.0));
    }
    return r_log(sum) - own;
}

// cpuref population.gradientOfWeights: that by weight k.
real codes_weight(const codes_population *p, uint k)
{
    // The weight leads from a number of a row of left, or from 1, to one of right.
    __global const real *left = p->received, *right = p->given_by;
    uint from = k / CODES_HIDDEN, to = k % CODES_HIDDEN, width = CODES_N, others = CODES_HIDDEN;
    if (k >= CODES_OUTER) {
        left = p->units;
        right = p->logits;
        from = (k - CODES_OUTER) / CODES_MESSAGES;
        to = (k - CODES_OUTER) % CODES_MESSAGES;
        width = CODES_HIDDEN;
        others = CODES_MESSAGES;
    }
    bool bias = from == width;
    codes_sum sum;
    sum.count = 0;
    for (uint i = 0; i < CODES_BATCH; i++) {
        real v = right[i * others + to];
        codes_add(&sum, bias ? v : left[i * width + from] * v);
    }
    return codes_total(&sum) / (real)CODES_BATCH;
}

// cpuref population.receive where the receiver is a network
void codes_receive(const codes_population *p, uint sample)
{
    __global real *y = p->received + sample * CODES_N, *path = p->path + sample * CODES_N;
    __global real *h = p->units + sample * CODES_HIDDEN, *g = p->given_by + sample * CODES_HIDDEN, *d = p->logits + sample * CODES_MESSAGES;
    __global const real *w = p->weights;
    codes_forward(w, y, h, d);
    p->losses[sample] = codes_loss(d, sample % CODES_MESSAGES);
    for (uint u = 0; u < CODES_HIDDEN; u++) {
        real sum = R(0.0);
        if (h[u] > R(0.0))
            for (uint m = 0; m < CODES_MESSAGES; m++)
                sum += d[m] * w[CODES_OUTER + u * CODES_MESSAGES + m];
        g[u] = codes_sizable(sum, R(1e-30));
    }
    if (CODES_SCORED)
        return;
    for (uint j = 0; j < CODES_N; j++) {
        real sum = R(0.0);
        for (uint u = 0; u < CODES_HIDDEN; u++)
            sum += g[u] * w[j * CODES_HIDDEN + u];
        path[j] = sum * path[j];
    }
}

#elif CODES_RECEIVER == CODES_COUNTS

// cpuref population.receive where the receiver counts
void codes_receive(const codes_population *p, uint sample)
{
    __global const real *row = p->counts + codes_output(p->received + sample * CODES_N) * CODES_MESSAGES;
    real sum = R(0.0);
    for (uint m = 0; m < CODES_MESSAGES; m++)
        sum += row[m];
    p->losses[sample] = -r_log(row[sample % CODES_MESSAGES] / sum);
}

// cpuref population.count: a work-item has all outputs of a message.
void codes_count(const codes_population *p, uint me)
{
    for (uint m = me; m < CODES_MESSAGES; m += CODES_ITEMS) {
        for (uint y = 0; y < CODES_OUTPUTS; y++)
            p->counts[y * CODES_MESSAGES + m] = p->c[CODES_KEEP] * p->counts[y * CODES_MESSAGES + m] + p->c[CODES_REST];
        for (uint i = m; i < CODES_BATCH; i += CODES_MESSAGES)
            p->counts[codes_output(p->received + i * CODES_N) * CODES_MESSAGES + m] += R(1.0);
    }
}

#endif // CODES_RECEIVER

#if CODES_TRANSMITTER == CODES_EXACT

// codes.Likelihood
real codes_likelihood(__global const real *x, uint y, real slope)
{
    real product = R(1.0);
    for (uint j = 0; j < CODES_N; j++)
        product = product * ((R(1.0) + slope * (y >> j & 1u ? x[j] : -x[j])) / R(2.0));
    return product;
}

// cpuref population.exact: the part of output y of the entropy.
void codes_entropy(const codes_population *p, uint y)
{
    __global real *parts = p->logits + y;
    real sum = R(0.0), part = R(0.0);
    for (uint m = 0; m < CODES_MESSAGES; m++) {
        real likely = codes_likelihood(p->x + m * CODES_N, y, p->c[CODES_SLOPE]);
        parts[m * CODES_OUTPUTS] = likely;
        sum += likely;
    }
    for (uint m = 0; m < CODES_MESSAGES; m++) {
        real likely = parts[m * CODES_OUTPUTS], a = codes_sizable(likely * r_log(likely / sum), R(1e-30));
        parts[m * CODES_OUTPUTS] = a;
        part += a;
    }
    p->losses[y] = part;
}

// cpuref weigh: the gradient of the entropy by entry k.
real codes_slope(const codes_population *p, uint k)
{
    __global const real *parts = p->logits + k / CODES_N * CODES_OUTPUTS;
    uint bit = k % CODES_N;
    real slope = p->c[CODES_SLOPE], up = slope / (R(1.0) + slope * p->x[k]), down = -(slope / (R(1.0) - slope * p->x[k]));
    codes_sum sum;
    sum.count = 0;
    for (uint y = 0; y < CODES_OUTPUTS; y++)
        codes_add(&sum, parts[y] * (y >> bit & 1u ? up : down));
    return -(codes_total(&sum) / (real)CODES_MESSAGES);
}

#else

// cpuref population.gradientOfSymbols: that by entry k.
real codes_gradient(const codes_population *p, uint k)
{
    uint message = k / CODES_N, j = k % CODES_N;
    real mean = R(0.0);
    codes_sum sum;
    if (CODES_SCORED) {
        sum.count = 0;
        for (uint i = message; i < CODES_BATCH; i += CODES_MESSAGES)
            codes_add(&sum, p->losses[i]);
        mean = codes_total(&sum) / (real)CODES_COPIES;
    }
    sum.count = 0;
    for (uint i = message; i < CODES_BATCH; i += CODES_MESSAGES) {
        real path = p->path[i * CODES_N + j];
        codes_add(&sum, CODES_SCORED ? (p->losses[i] - mean) * path : path);
    }
    real g = codes_total(&sum) / (real)CODES_BATCH;
    return CODES_TRANSMITTER == CODES_FREE ? g * p->c[CODES_SCORE] : g;
}

#endif // CODES_TRANSMITTER

// cpuref population.moveTable
void codes_move(const codes_population *p, __global const real *pace, real factor, real squares, uint me)
{
    real along = R(0.0);
    if (!CODES_BINARY) {
        for (uint k = 0; k < CODES_ENTRIES; k++)
            along += p->gradient[k] * p->e[k];
        along = along / squares;
        CODES_WAIT();
    }
    for (uint k = me; k < CODES_ENTRIES; k += CODES_ITEMS) {
        real g = p->gradient[k], e = p->e[k], slope = R(1.0) - p->x[k] * p->x[k];
        if (!CODES_BINARY)
            g = factor * (g - e * along);
        else if (!CODES_OF_SIGNS)
            g = g * slope;
        if (CODES_BINARY)
            g += (pace[CODES_PACE_TEMPERATURE] * e) * slope;
        codes_adam(p->e + k, p->e_mean + k, p->e_square + k, g, pace + CODES_PACE_RATE);
    }
}

// cpuref population.update: some updates from t on, of all populations.
__kernel __attribute__((reqd_work_group_size(CODES_ITEMS, 1, 1)))
void codes_learn(__global const real *constants, __global const uint *keys, __global const uint *kinds, uint all_kinds, __global const real *paces,
                 __global real *e, __global real *e_mean, __global real *e_square, __global real *x,
                 __global real *weights, __global real *weights_mean, __global real *weights_square, __global real *counts, __global real *loss,
                 __global real *gradient, __global real *received, __global real *path, __global real *units, __global real *given_by,
                 __global real *logits, __global real *losses, uint t, uint updates)
{
    uint me = (uint)get_local_id(0);
    size_t r = get_group_id(0), entries = r * CODES_ENTRIES, weighted = r * CODES_HELD_WEIGHTS;
    codes_population p = { constants + r * CODES_WORDS, e + entries, e_mean + entries, e_square + entries, x + entries,
        weights + weighted, weights_mean + weighted, weights_square + weighted, counts + r * CODES_HELD_COUNTS, gradient + entries,
        received + r * CODES_BATCH * CODES_N, path + r * CODES_BATCH * CODES_N, units + r * CODES_HELD_UNITS,
        given_by + r * CODES_HELD_UNITS, logits + r * CODES_HELD_LOGITS, losses + r * CODES_HELD_LOSSES, keys[2 * r], keys[2 * r + 1] };
    for (uint u = 0; u < updates; u++) {
        __global const real *pace = paces + (u * all_kinds + kinds[r]) * CODES_PACE_WORDS;
        real squares = CODES_BINARY ? R(0.0) : codes_squares(p.e);
        real factor = CODES_BINARY ? R(1.0) : r_sqrt((real)CODES_ENTRIES / squares);
        codes_symbols(&p, factor, me);
        CODES_WAIT();
#if CODES_TRANSMITTER == CODES_EXACT
        for (uint y = me; y < CODES_OUTPUTS; y += CODES_ITEMS)
            codes_entropy(&p, y);
        CODES_WAIT();
        if (me == CODES_LAST)
            loss[r] = -(codes_all(p.losses, CODES_OUTPUTS) / (real)CODES_MESSAGES);
        for (uint k = me; k < CODES_ENTRIES; k += CODES_ITEMS)
            p.gradient[k] = codes_slope(&p, k);
        CODES_WAIT();
        codes_move(&p, pace, factor, squares, me);
#else
        bool transmits = pace[CODES_PACE_RATE] > R(0.0);
        for (uint i = me; i < CODES_BATCH; i += CODES_ITEMS) {
            codes_send(&p, i, t + u, transmits);
            codes_receive(&p, i);
        }
        CODES_WAIT();
        if (me == CODES_LAST)
            loss[r] = codes_all(p.losses, CODES_BATCH) / (real)CODES_BATCH;
        if (transmits)
            for (uint k = me; k < CODES_ENTRIES; k += CODES_ITEMS)
                p.gradient[k] = codes_gradient(&p, k);
#if CODES_RECEIVER == CODES_COUNTS
        codes_count(&p, me);
#else
        if (pace[CODES_PACE_RECEIVER_RATE] > R(0.0))
            for (uint k = me; k < CODES_WEIGHTS; k += CODES_ITEMS)
                codes_adam(p.weights + k, p.weights_mean + k, p.weights_square + k, codes_weight(&p, k), pace + CODES_PACE_RECEIVER_RATE);
#endif // CODES_RECEIVER
        CODES_WAIT();
        if (transmits)
            codes_move(&p, pace, factor, squares, me);
#endif // CODES_TRANSMITTER
        CODES_WAIT();
    }
}

#endif // CODES
