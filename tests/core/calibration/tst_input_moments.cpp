// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/input_moments.h"

#include <QTest>

#include "core/base/error.h"
#include "core/ops/infer_shapes.h"
#include "core/ops/layers.h"
#include "tests/support/unlabelled_samples.h"

using namespace lathe;

namespace {

class Images : public test::UnlabelledSamples
{
public:
    Images() : UnlabelledSamples(9) {}
    TensorMap load(std::int64_t index) const override
    {
        Tensor image(DType::float32, Shape{1, 4, 7, 6});
        std::uint32_t state = static_cast<std::uint32_t>(index) * 7919U + 1U;
        for (float& value : image.mutableData<float>()) {
            state = state * 1664525U + 1013904223U;
            value = static_cast<float>(state >> 8) * 0x1p-23F - 0.7F;
        }
        return {{"x", image}};
    }
};

/// E[x x'] of a convolution of the images themselves, by the definition: one window after the other.
struct Plain
{
    std::vector<double> mean;
    std::vector<double> second;
    std::int64_t count = 0;
};

Plain plainMoments(std::int64_t group, std::int64_t perGroup, std::int64_t stride, std::int64_t pad)
{
    const std::int64_t depth = perGroup * 9;
    Plain plain{std::vector<double>(static_cast<std::size_t>(depth)),
                std::vector<double>(static_cast<std::size_t>(depth * depth)), 0};
    const Images images;
    for (std::int64_t s = 0; s < images.size(); ++s) {
        const std::vector<float> image = images.load(s).at("x").toFloats();
        for (std::int64_t y = -pad; y + 3 <= 7 + pad; y += stride)
            for (std::int64_t x = -pad; x + 3 <= 6 + pad; x += stride) {
                std::vector<double> window;
                for (std::int64_t c = group * perGroup; c < (group + 1) * perGroup; ++c)
                    for (std::int64_t dy = 0; dy < 3; ++dy)
                        for (std::int64_t dx = 0; dx < 3; ++dx) {
                            const bool inside = y + dy >= 0 && y + dy < 7 && x + dx >= 0 && x + dx < 6;
                            window.push_back(
                                inside ? double{image[static_cast<std::size_t>((c * 7 + y + dy) * 6 + x + dx)]} : 0.0);
                        }
                ++plain.count;
                for (std::size_t i = 0; i < window.size(); ++i) {
                    plain.mean[i] += window[i];
                    for (std::size_t j = 0; j < window.size(); ++j)
                        plain.second[i * window.size() + j] += window[i] * window[j];
                }
            }
    }
    return plain;
}

std::vector<InputMoments> collect(const std::string& text, const MomentOptions& options)
{
    Graph graph = parseGraph(text);
    inferShapes(graph);
    CompileOptions compile;
    compile.tapAll = true;
    MomentSource source;
    source.program = Program::compile(graph, compile);
    source.floating = source.program->defaultBinding().cleared();
    std::vector<ProductGeometry> layers;
    for (const Layer& layer : findLayers(graph)) {
        std::string reason;
        if (const auto geometry = productGeometry(graph, layer, reason))
            layers.push_back(*geometry);
    }
    return collectInputMoments(source, layers, Images(), options, Control());
}

const char* const network = R"(
opset 13
input x: float32[1x4x7x6]
w: float32[6x%1x3x3] = ...
c = Conv(x, w) {pads=[%2, %2, %2, %2], strides=[%3, %3], group=%4}
w2: float32[2x6x1x1] = ...
y = Conv(c, w2)
output y
)";

} // namespace

/// Pass 2 against its definition.
class TstInputMoments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsTheDefinition_data();
    void followsTheDefinition();
    void doesNotDependOnWorkersOrMemory();
    void halvesTakeTurns();
    void saysWhatIsNoProduct();
};

void TstInputMoments::followsTheDefinition_data()
{
    QTest::addColumn<int>("groups");
    QTest::addColumn<int>("pad");
    QTest::addColumn<int>("stride");
    QTest::newRow("plain") << 1 << 0 << 1;
    QTest::newRow("padded, strided") << 1 << 1 << 2;
    QTest::newRow("grouped") << 2 << 1 << 1;
}

