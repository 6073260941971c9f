// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/resolve.h"

#include <algorithm>
#include <functional>
#include <mutex>

#include "core/base/parallel.h"
#include "core/quant/saturation.h"
#include "core/quant/score_values.h"
#include "core/quant/weight_resolver.h"

namespace lathe {

namespace {

using ActivationPoint = PointLayout::ActivationPoint;
using WeightPoint = PointLayout::WeightPoint;

/// What there is to know of a graph before a plan is looked at.
struct Basis
{
    const Graph& graph;
    const Statistics& statistics;
    const PlacementRules& rules;
    std::vector<Layer> layers;
    PointLayout layout;
    std::set<std::string> scores;
};

Basis basisOf(const Graph& graph, const Statistics& statistics, const PlacementRules& rules)
{
    const std::vector<Layer> layers = findLayers(graph);
    return {graph, statistics, rules, layers, findPoints(graph, layers, rules), scoreValues(graph)};
}

/// A range as its method chose it.
struct ChosenRange
{
    Range range;
    bool worse = false; ///< than min-max, by the method's own measure
};

/// Ranges that were searched for already. For any number of threads.
class KnownRanges
{
public:
    ChosenRange get(const std::string& key, const std::function<ChosenRange()>& search)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (const auto found = m_ranges.find(key); found != m_ranges.end())
                return found->second;
        }
        const ChosenRange chosen = search();
        const std::lock_guard lock(m_mutex);
        return m_ranges.emplace(key, chosen).first->second;
    }

private:
    std::mutex m_mutex;
    std::map<std::string, ChosenRange> m_ranges;
};

/// What holds for all points of one grid.
struct Decision
{
    QuantSpec spec = {NumberFormat::float32(), {}, false};
    MethodChoice method;
    std::optional<Range> clip;
};

/// Points that share a grid, or one that has its own.
struct Group
{
    std::vector<const ActivationPoint*> members;
    Decision decision;
    bool reused = false; ///< taken from the previous result
    EncodingPtr encoding;
    Range range;
    bool worse = false; ///< than min-max, by the method's own measure
};

class Resolver
{
public:
    Resolver(const QuantPlan& plan, const Basis& basis, KnownRanges& knownRanges, const Resolved* previous,
             const std::set<std::string>* onlyLayers, const Control& control)
        : m_graph(basis.graph)
        , m_statistics(basis.statistics)
        , m_rules(basis.rules)
        , m_layers(basis.layers)
        , m_layout(basis.layout)
        , m_scores(basis.scores)
        , m_knownRanges(knownRanges)
        , m_previous(onlyLayers ? previous : nullptr)
        , m_onlyLayers(onlyLayers)
        , m_control(control)
        , m_plan(withLayerIds(plan, m_layers))
    {
    }

    Resolved run()
    {
        makeGroups();
        for (Group& group : m_groups)
            decide(group);
        // Ranges are searched for side by side; each has its own place, so the order of workers does not
        // matter.
        parallelFor(static_cast<std::int64_t>(m_groups.size()), hardwareThreads(), m_control,
                    [&](std::int64_t i, int) { rangeGroup(m_groups[static_cast<std::size_t>(i)]); });
        for (const Group& group : m_groups)
            keepGroup(group);
        resolveWeights();
        refuseBodies();
        return std::move(m_result);
    }

private:
    /// Points are places of the outer graph.
    void refuseBodies()
    {
        for (const Layer& layer : m_layers)
            if (layer.body && layer.weight.valid())
                refuse(layer.id,
                       "It stands in a body of If, Loop or Scan, and stays in float: no points are placed "
                       "there.",
                       "");
    }

    const LayerPlan& planOf(const std::string& layer) const
    {
        static const LayerPlan none;
        const auto found = m_plan.layers.find(layer);
        return found == m_plan.layers.end() ? none : found->second;
    }

    bool isDirty(const std::string& layer) const { return !m_previous || m_onlyLayers->count(layer) != 0; }

    void refuse(const std::string& layer, std::string reason, std::string nearest)
    {
        for (const Refusal& known : m_result.refusals)
            if (known.layer == layer && known.reason == reason)
                return;
        m_result.refusals.push_back({layer, std::move(reason), std::move(nearest)});
    }

