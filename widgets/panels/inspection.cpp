// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/inspection.h"

#include "core/analysis/grid_error.h"
#include "core/tensor/compare.h"
#include "widgets/support/number_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace lathe {
namespace {

constexpr std::size_t widestShown = 8;

QString translated(const char* text)
{
    return QCoreApplication::translate("Inspection", text);
}

Fact fact(const char* name, const QString& value, const char* explanation)
{
    return {translated(name), value, translated(explanation)};
}

/// A number with all the digits that make it this float.
QString exactText(float value)
{
    return QString::number(static_cast<double>(value), 'g', 9);
}

QString rangeText(double low, double high)
{
    return QStringLiteral("%1 … %2").arg(numberText(low), numberText(high));
}

QString specText(const QuantSpec& spec)
{
    return QString::fromStdString(spec.name()).replace(QLatin1Char(':'), QLatin1String(", "));
}

const Encoding* find(const std::map<std::string, EncodingPtr>& map, const std::string& key)
{
    const auto found = map.find(key);
    return found == map.end() ? nullptr : found->second.get();
}

Fact coveredFact(const Encoding& encoding)
{
    float low = encoding.lowestReal();
    float high = encoding.highestReal();
    for (std::size_t channel = 1; channel < encoding.channels(); ++channel) {
        low = std::min(low, encoding.lowestReal(channel));
        high = std::max(high, encoding.highestReal(channel));
    }
    return fact(QT_TRANSLATE_NOOP("Inspection", "Grid covers"), rangeText(static_cast<double>(low), static_cast<double>(high)),
                QT_TRANSLATE_NOOP("Inspection", "Real values of the smallest and largest code; what lies outside is clipped."));
}

void addTableFacts(std::vector<Fact>& facts, const Encoding& encoding)
{
    facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Levels"), QString::number(encoding.levels(0).size()),
                         QT_TRANSLATE_NOOP("Inspection", "How many different values the table holds: real = table[code] · scale.")));
    facts.push_back(coveredFact(encoding));
}

/// Scale, zero-point, step, range: the grid's own arithmetic.
void addGridFacts(std::vector<Fact>& facts, const Encoding& encoding)
{
    if (encoding.scale.empty()) {
        if (encoding.format.isDynamic()) {
            facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Range by"), translated(QT_TRANSLATE_NOOP("Inspection", "each tensor as it comes")),
                                 QT_TRANSLATE_NOOP("Inspection", "Scale and zero-point are computed anew from the smallest and largest value of every run.")));
            return;
        }
        facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Rounding"), translated(QT_TRANSLATE_NOOP("Inspection", "to the nearest value of the format")),
                             QT_TRANSLATE_NOOP("Inspection", "16-bit floats have no scale: every value is rounded to the format.")));
        return;
    }
    const auto [least, most] = std::minmax_element(encoding.scale.begin(), encoding.scale.end());
    const bool one = encoding.scale.size() == 1;
    facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Scale (step)"),
                         one ? exactText(encoding.scale.front())
                             : (encoding.grouped() ? translated(QT_TRANSLATE_NOOP("Inspection", "%1 … %2, one for each of %3 groups"))
                                                   : translated(QT_TRANSLATE_NOOP("Inspection", "%1 … %2, one for each of %3 channels")))
                                   .arg(numberText(static_cast<double>(*least)), numberText(static_cast<double>(*most)))
                                   .arg(encoding.scale.size()),
                         QT_TRANSLATE_NOOP("Inspection", "Distance of neighbouring grid points: real = (code − zero-point) · scale.")));
    if (encoding.format.hasTable()) {
        addTableFacts(facts, encoding);
        return;
    }
    facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Zero-point"), QString::number(encoding.zeroPoint.front()),
                         QT_TRANSLATE_NOOP("Inspection", "The code that stands for exactly 0.")));
    facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Codes"),
                         QStringLiteral("%1 … %2").arg(encoding.minimumCode).arg(encoding.maximumCode).replace(QLatin1Char('-'), QStringLiteral("−")),
                         QT_TRANSLATE_NOOP("Inspection", "The smallest and largest code of the grid.")));
    facts.push_back(coveredFact(encoding));
}

