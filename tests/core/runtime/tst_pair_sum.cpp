// SPDX-License-Identifier: GPL-3.0-or-later
// Sums in saturating pairs against the formula written out, and against what oneDNN does where it may use AVX2 alone.
#include "core/graph/graph_text.h"
#include "tests/core/runtime/runtime_support.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <QTest>

#include <algorithm>

using namespace lathe;
using namespace lathe::test;

namespace {

struct Case
{
    const char* name;
    Shape input;   ///< [N, C, H, W]
    Shape weights; ///< [M, C / groups, kh, kw]
    std::int64_t groups, pad, stride;
    int zero;
    bool matrix; ///< as QGemm of [N, C] and [M, C]
};

const Case kCases[] = {
    {"3x3, padded", Shape{2, 8, 7, 6}, Shape{12, 8, 3, 3}, 1, 1, 1, 131, false},
    {"1x1", Shape{1, 64, 5, 5}, Shape{24, 64, 1, 1}, 1, 0, 1, 0, false},
    {"strided", Shape{1, 16, 9, 9}, Shape{8, 16, 3, 3}, 1, 1, 2, 255, false},
    {"groups", Shape{1, 32, 6, 6}, Shape{16, 8, 3, 3}, 4, 1, 1, 7, false},
    {"odd channels: pairs reach across taps", Shape{1, 3, 8, 8}, Shape{10, 3, 3, 3}, 1, 1, 1, 128, false},
    {"matrix", Shape{5, 160, 1, 1}, Shape{33, 160, 1, 1}, 1, 0, 1, 100, true},
    {"matrix of odd depth", Shape{3, 31, 1, 1}, Shape{9, 31, 1, 1}, 1, 0, 1, 3, true},
};

/// Codes all over their range: many pairs saturate.
Tensor codes(DType type, const Shape& shape, unsigned seed)
{
    std::mt19937 generator(seed);
    Tensor tensor(type, shape);
    for (std::byte& byte : tensor.mutableBytes())
        byte = static_cast<std::byte>(generator() >> 24);
    return tensor;
}

Graph graphOf(const Case& c, const Tensor& weights)
{
    const auto text = [](std::int64_t n) { return std::to_string(n); };
    const std::string shape = c.matrix ? text(c.input[0]) + "x" + text(c.input[1]) : c.input.text();
    std::string source = "input x: uint8[" + shape + "]\ns: float32[] = 0.5\nz: uint8[] = " + text(c.zero) +
                         "\nws: float32[] = 0.25\nwz: int8[] = 0\n";
    const std::string w = c.matrix ? text(c.weights[0]) + "x" + text(c.weights[1]) : c.weights.text();
    source += "w: int8[" + w + "] = ...\n";
    source += c.matrix ? "y = com.microsoft::QGemm(x, s, z, w, ws, wz, _, _, _) {transB=1}\n"
                       : "y = QLinearConv(x, s, z, w, ws, wz, _, _, _) {group=" + text(c.groups) + ", pads=[" + text(c.pad) +
                             ", " + text(c.pad) + ", " + text(c.pad) + ", " + text(c.pad) + "], strides=[" + text(c.stride) +
                             ", " + text(c.stride) + "]}\n";
    Graph graph = parseGraph(source + "output y");
    Value& constant = graph.value(graph.find("w"));
    constant.constant = Tensor::view(DType::int8, *constant.shape, weights.bytes(), std::make_shared<Tensor>(weights));
    return graph;
}

/// Sums of raw codes, products in the order (tap, channel), less zero-point times the sum of the weights.
std::vector<std::int64_t> plainSums(const Case& c, const Tensor& x, const Tensor& weights, std::int64_t* saturated = nullptr)
{
    const std::int64_t n = c.input[0], channels = c.input[1], height = c.input[2], width = c.input[3];
    const std::int64_t outputs = c.weights[0], inner = c.weights[1], kernel = c.weights[2];
    const std::int64_t outHeight = (height + 2 * c.pad - kernel) / c.stride + 1;
    const std::int64_t outWidth = (width + 2 * c.pad - kernel) / c.stride + 1;
    const auto xs = x.data<std::uint8_t>();
    const auto ws = weights.data<std::int8_t>();
    std::vector<std::int64_t> sums;
    for (std::int64_t b = 0; b < n; ++b)
        for (std::int64_t m = 0; m < outputs; ++m)
            for (std::int64_t oy = 0; oy < outHeight; ++oy)
                for (std::int64_t ox = 0; ox < outWidth; ++ox) {
                    std::vector<std::int64_t> products;
                    std::int64_t weightSum = 0;
                    for (std::int64_t ky = 0; ky < kernel; ++ky)
                        for (std::int64_t kx = 0; kx < kernel; ++kx)
                            for (std::int64_t i = 0; i < inner; ++i) {
                                const std::int64_t iy = oy * c.stride + ky - c.pad, ix = ox * c.stride + kx - c.pad;
                                const std::int64_t channel = m / (outputs / c.groups) * inner + i;
                                const bool inside = iy >= 0 && ix >= 0 && iy < height && ix < width;
                                const std::int64_t code =
                                    inside ? xs[static_cast<std::size_t>(((b * channels + channel) * height + iy) * width + ix)]
                                           : c.zero;
                                const std::int64_t weight =
                                    ws[static_cast<std::size_t>(((m * inner + i) * kernel + ky) * kernel + kx)];
                                products.push_back(code * weight);
                                weightSum += weight;
                            }
                    products.resize((products.size() + 1) / 2 * 2, 0);
                    std::int64_t sum = -c.zero * weightSum;
                    for (std::size_t i = 0; i < products.size(); i += 2) {
                        const std::int64_t pair = products[i] + products[i + 1];
                        sum += std::clamp<std::int64_t>(pair, INT16_MIN, INT16_MAX);
                        if (saturated)
                            *saturated += pair < INT16_MIN || pair > INT16_MAX;
                    }
                    sums.push_back(sum);
                }
    return sums;
}

Tensor runSaturating(const Case& c, const Tensor& x, const Tensor& weights, std::string* kernels = nullptr, int threads = 1)
{
    CompileOptions options;
    options.arithmetic = ArithmeticProfile::saturatingPairs;
    options.threads = threads;
    const auto program = Program::compile(graphOf(c, weights), options);
    if (kernels)
        *kernels = kernelNames(*program);
    const Shape shape = c.matrix ? Shape{c.input[0], c.input[1]} : c.input;
    const Tensor input = Tensor::view(DType::uint8, shape, x.bytes(), std::make_shared<Tensor>(x));
    return Execution(program).run({{"x", input}}, program->defaultBinding()).at("y");
}

/// oneDNN's sums of a convolution without padding (whose codes it takes for zero), on the instructions it may use.
std::vector<std::int32_t> onednnSums(const Case& c, const Tensor& x, const Tensor& weights)
{
    using dnnl::memory;
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    dnnl::stream stream(engine);
    const memory::dims in = c.input.dims(), w = c.weights.dims();
    const memory::dims out{in[0], w[0], in[2] - w[2] + 1, in[3] - w[3] + 1};
    const auto bytes = memory::data_type::u8;
    memory source({in, bytes, memory::format_tag::nchw}, engine, const_cast<std::byte*>(x.bytes().data()));
    memory given({w, memory::data_type::s8, memory::format_tag::oihw}, engine, const_cast<std::byte*>(weights.bytes().data()));
    const dnnl::convolution_forward::primitive_desc description(
        {dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, {in, bytes, memory::format_tag::any},
         {w, memory::data_type::s8, memory::format_tag::any}, {out, memory::data_type::s32, memory::format_tag::any},
         {1, 1}, {0, 0}, {0, 0}},
        engine);
    memory packedSource(description.src_desc(), engine), packed(description.weights_desc(), engine);
    memory target(description.dst_desc(), engine), plain({out, memory::data_type::s32, memory::format_tag::nchw}, engine);
    dnnl::reorder(source, packedSource).execute(stream, source, packedSource);
    dnnl::reorder(given, packed).execute(stream, given, packed);
    dnnl::convolution_forward(description)
        .execute(stream, {{DNNL_ARG_SRC, packedSource}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_DST, target}});
    dnnl::reorder(target, plain).execute(stream, target, plain);
    stream.wait();
    const auto* sums = static_cast<const std::int32_t*>(plain.get_data_handle());
    return {sums, sums + plain.get_desc().get_size() / sizeof(std::int32_t)};
}

}