    void makeGroups()
    {
        std::map<int, std::size_t> byNumber;
        for (const ActivationPoint& point : m_layout.activations) {
            if (!point.byDefault && !planOf(point.layer).activations)
                continue;
            if (point.shareGroup >= 0) {
                const auto [entry, isNew] = byNumber.emplace(point.shareGroup, m_groups.size());
                if (!isNew) {
                    m_groups[entry->second].members.push_back(&point);
                    continue;
                }
            }
            m_groups.push_back({{&point}, {}, false, nullptr, {}});
        }
    }

    /// The format that a person gave to a layer goes before the default; of several, the one with most bits.
    void decide(Group& group)
    {
        const std::string* winner = nullptr;
        for (const ActivationPoint* member : group.members) {
            const auto& own = planOf(member->layer).activations;
            if (own && (!winner || own->format.bits > m_plan.activationSpec(*winner).format.bits))
                winner = &member->layer;
        }
        const std::string& layer = winner ? *winner : group.members.front()->layer;
        Decision& decision = group.decision;
        decision.spec = m_plan.activationSpec(layer);
        decision.method = m_plan.methodOf(layer);
        for (const ActivationPoint* member : group.members) {
            const LayerPlan& own = planOf(member->layer);
            if (own.activations && !(*own.activations == decision.spec))
                refuse(member->layer,
                       "Its activations share one grid with \"" + layer + "\", which has " +
                           decision.spec.format.name() + ".",
                       decision.spec.name());
            if (own.method && !planOf(layer).method)
                decision.method = *own.method;
            if (own.clip && !decision.clip)
                decision.clip = own.clip;
        }
        keepExtremesOfScores(group);
        limitToRules(decision, layer);
    }

    /// From 8 bits on, the resolution that min-max gives up is small against what cutting off the deciding scores costs.
    /// A method that a person gave to a layer stays.
    bool keepsExtremes(const std::string& layer, const NumberFormat& format) const
    {
        return m_scores.contains(layer) && format.bits >= 8 && !planOf(layer).method;
    }

    void keepExtremesOfScores(Group& group) const
    {
        if (std::any_of(group.members.begin(), group.members.end(), [&](const ActivationPoint* member) {
                return keepsExtremes(member->layer, group.decision.spec.format);
            }))
            group.decision.method = MethodChoice::parse("minmax");
    }

    MethodChoice weightMethod(const std::string& layer, const QuantSpec& spec) const
    {
        return keepsExtremes(layer, spec.format) ? MethodChoice::parse("minmax") : m_plan.methodOf(layer);
    }

    void limitToRules(Decision& decision, const std::string& layer)
    {
        QuantSpec& spec = decision.spec;
        if (spec.format.hasTable() && !spec.format.isFloat8()) {
            const std::string name = spec.format.name();
            spec = QuantSpec::parse(spec.format.bits > 4 ? "uint8" : "uint4");
            refuse(layer, "Tables of the format " + name + " are for weights.", spec.name());
        }
        if (!spec.format.hasScale())
            return;
        if (spec.granularity.kind != Granularity::Kind::tensor) {
            spec.granularity = {};
            refuse(layer, "Activations have one scale for the whole tensor.", spec.name());
        }
        if (m_rules.symmetricActivations && spec.format.isInteger())
            spec.symmetric = true;
    }

    void rangeGroup(Group& group)
    {
        if (group.decision.spec.format.isFloat32())
            return;
        group.reused = std::none_of(group.members.begin(), group.members.end(),
                                    [&](const ActivationPoint* member) { return isDirty(member->layer); });
        if (group.reused)
            return;
        const auto& fixed = group.members.front()->fixed; // the same for all of a group
        if (fixed && group.decision.spec.format.isInteger()) {
            group.encoding = std::make_shared<const Encoding>(fixedEncoding(*fixed, group.decision.spec));
            group.range = {group.encoding->lowestReal(), group.encoding->highestReal()};
            return;
        }
        if (!hasStatistics(group))
            return;
        if (group.decision.clip) {
            group.range = *group.decision.clip;
        } else {
            const ChosenRange chosen =
                m_knownRanges.get(rangeKey(group), [&] { return searchRange(group.decision, *statisticsOf(group)); });
            group.range = chosen.range;
            group.worse = chosen.worse;
            keepWhatIsToldApart(group);
        }
        group.encoding =
            std::make_shared<const Encoding>(makeEncoding(group.decision.spec, {&group.range, 1}, -1, false));
    }

