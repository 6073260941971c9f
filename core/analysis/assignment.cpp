// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/assignment.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <set>

#include "core/analysis/assignment_table.h"
#include "core/base/text.h"

namespace lathe {

namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();
/// Halvings of the interval of sizes when the smallest plan within an allowed loss is searched.
constexpr int dropSteps = 7;

using Chosen = std::vector<std::size_t>;

class Assigner
{
public:
    Assigner(const Graph& graph, const std::vector<Layer>& layers, const Sensitivity& sensitivity,
             const QuantPlan& base, WhatIf& whatIf, const AssignmentOptions& options, const Control& control)
        : m_base(base)
        , m_whatIf(whatIf)
        , m_options(options)
        , m_control(control)
        , m_table(choicesOf(graph, layers, sensitivity, base, options))
    {
        for (const LayerChoices& layer : m_table)
            for (const LayerChoice& choice : layer.choices)
                if (choice.weightBits > 0 && choice.weightBits < 32)
                    m_weightBits.insert(choice.weightBits);
    }

    Assignment run()
    {
        measureUniform();
        m_overheadBytes =
            static_cast<double>(m_points.back().point.sizeBytes) - weightBytes(m_points.back().chosen);
        if (m_options.maxDrop)
            searchSmallest();
        else
            searchBest();
        traceFront();
        return finished();
    }

private:
    struct Measured
    {
        Chosen chosen;
        AssignmentPoint point;
    };

    double weightBytes(const Chosen& chosen) const
    {
        double sum = 0;
        for (std::size_t i = 0; i < m_table.size(); ++i)
            sum += m_table[i].choices[chosen[i]].weightBytes;
        return sum;
    }

    /// The least noise within `sizeBytes` and the further limits; `forced` takes a layer's choice out of the
    /// search.
    std::optional<Chosen> solve(double sizeBytes, const std::map<std::size_t, std::size_t>& forced = {}) const
    {
        std::vector<double> limits;
        if (sizeBytes < unlimited)
            limits.push_back(sizeBytes - m_overheadBytes);
        for (const CostLimit& limit : m_options.limits)
            limits.push_back(limit.limit);
        std::vector<Item> items;
        for (std::size_t i = 0; i < m_table.size(); ++i) {
            Item item;
            for (const LayerChoice& choice : m_table[i].choices) {
                ItemChoice entry{choice.noise, {}};
                if (sizeBytes < unlimited)
                    entry.costs.push_back(choice.weightBytes);
                entry.costs.insert(entry.costs.end(), choice.costs.begin(), choice.costs.end());
                item.push_back(std::move(entry));
            }
            if (const auto one = forced.find(i); one != forced.end())
                item = {item[one->second]};
            items.push_back(std::move(item));
        }
        auto chosen = chooseLeastLoss(items, limits, m_control);
        if (chosen)
            for (const auto& [item, choice] : forced)
                (*chosen)[item] = choice;
        return chosen;
    }

    bool withinFurtherLimits(const Chosen& chosen) const
    {
        for (std::size_t limit = 0; limit < m_options.limits.size(); ++limit) {
            double sum = 0;
            for (std::size_t i = 0; i < m_table.size(); ++i)
                sum += m_table[i].choices[chosen[i]].costs[limit];
            if (sum > m_options.limits[limit].limit * (1 + 1e-9))
                return false;
        }
        return true;
    }

