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

// Purposes: rng.Purpose.
#define PURPOSE_NODE_STATE 0u
#define PURPOSE_WEIGHT_NOISE 1u
#define PURPOSE_EXTERNAL 2u

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
    real high = x - n * R(0.69314718036912382);
    real low = n * R(1.9082149292705877e-10);
    real r = high - low;
    real r2 = r * r;
    real r4 = r2 * r2;
    real q0 = r * R(0.16666666666666413) + R(0.50000000000000111);
    real q2 = r * R(0.0083333333334944266) + R(0.041666666666530183);
    real q4 = r * R(0.00019841269506626455) + R(0.0013888888943621857);
    real q6 = r * R(2.7557586356023903e-06) + R(2.4801493108366448e-05);
    real q8 = r * R(2.5000059790150014e-08) + R(2.7630244721630621e-07);
    real q = (q0 + r2 * q2) + r4 * ((q4 + r2 * q6) + r4 * q8);
    real e = R(1.0) + (high + (r2 * q - low));
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
    real high = x - n * R(0.693145751953125);
    real low = n * R(1.42860677e-06);
    real r = high - low;
    real r2 = r * r;
    real q0 = r * R(0.166665211) + R(0.49999994);
    real q2 = r * R(0.00836871471) + R(0.041668389);
    real q = q0 + r2 * (q2 + r2 * R(0.00138146034));
    real e = R(1.0) + (high + (r2 * q - low));
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
// Section 4: the Thermodynamic Neural Network: memory and parameters. Mirrors
// package host/tnn (Layout, NodeParameters, EdgeParameters).
//
// Build options: -DGROUP=n, nodes per work-group, a power of two from 32 to
// 1024; -DRULE_2019 for hylton2019, else hylton2020; -DEDGE_FIXED, -DEDGE_REAL2
// for these kinds, else real1; -DEDGE_NOISE.
// ============================================================================

#ifdef GROUP

#define LANES 32
#define WATCHED 3 // watched values of a node
#define NODE_SUMS 12

// Parameters of a replica and group: EDGE_PARAMETERS, then NODE_PARAMETERS for
// each group.
enum { EDGE_G, EDGE_SIZE_MASS, EDGE_M, EDGE_TWO_M, EDGE_DEVIATION, EDGE_ROOT_M, EDGE_BOUND, EDGE_PARAMETERS };
enum { NODE_LEVELS, NODE_TEMPERATURE, NODE_FOUR, NODE_THRESHOLD, NODE_LOG_LEVELS, NODE_CUT, NODE_PARAMETERS };

// What a sweep does: tnn.Sweep flags in gpu.
#define SWEEP_ADAPT 1u    // weights may change
#define SWEEP_ADAPTING 2u // the adapting sweep of hylton2019
#define SWEEP_PREDICT 4u
#define WATCH_ENTROPY 8u
#define WATCH_FLUCTUATING 16u
#define WATCH_DISSIPATION 32u
#define WATCH_TRANSPORT 64u