void TstInputMoments::followsTheDefinition()
{
    QFETCH(int, groups);
    QFETCH(int, pad);
    QFETCH(int, stride);
    const QString text = QString(network).arg(4 / groups).arg(pad).arg(stride).arg(groups);
    const InputMoments moments = collect(text.toStdString(), {}).front();
    QCOMPARE(moments.groups, groups);
    for (std::int64_t group = 0; group < groups; ++group) {
        const Plain plain = plainMoments(group, 4 / groups, stride, pad);
        QCOMPARE(moments.count, plain.count);
        const auto count = static_cast<double>(plain.count);
        const std::size_t depth = plain.mean.size();
        // Products are summed in float over a few dozen positions: 2^-24 each of values below 1.
        for (std::size_t i = 0; i < depth; ++i)
            QVERIFY(std::abs(moments.mean[static_cast<std::size_t>(group) * depth + i] - plain.mean[i] / count) < 1e-9);
        for (std::size_t i = 0; i < depth * depth; ++i)
            QVERIFY(std::abs(moments.secondOf(group)[i] - plain.second[i] / count) < 50 * 0x1p-24);
    }
}

void TstInputMoments::doesNotDependOnWorkersOrMemory()
{
    const std::string text = QString(network).arg(4).arg(1).arg(1).arg(1).toStdString();
    MomentOptions one, three;
    one.workers = 1;
    three.workers = 3;
    three.memoryBytes = 1; // one layer at a time
    const auto a = collect(text, one);
    const auto b = collect(text, three);
    QCOMPARE(a.size(), 2U);
    for (std::size_t i = 0; i < a.size(); ++i) {
        QCOMPARE(a[i].second, b[i].second);
        QCOMPARE(a[i].mean, b[i].mean);
    }
}

/// 9 samples of three pictures: the second picture of the three has the other half for itself.
void TstInputMoments::halvesTakeTurns()
{
    const std::string text = QString(network).arg(4).arg(0).arg(1).arg(1).toStdString();
    MomentOptions options;
    options.halvesOf = 3;
    const InputMoments halved = collect(text, options).front(), whole = collect(text, {}).front();
    QVERIFY(whole.halves.empty());
    QCOMPARE(halved.halves.size(), 2U);
    QCOMPARE(halved.halves[1].count * 2, halved.halves[0].count);
    QCOMPARE(halved.count, whole.count);
    QCOMPARE(halved.samples, whole.samples);
    const Images images;
    double sum = 0;
    for (const std::int64_t sample : {1, 4, 7}) {
        const std::vector<float> image = images.load(sample).at("x").toFloats();
        for (int y = 0; y < 5; ++y)
            for (int x = 0; x < 4; ++x)
                sum += double{image[static_cast<std::size_t>(y * 6 + x)]};
    }
    QVERIFY(std::abs(halved.halves[1].mean[0] - sum / 60) < 1e-9);
    for (std::size_t i = 0; i < whole.second.size(); ++i)
        QVERIFY(std::abs(halved.second[i] - whole.second[i]) < 1e-6);
    for (std::size_t i = 0; i < whole.mean.size(); ++i)
        QVERIFY(std::abs(halved.mean[i] - whole.mean[i]) < 1e-9);
}

void TstInputMoments::saysWhatIsNoProduct()
{
    Graph graph = parseGraph(R"(
opset 13
input x: float32[1x4x7x6]
w: float32[4x2x2x2] = ...
y = ConvTranspose(x, w)
output y
)");
    inferShapes(graph);
    std::string reason;
    for (const Layer& layer : findLayers(graph)) {
        QVERIFY(!productGeometry(graph, layer, reason));
        QVERIFY(!reason.empty());
    }
}

QTEST_APPLESS_MAIN(TstInputMoments)
#include "tst_input_moments.moc"