    const Measured& measure(const Chosen& chosen, std::string origin)
    {
        for (const Measured& known : m_points)
            if (known.chosen == chosen)
                return known;
        Measured measured{chosen, {}};
        AssignmentPoint& point = measured.point;
        point.plan = planWith(m_base, m_table, chosen);
        point.origin = std::move(origin);
        const auto result = m_whatIf.update(point.plan, m_control);
        point.sizeBytes = result->sizeBytes;
        point.predictedSqnrDb = predictedSqnrDb(m_table, chosen);
        point.sqnrDb = result->outputSqnrDb;
        point.agreement = result->agreement;
        point.agreementLow = result->agreementLow;
        point.agreementHigh = result->agreementHigh;
        point.withinLimits =
            static_cast<double>(point.sizeBytes) <= m_options.maxSizeBytes && withinFurtherLimits(chosen);
        m_points.push_back(std::move(measured));
        m_control.progress(static_cast<std::int64_t>(m_points.size()), 0, "measuring plans");
        return m_points.back();
    }

    void measureUniform()
    {
        for (const int bits : m_weightBits)
            measure(uniformChoice(m_table, bits), "uniform " + std::to_string(bits));
        if (m_weightBits.empty())
            measure(uniformChoice(m_table, 32), "unchanged");
    }

    double smallestBytes() const
    {
        double sum = 0;
        for (const LayerChoices& layer : m_table)
            sum +=
                std::min_element(layer.choices.begin(), layer.choices.end(),
                                 [](const auto& a, const auto& b) { return a.weightBytes < b.weightBytes; })
                    ->weightBytes;
        return sum + m_overheadBytes;
    }

    [[noreturn]] void failLimit() const
    {
        const bool size = smallestBytes() > m_options.maxSizeBytes;
        throw Error(
            ErrorCode::limitNotReachable, "bit assignment",
            {{"what", size ? "the size" : "the cost"},
             {"limit", size ? fixedText(m_options.maxSizeBytes, 0) + " bytes" : std::string("its limits")},
             {"least", size ? fixedText(smallestBytes(), 0) + " bytes" : std::string("above them")}});
    }

    /// Remembers the plan when it is the best one so far.
    bool keepIfBetter(const Measured& candidate)
    {
        if (!candidate.point.withinLimits || (m_best && m_best->point.sqnrDb >= candidate.point.sqnrDb))
            return false;
        m_best = candidate;
        if (m_options.best)
            m_options.best(candidate.point.plan);
        return true;
    }

    /// The prediction's optimum, made to fit by its true size, then repaired; uniform plans compete.
    void searchBest()
    {
        for (std::size_t i = 0; i < m_points.size(); ++i)
            keepIfBetter(m_points[i]);
        double size = m_options.maxSizeBytes;
        for (int attempt = 0; attempt < 4; ++attempt) {
            const auto chosen = solve(size);
            if (!chosen)
                break;
            const Measured& measured = measure(*chosen, "assigned");
            keepIfBetter(measured);
            if (measured.point.withinLimits)
                break;
            size -= static_cast<double>(measured.point.sizeBytes) - m_options.maxSizeBytes;
        }
        if (!m_best)
            failLimit();
        repair(size);
    }

    /// Layers by their share of the predicted noise, largest first.
    std::vector<std::size_t> byNoise(const Chosen& chosen) const
    {
        std::vector<std::size_t> order(m_table.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return m_table[a].choices[chosen[a]].noise > m_table[b].choices[chosen[b]].noise;
        });
        return order;
    }

    /// The layer's next better choice by noise, if there is one.
    std::optional<std::size_t> better(std::size_t layer, std::size_t now) const
    {
        const auto& choices = m_table[layer].choices;
        std::optional<std::size_t> next;
        for (std::size_t i = 0; i < choices.size(); ++i)
            if (choices[i].noise < choices[now].noise && (!next || choices[i].noise > choices[*next].noise))
                next = i;
        return next;
    }

    /// Gives one noisy layer after the other more bits at the cost of the others, and keeps what measures
    /// better.
    void repair(double size)
    {
        int attempts = 0;
        bool improved = true;
        while (improved && attempts < m_options.repairs) {
            improved = false;
            const Chosen start = m_best->chosen;
            for (const std::size_t layer : byNoise(start)) {
                if (attempts >= m_options.repairs || improved)
                    break;
                const auto next = better(layer, start[layer]);
                const auto chosen = next ? solve(size, {{layer, *next}}) : std::nullopt;
                if (!chosen || isKnown(*chosen))
                    continue;
                ++attempts;
                improved = keepIfBetter(measure(*chosen, "repaired"));
            }
        }
    }