// One replica's view of the network.
typedef struct {
    __global const int *id;          // by position
    __global const uint *active;     // by slice
    __global const long *rows;       // by slice
    __global const int *neighbour;   // by half-edge
    __global const uint *weight_of;  // by half-edge
    __global const real *parameters;
    __global real *state;
    __global real *energy;
    __global real *node0, *node1, *node2, *node3; // see below
    __global real *charge0, *memory0, *potential0;
    __global real *charge1, *memory1, *potential1;
    __global real *weight;
    uint2 key;
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
#endif

// What a visit adds to the sums of a step: cpuref nodeSums.
typedef struct {
    real energy, free, entropy, dissipated, transported, numerator, denominator;
    real change, fluctuating, state, weight2, order;
} node_sums;

// What a node draws: cpuref sample.
typedef struct {
    real x, energy, free, entropy;
} sample;

real lesser(real a, real b) { return a > b ? b : a; }
real greater(real a, real b) { return a < b ? b : a; }
real magnitude(real x) { return x < R(0.0) ? -x : x; }

real clamp_to(real x, real bound)
{
    return x > bound ? bound : (x < -bound ? -bound : x);
}

bool is_active(const net *n, int pos)
{
    return (n->active[pos / LANES] >> (pos % LANES) & 1u) != 0;
}

real input(const net *n, int pos, real own)
{
    real v = n->state[pos];
    if ((n->flags & SWEEP_PREDICT) != 0 && !is_active(n, pos) && !(v * own < R(0.0)))
        return R(0.0);
    return v;
}

// cpuref plasticity.truncatedNormal
real truncated_normal(__global const real *e, real w, real u)
{
    real low = r_erfc(e[EDGE_ROOT_M] * (-e[EDGE_BOUND] - w));
    real high = r_erfc(e[EDGE_ROOT_M] * (e[EDGE_BOUND] - w));
    return w + r_erfcinv((R(1.0) - u) * low + u * high) / e[EDGE_ROOT_M];
}

// cpuref plasticity.change
real change_weight(__global const real *e, real w, real err, real w2, uint x, uint y)
{
    w += (e[EDGE_G] * err - e[EDGE_SIZE_MASS] * w) / e[EDGE_M];
#ifdef EDGE_NOISE
    w /= r_sqrt(R(1.0) + R(1.0) / (e[EDGE_TWO_M] * w2));
#ifdef EDGE_REAL2
    w = truncated_normal(e, w, uniform_real(x));
#else
    w += e[EDGE_DEVIATION] * normal(x, y);
#endif
#endif
    return clamp_to(w, e[EDGE_BOUND]);
}

// cpuref replica.sumEdges
void sum_edges(const net *n, int pos, long row, int slots, real x, node_sums *out)
{
    long h = row;
    for (int i = 0; i < slots; i++, h += LANES) {
        int j = n->neighbour[h];
        if (j < 0)
            break;
        if (j > pos || !is_active(n, j))
            continue;
        real w = n->weight[n->weight_of[h]];
        out->weight2 += w * w;
        if (j != pos)
            out->order -= x * n->state[j];
    }
}

#ifndef RULE_2019

// ============================================================================
// Section 5: hylton2020. Mirrors sample2020 and visit2020.go of package cpuref.
// ============================================================================

// cpuref series
typedef struct {
    real first, ratio, total, energy_total;
    int terms;
} series;

// cpuref wing.weigh
series weigh(real depth, real levels, real count, real lowest, real cut)
{
    series s = { R(0.0), R(0.0), R(0.0), R(0.0), 0 };
    if (count < R(1.0))
        return s;
    real rise = depth / levels;
    real energy = -depth - lowest;
    s.first = r_exp(-energy);
    s.ratio = r_exp(-rise);
    if (count * rise > cut)
        count = floor(cut / rise) + R(1.0);
    s.terms = (int)count;
    real weight = s.first;
    for (int i = 0; i < s.terms; i++) {
        s.total += weight;
        s.energy_total += weight * energy;
        weight *= s.ratio;
        energy += rise;
    }
    return s;
}

// cpuref series.index
int term_of(const series *s, real mass)
{
    real weight = s->first, sum = R(0.0);
    for (int i = 0; i < s->terms - 1; i++) {
        sum += weight;
        if (sum > mass)
            return i;
        weight *= s->ratio;
    }
    return s->terms - 1;
}

// cpuref wings and sample2020
sample sample2020(real depth_minus, real depth_plus, real u, __global const real *p)
{
    real threshold = p[NODE_THRESHOLD];
    real n = floor(depth_minus / threshold), m = floor(depth_plus / threshold);
    n = n < R(1.0) ? R(1.0) : n;
    m = m < R(1.0) ? R(1.0) : m;
    real deep = n > m ? n : m, shallow = n > m ? m : n;
    real skip_deep = deep - p[NODE_LEVELS];
    skip_deep = skip_deep < R(0.0) ? R(0.0) : skip_deep;
    real skip_shallow = shallow < skip_deep ? shallow : skip_deep;
    real count_minus = n > m ? n - skip_deep : n - skip_shallow;
    real count_plus = n > m ? m - skip_shallow : m - skip_deep;
    bool has_zero = skip_deep == R(0.0) || skip_shallow == R(0.0);

    real lowest = R(0.0);
    if (count_minus >= R(1.0))
        lowest = -depth_minus;
    if (count_plus >= R(1.0) && -depth_plus < lowest)
        lowest = -depth_plus;
    series sm = weigh(depth_minus, n, count_minus, lowest, p[NODE_CUT]);
    series sp = weigh(depth_plus, m, count_plus, lowest, p[NODE_CUT]);
    real zero = has_zero ? r_exp(lowest) : R(0.0);
    real z = sm.total + zero + sp.total;
    real energy_total = sm.energy_total + zero * -lowest + sp.energy_total;

    real x = R(0.0), depth = R(0.0);
    real target = u * z;
    if (target <= sm.total && sm.terms > 0) {
        x = -((n - (real)term_of(&sm, target)) / n);
        depth = depth_minus;
    } else if ((target > sm.total + zero && sp.terms > 0) || !has_zero) {
        x = (m - (real)term_of(&sp, z - target)) / m;
        depth = depth_plus;
    }
    real log_z = r_log(z);
    real size = floor((depth_plus + depth_minus + R(1.0)) / threshold);
    size = size < R(3.0) ? R(3.0) : size;
    sample s;
    s.x = x;
    s.energy = -(depth * magnitude(x));
    s.free = lowest - log_z;
    s.entropy = (energy_total / z + log_z) / r_log(size);
    return s;
}

// cpuref charging
typedef struct {
    real pp, mp, pm, mm;
    real wpp, wmp, wpm, wmm;
} charging;

// cpuref charge
charging charge2020(const net *n, long h, real v, real w)
{
    real q0 = n->charge0[h], m0 = n->memory0[h], q1 = n->charge1[h], m1 = n->memory1[h];
    bool positive0 = q0 > R(0.0), positive1 = q1 > R(0.0);
    charging c;
    c.pp = positive0 ? q0 : R(0.0);
    c.wpp = positive0 ? m0 : R(0.0);
    c.mp = positive0 ? R(0.0) : q0;
    c.wmp = positive0 ? R(0.0) : m0;
    c.pm = positive1 ? q1 : R(0.0);
    c.wpm = positive1 ? m1 : R(0.0);
    c.mm = positive1 ? R(0.0) : q1;
    c.wmm = positive1 ? R(0.0) : m1;
    real in = v * w;
    if (in > R(0.0) && w > R(0.0)) {
        c.pp = lesser(c.pp + in, w);
        c.wpp = w;
    } else if (in > R(0.0)) {
        c.pm = lesser(c.pm + in, -w);
        c.wpm = w;
    } else if (in < R(0.0) && w > R(0.0)) {
        c.mp = greater(c.mp + in, -w);
        c.wmp = w;
    } else if (in < R(0.0)) {
        c.mm = greater(c.mm + in, w);
        c.wmm = w;
    }
    return c;
}

// cpuref side
typedef struct {
    real qa, pa, qb, pb;
    real rest_qa, rest_ma, rest_pa, rest_qb, rest_mb, rest_pb;
} side;

// cpuref replica.chosen
side chosen(const net *n, long h, real v, real w, real x)
{
    charging c = charge2020(n, h, v, w);
    real p0 = n->potential0[h], p1 = n->potential1[h];
    bool positive0 = n->charge0[h] > R(0.0), positive1 = n->charge1[h] > R(0.0);
    real ppp = positive0 ? p0 : R(0.0), pmp = positive0 ? R(0.0) : p0;
    real ppm = positive1 ? p1 : R(0.0), pmm = positive1 ? R(0.0) : p1;
    real in = v * w;
    if (in > R(0.0) && w > R(0.0))
        ppp = clamp_to(ppp + v, R(1.0));
    else if (in > R(0.0))
        ppm = clamp_to(ppm + v, R(1.0));
    else if (in < R(0.0) && w > R(0.0))
        pmp = clamp_to(pmp + v, R(1.0));
    else if (in < R(0.0))
        pmm = clamp_to(pmm + v, R(1.0));
    side s;
    if (x < R(0.0)) {
        s.qa = c.pp, s.pa = ppp, s.qb = c.mm, s.pb = pmm;
        s.rest_qa = c.mp, s.rest_ma = c.wmp, s.rest_pa = pmp;
        s.rest_qb = c.pm, s.rest_mb = c.wpm, s.rest_pb = ppm;
    } else {
        s.qa = c.pm, s.pa = ppm, s.qb = c.mp, s.pb = pmp;
        s.rest_qa = c.mm, s.rest_ma = c.wmm, s.rest_pa = pmm;
        s.rest_qb = c.pp, s.rest_mb = c.wpp, s.rest_pb = ppp;
    }
    return s;
}

// cpuref replica.equilibrate
void equilibrate(const net *n, __global const real *p, int pos, long row, int slots, const charging *sum, real old, real x)
{
    real potential_a = R(0.0), potential_b = R(0.0), weight_a = R(0.0), weight_b = R(0.0);
    real members_a = R(0.0), members_b = R(0.0);
    long h = row;
    for (int i = 0; i < slots; i++, h += LANES) {
        int j = n->neighbour[h];
        if (j < 0)
            break;
        real w = n->weight[n->weight_of[h]];
        side m = chosen(n, h, input(n, j, old), w, x);
        if (m.qa != R(0.0)) {
            potential_a += magnitude(m.pa);
            weight_a += w * w;
            members_a += R(1.0);
        }
        if (m.qb != R(0.0)) {
            potential_b += magnitude(m.pb);
            weight_b += w * w;
            members_b += R(1.0);
        }
    }
    bool up = x > R(0.0);
    real charge_a = up ? sum->pm : sum->pp, charge_b = up ? sum->mp : sum->mm;
    real capacity_a = up ? sum->wpm : sum->wpp, capacity_b = up ? sum->wmp : sum->wmm;
    real sigma = up ? R(-1.0) : R(1.0);
    real r1 = charge_a - capacity_b * x, r2 = charge_b - capacity_a * x;
    real t1 = charge_a + capacity_b * x, t2 = charge_b + capacity_a * x;
    n->dissipation[pos] = p[NODE_TEMPERATURE] * (r1 * r1 + r2 * r2);
    n->transport[pos] = p[NODE_TEMPERATURE] * (t1 * t1 + t2 * t2) * R(0.25);
    n->quality_numerator[pos] = magnitude(t1) + magnitude(t2);
    n->quality_denominator[pos] = magnitude(r1) + magnitude(r2);

    real d1 = potential_a + members_b * magnitude(x), d2 = potential_b + members_a * magnitude(x);
    real e1 = R(0.0), e2 = R(0.0);
    if (d1 > R(0.0) && d2 > R(0.0)) {
        e1 = -r1 / (R(2.0) * d1);
        e2 = -r2 / (R(2.0) * d2);
    }
    real w2 = (weight_a + weight_b) / (members_a + members_b);
    real xx = x * x;
    uint id = (uint)n->id[pos], loops = 0;
    h = row;
    for (int i = 0; i < slots; i++, h += LANES) {
        int j = n->neighbour[h];
        if (j < 0)
            break;
        uint at = n->weight_of[h];
        real w = n->weight[at];
        side m = chosen(n, h, input(n, j, old), w, x);
        n->charge0[h] = up ? m.rest_qb : m.rest_qa;
        n->memory0[h] = up ? m.rest_mb : m.rest_ma;
        n->potential0[h] = up ? m.rest_pb : m.rest_pa;
        n->charge1[h] = up ? m.rest_qa : m.rest_qb;
        n->memory1[h] = up ? m.rest_ma : m.rest_mb;
        n->potential1[h] = up ? m.rest_pa : m.rest_pb;
        uint other = j == pos ? ~loops++ : (uint)n->id[j];
#ifndef EDGE_FIXED
        if ((m.qa == R(0.0) && m.qb == R(0.0)) || !is_active(n, j))
            continue;
        uint4 word = philox((uint4)(id, other, n->k, PURPOSE_WEIGHT_NOISE), n->key);
        if (m.qa != R(0.0)) {
            real pp = m.pa * m.pa;
            w = change_weight(n->parameters, w, sigma * (e1 * pp + e2 * xx) / (pp + xx), w2, word.x, word.y);
            word.xy = word.zw;
        }
        if (m.qb != R(0.0)) {
            real pp = m.pb * m.pb;
            w = change_weight(n->parameters, w, sigma * (e2 * pp + e1 * xx) / (pp + xx), w2, word.x, word.y);
        }
        n->weight[at] = w;
#endif
    }
}

// cpuref replica.visit2020
node_sums visit(const net *n, __global const real *p, int pos, long row, int slots, __global real *watched)
{
    real old = n->state[pos];
    charging sum = { R(0.0), R(0.0), R(0.0), R(0.0), R(0.0), R(0.0), R(0.0), R(0.0) };
    long h = row;
    for (int i = 0; i < slots; i++, h += LANES) {
        int j = n->neighbour[h];
        if (j < 0)
            break;
        charging c = charge2020(n, h, input(n, j, old), n->weight[n->weight_of[h]]);
        sum.pp += c.pp, sum.mp += c.mp, sum.pm += c.pm, sum.mm += c.mm;
        sum.wpp += c.wpp, sum.wmp += c.wmp, sum.wpm += c.wpm, sum.wmm += c.wmm;
    }
    real depth_minus = p[NODE_FOUR] * (sum.pp * -sum.wmm + sum.mm * -sum.wpp);
    real depth_plus = p[NODE_FOUR] * (sum.pm * sum.wmp + sum.mp * sum.wpm);
    uint4 word = philox((uint4)((uint)n->id[pos], 0, n->k, PURPOSE_NODE_STATE), n->key);
    sample draw = sample2020(depth_minus, depth_plus, uniform_real(word.x), p);
    bool fluctuating = magnitude(draw.energy - n->energy[pos]) > p[NODE_THRESHOLD];
    n->energy[pos] = draw.energy;

    node_sums out = { draw.energy, draw.free, draw.entropy, 0, 0, 0, 0, 0, 0, draw.x, 0, 0 };
    out.change = magnitude((draw.x - old) * R(0.5));
    out.fluctuating = fluctuating ? R(1.0) : R(0.0);
    if (!fluctuating && (n->flags & SWEEP_ADAPT) != 0 && draw.x != R(0.0))
        equilibrate(n, p, pos, row, slots, &sum, old, draw.x);
    n->state[pos] = draw.x; // not before: a self-loop's input is the old state
    out.dissipated = n->dissipation[pos];
    out.transported = n->transport[pos];
    out.numerator = n->quality_numerator[pos];
    out.denominator = n->quality_denominator[pos];
    sum_edges(n, pos, row, slots, draw.x, &out);
    if ((n->flags & WATCH_ENTROPY) != 0)
        watched[0] = draw.entropy;
    if ((n->flags & WATCH_FLUCTUATING) != 0)
        watched[1] = out.fluctuating;
    return out;
}

#else

// ============================================================================
// Section 6: hylton2019. Mirrors sample2019 and visit2019.go of package cpuref.
// A half-edge's slots are charge0, potential0 and charge1, potential1.
// ============================================================================

// cpuref level
real level(int l, real levels)
{
    return R(-1.0) + (real)(2 * l) / (levels - R(1.0));
}

// cpuref cubic
real cubic(real x, real depth_minus, real depth_plus, real lowest)
{
    real depth = x < R(0.0) ? depth_minus : depth_plus;
    real a = x < R(0.0) ? -x : x;
    return -(depth * (a * a * a)) - lowest;
}

// cpuref pick2019
real pick2019(real depth_minus, real depth_plus, real lowest, real target, real low, real z, __global const real *p)
{
    int levels = (int)p[NODE_LEVELS], middle = (levels + 1) / 2;
    bool above = target > low;
    int l = above ? levels - 1 : 0, by = above ? -1 : 1, last = above ? middle : middle - 1;
    real mass = above ? z - target : target;
    real x = level(l, p[NODE_LEVELS]), sum = R(0.0);
    for (;; l += by) {
        real here = level(l, p[NODE_LEVELS]);
        real e = cubic(here, depth_minus, depth_plus, lowest);
        if (e > p[NODE_CUT])
            return x;
        x = here;
        sum += r_exp(-e);
        if (sum > mass || l == last)
            return x;
    }
}

// cpuref sample2019
sample sample2019(real depth_minus, real depth_plus, real u, __global const real *p)
{
    int levels = (int)p[NODE_LEVELS], middle = (levels + 1) / 2;
    real lowest = depth_plus > depth_minus ? -depth_plus : -depth_minus;
    real low = R(0.0), high = R(0.0), energy_total = R(0.0);
    for (int l = 0; l < middle; l++) {
        real e = cubic(level(l, p[NODE_LEVELS]), depth_minus, depth_plus, lowest);
        if (e > p[NODE_CUT])
            break;
        real weight = r_exp(-e);
        low += weight;
        energy_total += weight * e;
    }
    for (int l = levels - 1; l >= middle; l--) {
        real e = cubic(level(l, p[NODE_LEVELS]), depth_minus, depth_plus, lowest);
        if (e > p[NODE_CUT])
            break;
        real weight = r_exp(-e);
        high += weight;
        energy_total += weight * e;
    }
    real z = low + high;
    real log_z = r_log(z);
    sample s;
    s.x = pick2019(depth_minus, depth_plus, lowest, u * z, low, z, p);
    s.energy = cubic(s.x, depth_minus, depth_plus, R(0.0));
    s.free = lowest - log_z;
    s.entropy = (energy_total / z + log_z) / p[NODE_LOG_LEVELS];
    return s;
}

// cpuref held
typedef struct {
    real q0, p0, q1, p1;
} held;

bool negative(real x)
{
    return as_real_uint(x) >> (sizeof(real) * 8 - 1) != 0;
}

// cpuref hold
held charge2019(const net *n, long h, real v, real w)
{
    real p0 = n->potential0[h], p1 = n->potential1[h];
    bool keep0 = (w > R(0.0) && !negative(p0)) || (w < R(0.0) && negative(p0));
    bool keep1 = (w > R(0.0) && negative(p1)) || (w < R(0.0) && !negative(p1));
    held c;
    c.q0 = keep0 ? n->charge0[h] : R(0.0);
    c.p0 = keep0 ? p0 : R(0.0);
    c.q1 = keep1 ? n->charge1[h] : R(0.0);
    c.p1 = keep1 ? p1 : R(0.0);
    real in = v * w;
    if (in > R(0.0)) {
        c.q0 = lesser(c.q0 + in, magnitude(w));
        c.p0 = clamp_to(c.p0 + v, R(1.0));
    } else if (in < R(0.0)) {
        c.q1 = greater(c.q1 + in, -magnitude(w));
        c.p1 = clamp_to(c.p1 + v, R(1.0));
    }
    return c;
}

// cpuref pairSums
typedef struct {
    real charge_a, charge_b, capacity_a, capacity_b, potential_a, potential_b, members_a, members_b;
} pair_sums;

// cpuref held.add
void add_member(const held *c, pair_sums *first, pair_sums *second, real w)
{
    pair_sums *a = w < R(0.0) ? second : first, *b = w < R(0.0) ? first : second;
    if (c->q0 != R(0.0)) {
        a->charge_a += c->q0;
        a->capacity_a += w;
        a->potential_a += magnitude(c->p0);
        a->members_a += R(1.0);
    }
    if (c->q1 != R(0.0)) {
        b->charge_b += c->q1;
        b->capacity_b += w;
        b->potential_b += magnitude(c->p1);
        b->members_b += R(1.0);
    }
}

// cpuref correction
typedef struct {
    real e1, e2, sigma, keep;
    bool skip;
} correction;

// cpuref pairSums.settle
correction settle(const pair_sums *p, real h, real x, real sigma, node_sums *out)
{
    real r1 = p->charge_a - p->capacity_b * x, r2 = p->charge_b - p->capacity_a * x;
    real t1 = p->charge_a + p->capacity_b * x, t2 = p->charge_b + p->capacity_a * x;
    real hh = h * h;
    out->dissipated += hh * (r1 * r1 + r2 * r2);
    out->transported += hh * (t1 * t1 + t2 * t2) * R(0.25);
    out->numerator += h * (magnitude(t1) + magnitude(t2));
    out->denominator += h * (magnitude(r1) + magnitude(r2));
    real d1 = p->potential_a + p->members_b * magnitude(x), d2 = p->potential_b + p->members_a * magnitude(x);
    correction c = { R(0.0), R(0.0), sigma, R(1.0), true };
    if (d1 <= R(0.0) || d2 <= R(0.0))
        return c;
    c.e1 = -(h * r1) / d1;
    c.e2 = -(h * r2) / d2;
    c.keep = R(1.0) - h;
    c.skip = false;
    return c;
}

// cpuref correction.err
real error_of(const correction *c, real own, real opposite, real p, real x)
{
    real pp = p * p, xx = x * x;
    if (pp + xx == R(0.0))
        return R(0.0);
    if (x > R(0.0))
        opposite = -opposite;
    return (c->sigma * own * pp + opposite * xx) / (pp + xx) * R(0.5);
}

// cpuref replica.update2019
real update2019(const net *n, uint i, uint j, real w, real w2, real x, const held *c, const correction *a, const correction *b)
{
    bool in_a = c->q0 != R(0.0) && !a->skip, in_b = c->q1 != R(0.0) && !b->skip;
    if (!in_a && !in_b)
        return w;
    uint4 word = philox((uint4)(i, j, n->k, PURPOSE_WEIGHT_NOISE), n->key);
    real err_a = error_of(a, a->e1, a->e2, c->p0, x), err_b = error_of(b, b->e2, b->e1, c->p1, x);
    bool swap = w < R(0.0);
    bool first = swap ? in_b : in_a, second = swap ? in_a : in_b;
    if (first) {
        w = change_weight(n->parameters, w, swap ? err_b : err_a, w2, word.x, word.y);
        word.xy = word.zw;
    }
    if (second)
        w = change_weight(n->parameters, w, swap ? err_a : err_b, w2, word.x, word.y);
    return w;
}

// cpuref replica.relax
void relax(const net *n, int pos, long row, int slots, real basis, real x, const pair_sums *first, const pair_sums *second, real w2, node_sums *out)
{
    correction c1 = settle(first, x < R(0.0) ? -x : R(0.0), x, R(1.0), out);
    correction c2 = settle(second, x < R(0.0) ? R(0.0) : x, x, R(-1.0), out);
    uint loops = 0;
    long h = row;
    for (int i = 0; i < slots; i++, h += LANES) {
        int j = n->neighbour[h];
        if (j < 0)
            break;
        uint at = n->weight_of[h];
        real w = n->weight[at];
        held c = charge2019(n, h, input(n, j, basis), w);
        uint other = j == pos ? ~loops++ : (uint)n->id[j];
        const correction *a = w < R(0.0) ? &c2 : &c1, *b = w < R(0.0) ? &c1 : &c2;
#ifndef EDGE_FIXED
        if ((n->flags & SWEEP_ADAPT) != 0 && is_active(n, j))
            n->weight[at] = update2019(n, (uint)n->id[pos], other, w, w2, x, &c, a, b);
#endif
        n->charge0[h] = c.q0 * a->keep;
        n->potential0[h] = c.p0 * a->keep;
        n->charge1[h] = c.q1 * b->keep;
        n->potential1[h] = c.p1 * b->keep;
    }
}

// cpuref replica.visit2019
node_sums visit(const net *n, __global const real *p, int pos, long row, int slots, __global real *watched)
{
    bool adapting = (n->flags & SWEEP_ADAPTING) != 0;
    real old = n->state[pos];
    real basis = adapting ? n->offered[pos] : old;
    pair_sums first = { 0, 0, 0, 0, 0, 0, 0, 0 }, second = { 0, 0, 0, 0, 0, 0, 0, 0 };
    real w2 = R(0.0), edges = R(0.0);
    long h = row;
    for (int i = 0; i < slots; i++, h += LANES) {
        int j = n->neighbour[h];
        if (j < 0)
            break;
        real w = n->weight[n->weight_of[h]];
        held c = charge2019(n, h, input(n, j, basis), w);
        add_member(&c, &first, &second, w);
        w2 += w * w;
        edges += R(1.0);
    }
    real depth_minus = p[NODE_FOUR] * magnitude(first.charge_a * first.capacity_b + first.charge_b * first.capacity_a);
    real depth_plus = p[NODE_FOUR] * magnitude(second.charge_a * second.capacity_b + second.charge_b * second.capacity_a);
    uint4 word = philox((uint4)((uint)n->id[pos], 0, n->k, PURPOSE_NODE_STATE), n->key);
    sample draw = sample2019(depth_minus, depth_plus, uniform_real(word.x), p);
    node_sums out = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    if (!adapting) {
        n->offered[pos] = old;
        n->state[pos] = draw.x;
        return out;
    }
    draw.energy += depth_plus + depth_minus;
    out.energy = draw.energy;
    out.free = draw.free;
    out.entropy = draw.entropy;
    out.change = magnitude((draw.x - n->adapted[pos]) * R(0.5));
    out.state = draw.x;
    relax(n, pos, row, slots, basis, draw.x, &first, &second, w2 / edges, &out);
    n->state[pos] = draw.x;
    n->adapted[pos] = draw.x;
    n->energy[pos] = draw.energy;
    sum_edges(n, pos, row, slots, draw.x, &out);
    if ((n->flags & WATCH_ENTROPY) != 0)
        watched[0] = draw.entropy;
    if ((n->flags & WATCH_DISSIPATION) != 0)
        watched[1] = out.dissipated;
    if ((n->flags & WATCH_TRANSPORT) != 0)
        watched[2] = out.transported;
    return out;
}

#endif

// ============================================================================
// Section 7: sums. Mirrors total of package cpuref: neighbours are added in
// pairs, then the results in pairs, so that the size of work-groups shows in no
// bit of the result.
// ============================================================================

// A run of this many values is added by one work-item.
#define RUN 16
#define RUNS (GROUP / RUN)

// tree adds 2^k values along the tree of neighbours in pairs.
real tree(real *v, int count)
{
    for (int n = count / 2; n > 0; n /= 2)
        for (int i = 0; i < n; i++)
            v[i] = v[2 * i] + v[2 * i + 1];
    return v[0];
}

// add_group adds the values of a work-group's nodes: one value of each sum to
// partial, whose sums are stride apart.
void add_group(const node_sums *own, __local real *values, __local real *runs, __global real *partial, ulong stride)
{
    int me = (int)get_local_id(0);
    // Runs are one word further apart than long, against bank conflicts.
    __local real *at = values + me + me / RUN;
    const int row = GROUP + RUNS;
    at[0 * row] = own->energy;
    at[1 * row] = own->free;
    at[2 * row] = own->entropy;
    at[3 * row] = own->dissipated;
    at[4 * row] = own->transported;
    at[5 * row] = own->numerator;
    at[6 * row] = own->denominator;
    at[7 * row] = own->change;
    at[8 * row] = own->fluctuating;
    at[9 * row] = own->state;
    at[10 * row] = own->weight2;
    at[11 * row] = own->order;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = me; i < NODE_SUMS * RUNS; i += GROUP) {
        real v[RUN];
        for (int k = 0; k < RUN; k++)
            v[k] = values[(i / RUNS) * row + (i % RUNS) * (RUN + 1) + k];
        runs[i] = tree(v, RUN);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (me < NODE_SUMS) {
        real v[RUNS];
        for (int k = 0; k < RUNS; k++)
            v[k] = runs[me * RUNS + k];
        partial[(ulong)me * stride] = tree(v, RUNS);
    }
}

// ============================================================================
// Section 8: kernels of a step.
// ============================================================================

// sweep_segment visits the network nodes of one segment: dimension 0 its
// positions, padded to whole work-groups, dimension 1 the replicas. Work-group
// g of replica r leaves its sums in partial[(r NODE_SUMS + sum) groups + first_group + g].
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void sweep_segment(__global const int *id, __global const uint *active, __global const long *rows,
                   __global const int *neighbour, __global const uint *weight_of,
                   __global const real *parameters, uint parameter_stride, __global const uint *keys,
                   __global real *state, __global real *energy,
                   __global real *node0, __global real *node1, __global real *node2, __global real *node3,
                   __global real *charge0, __global real *memory0, __global real *potential0,
                   __global real *charge1, __global real *memory1, __global real *potential1,
                   __global real *weight, __global real *watched, __global real *partial,
                   uint positions, ulong half_edges, ulong weights,
                   uint first_slice, uint slices, uint group, uint groups, uint first_group,
                   uint k, uint flags)
{
    __local real values[NODE_SUMS * (GROUP + RUNS)];
    __local real runs[NODE_SUMS * RUNS];
    size_t r = get_global_id(1), nodes = r * positions, slots = r * half_edges;
    net n;
    n.id = id, n.active = active, n.rows = rows, n.neighbour = neighbour, n.weight_of = weight_of;
    n.parameters = parameters + r * parameter_stride;
    n.state = state + nodes, n.energy = energy + nodes;
    n.node0 = node0 + nodes, n.node1 = node1 + nodes, n.node2 = node2 + nodes, n.node3 = node3 + nodes;
    n.charge0 = charge0 + slots, n.memory0 = memory0 + slots, n.potential0 = potential0 + slots;
    n.charge1 = charge1 + slots, n.memory1 = memory1 + slots, n.potential1 = potential1 + slots;
    n.weight = weight + r * weights;
    n.key = (uint2)(keys[2 * r], keys[2 * r + 1]);
    n.k = k;
    n.flags = flags;
    __global const real *p = n.parameters + EDGE_PARAMETERS + group * NODE_PARAMETERS;

    uint slice = first_slice + (uint)get_global_id(0) / LANES, lane = (uint)get_global_id(0) % LANES;
    node_sums own = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    if (slice < first_slice + slices && (active[slice] >> lane & 1u) != 0) {
        int pos = (int)(slice * LANES + lane);
        own = visit(&n, p, pos, rows[slice] * LANES + lane, (int)(rows[slice + 1] - rows[slice]), watched + (nodes + (size_t)pos) * WATCHED);
    }
    add_group(&own, values, runs, partial + r * NODE_SUMS * groups + first_group + get_group_id(0), groups);
}

// add_partials adds the partial sums of a segment to one: dimension 0 is one
// work-group, dimension 1 the sum, dimension 2 the replica. It overwrites
// partial, and needs scratch of the same size.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void add_partials(__global real *partial, __global real *scratch, uint groups, uint first_group, uint count, __global real *sums, ulong at, uint replica_stride)
{
    size_t row = (get_global_id(2) * NODE_SUMS + get_global_id(1)) * groups + first_group;
    __global real *from = partial + row, *to = scratch + row;
    for (uint n = count; n > 1; n = (n + 1) / 2) {
        for (uint i = (uint)get_local_id(0); i < (n + 1) / 2; i += GROUP)
            to[i] = from[2 * i] + (2 * i + 1 < n ? from[2 * i + 1] : R(0.0));
        barrier(CLK_GLOBAL_MEM_FENCE);
        __global real *swap = from;
        from = to;
        to = swap;
    }
    if (get_local_id(0) == 0)
        sums[at + get_global_id(2) * replica_stride + get_global_id(1)] = from[0];
}

// Modes of external nodes: gpu's order of tnn.Mode.
#define MODE_DRIVEN 0u
#define MODE_OFF 1u
#define MODE_NOISE 2u
#define MODE_REFLECT 3u

// cpuref replica.reflect
real reflect(__global const int *neighbour, __global const uint *weight_of, __global const real *state, __global const real *weight,
             long row, int slots, real u)
{
    real minus = R(0.0), plus = R(0.0);
    long h = row;
    for (int i = 0; i < slots; i++, h += LANES) {
        int j = neighbour[h];
        if (j < 0)
            break;
        real w = weight[weight_of[h]];
        real a = w * (state[j] - R(1.0)), b = w * (state[j] + R(1.0));
        minus += a * a;
        plus += b * b;
    }
    real lowest = lesser(minus, plus);
    real at_minus = r_exp(lowest - minus), at_plus = r_exp(lowest - plus);
    return u * (at_minus + at_plus) <= at_minus ? R(-1.0) : R(1.0);
}

// drive sets the external nodes for step t: cpuref replica.drive. Dimension 0 is
// the external node, dimension 1 the replica. forced is a state that a user holds
// the node at, or NaN.
__kernel void drive(__global const int *external, __global const int *polarity, __global const int *period, __global const real *forced, uint count,
                    __global const int *id, __global const long *rows, __global const int *neighbour, __global const uint *weight_of,
                    __global const uint *keys, __global real *state, __global const real *weight,
                    uint positions, ulong weights, uint mode, ulong t, uint era, uint k)
{
    size_t i = get_global_id(0), r = get_global_id(1);
    if (i >= count)
        return;
    int pos = external[i];
    state += r * positions;
    uint4 word = philox((uint4)((uint)id[pos], 0, k, PURPOSE_EXTERNAL), (uint2)(keys[2 * r], keys[2 * r + 1]));
    real s = R(0.0);
    if (mode == MODE_DRIVEN) {
        ulong length = (ulong)period[era * count + i];
        s = (real)polarity[i];
        if (2 * ((t - 1) % length) >= length)
            s = -s;
    } else if (mode == MODE_NOISE) {
        s = word.x >> 31 ? R(1.0) : R(-1.0);
    } else if (mode == MODE_REFLECT) {
        int slice = pos / LANES;
        s = reflect(neighbour, weight_of, state, weight + r * weights, rows[slice] * LANES + pos % LANES,
                    (int)(rows[slice + 1] - rows[slice]), uniform_real(word.x));
    }
    real held_at = forced[i];
    state[pos] = held_at == held_at ? held_at : s;
}

// count_solved adds to solved[at + replica] the external nodes whose neighbours
// all have the opposite sign: cpuref replica.solved.
__kernel void count_solved(__global const int *external, uint count, __global const long *rows, __global const int *neighbour,
                           __global const real *state, uint positions, __global uint *solved, uint at)
{
    size_t i = get_global_id(0), r = get_global_id(1);
    if (i >= count)
        return;
    int pos = external[i], slice = pos / LANES;
    state += r * positions;
    long h = rows[slice] * LANES + pos % LANES;
    int slots = (int)(rows[slice + 1] - rows[slice]);
    for (int j = 0; j < slots && neighbour[h] >= 0; j++, h += LANES)
        if (!(state[pos] * state[neighbour[h]] < R(0.0)))
            return;
    atomic_inc(&solved[at + r]);
}

#endif

// ============================================================================
// Section 9: self-test. Mirrors fmath.Probe and rng.Probe: what a device makes
// of plain arithmetic, of section 3 and of section 2, to be compared bit by bit.
// ============================================================================

// probe_math: fmath.Probe states the order of input (3 arrays of n) and output
// (9 arrays of n).
__kernel void probe_math(__global const real *input, uint n, __global real *output)
{
    uint i = (uint)get_global_id(0);
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
    uint i = (uint)get_global_id(0);
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
