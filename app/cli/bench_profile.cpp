// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_profile.h"

#include "app/cli/precision.h"
#include "core/base/text.h"
#include "core/runtime/profile_report.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace lathe::cli {
namespace {

constexpr std::size_t rowsPrinted = 20;

Json figuresJson(const StepFigures& figures)
{
    const StepProfile& step = figures.step;
    return {{"ms", step.medianMs},
            {"minMs", step.minMs},
            {"share", figures.share},
            {"kernel", step.kernel},
            {"reason", step.reason},
            {"macs", step.macs},
            {"gflops", figures.gflops},
            {"weightBytes", step.weightBytes},
            {"readBytes", step.readBytes},
            {"writtenBytes", step.writtenBytes},
            {"gbPerSecond", figures.gbPerSecond},
            {"attainableMs", figures.attainableMs},
            {"bound", figures.computeBound ? "compute" : "memory"},
            {"ofPeak", figures.ofPeak()}};
}

Json peakJson(const MachinePeak& peak)
{
    Json bandwidths = Json::array();
    for (const MachinePeak::Bandwidth& bandwidth : peak.bandwidths)
        bandwidths.push_back({{"workingSetBytes", bandwidth.workingSetBytes}, {"gbPerSecond", bandwidth.gbPerSecond}});
    return {{"threads", peak.threads}, {"floatGflops", peak.floatGflops}, {"byteGops", peak.byteGops}, {"bandwidths", bandwidths}};
}

Json layersJson(const ProfileReport& report)
{
    Json layers = Json::array();
    for (const ProfileRow& row : report.rows) {
        Json layer{{"id", row.id}, {"node", row.node}, {"op", row.op}};
        layer["float"] = row.floating ? figuresJson(*row.floating) : Json(nullptr);
        if (report.quantizedMs > 0) {
            layer["quantized"] = row.quantized ? figuresJson(*row.quantized) : Json(nullptr);
            layer["ratio"] = row.ratio() > 0 ? Json(row.ratio()) : Json(nullptr);
            layer["why"] = row.why;
        }
        layers.push_back(std::move(layer));
    }
    return layers;
}

const StepFigures& shownFigures(const ProfileRow& row)
{
    return row.quantized ? *row.quantized : *row.floating;
}

std::string cell(const std::string& text, int width)
{
    std::ostringstream out;
    out << std::setw(width) << text;
    return out.str();
}

void printRow(std::ostringstream& out, const ProfileRow& row, bool both)
{
    const StepFigures& figures = shownFigures(row);
    const StepProfile& step = figures.step;
    out << cell(fixedText(step.medianMs, 3), 9) << cell(fixedText(100 * figures.share, 1), 7)
        << cell(step.macs > 0 ? fixedText(figures.gflops, 1) : "-", 9) << cell(fixedText(figures.gbPerSecond, 1), 7)
        << cell(fixedText(100 * figures.ofPeak(), 0), 9) << "  " << (figures.computeBound ? "compute" : "memory ");
    if (both)
        out << cell(row.ratio() > 0 ? fixedText(row.ratio(), 2) : "-", 7);
    out << "  " << row.node << "  " << step.kernel;
    if (!row.why.empty())
        out << "\n" << std::string(both ? 59 : 52, ' ') << row.why;
    out << "\n";
}

std::string tableText(const ProfileReport& report, const std::string& precision)
{
    const bool both = report.quantizedMs > 0;
    std::ostringstream out;
    out << "This machine with " << report.peak.threads << " threads: " << fixedText(report.peak.floatGflops, 0)
        << " GFLOP/s in float32, " << fixedText(report.peak.byteGops, 0) << " Gop/s in u8 x s8, copies at ";
    for (std::size_t i = 0; i < report.peak.bandwidths.size(); ++i)
        out << (i > 0 ? ", " : "") << fixedText(report.peak.bandwidths[i].gbPerSecond, 0) << " GB/s ("
            << sizeText(report.peak.bandwidths[i].workingSetBytes) << ")";
    out << "\nfloat " << fixedText(report.floatMs, 3) << " ms";
    if (both)
        out << ", " << precision << " " << fixedText(report.quantizedMs, 3) << " ms";
    out << "\n       ms share%  GFLOP/s   GB/s  ofpeak%  bound  " << (both ? "  xfloat" : "") << "  node  kernel\n";
    std::vector<const ProfileRow*> rows;
    for (const ProfileRow& row : report.rows)
        if (!both || row.quantized)
            rows.push_back(&row);
    std::stable_sort(rows.begin(), rows.end(), [](const ProfileRow* a, const ProfileRow* b) {
        return shownFigures(*a).step.medianMs > shownFigures(*b).step.medianMs;
    });
    for (std::size_t i = 0; i < std::min(rowsPrinted, rows.size()); ++i)
        printRow(out, *rows[i], both);
    if (rows.size() > rowsPrinted)
        out << "(" << rows.size() - rowsPrinted << " more with --json)\n";
    return out.str();
}

}

int reportProfile(const Source& source, const std::string& precision, const CompileOptions& compile,
                  const Runnable& runnable, const TensorMap& inputs, const ProfileOptions& options, Context& context)
{
    const MachinePeak peak = measurePeak(compile.threads, context.control);
    const bool quantized = precision != "float";
    const Profile own = profileProgram(runnable.program, runnable.binding, inputs, options, context.control);
    const Profile floating = quantized ? [&] {
        const Runnable plain = compileSource(source, "float", compile, context);
        return profileProgram(plain.program, plain.binding, inputs, options, context.control);
    }() : own;
    const ProfileReport report = profileReport(peak, floating, quantized ? &own : nullptr, precision);
    context.report({{"machine", peakJson(peak)},
                    {"precision", precision},
                    {"threads", compile.threads},
                    {"floatMs", report.floatMs},
                    {"quantizedMs", quantized ? Json(report.quantizedMs) : Json(nullptr)},
                    {"layers", layersJson(report)},
                    {"peakRssBytes", peakRssBytes()}},
                   tableText(report, precision));
    return done;
}

}