    /// All that searchRange() hangs on.
    static std::string rangeKey(const Group& group)
    {
        std::string key = group.decision.spec.name() + " " + group.decision.method.text();
        for (const ActivationPoint* member : group.members)
            key += "\n" + member->value;
        return key;
    }

    static ChosenRange searchRange(const Decision& decision, const TensorStatistics& statistics)
    {
        ChosenRange chosen;
        chosen.range = chooseRange(decision.method, statistics, decision.spec);
        chosen.worse = worseThanMinMax(decision.method, statistics, decision.spec, chosen.range);
        return chosen;
    }

    /// Resolution where no reader tells numbers apart is lost. Scores stay whole: their order decides.
    void keepWhatIsToldApart(Group& group) const
    {
        const ActivationPoint& first = *group.members.front();
        if (group.members.size() > 1 || !group.decision.spec.format.isInteger() || m_scores.contains(first.value) ||
            planOf(first.layer).method)
            return;
        if (const auto sensitive = sensitiveRange(m_graph, first.value, group.decision.spec.format.bits))
            group.range = {std::max(group.range.low, sensitive->low), std::min(group.range.high, sensitive->high)};
    }

    bool isWatched(const ActivationPoint& point) const
    {
        return point.layer == point.value || point.layer == "input:" + point.value;
    }

    const TensorStatistics* statisticsOf(const ActivationPoint& point) const
    {
        const auto found = m_statistics.tensors.find(point.value.substr(0, point.value.find("->")));
        return found == m_statistics.tensors.end() ? nullptr : &found->second;
    }

    /// Throws Error{noStatistics} where a layer or an input was not watched.
    bool hasStatistics(const Group& group) const
    {
        bool any = false;
        for (const ActivationPoint* member : group.members) {
            const bool known = statisticsOf(*member) != nullptr;
            if (!known && isWatched(*member))
                throw Error(ErrorCode::noStatistics, member->layer, {{"value", member->value}});
            any = any || known;
        }
        return any || upstreamStatistics(group) != nullptr;
    }

    /// Moving operators make no new values, so only what layers and inputs showed counts.
    std::optional<TensorStatistics> statisticsOf(const Group& group) const
    {
        std::optional<TensorStatistics> merged;
        for (const ActivationPoint* member : group.members) {
            const TensorStatistics* const found = statisticsOf(*member);
            if (!found)
                continue;
            if (!merged) {
                merged = *found;
            } else {
                merged->moments.merge(found->moments);
                merged->histogram.merge(found->histogram);
                mergeExtremes(merged->samples, found->samples);
            }
        }
        if (!merged)
            merged = *upstreamStatistics(group);
        return merged;
    }

    static void mergeExtremes(std::vector<SampleExtremes>& into, const std::vector<SampleExtremes>& from)
    {
        for (std::size_t i = 0; i < std::min(into.size(), from.size()); ++i) {
            into[i].minimum = std::min(into[i].minimum, from[i].minimum);
            into[i].maximum = std::max(into[i].maximum, from[i].maximum);
        }
    }

    /// A value that only moving operators made of another, which is no point itself.
    const TensorStatistics* upstreamStatistics(const Group& group) const
    {
        ValueId value = m_graph.find(group.members.front()->value);
        while (value.valid()) {
            const auto found = m_statistics.tensors.find(m_graph.value(value).name);
            if (found != m_statistics.tensors.end())
                return &found->second;
            const NodeId producer = m_graph.producer(value);
            if (!producer.valid())
                return nullptr;
            const Op* op = findOp(m_graph.node(producer));
            if (!op || op->traits.kind != OpTraits::Kind::moving)
                return nullptr;
            value = m_graph.node(producer).input(0);
        }
        return nullptr;
    }

    /// The method's range stays: a person asked for it. `worse` counts where it was chosen just now.
    void noteWorse(const std::string& layer, const char* what, const MethodChoice& method, bool reused, bool worse)
    {
        const std::string reason = std::string("The range of its ") + what + " by \"" + method.text() +
                                   "\" has a larger error than the full range.";
        if (reused)
            worse = std::any_of(m_previous->refusals.begin(), m_previous->refusals.end(), [&](const Refusal& known) {
                return known.layer == layer && known.reason == reason;
            });
        if (worse)
            refuse(layer, reason, "minmax");
    }

