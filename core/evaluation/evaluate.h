// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/control.h"
#include "core/base/table.h"
#include "core/data/samples.h"
#include "core/evaluation/average_precision.h"
#include "core/evaluation/decoder.h"
#include "core/ops/layers.h"
#include "core/runtime/run_mode.h"
#include "core/tensor/compare.h"

namespace lathe {

/// What a metric scores: the outputs of one sample, its label or target, and the float model's outputs.
struct MetricSample
{
    const Tensor& output;      ///< first graph output of the run that is scored
    const Tensor& floatOutput; ///< the same of the float model
    std::optional<std::int64_t> label;
    const Tensor& target;                ///< empty when none
    const BoxDecoder* decoder = nullptr; ///< where the metric asks for boxes
};

/// A figure of a set of samples: the mean of their scores, unless it says otherwise.
struct Metric
{
    std::string id; ///< "top1", "top5", "agreement", "mse"
    std::string label;
    bool higherIsBetter = true;
    bool needsLabel = false;
    TargetKind target = TargetKind::none; ///< the kind of target that it needs
    bool needsClasses = false;            ///< the first output must be one vector of class scores
    bool binary = true;                   ///< scores are 0 or 1: intervals for paired proportions
    bool share = false;                   ///< between 0 and 1 also where scores are not binary
    double (*score)(const MetricSample&) = nullptr;
    /// The metric is the average precision of these over the set, and score() that of one sample; null for means of
    /// scores.
    DetectionHits (*hits)(const MetricSample&) = nullptr;
};

const Table<Metric>& metrics();

/// float, quantized, loss (positive = worse) and the paired 95 % interval of the loss.
struct MetricResult
{
    std::string id;
    double floatValue = 0;
    double quantizedValue = 0;
    double loss = 0;
    double low = 0;
    double high = 0;
};

/// Whether samples are told apart by the class that the first output gives.
bool givesClasses(const Graph& graph, const Samples& samples);
/// Whether a metric can be computed on samples of this kind (their labels are asked for apart).
bool suitsTargets(const Metric& metric, const TargetInfo& targets);

/// Paired 95 % interval of the mean difference. Binary scores: Agresti and Min (2005), adjusted Wald with 0.5
/// added to each cell; others: Student t on the differences.
MetricResult pairedResult(const Metric& metric, const std::vector<double>& floatScores,
                          const std::vector<double>& quantizedScores);

/// The same of a metric with hits; the interval is that of 200 draws of samples, the same for both runs.
MetricResult pairedPrecision(const Metric& metric, const std::vector<DetectionHits>& floatHits,
                             const std::vector<DetectionHits>& quantizedHits);

struct OutputFigures
{
    std::string name;
    Comparison error;
};

/// One layer's figures over the samples.
struct LayerFigures
{
    std::string id;
    Comparison local;                 ///< only this tensor quantized: its own grid on the float values
    Comparison accumulated;           ///< quantized run against float run at the same place
    std::vector<Comparison> channels; ///< accumulated, by channel; empty for tensors without a channel axis
    std::int64_t clipped = 0;         ///< values outside the grid
    std::int64_t elements = 0;
    std::int64_t nans = 0; ///< in the quantized run
    std::int64_t infinities = 0;
    bool zeroScale = false;

    double clippedShare() const
    {
        return elements > 0 ? static_cast<double>(clipped) / static_cast<double>(elements) : 0;
    }
};

/// What is kept of one sample, so that any later comparison can be paired.
struct SampleRecord
{
    std::string id;
    std::int64_t label = -1;
    std::int64_t floatClass = -1; ///< -1 where the model gives no classes
    std::int64_t quantizedClass = -1;
    std::map<std::string, std::pair<double, double>> scores; ///< metric id -> (float, quantized)
};

struct EvaluationRun
{
    std::string precision; ///< name of the RunMode
    Digest data;
    Digest plan;
    std::string finishedUtc; ///< ISO 8601, set by the caller when it stores the run
    std::vector<MetricResult> metrics;
    std::vector<OutputFigures> outputs;
    std::vector<LayerFigures> layers;
    std::vector<SampleRecord> samples;

    const MetricResult* metric(const std::string& id) const;
};

struct EvaluateOptions
{
    std::int64_t limit = 0;   ///< at most this many samples; 0 = all
    int workers = 0;          ///< 0 = all cores
    bool layerFigures = true; ///< needs programs compiled with tapAll
    bool channelFigures = false;
    std::vector<std::string> metricIds; ///< empty: every one that the data allows
    std::function<void(std::shared_ptr<const EvaluationRun>)> partial; ///< results as they come
};

/// Runs float and quantized over the same samples. Same result for any number of workers. Layers are matched
/// by id (output value name). Throws Error{labelsMissing, datasetEmpty, stopped ...}.
EvaluationRun evaluate(const Runnable& floating, const Runnable& quantized, const std::vector<Layer>& layers,
                       const Samples& samples, const EvaluateOptions& options, const Control& control);

/// Numeric health findings of a run: what, where, how bad, in plain words.
struct HealthFinding
{
    std::string layer;
    std::string kind; ///< "nan", "inf", "clipped", "zeroScale"
    double value = 0; ///< count or share
    std::string text;
};
std::vector<HealthFinding> healthFindings(const EvaluationRun& run);

} // namespace lathe