    bool isKnown(const Chosen& chosen) const
    {
        return std::any_of(m_points.begin(), m_points.end(),
                           [&](const Measured& m) { return m.chosen == chosen; });
    }

    /// The smallest plan whose measured loss is allowed, by halving the interval of sizes.
    void searchSmallest()
    {
        double low = smallestBytes();
        double high = static_cast<double>(m_points.back().point.sizeBytes);
        high = std::min(high, m_options.maxSizeBytes);
        for (int step = 0; step <= dropSteps; ++step) {
            const double size = step == 0 ? high : (low + high) / 2;
            const auto chosen = solve(size);
            if (!chosen) {
                if (step == 0)
                    failLimit();
                low = size;
                continue;
            }
            const Measured measured = measure(*chosen, "assigned");
            const double drop = m_options.drop(measured.point.plan, m_control);
            const bool good = drop <= *m_options.maxDrop && measured.point.withinLimits;
            if (good && (!m_best || measured.point.sizeBytes < m_best->point.sizeBytes)) {
                m_best = measured;
                m_drop = drop;
                if (m_options.best)
                    m_options.best(measured.point.plan);
            }
            (good ? high : low) = size;
            if (step == 0 && !good)
                throw Error(ErrorCode::limitNotReachable, "bit assignment",
                            {{"what", "the loss"},
                             {"limit", fixedText(*m_options.maxDrop, 4)},
                             {"least", fixedText(drop, 4)}});
        }
    }

    /// Optima at sizes between the smallest and the largest plan.
    void traceFront()
    {
        const double low = smallestBytes();
        double high = low;
        for (const Measured& measured : m_points)
            high = std::max(high, static_cast<double>(measured.point.sizeBytes));
        for (int i = 0; i < m_options.frontPoints; ++i) {
            const double share = static_cast<double>(i + 1) / (m_options.frontPoints + 1);
            if (const auto chosen = solve(low * std::pow(high / low, share)))
                measure(*chosen, "assigned");
        }
    }

    Assignment finished() const
    {
        Assignment result;
        result.best = m_best->point;
        result.drop = m_drop;
        result.evaluations = static_cast<int>(m_points.size());
        std::vector<AssignmentPoint> points;
        for (const Measured& measured : m_points)
            points.push_back(measured.point);
        std::stable_sort(points.begin(), points.end(),
                         [](const AssignmentPoint& a, const AssignmentPoint& b) {
                             return std::pair(a.sizeBytes, -a.sqnrDb) < std::pair(b.sizeBytes, -b.sqnrDb);
                         });
        for (AssignmentPoint& point : points)
            if (result.front.empty() || point.sqnrDb > result.front.back().sqnrDb)
                result.front.push_back(std::move(point));
        return result;
    }

    const QuantPlan& m_base;
    WhatIf& m_whatIf;
    const AssignmentOptions& m_options;
    const Control& m_control;
    std::vector<LayerChoices> m_table;
    std::set<int> m_weightBits;
    double m_overheadBytes = 0; ///< of biases, scales and what stays in float
    std::deque<Measured> m_points;
    std::optional<Measured> m_best;
    std::optional<double> m_drop;
};

}

Assignment assignBits(const Graph& graph, const std::vector<Layer>& layers, const Sensitivity& sensitivity,
                      const QuantPlan& base, WhatIf& whatIf, const AssignmentOptions& options,
                      const Control& control)
{
    const QuantPlan byId = withLayerIds(base, layers);
    return whileDoing("assigning bits", [&] {
        return Assigner(graph, layers, sensitivity, byId, whatIf, options, control).run();
    });
}

}