    void keepGroup(const Group& group)
    {
        if (group.decision.spec.format.isFloat32())
            return;
        noteWorse(group.members.front()->layer, "activations", group.decision.method, group.reused, group.worse);
        for (const ActivationPoint* member : group.members) {
            if (group.reused) {
                const auto known = m_previous->encodings.activations.find(member->value);
                if (known == m_previous->encodings.activations.end()) {
                    refuseUnknown(*member);
                    continue;
                }
                m_result.encodings.activations.insert(*known);
                const auto range = m_previous->encodings.ranges.find(member->value);
                if (range != m_previous->encodings.ranges.end())
                    m_result.encodings.ranges.insert(*range);
            } else if (group.encoding) {
                m_result.encodings.activations.emplace(member->value, group.encoding);
                m_result.encodings.ranges.emplace(member->value, group.range);
            } else {
                refuseUnknown(*member);
            }
        }
    }

    void refuseUnknown(const ActivationPoint& point)
    {
        refuse(point.layer, "Nothing is known of the values of \"" + point.value + "\".", "float32");
    }

    const Encoding* activation(const std::string& value) const
    {
        const auto found = m_result.encodings.activations.find(value);
        return found == m_result.encodings.activations.end() ? nullptr : found->second.get();
    }

    /// What one weight is to become; float32 where it stays as it is.
    QuantSpec weightSpec(const WeightPoint& point)
    {
        QuantSpec spec =
            point.constantOperand ? m_plan.activationSpec(point.layer) : m_plan.weightSpec(point.layer);
        if (point.constantOperand) {
            const Encoding* partner = activation(point.input);
            if (!partner || !partner->format.isInteger())
                return {NumberFormat::float32(), {}, false};
            spec.granularity = {};
            return spec;
        }
        if (spec.format.isDynamic()) {
            spec = QuantSpec::parse("int8:channel:symmetric");
            refuse(point.layer, "Weights do not change from run to run: they need no dynamic range.", spec.name());
        }
        limitGroups(point, spec);
        if (spec.granularity.kind == Granularity::Kind::channel && !point.perChannel) {
            spec.granularity = {};
            refuse(point.layer, "Weights of this layer have one scale for the whole tensor.", spec.name());
        }
        return spec;
    }

    void limitGroups(const WeightPoint& point, QuantSpec& spec)
    {
        if (spec.granularity.kind != Granularity::Kind::group)
            return;
        constexpr int smallest = 16, largest = 256;
        const int asked = spec.granularity.groupSize;
        if (const int size = std::clamp(asked, smallest, largest); size != asked) {
            spec.granularity.groupSize = size;
            refuse(point.layer, "Groups hold 16 to 256 weights.", spec.name());
        }
        const auto layer = std::find_if(m_layers.begin(), m_layers.end(),
                                        [&](const Layer& known) { return known.id == point.layer; });
        const Shape& shape = m_graph.value(m_graph.find(point.value)).constant.shape();
        if (const char* reason = whyNoGroups(point, layer == m_layers.end() ? nullptr : &*layer, shape)) {
            spec.granularity = {Granularity::Kind::channel, 0};
            refuse(point.layer, reason, spec.name());
        }
    }

    struct WeightJob
    {
        const WeightPoint* point;
        QuantSpec spec;
        const Encoding* input;
        ResolvedWeight result;
        bool reused = false;
    };

    void resolveWeights()
    {
        std::vector<WeightJob> jobs;
        std::set<std::string> taken;
        for (const WeightPoint& point : m_layout.weights) {
            WeightJob job{
                &point, weightSpec(point), point.input.empty() ? nullptr : activation(point.input), {}, false};
            if (!taken.insert(point.value).second) {
                if (!point.constantOperand)
                    refuseSharedWeight(point, jobs);
                continue;
            }
            if (!job.spec.format.isFloat32())
                jobs.push_back(std::move(job));
        }
        parallelFor(static_cast<std::int64_t>(jobs.size()), hardwareThreads(), m_control,
                    [&](std::int64_t i, int) { runJob(jobs[static_cast<std::size_t>(i)]); });
        for (WeightJob& job : jobs)
            keepWeight(job);
    }

