// SPDX-License-Identifier: GPL-3.0-or-later
// QuantizeLinear, DequantizeLinear and the operators on codes, in the forms of opsets 10 to 21 that ONNX's node tests of
// libonnx 1.12 do not have.
#include <QTest>

#include "core/ops/infer_shapes.h"
#include "core/ops/reference.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

Tensor evaluate(const std::string& body, const Tensor& x)
{
    Graph graph = parseGraph("opset 21\ninput x: " + std::string(dtypeName(x.dtype())) + "[" + x.shape().text() + "]\n" +
                             body + "\noutput y");
    inferShapes(graph);
    const Tensor y = runReference(graph, {{"x", x}}, Control()).at("y");
    const Value& stated = graph.value(graph.find("y"));
    if (stated.dtype != y.dtype() || stated.shape != y.shape())
        throw Error(ErrorCode::internal, "y", {{"what", "the inferred type or shape is wrong"}});
    return y;
}

std::vector<std::int64_t> integers(const Tensor& tensor)
{
    return tensor.toIntegers();
}

using Codes = std::vector<std::int64_t>;

}

class TstQuantizeLinear : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundsHalfToEvenAndSaturates()
    {
        const Tensor x = Tensor::of<float>({6}, {0.5f, 1.5f, -2.5f, 300, -300, 3.49f});
        QCOMPARE(integers(evaluate("s: float32[] = 1\nz: int8[] = 0\ny = QuantizeLinear(x, s, z)", x)),
                 (Codes{0, 2, -2, 127, -128, 3}));
        QCOMPARE(integers(evaluate("s: float32[] = 1\nz: uint4[] = 3\ny = QuantizeLinear(x, s, z)", x)),
                 (Codes{3, 5, 1, 15, 0, 6}));
        QCOMPARE(integers(evaluate("s: float32[] = 1\nz: int4[] = 0\ny = QuantizeLinear(x, s, z)", x)),
                 (Codes{0, 2, -2, 7, -8, 3}));
        QCOMPARE(integers(evaluate("s: float32[] = 0.001\nz: int16[] = 0\ny = QuantizeLinear(x, s, z)", x)),
                 (Codes{500, 1500, -2500, 32767, -32768, 3490}));
    }

    void codesAreUint8WithoutZeroPoint()
    {
        const Tensor x = Tensor::of<float>({2}, {-1, 4});
        const Tensor y = evaluate("s: float32[] = 2\ny = QuantizeLinear(x, s)", x);
        QCOMPARE(y.dtype(), DType::uint8);
        QCOMPARE(integers(y), (Codes{0, 2}));
        QCOMPARE(evaluate("s: float32[] = 2\ny = QuantizeLinear(x, s) {output_dtype=5}", x).dtype(), DType::int16);
    }

    void narrowerGridsThanTheType()
    {
        const Tensor x = Tensor::of<float>({2}, {-200, 200});
        const std::string operands = "s: float32[] = 1\nz: int8[] = 0\ny = QuantizeLinear(x, s, z) ";
        QCOMPARE(integers(evaluate(operands + "{lathe_bits=5}", x)), (Codes{-16, 15}));
        QCOMPARE(integers(evaluate(operands + "{lathe_minimum_code=-127}", x)), (Codes{-127, 127}));
    }

    void scalesAlongAnAxis()
    {
        const Tensor x = Tensor::of<float>({2, 2}, {8, 8, 8, 8});
        const std::string grid = "s: float32[2] = [1, 2]\nz: uint8[2] = [0, 10]\n";
        QCOMPARE(integers(evaluate(grid + "y = QuantizeLinear(x, s, z) {axis=0}", x)), (Codes{8, 8, 14, 14}));
        QCOMPARE(integers(evaluate(grid + "y = QuantizeLinear(x, s, z)", x)), (Codes{8, 14, 8, 14}));
        QCOMPARE(integers(evaluate(grid + "y = QuantizeLinear(x, s, z) {axis=-2}", x)), (Codes{8, 8, 14, 14}));
        LATHE_EXPECT_ERROR(operatorInput,
                           evaluate("s: float32[3] = 1\ny = QuantizeLinear(x, s)", Tensor(DType::float32, {2, 2})));
    }

    void scalesOfBlocks()
    {
        const Tensor x = Tensor::of<std::int8_t>({3, 2}, {1, 1, 1, 1, 1, 1});
        const Tensor y = evaluate("s: float32[2x2] = [1, 2, 3, 4]\nz: int8[2x2] = [0, 0, 0, 1]\n"
                                  "y = DequantizeLinear(x, s, z) {axis=0, block_size=2}",
                                  x);
        QCOMPARE(y.toFloats(), (std::vector<float>{1, 2, 1, 2, 3, 0}));
    }

    void dequantizesWideCodes()
    {
        const Tensor bias = Tensor::of<std::int32_t>({2}, {-1000000, 3});
        QCOMPARE(evaluate("s: float32[2] = [0.5, 2]\ny = DequantizeLinear(x, s) {axis=0}", bias).toFloats(),
                 (std::vector<float>{-500000, 6}));
        const Tensor half = evaluate("s: float16[] = 0.5\ny = DequantizeLinear(x, s)", bias);
        QCOMPARE(half.dtype(), DType::float16);
    }

    /// The accumulator of a QLinearConv, its multiplier and rounding, worked out by hand.
    void convolvesCodes()
    {
        const Tensor x = Tensor::of<std::uint8_t>({1, 1, 3}, {130, 126, 128});
        const Tensor y = evaluate("sx: float32[] = 0.5\nzx: uint8[] = 128\n"
                                  "w: int8[2x1x2] = [3, -5, 100, 100]\nsw: float32[2] = [0.25, 0.5]\nzw: int8[2] = 0\n"
                                  "sy: float32[] = 0.5\nzy: uint8[] = 10\nb: int32[2] = [1, 1000]\n"
                                  "y = QLinearConv(x, sx, zx, w, sw, zw, sy, zy, b) {pads=[0, 1]}",
                                  x);
        // Sums 16, -6, 0 (+1) at 0.25: 4.25, -1.25, 0.25; sums 0, -200, 0 (+1000) at 0.5: 500, 400, 500.
        QCOMPARE(integers(y), (Codes{14, 9, 10, 255, 255, 255}));
    }

    /// Accumulators have 32 bits in every kernel, and wrap.
    void sumsWrap()
    {
        const Tensor x = Tensor::of<std::uint8_t>({1, 1, 1}, {255});
        const std::string grids = "sx: float32[] = 1\nzx: uint8[] = 0\nsw: float32[] = 1\nzw: int8[] = "
                                  "0\nsy: float32[] = 16777216\n"
                                  "zy: uint8[] = 128\n";
        const Tensor convolved =
            evaluate(grids + "w: int8[2x1x1] = [127, 127]\nb: int32[2] = [2147483647, 2000000000]\n"
                             "y = QLinearConv(x, sx, zx, w, sw, zw, sy, zy, b)",
                     x);
        // 2^31 - 1 + 32385 is 32384 - 2^31, -128 steps; the other sum, 119.2 steps, fits.
        QCOMPARE(integers(convolved), (Codes{0, 247}));
        const Tensor row = Tensor::of<std::uint8_t>({1, 1}, {255});
        const Tensor product =
            evaluate(grids + "w: int8[1x2] = [127, 127]\nb: int32[2] = [2147483647, 2000000000]\n"
                             "y = com.microsoft::QGemm(x, sx, zx, w, sw, zw, b, sy, zy)",
                     row);
        QCOMPARE(integers(product), (Codes{0, 247}));
    }

    void addsCodes()
    {
        const Tensor x = Tensor::of<std::uint8_t>({3}, {0, 100, 255});
        const Tensor y = evaluate("sa: float32[] = 0.1\nza: uint8[] = 100\nb: uint8[3] = [0, 50, 250]\nsb: float32[] = 0.2\n"
                                  "zb: uint8[] = 50\nsc: float32[] = 0.5\nzc: uint8[] = 60\n"
                                  "y = com.microsoft::QLinearAdd(x, sa, za, b, sb, zb, sc, zc)",
                                  x);
        // -10 - 10 = -20, 0, 15.5 + 40 = 55.5, in steps of 0.5 around 60.
        QCOMPARE(integers(y), (Codes{20, 60, 171}));
    }
};

QTEST_GUILESS_MAIN(TstQuantizeLinear)
#include "tst_quantize_linear.moc"
