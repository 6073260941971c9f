// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/profile_report.h"

#include <algorithm>
#include <map>

namespace lathe {

namespace {

/// Below this a difference is noise of the clock and of other programs.
constexpr double kSlower = 1.1;

/// Whether products of bytes are what the machine's rate is to be taken of.
bool isInteger(const StepProfile& step)
{
    return step.kernel.starts_with("onednn_q") || step.kernel.starts_with("byte_");
}

StepFigures figuresOf(const StepProfile& step, const MachinePeak& peak, double allMs)
{
    StepFigures figures;
    figures.step = step;
    figures.share = allMs > 0 ? step.medianMs / allMs : 0;
    const double operations = 2 * static_cast<double>(step.macs);
    const double bytes = static_cast<double>(step.movedBytes());
    if (step.medianMs > 0) {
        figures.gflops = operations / step.medianMs * 1e-6;
        figures.gbPerSecond = bytes / step.medianMs * 1e-6;
    }
    const double rate = isInteger(step) ? peak.byteGops : peak.floatGflops;
    const double bandwidth = peak.bandwidthFor(step.movedBytes());
    const double computeMs = rate > 0 ? operations / rate * 1e-6 : 0;
    const double moveMs = bandwidth > 0 ? bytes / bandwidth * 1e-6 : 0;
    figures.computeBound = computeMs > moveMs;
    figures.attainableMs = std::max(computeMs, moveMs);
    return figures;
}

void addReason(std::string& why, const std::string& reason)
{
    why += (why.empty() ? "" : "; ") + reason;
}

/// From what is known of both steps: only what was seen, no guess.
std::string whySlower(const StepFigures& floating, const StepFigures& quantized, const std::string& precision)
{
    const StepProfile& a = floating.step;
    const StepProfile& b = quantized.step;
    if (b.medianMs <= kSlower * a.medianMs)
        return {};
    std::string why;
    if (a.kernel != b.kernel)
        addReason(why,
                  b.kernel + " instead of " + a.kernel + (b.reason.empty() ? "" : " (" + b.reason + ")"));
    if (b.passes > 1)
        addReason(why,
                  "its sums may leave the range in which float counts exactly (2^24): they are formed in " +
                      std::to_string(b.passes) + " passes over digits of the codes");
    if (b.convertsInput)
        addReason(why, "its kernel wants real numbers: codes are converted first");
    if (b.roundsOutput)
        addReason(why, "its kernel gives real numbers: bringing them onto the grid is a pass of its own");
    if (why.empty() && precision == "simulated")
        addReason(why, "codes are computed as floats, and each result is requantized, clamped and counted");
    if (why.empty() && precision == "literal")
        addReason(why, "values go through Quantize and Dequantize in float");
    return why;
}

std::string whyAlone(const StepProfile& step)
{
    if (step.op == "Reorder")
        return "the layouts of its neighbours differ; the float program needs no such step";
    return "the float program computes it within another step; a value with a grid must exist";
}

/// Rows of the float program, with those of the quantized one that it does not have put behind their
/// predecessors.
class Pairing
{
public:
    Pairing(const MachinePeak& peak, const Profile& floating)
    {
        for (const StepProfile& step : floating.steps) {
            m_byNode.emplace(step.node, m_rows.size());
            m_rows.push_back(
                {step.id, step.node, step.op, figuresOf(step, peak, floating.stepsMs), std::nullopt, {}});
        }
    }

    void add(const MachinePeak& peak, const Profile& quantized, const std::string& precision)
    {
        std::map<std::size_t, std::vector<ProfileRow>> behind;
        std::size_t last = 0;
        for (const StepProfile& step : quantized.steps) {
            StepFigures figures = figuresOf(step, peak, quantized.stepsMs);
            const auto found = m_byNode.find(step.node);
            if (found == m_byNode.end()) {
                behind[last].push_back(
                    {step.id, step.node, step.op, std::nullopt, std::move(figures), whyAlone(step)});
                continue;
            }
            last = found->second;
            ProfileRow& row = m_rows[last];
            row.id = step.id; // what is fused behind the node in float is a layer of its own here
            row.why = whySlower(*row.floating, figures, precision);
            row.quantized = std::move(figures);
            m_byNode.erase(found);
        }
        for (auto place = behind.rbegin(); place != behind.rend(); ++place) {
            const auto at = std::min(place->first + 1, m_rows.size());
            m_rows.insert(m_rows.begin() + static_cast<std::ptrdiff_t>(at), place->second.begin(),
                          place->second.end());
        }
    }

    std::vector<ProfileRow> take() { return std::move(m_rows); }

private:
    std::vector<ProfileRow> m_rows;
    std::multimap<std::string, std::size_t> m_byNode; ///< float rows that have no partner yet
};

}

double ProfileRow::ratio() const
{
    const bool both = floating && quantized && floating->step.medianMs > 0;
    return both ? quantized->step.medianMs / floating->step.medianMs : 0;
}

ProfileReport profileReport(const MachinePeak& peak, const Profile& floating, const Profile* quantized,
                            const std::string& precision)
{
    ProfileReport report;
    report.peak = peak;
    report.floatMs = floating.medianMs;
    Pairing pairing(peak, floating);
    if (quantized) {
        report.quantizedMs = quantized->medianMs;
        pairing.add(peak, *quantized, precision);
    }
    report.rows = pairing.take();
    return report;
}

}