    void refuseSharedWeight(const WeightPoint& point, const std::vector<WeightJob>& jobs)
    {
        for (const WeightJob& job : jobs)
            if (job.point->value == point.value &&
                !(m_plan.weightSpec(point.layer) == m_plan.weightSpec(job.point->layer)))
                refuse(point.layer, "Its weights are also those of \"" + job.point->layer + "\".",
                       job.spec.name());
    }

    const Tensor* biasOf(const WeightPoint& point) const
    {
        return point.bias.empty() ? nullptr : &m_graph.value(m_graph.find(point.bias)).constant;
    }

    void runJob(WeightJob& job) const
    {
        if (reuseWeight(job))
            return;
        job.result =
            resolveWeight(*job.point, m_graph.value(m_graph.find(job.point->value)).constant,
                          biasOf(*job.point), job.spec, weightMethod(job.point->layer, job.spec), job.input,
                          planOf(job.point->layer).weightClip);
    }

    /// A weight whose layer did not change keeps its grid, unless the bias sets its scale, before or now.
    bool reuseWeight(WeightJob& job) const
    {
        const WeightPoint& point = *job.point;
        if (isDirty(point.layer))
            return false;
        const auto known = m_previous->encodings.weights.find(point.value);
        const auto codes = m_previous->codes.weights.find(point.value);
        if (known == m_previous->encodings.weights.end() || codes == m_previous->codes.weights.end())
            return false;
        const auto before = m_previous->encodings.activations.find(point.input);
        const Encoding* oldInput =
            before == m_previous->encodings.activations.end() ? nullptr : before->second.get();
        const Tensor* bias = biasOf(point);
        if (bias &&
            (touchesFloor(*known->second, *bias, oldInput) || touchesFloor(*known->second, *bias, job.input)))
            return false;
        job.reused = true;
        job.result.encoding = known->second;
        job.result.codes = codes->second;
        resolveBias(point, bias, job.input, job.result);
        return true;
    }

    static bool touchesFloor(const Encoding& weight, const Tensor& bias, const Encoding* input)
    {
        if (!input || !input->format.isInteger() || !weight.format.isInteger() ||
            weight.grouped())
            return false;
        const std::vector<double> floors = weightScaleFloor(bias, input->scale[0], weight.channels());
        for (std::size_t c = 0; c < floors.size(); ++c)
            if (static_cast<float>(floors[c]) >= weight.scale[c])
                return true;
        return false;
    }

    void keepWeight(WeightJob& job)
    {
        const WeightPoint& point = *job.point;
        noteWorse(point.layer, "weights", weightMethod(point.layer, job.spec), job.reused, job.result.worseThanMinMax);
        m_result.encodings.weights.emplace(point.value, std::move(job.result.encoding));
        m_result.codes.weights.emplace(point.value, std::move(job.result.codes));
        if (!job.result.biasEncoding)
            return;
        m_result.encodings.biases.emplace(point.bias, std::move(job.result.biasEncoding));
        m_result.codes.biases.emplace(point.bias, std::move(job.result.biasCodes));
    }

    const Graph& m_graph;
    const Statistics& m_statistics;
    const PlacementRules& m_rules;
    const std::vector<Layer>& m_layers;
    const PointLayout& m_layout;
    const std::set<std::string>& m_scores;
    KnownRanges& m_knownRanges;
    const Resolved* m_previous;
    const std::set<std::string>* m_onlyLayers;
    const Control& m_control;
    QuantPlan m_plan;
    std::vector<Group> m_groups;
    Resolved m_result;
};

} // namespace

struct PlanResolver::Impl
{
    Basis basis;
    KnownRanges ranges;
};

PlanResolver::PlanResolver(const Graph& graph, const Statistics& statistics, const PlacementRules& rules)
    : m_impl(new Impl{basisOf(graph, statistics, rules), {}})
{
}

PlanResolver::~PlanResolver() = default;

Resolved PlanResolver::resolve(const QuantPlan& plan, const Resolved* previous,
                               const std::set<std::string>* onlyLayers, const Control& control) const
{
    return Resolver(plan, m_impl->basis, m_impl->ranges, previous, onlyLayers, control).run();
}

Resolved resolve(const QuantPlan& plan, const Graph& graph, const Statistics& statistics,
                 const PlacementRules& rules, const Resolved* previous,
                 const std::set<std::string>* onlyLayers, const Control& control)
{
    return PlanResolver(graph, statistics, rules).resolve(plan, previous, onlyLayers, control);
}

} // namespace lathe
