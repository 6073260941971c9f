// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/runtime/kernels.def
// Every kernel must be taken by a case here, and agree with the plain reference.
#include <algorithm>
#include <limits>
#include <set>

#include "core/runtime/kernel.h"
#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// Sums of products differ in order and rounding; 2^-24 times some hundred terms of like size.
constexpr double kAccumulated = 1e-5;
/// Winograd's transforms multiply and divide by up to 24 on the way: several times the error of plain sums.
constexpr double kTransformed = 4e-5;
/// A few units in the last place.
constexpr double kApproximate = 1e-6;
constexpr double kExact = 0;

struct Case {
    const char* name;
    const char* kernels;   ///< that must be chosen, in order
    double tolerance;
    const char* graph;
};

const Case kCases[] = {
    {"conv", "onednn_conv", kAccumulated,
     "input x: float32[1x3x9x11]\nw: float32[8x3x3x3] = ...\ny = Conv(x, w)\noutput y"},
    {"conv, bias, pads, strides", "onednn_conv", kAccumulated,
     "input x: float32[2x16x9x11]\nw: float32[24x16x3x3] = ...\nb: float32[24] = ...\n"
     "y = Conv(x, w, b) {pads=[1, 0, 2, 1], strides=[2, 1]}\noutput y"},
    {"conv, dilation", "onednn_conv", kAccumulated,
     "input x: float32[1x5x12x12]\nw: float32[7x5x3x3] = ...\ny = Conv(x, w) {dilations=[2, 3]}\noutput y"},
    {"conv, same padding", "onednn_conv", kAccumulated,
     "input x: float32[1x4x9x10]\nw: float32[6x4x3x2] = ...\ny = Conv(x, w) {auto_pad=\"SAME_UPPER\", "
     "strides=[2, 2]}\noutput y"},
    {"conv, depthwise", "onednn_conv", kAccumulated,
     "input x: float32[1x20x9x9]\nw: float32[20x1x3x3] = ...\nb: float32[20] = ...\n"
     "y = Conv(x, w, b) {group=20, pads=[1, 1, 1, 1]}\noutput y"},
    {"conv, depthwise with multiplier", "onednn_conv", kAccumulated,
     "input x: float32[1x6x9x9]\nw: float32[12x1x3x3] = ...\ny = Conv(x, w) {group=6}\noutput y"},
    {"conv, grouped", "onednn_conv", kAccumulated,
     "input x: float32[1x12x9x9]\nw: float32[18x4x3x3] = ...\ny = Conv(x, w) {group=3}\noutput y"},
    {"conv, one axis", "onednn_conv", kAccumulated,
     "input x: float32[2x4x19]\nw: float32[5x4x3] = ...\ny = Conv(x, w) {pads=[1, 1]}\noutput y"},
    {"conv, three axes", "onednn_conv", kAccumulated,
     "input x: float32[1x4x5x6x7]\nw: float32[5x4x3x3x3] = ...\ny = Conv(x, w)\noutput y"},
    {"conv with relu", "onednn_conv+Relu", kAccumulated,
     "input x: float32[1x16x8x8]\nw: float32[16x16x1x1] = ...\nc = Conv(x, w)\ny = Relu(c)\noutput y"},
    {"conv with clip", "onednn_conv+Clip", kAccumulated,
     "input x: float32[1x16x8x8]\nw: float32[16x16x1x1] = ...\nlow: float32[] = -0.25\nhigh: float32[] = "
     "0.5\n"
     "c = Conv(x, w)\ny = Clip(c, low, high)\noutput y"},
    {"conv with hard-swish", "onednn_conv+HardSwish", kAccumulated,
     "opset 14\ninput x: float32[1x16x8x8]\nw: float32[16x16x1x1] = ...\nc = Conv(x, w)\ny = "
     "HardSwish(c)\noutput y"},
    {"conv with sigmoid", "onednn_conv+Sigmoid", kAccumulated,
     "input x: float32[1x16x8x8]\nw: float32[16x16x1x1] = ...\nc = Conv(x, w)\ny = Sigmoid(c)\noutput y"},
    {"conv with leaky relu", "onednn_conv+LeakyRelu", kAccumulated,
     "input x: float32[1x16x8x8]\nw: float32[16x16x1x1] = ...\nc = Conv(x, w)\ny = LeakyRelu(c) "
     "{alpha=0.1}\noutput y"},
    {"conv with a bias added after it", "onednn_conv+Add+Relu", kAccumulated,
     "input x: float32[1x3x8x8]\nw: float32[8x3x3x3] = ...\nb: float32[8x1x1] = ...\nc = Conv(x, w)\nd = "
     "Add(c, b)\n"
     "y = Relu(d)\noutput y"},
    {"residual block", "onednn_conv+Relu onednn_conv+Relu onednn_conv+Add+Relu", kAccumulated,
     "input x: float32[1x16x8x8]\nw: float32[16x16x3x3] = ...\nv: float32[16x16x3x3] = ...\nu: "
     "float32[16x16x3x3] = ...\n"
     "s0 = Conv(x, w) {pads=[1, 1, 1, 1]}\ns = Relu(s0)\na = Conv(s, v) {pads=[1, 1, 1, 1]}\nr = Relu(a)\n"
     "c = Conv(r, u) {pads=[1, 1, 1, 1]}\nd = Add(c, s)\ny = Relu(d)\noutput y"},
    {"residual that is needed later", "onednn_conv+Relu onednn_conv binary binary", kAccumulated,
     "input x: float32[1x16x8x8]\nw: float32[16x16x3x3] = ...\nv: float32[16x16x3x3] = ...\n"
     "s0 = Conv(x, w) {pads=[1, 1, 1, 1]}\ns = Relu(s0)\na = Conv(s, v) {pads=[1, 1, 1, 1]}\nd = Add(a, s)\n"
     "y = Mul(d, s)\noutput y"},
    {"convolution added to its own input", "onednn_conv binary", kAccumulated,
     "input x: float32[1x16x8x8]\nw: float32[16x16x3x3] = ...\na = Conv(x, w) {pads=[1, 1, 1, 1]}\ny = "
     "Add(a, x)\noutput y"},
    {"transposed convolution", "onednn_deconv", kAccumulated,
     "input x: float32[2x5x6x7]\nw: float32[5x8x3x3] = ...\nb: float32[8] = ...\n"
     "y = ConvTranspose(x, w, b) {strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]}\noutput y"},
    {"transposed convolution, uneven, relu", "onednn_deconv+Relu", kAccumulated,
     "input x: float32[1x16x6x7]\nw: float32[16x8x3x2] = ...\nc = ConvTranspose(x, w) {strides=[2, 1], "
     "pads=[0, 1, 1, 0]}\n"
     "y = Relu(c)\noutput y"},
    {"transposed convolution, grouped", "onednn_deconv", kAccumulated,
     "input x: float32[1x8x6x7]\nw: float32[8x3x2x2] = ...\ny = ConvTranspose(x, w) {strides=[2, 2], "
     "group=2}\noutput y"},
    {"transposed convolution, one axis, dilated", "onednn_deconv", kAccumulated,
     "input x: float32[1x8x6]\nw: float32[8x3x3] = ...\ny = ConvTranspose(x, w) {dilations=[2]}\noutput y"},
    {"gemm", "onednn_inner_product", kAccumulated,
     "input x: float32[3x20]\nw: float32[20x10] = ...\nb: float32[10] = ...\ny = Gemm(x, w, b)\noutput y"},
    {"gemm, transposed, factors, relu", "onednn_inner_product+Relu", kAccumulated,
     "input x: float32[3x20]\nw: float32[10x20] = ...\nb: float32[1x10] = ...\n"
     "g = Gemm(x, w, b) {transB=1, alpha=0.5, beta=2.0}\ny = Relu(g)\noutput y"},
    {"gemm with one bias for all", "onednn_inner_product", kAccumulated,
     "input x: float32[2x5]\nw: float32[5x4] = ...\nb: float32[] = 0.5\ny = Gemm(x, w, b)\noutput y"},
    {"gemm, first matrix transposed", "plain_reference", kAccumulated,
     "input x: float32[5x2]\nw: float32[5x4] = ...\ny = Gemm(x, w) {transA=1}\noutput y"},
    {"matmul by a constant, with bias", "onednn_inner_product+Add", kAccumulated,
     "input x: float32[2x3x12]\nw: float32[12x7] = ...\nb: float32[7] = ...\nm = MatMul(x, w)\ny = Add(m, "
     "b)\noutput y"},
    {"matmul of two values", "onednn_matmul", kAccumulated,
     "input a: float32[2x3x5x6]\ninput b: float32[2x3x6x4]\ny = MatMul(a, b)\noutput y"},
    {"matmul with repeated batch", "onednn_matmul", kAccumulated,
     "input a: float32[2x3x5x6]\ninput b: float32[6x4]\ny = MatMul(a, b)\noutput y"},
    {"max pooling", "pool", kExact,
     "input x: float32[2x5x9x11]\ny = MaxPool(x) {kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, "
     "1]}\noutput y"},
    {"max pooling, ceiling and dilation", "pool", kExact,
     "input x: float32[1x5x10x11]\ny = MaxPool(x) {kernel_shape=[2, 2], strides=[2, 3], dilations=[2, 1], "
     "ceil_mode=1}\noutput y"},
    {"max pooling, wide", "wide_max_pool", kExact,
     "input x: float32[2x21x9x11]\ny = MaxPool(x) {kernel_shape=[7, 5], pads=[3, 2, 3, 2]}\noutput y"},
    {"max pooling, wide, ceiling and dilation", "wide_max_pool", kExact,
     "input x: float32[1x5x20x31]\ny = MaxPool(x) {kernel_shape=[5, 6], strides=[1, 3], dilations=[2, 3], "
     "pads=[3, 1, 4, 7], ceil_mode=1}\noutput y"},
    {"conv by winograd", "winograd_conv", kTransformed,
     "input x: float32[1x32x16x16]\nw: float32[32x32x3x3] = ...\ny = Conv(x, w) {pads=[1, 1, 1, 1]}\noutput "
     "y"},
    {"conv by winograd, odd sizes, bias, relu", "winograd_conv+Relu", kTransformed,
     "input x: float32[2x35x19x22]\nw: float32[37x35x3x3] = ...\nb: float32[37] = ...\n"
     "c = Conv(x, w, b) {pads=[0, 2, 1, 1]}\ny = Relu(c)\noutput y"},
    {"conv by winograd, residual, clip", "unary winograd_conv+Add+Clip", kTransformed,
     "input x: float32[1x40x13x13]\ninput o: float32[1x40x13x13]\nw: float32[40x40x3x3] = ...\nlow: "
     "float32[] = -8\n"
     "high: float32[] = 9\nr = Neg(o)\nc = Conv(x, w) {pads=[1, 1, 1, 1]}\ns = Add(c, r)\ny = Clip(s, low, "
     "high)\noutput y"},
    {"average pooling", "pool", kApproximate,
     "input x: float32[2x5x9x11]\ny = AveragePool(x) {kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, "
     "1]}\noutput y"},
    {"average pooling over its padding", "pool", kApproximate,
     "input x: float32[1x5x9x11]\n"
     "y = AveragePool(x) {kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1, ceil_mode=1, "
     "strides=[2, 2]}\noutput y"},
    {"global average", "global_average_pool", kApproximate,
     "input x: float32[2x5x9x11]\ny = GlobalAveragePool(x)\noutput y"},
    {"global average behind a convolution", "onednn_conv global_average_pool alias", kAccumulated,
     "input x: float32[2x4x9x11]\nw: float32[20x4x3x3] = ...\nc = Conv(x, w)\ng = GlobalAveragePool(c)\ny = "
     "Flatten(g)\noutput y"},
    {"mean over all pixels", "global_average_pool", kApproximate,
     "input x: float32[2x5x9x11]\ny = ReduceMean(x) {axes=[-1, 2], keepdims=0}\noutput y"},
    {"relu alone", "unary", kExact, "input x: float32[2x3x7]\ny = Relu(x)\noutput y"},
    {"sigmoid alone", "unary", kApproximate, "input x: float32[2x3x7]\ny = Sigmoid(x)\noutput y"},
    {"tanh alone", "unary", kApproximate, "input x: float32[2x3x7]\ny = Tanh(x)\noutput y"},
    {"exp alone", "unary", kApproximate, "input x: float32[2x3x7]\ny = Exp(x)\noutput y"},
    {"hard sigmoid alone", "unary", kApproximate,
     "input x: float32[2x3x7]\ny = HardSigmoid(x) {alpha=0.3, beta=0.4}\noutput y"},
    {"hard swish alone", "unary", kApproximate,
     "opset 14\ninput x: float32[2x3x7]\ny = HardSwish(x)\noutput y"},
    {"square root of a magnitude", "unary unary", kExact,
     "input x: float32[2x3x7]\na = Abs(x)\ny = Sqrt(a)\noutput y"},
    {"negative reciprocal", "unary unary", kExact,
     "input x: float32[2x3x7]\na = Neg(x)\ny = Reciprocal(a)\noutput y"},
    {"add, same shapes, relu", "binary+Relu", kExact,
     "input a: float32[2x3x4]\ninput b: float32[2x3x4]\ns = Add(a, b)\ny = Relu(s)\noutput y"},
    {"subtract a channel's number", "binary", kExact,
     "input a: float32[2x3x4x5]\nb: float32[3x1x1] = ...\ny = Sub(a, b)\noutput y"},
    {"number minus tensor", "binary", kExact,
     "input a: float32[2x3x4x5]\nb: float32[] = 0.25\ny = Sub(b, a)\noutput y"},
    {"both operands repeat", "binary", kExact,
     "input a: float32[2x1x4x1]\ninput b: float32[3x1x5]\ny = Mul(a, b)\noutput y"},
    {"divide", "binary", kExact,
     "input a: float32[3x4]\nb: float32[4] = [1, 2, -3, 0.5]\ny = Div(a, b)\noutput y"},
    {"larger and smaller", "binary binary", kExact,
     "input a: float32[3x4]\ninput b: float32[1x4]\nm = Max(a, b)\ny = Min(m, a)\noutput y"},
    {"prelu", "binary", kExact,
     "input a: float32[2x3x4x4]\nb: float32[3x1x1] = ...\ny = PRelu(a, b)\noutput y"},
    {"value and itself", "binary", kExact, "input a: float32[3x4]\ny = Add(a, a)\noutput y"},
    {"gate behind a convolution", "onednn_conv global_average_pool onednn_conv+Sigmoid binary", kAccumulated,
     "input x: float32[1x3x8x8]\nw: float32[20x3x3x3] = ...\nv: float32[20x20x1x1] = ...\nc = Conv(x, w)\n"
     "g = GlobalAveragePool(c)\nh = Conv(g, v)\ns = Sigmoid(h)\ny = Mul(c, s)\noutput y"},
    {"constant image added behind a convolution", "onednn_conv binary", kAccumulated,
     "input x: float32[1x3x6x6]\nw: float32[5x3x3x3] = ...\nb: float32[1x5x4x4] = ...\nc = Conv(x, w)\ny = "
     "Add(c, b)\noutput y"},
    {"softmax", "softmax", kApproximate, "input x: float32[3x17]\ny = Softmax(x)\noutput y"},
    {"softmax over channels", "softmax", kApproximate,
     "input x: float32[2x5x3x4]\ny = Softmax(x) {axis=1}\noutput y"},
    {"softmax over another axis", "plain_reference", kApproximate,
     "input x: float32[2x5x3x4]\ny = Softmax(x) {axis=2}\noutput y"},
    {"transpose", "strided_move", kExact,
     "input x: float32[2x3x4x5]\ny = Transpose(x) {perm=[0, 2, 3, 1]}\noutput y"},
    {"transpose behind a convolution is nothing", "onednn_conv strided_move alias", kAccumulated,
     "input x: float32[1x3x6x6]\nw: float32[5x3x3x3] = ...\nc = Conv(x, w)\nt = Transpose(c) {perm=[0, 2, 3, "
     "1]}\n"
     "s: int64[3] = [1, -1, 5]\ny = Reshape(t, s)\noutput y"},
    {"slice, backwards and in steps", "strided_move", kExact,
     "input x: float32[4x9x8]\ns: int64[3] = [3, 1, -1]\ne: int64[3] = [-5, 9, -9]\na: int64[3] = [0, 1, 2]\n"
     "t: int64[3] = [-2, 3, -2]\ny = Slice(x, s, e, a, t)\noutput y"},
    {"split", "strided_move", kExact,
     "input x: float32[2x7]\ns: int64[2] = [3, 4]\na, b = Split(x, s) {axis=1}\noutput a, b"},
    {"pad", "strided_move", kExact,
     "input x: float32[2x3x4]\np: int64[6] = [0, 1, 0, 0, 2, 1]\nv: float32[] = 0.5\ny = Pad(x, p, "
     "v)\noutput y"},
    {"pad by reflection", "strided_move", kExact,
     "input x: float32[2x3x4]\np: int64[6] = [0, 1, 2, 0, 1, 1]\ny = Pad(x, p) {mode=\"reflect\"}\noutput y"},
    {"enlarging and padding behind a convolution", "onednn_conv strided_move strided_move", kAccumulated,
     "opset 13\ninput x: float32[1x3x6x6]\nw: float32[5x3x3x3] = ...\nc = Conv(x, w)\nf: float32[4] = [1, 1, 2, 2]\n"
     "r = Resize(c, _, f) {mode=\"nearest\", nearest_mode=\"floor\", coordinate_transformation_mode=\"asymmetric\"}\n"
     "p: int64[8] = [0, 0, 1, 2, 0, 0, 2, 1]\nv: float32[] = 0.5\ny = Pad(r, p, v)\noutput y"},
    {"expand and gather", "strided_move strided_move", kExact,
     "input x: float32[2x1x4]\ns: int64[3] = [2, 3, 4]\ne = Expand(x, s)\ni: int64[3] = [3, 0, 0]\ny = "
     "Gather(e, i) {axis=2}\noutput y"},
    {"depth to space behind a convolution", "onednn_conv strided_move", kAccumulated,
     "input x: float32[1x3x6x6]\nw: float32[8x3x3x3] = ...\nc = Conv(x, w)\ny = DepthToSpace(c) "
     "{blocksize=2}\noutput y"},
    {"concatenation", "concat", kExact,
     "input a: float32[2x3x4]\ninput b: float32[2x5x4]\ny = Concat(a, b) {axis=1}\noutput y"},
    {"concatenation behind convolutions", "onednn_conv onednn_conv concat", kAccumulated,
     "input x: float32[1x3x6x6]\nw: float32[5x3x3x3] = ...\nv: float32[7x3x3x3] = ...\na = Conv(x, w)\nb = "
     "Conv(x, v)\n"
     "y = Concat(a, b) {axis=-3}\noutput y"},
    {"gather by folded positions", "plain_reference", kExact,
     "input x: float32[4]\na: int64[2] = [3, 0]\nb: int64[1] = [2]\ni = Concat(a, b) {axis=0}\ny = "
     "GatherElements(x, i)\noutput y"},
    {"reshape behind a convolution", "onednn_conv alias", kAccumulated,
     "input x: float32[1x3x6x6]\nw: float32[5x3x3x3] = ...\nc = Conv(x, w)\ny = Flatten(c)\noutput y"},
    {"reshape whose input lives on", "alias unary binary", kApproximate,
     "input x: float32[2x6]\ns: int64[2] = [2, 6]\nr = Reshape(x, s)\ne = Exp(r)\ny = Add(e, x)\noutput y"},
    {"operator without a fast kernel", "plain_reference", kApproximate,
     "input x: float32[2x6]\ny = Softplus(x)\noutput y"},
    {"erf alone", "unary", kApproximate, "input x: float32[2x3x7]\ny = Erf(x)\noutput y"},
    {"square", "unary", kExact, "input x: float32[2x3x7]\nt: float32[] = 2\ny = Pow(x, t)\noutput y"},
    {"cast to 16 bits", "unary unary alias", kExact,
     "input x: float32[2x3x7]\nh = Cast(x) {to=10}\nr = Relu(h)\ny = Cast(r) {to=1}\noutput y"},
    {"cast to bfloat16", "unary unary alias", kExact,
     "input x: float32[2x3x7]\nh = Cast(x) {to=16}\nr = Relu(h)\ny = Cast(r) {to=1}\noutput y"},
    {"gelu in its parts", "unary+Erf+Add+Mul+Mul", kApproximate,
     "input x: float32[2x3x7]\nr: float32[] = 1.4142135\no: float32[] = 1\nh: float32[] = 0.5\nd = Div(x, "
     "r)\ne = Erf(d)\n"
     "s = Add(e, o)\np = Mul(x, s)\ny = Mul(p, h)\noutput y"},
    {"gelu in its parts, half first", "unary+Erf+Add+Mul+Mul", kApproximate,
     "input x: float32[2x3x7]\nr: float32[] = 0.70710677\no: float32[] = 1\nh: float32[] = 0.5\nd = Mul(x, "
     "r)\ne = Erf(d)\n"
     "s = Add(o, e)\np = Mul(h, x)\ny = Mul(p, s)\noutput y"},
    {"gelu behind a product", "onednn_inner_product+Add+Div+Erf+Add+Mul+Mul", kAccumulated,
     "input x: float32[5x24]\nw: float32[24x20] = ...\nb: float32[20] = ...\nr: float32[] = 1.4142135\no: "
     "float32[] = 1\n"
     "h: float32[] = 0.5\nm = MatMul(x, w)\na = Add(m, b)\nd = Div(a, r)\ne = Erf(d)\ns = Add(e, o)\nq = "
     "Mul(s, h)\n"
     "y = Mul(a, q)\noutput y"},
    {"gelu whose input is an output too", "onednn_inner_product unary+Erf+Add+Mul+Mul", kAccumulated,
     "input x: float32[5x24]\nw: float32[24x20] = ...\nr: float32[] = 1.4142135\no: float32[] = 1\nh: "
     "float32[] = 0.5\n"
     "a = MatMul(x, w)\nd = Div(a, r)\ne = Erf(d)\ns = Add(e, o)\nq = Mul(s, h)\ny = Mul(a, q)\noutput y, a"},
    {"gelu by tanh in its parts", "unary+Mul+Mul+Add+Mul+Tanh+Add+Mul+Mul", kApproximate,
     "input x: float32[2x3x7]\nc: float32[] = 0.044715\nk: float32[] = 0.7978846\no: float32[] = 1\nh: "
     "float32[] = 0.5\n"
     "a = Mul(c, x)\nb = Mul(x, a)\nd = Mul(x, b)\ne = Add(x, d)\nf = Mul(k, e)\nt = Tanh(f)\ns = Add(o, t)\n"
     "p = Mul(h, s)\ny = Mul(x, p)\noutput y"},
    {"gelu by tanh behind a product", "onednn_inner_product+Mul+Pow+Mul+Add+Mul+Tanh+Add+Mul", kAccumulated,
     "input x: float32[5x24]\nw: float32[24x20] = ...\nc: float32[] = 0.044715\nk: float32[] = 0.7978846\no: "
     "float32[] = 1\n"
     "h: float32[] = 0.5\nq: float32[] = 3\nm = MatMul(x, w)\ng = Mul(m, h)\na = Pow(m, q)\nd = Mul(a, c)\ne "
     "= Add(m, d)\n"
     "f = Mul(e, k)\nt = Tanh(f)\ns = Add(t, o)\ny = Mul(g, s)\noutput y"},
    {"a cube that is no gelu's", "unary binary binary+Relu", kApproximate,
     "input x: float32[2x3x7]\nq: float32[] = 3\nc: float32[] = 0.04\na = Pow(x, q)\nd = Mul(a, c)\ne = "
     "Add(x, d)\ny = Relu(e)\noutput y"},
    {"gelu operator by tanh", "unary", kApproximate,
     "opset 20\ninput x: float32[2x3x7]\ny = Gelu(x) {approximate=\"tanh\"}\noutput y"},
    {"swish in its parts", "unary+Mul", kApproximate,
     "input x: float32[2x3x7]\ns = Sigmoid(x)\ny = Mul(x, s)\noutput y"},
    {"hard swish in its parts", "unary+Mul", kApproximate,
     "input x: float32[2x3x7]\ns = HardSigmoid(x) {alpha=0.16666667, beta=0.5}\ny = Mul(s, x)\noutput y"},
    {"conv with swish", "onednn_conv+Sigmoid+Mul", kAccumulated,
     "input x: float32[1x16x8x8]\nw: float32[16x16x1x1] = ...\nc = Conv(x, w)\ns = Sigmoid(c)\ny = Mul(c, "
     "s)\noutput y"},
    {"conv that winograd could take, with swish", "onednn_conv+Sigmoid+Mul", kAccumulated,
     "input x: float32[1x32x16x16]\nw: float32[32x32x3x3] = ...\nc = Conv(x, w) {pads=[1, 1, 1, 1]}\ns = "
     "Sigmoid(c)\n"
     "y = Mul(s, c)\noutput y"},
    {"gate of another value is no swish", "onednn_conv unary binary", kAccumulated,
     "input x: float32[1x16x8x8]\nw: float32[16x16x1x1] = ...\nc = Conv(x, w)\ns = Sigmoid(c)\ny = Mul(x, "
     "s)\noutput y, c"},
    {"conv of an image of width one", "onednn_conv", kAccumulated,
     "input x: float32[2x6x30x1]\nw: float32[20x6x5x1] = ...\nb: float32[20] = ...\n"
     "y = Conv(x, w, b) {pads=[2, 0, 1, 0], strides=[2, 1], dilations=[2, 1]}\noutput y"},
    {"cube", "unary", kApproximate, "input x: float32[2x3x7]\nt: float32[] = 3\ny = Pow(x, t)\noutput y"},
    {"channel shuffle", "channel_shuffle+Transpose+Reshape", kExact,
     "input x: float32[2x12x3x5]\ns: int64[5] = [2, 3, 4, 3, 5]\nt: int64[4] = [2, 12, 3, 5]\na = Reshape(x, "
     "s)\n"
     "b = Transpose(a) {perm=[0, 2, 1, 3, 4]}\ny = Reshape(b, t)\noutput y"},
    {"channel shuffle behind a convolution", "onednn_conv channel_shuffle+Transpose+Reshape unary",
     kAccumulated,
     "input x: float32[1x3x6x6]\nw: float32[20x3x3x3] = ...\nc = Conv(x, w)\ns: int64[5] = [1, 2, 10, 4, 4]\n"
     "t: int64[4] = [1, 20, 4, 4]\na = Reshape(c, s)\nb = Transpose(a) {perm=[0, 2, 1, 3, 4]}\nd = "
     "Reshape(b, t)\ny = Neg(d)\noutput y"},
    {"another transposition is no shuffle", "alias strided_move alias", kExact,
     "input x: float32[2x12x3x5]\ns: int64[5] = [2, 3, 4, 3, 5]\nt: int64[4] = [2, 12, 3, 5]\na = Reshape(x, "
     "s)\n"
     "b = Transpose(a) {perm=[0, 2, 1, 4, 3]}\ny = Reshape(b, t)\noutput y"},
    {"one-hot by comparison", "binary plain_reference compare widen", kExact,
     "input x: float32[2x9x1]\ns: float32[] = 4\nn: int32[1x1x5] = [0, 1, 2, -1, 3]\nm = Mul(x, s)\ni = "
     "Cast(m) {to=6}\n"
     "e = Equal(i, n)\ny = Cast(e) {to=1}\noutput y"},
    {"comparisons of numbers", "compare compare widen widen", kExact,
     "input a: float32[2x3x4x5]\ninput b: float32[3x1x5]\ng = Greater(a, b)\nl = Less(b, a)\ny = Cast(g) "
     "{to=1}\nz = Cast(l) {to=1}\noutput y, z"},
    {"wide integers as numbers", "binary plain_reference widen", kExact,
     "input x: float32[3x70]\ns: float32[] = 1000\nm = Mul(x, s)\ni = Cast(m) {to=7}\ny = Cast(i) "
     "{to=1}\noutput y"},
    {"sum of rows", "reduce", kAccumulated,
     "input x: float32[3x5x37]\ny = ReduceSum(x) {axes=[-1], keepdims=0}\noutput y"},
    {"mean of the middle", "reduce", kAccumulated,
     "input x: float32[3x5x7]\ny = ReduceMean(x) {axes=[1]}\noutput y"},
    {"largest of all", "reduce", kExact, "input x: float32[3x5x37]\ny = ReduceMax(x) {keepdims=0}\noutput y"},
    {"smallest of the first axis", "reduce", kExact,
     "input x: float32[3x5x7]\ny = ReduceMin(x) {axes=[0], keepdims=0}\noutput y"},
    {"largest pixel behind a convolution", "onednn_conv reduce alias", kAccumulated,
     "input x: float32[2x4x9x11]\nw: float32[20x4x3x3] = ...\nc = Conv(x, w)\ng = GlobalMaxPool(c)\ny = "
     "Flatten(g)\noutput y"},
    {"sum over channels behind a convolution", "onednn_conv reduce", kAccumulated,
     "input x: float32[2x4x9x11]\nw: float32[20x4x3x3] = ...\nc = Conv(x, w)\ny = ReduceSum(c) "
     "{axes=[1]}\noutput y"},
    {"sum over rows and samples", "plain_reference", kAccumulated,
     "input x: float32[3x5x7]\ny = ReduceSum(x) {axes=[0, 2], keepdims=0}\noutput y"},
    {"lstm", "recurrent", kAccumulated,
     "input x: float32[7x1x13]\nw: float32[1x80x13] = ...\nr: float32[1x80x20] = ...\nb: float32[1x160] = "
     "...\n"
     "y = LSTM(x, w, r, b) {hidden_size=20}\noutput y"},
    {"lstm, both directions, states in and out", "recurrent", kAccumulated,
     "input x: float32[5x6x9]\ninput h: float32[2x6x70]\ninput c: float32[2x6x70]\nw: float32[2x280x9] = "
     "...\nr: float32[2x280x70] = ...\n"
     "y, i, j = LSTM(x, w, r, _, _, h, c) {hidden_size=70, direction=\"bidirectional\"}\noutput y, i, j"},
    {"lstm, backwards, last cell only", "recurrent", kAccumulated,
     "input x: float32[5x2x9]\nw: float32[1x20x9] = ...\nr: float32[1x20x5] = ...\nb: float32[1x40] = ...\n"
     "_, _, j = LSTM(x, w, r, b) {hidden_size=5, direction=\"reverse\"}\noutput j"},
    {"lstm with sequence lengths, both directions", "recurrent", kAccumulated,
     "input x: float32[5x4x9]\nw: float32[2x20x9] = ...\nr: float32[2x20x5] = ...\nl: int32[4] = [5, 3, 0, "
     "1]\n"
     "y, h, c = LSTM(x, w, r, _, l) {hidden_size=5, direction=\"bidirectional\"}\noutput y, h, c"},
    {"lstm with peepholes", "recurrent", kAccumulated,
     "input x: float32[5x3x9]\nw: float32[2x40x9] = ...\nr: float32[2x40x10] = ...\nb: float32[2x80] = "
     "...\np: float32[2x30] = ...\n"
     "y, h, c = LSTM(x, w, r, b, _, _, _, p) {hidden_size=10, direction=\"bidirectional\"}\noutput y, h, c"},
    {"lstm, clipped", "recurrent", kAccumulated,
     "input x: float32[5x3x9]\nw: float32[1x40x9] = ...\nr: float32[1x40x10] = ...\n"
     "y = LSTM(x, w, r) {hidden_size=10, clip=0.25}\noutput y"},
    {"lstm with coupled gates", "plain_reference", kAccumulated,
     "input x: float32[5x2x9]\nw: float32[1x20x9] = ...\nr: float32[1x20x5] = ...\n"
     "y = LSTM(x, w, r) {hidden_size=5, input_forget=1}\noutput y"},
    {"gru with sequence lengths, clipped, backwards", "recurrent", kAccumulated,
     "input x: float32[6x3x9]\nw: float32[1x30x9] = ...\nr: float32[1x30x10] = ...\nb: float32[1x60] = "
     "...\nl: int32[3] = [2, 6, 4]\n"
     "y, h = GRU(x, w, r, b, l) {hidden_size=10, clip=0.3, direction=\"reverse\"}\noutput y, h"},
    {"gru", "recurrent", kAccumulated,
     "input x: float32[7x3x13]\nw: float32[1x210x13] = ...\nr: float32[1x210x70] = ...\nb: float32[1x420] = "
     "...\n"
     "y, h = GRU(x, w, r, b) {hidden_size=70}\noutput y, h"},
    {"gru, linear before reset, both directions", "recurrent", kAccumulated,
     "input x: float32[7x5x13]\nw: float32[2x30x13] = ...\nr: float32[2x30x10] = ...\nb: float32[2x60] = "
     "...\n"
     "y = GRU(x, w, r, b) {hidden_size=10, linear_before_reset=1, direction=\"bidirectional\"}\noutput y"},
    {"rnn", "recurrent", kAccumulated,
     "input x: float32[7x2x13]\nw: float32[1x10x13] = ...\nr: float32[1x10x10] = ...\nb: float32[1x20] = "
     "...\n"
     "y = RNN(x, w, r, b) {hidden_size=10}\noutput y"},
    {"rnn, clipped", "recurrent", kAccumulated,
     "input x: float32[7x2x13]\nw: float32[1x10x13] = ...\nr: float32[1x10x10] = ...\n"
     "y = RNN(x, w, r) {hidden_size=10, clip=0.2}\noutput y"},
    {"rnn with relu", "recurrent", kAccumulated,
     "input x: float32[3x2x13]\nw: float32[1x10x13] = ...\nr: float32[1x10x10] = ...\n"
     "y = RNN(x, w, r) {hidden_size=10, activations=[\"Relu\"]}\noutput y"},
    {"normalization of rows", "row_normalization", kAccumulated,
     "opset 17\ninput x: float32[3x5x37]\ns: float32[37] = ...\nb: float32[37] = ...\n"
     "y = LayerNormalization(x, s, b) {epsilon=0.001}\noutput y"},
    {"normalization of rows in its parts", "row_normalization+Sub+Pow+ReduceMean+Add+Sqrt+Div+Mul+Add",
     kAccumulated,
     "input x: float32[3x5x37]\ns: float32[37] = ...\nb: float32[37] = ...\nt: float32[] = 2\ne: float32[] = "
     "0.001\n"
     "m = ReduceMean(x) {axes=[-1]}\nc = Sub(x, m)\nq = Pow(c, t)\nv = ReduceMean(q) {axes=[-1]}\nw = Add(v, "
     "e)\n"
     "r = Sqrt(w)\nd = Div(c, r)\ng = Mul(d, s)\ny = Add(g, b)\noutput y"},
    {"normalization of rows that are an output too",
     "unary row_normalization+Sub+Mul+ReduceMean+Add+Sqrt+Div", kAccumulated,
     "input i: float32[3x5x37]\ne: float32[] = 0.001\nx = Neg(i)\n"
     "m = ReduceMean(x) {axes=[2]}\nc = Sub(x, m)\nq = Mul(c, c)\nv = ReduceMean(q) {axes=[2]}\nw = Add(v, "
     "e)\n"
     "r = Sqrt(w)\ny = Div(c, r)\noutput y, x"},
    {"codes, convolution", "byte_convert onednn_qlinear_conv byte_convert", kExact,
     "input x: float32[1x3x9x11]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[8x3x3x3] = ...\nws: float32[8] = +...\nwz: int8[8] = 0\nb: int32[8] = ...\nc = QLinearConv(q, "
     "s, z, w, ws, wz, t, u, b) {pads=[1, 0, 2, 1], strides=[2, 1]}\ny = DequantizeLinear(c, t, u)\noutput "
     "y"},
    {"codes, convolution, unpadded, narrow range", "byte_convert onednn_qlinear_conv byte_convert", kExact,
     "input x: float32[2x18x5x4]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[8x18x1x1] = ...\nws: float32[] = 0.02\nwz: int8[] = 0\nb: int32[8] = ...\nc = QLinearConv(q, "
     "s, z, w, ws, wz, t, u, b) {lathe_minimum_code=70, lathe_maximum_code=130}\ny = DequantizeLinear(c, t, "
     "u)\noutput y"},
    {"codes, convolution, one tap, many channels", "byte_convert byte_pointwise byte_convert", kExact,
     "input x: float32[2x76x13x12]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[123x76x1x1] = ...\nws: float32[123] = +...\nwz: int8[123] = 0\nb: int32[123] = ...\nc = "
     "QLinearConv(q, s, z, w, ws, wz, t, u, b)\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, convolution, one tap, narrow range", "byte_convert byte_pointwise byte_convert", kExact,
     "input x: float32[2x16x5x4]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[8x16x1x1] = ...\nws: float32[] = 0.02\nwz: int8[] = 0\nb: int32[8] = ...\nc = QLinearConv(q, "
     "s, z, w, ws, wz, t, u, b) {lathe_minimum_code=70, lathe_maximum_code=130}\ny = DequantizeLinear(c, t, "
     "u)\noutput y"},
    {"codes, convolution, depthwise", "byte_convert byte_depthwise byte_convert", kExact,
     "input x: float32[1x12x9x9]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[12x1x3x3] = ...\nws: float32[12] = +...\nwz: int8[12] = 0\nc = QLinearConv(q, s, z, w, ws, wz, "
     "t, u) {group=12, pads=[1, 1, 1, 1]}\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, convolution, depthwise, many channels", "byte_convert byte_depthwise byte_convert", kExact,
     "input x: float32[2x88x9x11]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[88x1x5x3] = ...\nws: float32[88] = +...\nwz: int8[88] = 0\nb: int32[88] = ...\nc = "
     "QLinearConv(q, s, z, w, ws, wz, t, u, b) {group=88, pads=[2, 1, 1, 0], strides=[2, 1], "
     "lathe_minimum_code=90, lathe_maximum_code=240}\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, convolution, depthwise with multiplier", "byte_convert onednn_qlinear_conv byte_convert", kExact,
     "input x: float32[1x12x9x9]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[24x1x3x3] = ...\nws: float32[24] = +...\nwz: int8[24] = 0\nc = QLinearConv(q, s, z, w, ws, wz, "
     "t, u) {group=12, pads=[1, 1, 1, 1]}\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, convolution, grouped", "byte_convert onednn_qlinear_conv byte_convert", kExact,
     "input x: float32[1x12x6x6]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[9x4x3x3] = ...\nws: float32[9] = +...\nwz: int8[9] = 0\nb: int32[9] = ...\nc = QLinearConv(q, "
     "s, z, w, ws, wz, t, u, b) {group=3}\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, convolution, one axis, dilated", "byte_convert onednn_qlinear_conv byte_convert", kExact,
     "input x: float32[1x6x20]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[4x6x3] = ...\nws: float32[4] = +...\nwz: int8[4] = 0\nc = QLinearConv(q, s, z, w, ws, wz, t, "
     "u) {dilations=[2], pads=[2, 0]}\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, convolution, long sums", "byte_convert onednn_qlinear_conv byte_convert", kExact,
     "input x: float32[1x700x4x4]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[5x700x3x3] = ...\nws: float32[5] = +...\nwz: int8[5] = 0\nb: int32[5] = 1000\nc = "
     "QLinearConv(q, s, z, w, ws, wz, t, u, b) {pads=[1, 1, 1, 1]}\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, convolution, real result", "byte_convert onednn_qlinear_conv", kExact,
     "input x: float32[1x6x5x5]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "w: int8[4x6x3x3] = ...\nws: float32[4] = +...\nwz: int8[4] = 0\nb: int32[4] = ...\ny = QLinearConv(q, "
     "s, z, w, ws, wz, _, _, b)\noutput y"},
    {"codes, weights with a zero-point", "byte_convert plain_reference byte_convert", kExact,
     "input x: float32[1x3x6x6]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: uint8[4x3x3x3] = ...\nws: float32[] = 0.01\nwz: uint8[] = 3\nc = QLinearConv(q, s, z, w, ws, wz, t, "
     "u)\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, product with bias", "byte_convert onednn_qgemm byte_convert", kExact,
     "input x: float32[3x30]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[30x11] = ...\nws: float32[11] = +...\nwz: int8[11] = 0\nb: int32[11] = ...\nc = "
     "com.microsoft::QGemm(q, s, z, w, ws, wz, b, t, u)\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, product, transposed, real result", "byte_convert onednn_qgemm", kExact,
     "input x: float32[3x30]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "w: int8[11x30] = ...\nws: float32[] = 0.01\nwz: int8[] = 0\ny = com.microsoft::QGemm(q, s, z, w, ws, "
     "wz) {transB=1}\noutput y"},
    {"codes, sum", "byte_convert byte_table byte_pair byte_convert", kExact,
     "input x: float32[2x5x7]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "f: uint8[256] = ...\np = lathe::CodeTable(q, f)\nps: float32[] = 0.031\npz: uint8[] = 9\nc = "
     "com.microsoft::QLinearAdd(q, s, z, p, ps, pz, t, u)\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, product of elements, repeated operand", "byte_convert byte_pair byte_convert", kExact,
     "input x: float32[2x5x3x7]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "k: uint8[5x1x1] = ...\nps: float32[] = 0.031\npz: uint8[] = 9\nc = com.microsoft::QLinearMul(k, ps, "
     "pz, q, s, z, t, u) {lathe_minimum_code=101}\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, average pooling", "byte_convert byte_pool byte_convert", kExact,
     "input x: float32[2x5x9x11]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "c = com.microsoft::QLinearAveragePool(q, s, z, t, u) {kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, "
     "1, 1]}\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, average pooling over its padding", "byte_convert byte_pool byte_convert", kExact,
     "input x: float32[1x20x9x11]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "c = com.microsoft::QLinearAveragePool(q, s, z, t, u) {kernel_shape=[3, 2], pads=[1, 1, 1, 0], "
     "count_include_pad=1}\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, max pooling", "byte_convert byte_pool byte_convert", kExact,
     "input x: float32[2x5x9x11]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "c = MaxPool(q) {kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]}\ny = DequantizeLinear(c, s, "
     "z)\noutput y"},
    {"codes, max pooling of many channels", "byte_convert byte_pool byte_convert", kExact,
     "input x: float32[1x37x9x11]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "c = MaxPool(q) {kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]}\ny = DequantizeLinear(c, s, "
     "z)\noutput y"},
    {"codes, global average", "byte_convert byte_global_average byte_convert", kExact,
     "input x: float32[2x5x9x11]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "c = com.microsoft::QLinearGlobalAveragePool(q, s, z, t, u)\ny = DequantizeLinear(c, t, u)\noutput y"},
    {"codes, global average behind a convolution",
     "byte_convert onednn_qlinear_conv byte_global_average byte_convert", kExact,
     "input x: float32[2x3x9x11]\ns: float32[] = 0.008\nz: uint8[] = 120\nq = QuantizeLinear(x, s, z)\n"
     "t: float32[] = 0.05\nu: uint8[] = 101\n"
     "w: int8[20x3x3x3] = ...\nws: float32[] = 0.0007\nwz: int8[] = 0\nd = QLinearConv(q, s, z, w, ws, wz, "
     "t, u)\nv: float32[] = 0.01\nc = com.microsoft::QLinearGlobalAveragePool(d, t, u, v, z)\ny = "
     "DequantizeLinear(c, v, z)\noutput y"},
};
}

class TstKernels : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreeWithReference_data();
    void agreeWithReference();
    void largestOfNaN_data();
    void largestOfNaN();
    void valuesOfBodiesDoNotKeepOuterOnes();
    void everyKernelHasACase();
};

void TstKernels::agreeWithReference_data()
{
    QTest::addColumn<const Case*>("row");
    for (const Case& row : kCases)
        QTest::newRow(row.name) << &row;
}

void TstKernels::agreeWithReference()
{
    QFETCH(const Case*, row);
    const Graph graph = parseGraph(row->graph);
    for (const int threads : {1, 2}) {
        CompileOptions options;
        options.threads = threads;
        const auto program = Program::compile(graph, options);
        QCOMPARE(QString::fromStdString(kernelNames(*program)), QString(row->kernels));
        Execution execution(program);
        for (unsigned seed = 1; seed <= 2; ++seed) {
            const TensorMap inputs = randomInputs(graph, seed * 10);
            const TensorMap expected = runReference(graph, inputs, {});
            const TensorMap actual = execution.run(inputs, {});
            QCOMPARE(actual.size(), expected.size());
            for (const auto& [name, tensor] : expected) {
                const double error = relativeError(tensor, actual.at(name));
                QVERIFY2(error <= row->tolerance, qPrintable(QString("%1: %2").arg(name.c_str()).arg(error)));
            }
        }
    }
}

void TstKernels::largestOfNaN_data()
{
    QTest::addColumn<QString>("kernel");
    QTest::addColumn<QString>("attributes");
    QTest::newRow("pool") << "pool" << "kernel_shape=[2, 2], strides=[2, 2]";
    QTest::newRow("wide pool") << "wide_max_pool" << "kernel_shape=[5, 5], pads=[2, 2, 2, 2]";
}

/// A maximum is NaN wherever its window holds one, whichever place it has there.
void TstKernels::largestOfNaN()
{
    QFETCH(QString, kernel);
    QFETCH(QString, attributes);
    const QString text = QString("input x: float32[1x17x8x10]\ny = MaxPool(x) {%1}\noutput y").arg(attributes);
    const Graph graph = parseGraph(text.toUtf8().constData());
    const auto program = Program::compile(graph, {});
    QCOMPARE(QString::fromStdString(kernelNames(*program)), kernel);
    Tensor x = randomInputs(graph, 3).at("x");
    const std::span<float> values = x.mutableData<float>();
    for (std::size_t i = 0; i < values.size(); i += 37)
        values[i] = std::numeric_limits<float>::quiet_NaN();
    const TensorMap inputs{{"x", x}};
    const Tensor expected = runReference(graph, inputs, {}).at("y");
    QVERIFY(std::isnan(expected.at(0)));
    QCOMPARE(relativeError(expected, Execution(program).run(inputs, {}).at("y")), 0.0);
}

/// Values of a body have numbers of their own: that one is watched says nothing of the outer value with its number.
void TstKernels::valuesOfBodiesDoNotKeepOuterOnes()
{
    const Graph graph = parseGraph("input q: bool[]\ninput x: float32[1x3x8x8]\nw: float32[8x3x3x3] = ...\nc = Conv(x, w)\n"
                                   "r = Relu(c)\ny = If(q) {then_branch=graph {\ncapture r\ntwo: float32[] = 2\n"
                                   "a = Mul(r, two)\nb = Neg(a)\nd = Neg(b)\ne = Neg(d)\noutput e\n}, else_branch=graph {\n"
                                   "capture r\nf = Neg(r)\noutput f\n}}\noutput y");
    QVERIFY(std::any_of(graph.nodes().begin(), graph.nodes().end(), [&](const Node& node) {
        const GraphPtr body = node.op == "If" ? std::get<GraphPtr>(node.attributes.at("then_branch")) : nullptr;
        return body && body->find("a").index <= graph.find("c").index && body->find("e").index >= graph.find("c").index;
    }));
    CompileOptions options;
    options.tapAll = true;
    QVERIFY(kernelNames(*Program::compile(graph, options)).starts_with("onednn_conv+Relu"));
}

void TstKernels::everyKernelHasACase()
{
    // Not what the reference computes, and so not here: tst_pair_sum.
    std::set<std::string> covered{"pair_sum"};
    for (const Case& row : kCases)
        for (const QString& name : QString(row.kernels).split(' '))
            covered.insert(name.section('+', 0, 0).toStdString());
    for (const KernelEntry& entry : kernels())
        QVERIFY2(covered.contains(entry.id), entry.id.c_str());
}

QTEST_GUILESS_MAIN(TstKernels)
#include "tst_kernels.moc"