class TstPairSum : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void equalsTheFormula_data();
    void equalsTheFormula();
    void depthwiseIsExact();
    void equalsOneDnnOnAvx2();
};

void TstPairSum::initTestCase()
{
#if DNNL_VERSION_MAJOR < 3
    dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);
#endif
}

void TstPairSum::equalsTheFormula_data()
{
    QTest::addColumn<const Case*>("wanted");
    for (const Case& c : kCases)
        QTest::newRow(c.name) << &c;
}

void TstPairSum::equalsTheFormula()
{
    QFETCH(const Case*, wanted);
    const Tensor x = codes(DType::uint8, wanted->input, 1), weights = codes(DType::int8, wanted->weights, 2);
    std::int64_t saturated = 0;
    const std::vector<std::int64_t> sums = plainSums(*wanted, x, weights, &saturated);
    QVERIFY(saturated > 0);
    for (const int threads : {1, 2}) {
        std::string kernels;
        const Tensor y = runSaturating(*wanted, x, weights, &kernels, threads);
        QCOMPARE(kernels, std::string("pair_sum"));
        QCOMPARE(static_cast<std::size_t>(y.elements()), sums.size());
        for (std::size_t i = 0; i < sums.size(); ++i)
            QCOMPARE(y.data<float>()[i], static_cast<float>(sums[i]) * 0.125f);
    }
}