void inspectActivations(const InspectionRequest& request, const Layer& layer, Inspection& result)
{
    const std::string value = valueOfLayer(layer.id);
    const auto found = request.statistics->tensors.find(value);
    if (found == request.statistics->tensors.end())
        return;
    const TensorStatistics& tensor = found->second;
    const Encoding* encoding = request.resolved ? find(request.resolved->encodings.activations, value) : nullptr;
    result.activations = activationHistogram(tensor, request.statistics->sampleIds, encoding);
    result.minimumSample = tensor.minimumSample;
    result.maximumSample = tensor.maximumSample;

    auto& facts = result.activationFacts;
    facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Format"),
                         encoding || !request.resolved
                             ? specText(request.plan.activationSpec(layer.id))
                             : translated(QT_TRANSLATE_NOOP("Inspection", "float32: the target puts no point here")),
                         QT_TRANSLATE_NOOP("Inspection", "Number format, one scale for what, and whether zero lies in the middle.")));
    if (encoding) {
        facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Range by"),
                             request.plan.layers.contains(layer.id) && request.plan.layers.at(layer.id).clip
                                 ? translated(QT_TRANSLATE_NOOP("Inspection", "hand"))
                                 : QString::fromStdString(request.plan.methodOf(layer.id).text()),
                             QT_TRANSLATE_NOOP("Inspection", "The method that chose the clipping range.")));
        addGridFacts(facts, *encoding);
    }
    facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Seen"),
                         rangeText(static_cast<double>(tensor.moments.minimum), static_cast<double>(tensor.moments.maximum)),
                         QT_TRANSLATE_NOOP("Inspection", "Smallest and largest value of all calibration samples, exact.")));
    if (encoding && result.activations) {
        facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Clipped"),
                             translated(QT_TRANSLATE_NOOP("Inspection", "%1 below, %2 above"))
                                 .arg(shareText(result.activations->clippedBelow), shareText(result.activations->clippedAbove)),
                             QT_TRANSLATE_NOOP("Inspection", "Share of the calibration values outside the grid.")));
        if (const auto sqnrDb = activationSqnrDb(tensor, *encoding); sqnrDb && tensor.moments.count > 0)
            facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "SQNR, dB"), sqnrText(*sqnrDb),
                                 QT_TRANSLATE_NOOP("Inspection",
                                                   "10 log10 of mean square by mean squared error of this grid on the calibration histogram.")));
    }

    std::vector<std::int64_t> order(tensor.samples.size());
    std::iota(order.begin(), order.end(), 0);
    const auto width = [&](std::int64_t i) {
        const SampleExtremes& extremes = tensor.samples[static_cast<std::size_t>(i)];
        return extremes.maximum - extremes.minimum;
    };
    const std::size_t kept = std::min(widestShown, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                      [&](std::int64_t a, std::int64_t b) { return width(a) != width(b) ? width(a) > width(b) : a < b; });
    order.resize(kept);
    result.widestSamples = std::move(order);
}

void inspectWeights(const InspectionRequest& request, const Layer& layer, Inspection& result)
{
    if (!layer.weight.valid())
        return;
    const Value& weight = graphOf(layer, request.model->graph).value(layer.weight);
    if (weight.constant.empty())
        return;
    const Encoding* encoding = request.resolved ? find(request.resolved->encodings.weights, weight.name) : nullptr;
    const Tensor* codes = nullptr;
    if (request.resolved)
        if (const auto found = request.resolved->codes.weights.find(weight.name);
            found != request.resolved->codes.weights.end())
            codes = &found->second;
    result.weights = weightHistogram(weight.name, weight.constant, encoding, codes);

    auto& facts = result.weightFacts;
    facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Format"), specText(request.plan.weightSpec(layer.id)),
                         QT_TRANSLATE_NOOP("Inspection", "Number format, one scale for what, and whether zero lies in the middle.")));
    facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Shape"), QString::fromStdString(weight.constant.shape().text()),
                         QT_TRANSLATE_NOOP("Inspection", "Shape of the weight tensor.")));
    if (encoding)
        addGridFacts(facts, *encoding);
    if (result.weights)
        facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "Seen"), rangeText(result.weights->minimum, result.weights->maximum),
                             QT_TRANSLATE_NOOP("Inspection", "Smallest and largest weight.")));
    if (encoding) {
        const Tensor real = codes ? dequantize(*codes, *encoding) : fakeQuantize(weight.constant, *encoding);
        facts.push_back(fact(QT_TRANSLATE_NOOP("Inspection", "SQNR, dB"), sqnrText(compare(weight.constant, real).sqnrDb()),
                             QT_TRANSLATE_NOOP("Inspection", "10 log10 of sum of w² by sum of squared errors.")));
    }
}

}

std::shared_ptr<const Inspection> inspect(const InspectionRequest& request)
{
    auto result = std::make_shared<Inspection>();
    result->layer = request.layer;
    for (const Layer& layer : request.model->layers) {
        if (layer.id != request.layer)
            continue;
        if (request.statistics)
            inspectActivations(request, layer, *result);
        inspectWeights(request, layer, *result);
    }
    return result;
}

}
