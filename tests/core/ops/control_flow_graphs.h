// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lathe::test {

/// y = x doubled n times, z = what each doubling gave; "out" captures the constant `two`.
inline const std::string kDoubling = R"(input n: int64[]
input x: float32[3]
two: float32[] = 2
yes: bool[] = 1
y, z = Loop(n, yes, x) {body=graph {
    capture two
    input i: int64[]
    input go: bool[]
    input v: float32[3]
    w = Mul(v, two)
    c = Identity(go)
    s = Identity(w)
    output c, w, s
}}
output y, z
)";

/// Loop with an If inside that reads `x` from two levels up, and the iteration number from one: even steps add x, odd
/// ones take the value of the outer node `n` away.
inline const std::string kNested = R"(input trips: int64[]
input x: float32[2]
n = Neg(x)
k = Mul(n, n)
start: float32[2] = [0, 0]
y, all = Loop(trips, _, start) {body=graph {
    capture x
    capture k
    input i: int64[]
    input go: bool[]
    input v: float32[2]
    two: int64[] = 2
    zero: int64[] = 0
    rest = Mod(i, two)
    even = Equal(rest, zero)
    w = If(even) {then_branch=graph {
        capture x
        capture v
        a = Add(v, x)
        output a
    }, else_branch=graph {
        capture v
        capture k
        b = Sub(v, k)
        output b
    }}
    yes: bool[] = 1
    ok = Identity(yes)
    s = Identity(w)
    output ok, w, s
}}
output y, all
)";

/// A value that grows by one element a step: shapes are only known while running.
inline const std::string kGrowing = R"(input n: int64[]
input x: float32[1]
one: float32[1] = 1
yes: bool[] = 1
y = Loop(n, yes, x) {body=graph {
    capture one
    input i: int64[]
    input go: bool[]
    input v: float32[?]
    w = Concat(v, one) {axis=0}
    c = Identity(go)
    output c, w
}}
m = Mul(y, y)
s = ReduceSum(m)
output y, s
)";

/// Ends by its own condition: halves x while its sum stays above one.
inline const std::string kUntil = R"(input x: float32[2]
one: float32[1] = 1
first = ReduceSum(x) {keepdims=0}
limit: float32[] = 1
go = Greater(first, limit)
y, sums = Loop(_, go, x) {body=graph {
    capture limit
    input i: int64[]
    input c: bool[]
    input v: float32[2]
    half: float32[] = 0.5
    w = Mul(v, half)
    s = ReduceSum(w) {keepdims=0}
    again = Greater(s, limit)
    t = Identity(s)
    output again, w, t
}}
output y, sums
)";

/// Running sums over the columns, last one first; the results side by side along axis 1.
inline const std::string kScan = R"(input x: float32[2x4]
start: float32[2] = [0, 0]
y, z = Scan(start, x) {num_scan_inputs=1, scan_input_axes=[1], scan_input_directions=[1], scan_output_axes=[-1], body=graph {
    input a: float32[2]
    input e: float32[2]
    b = Add(a, e)
    c = Identity(b)
    output b, c
}}
output y, z
)";

/// Two branches whose results have different lengths.
inline const std::string kLengths = R"(input c: bool[]
input x: float32[4]
y = If(c) {then_branch=graph {
    capture x
    a: int64[1] = 0
    b: int64[1] = 2
    s = Slice(x, a, b)
    output s
}, else_branch=graph {
    capture x
    n = Neg(x)
    output n
}}
z = Mul(y, y)
output y, z
)";

}