/// Runtimes widen the products of depthwise convolutions.
void TstPairSum::depthwiseIsExact()
{
    const Case depthwise{"", Shape{1, 16, 6, 6}, Shape{16, 1, 3, 3}, 16, 1, 1, 9, false};
    const Tensor x = codes(DType::uint8, depthwise.input, 1), weights = codes(DType::int8, depthwise.weights, 2);
    const Tensor y = runSaturating(depthwise, x, weights);
    const Graph graph = graphOf(depthwise, weights);
    QVERIFY(sameElements(runReference(graph, {{"x", x}}, {}, false).at("y"), y));
}

/// What a real runtime computes with these instructions, with channels that leave no pair across taps.
void TstPairSum::equalsOneDnnOnAvx2()
{
#if DNNL_VERSION_MAJOR < 3
    if (dnnl::get_effective_cpu_isa() != dnnl::cpu_isa::avx2)
        QSKIP("this processor has no AVX2");
    for (const Case& c : {Case{"", Shape{1, 16, 9, 8}, Shape{32, 16, 3, 3}, 1, 0, 1, 0, false},
                          Case{"", Shape{2, 64, 5, 5}, Shape{16, 64, 1, 1}, 1, 0, 1, 0, false}}) {
        const Tensor x = codes(DType::uint8, c.input, 3), weights = codes(DType::int8, c.weights, 4);
        const Tensor y = runSaturating(c, x, weights);
        const std::vector<std::int32_t> sums = onednnSums(c, x, weights);
        QCOMPARE(static_cast<std::size_t>(y.elements()), sums.size());
        for (std::size_t i = 0; i < sums.size(); ++i)
            QCOMPARE(y.data<float>()[i], static_cast<float>(sums[i]) * 0.125f);
    }
#else
    QSKIP("needs oneDNN 2");
#endif
}

QTEST_GUILESS_MAIN(TstPairSum)
#include "tst_pair_sum.moc"
