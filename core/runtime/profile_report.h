// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/runtime/machine_peak.h"
#include "core/runtime/profile.h"

namespace lathe {

/// A step held against the machine: the roofline of its operations and of the bytes that it must move.
struct StepFigures {
    StepProfile step;
    double share = 0;          ///< of the time of all steps
    double gflops = 0;         ///< 0 where it multiplies nothing
    double gbPerSecond = 0;
    double attainableMs = 0;   ///< what the machine's measured rates would allow
    bool computeBound = false; ///< operations, not bytes, set attainableMs

    /// Share of what the machine can do, 1 = all of it.
    double ofPeak() const { return step.medianMs > 0 ? attainableMs / step.medianMs : 0; }
};

/// One layer, or one step that belongs to none, in the float and in the quantized program.
struct ProfileRow {
    std::string id;
    std::string node;
    std::string op;
    std::optional<StepFigures> floating;    ///< nothing where the float program fuses it into another step
    std::optional<StepFigures> quantized;   ///< nothing where there is no quantized program, or it has no such step
    std::string why;                        ///< why the quantized one is slower; empty where it is not

    /// Quantized by float time; 0 where one is missing.
    double ratio() const;
};

struct ProfileReport {
    MachinePeak peak;
    double floatMs = 0;       ///< whole runs
    double quantizedMs = 0;   ///< 0: no quantized program
    std::vector<ProfileRow> rows;   ///< in order of execution
};

/// Steps are paired by the node that they compute, with whatever is fused into it. `quantized` may be null. `precision` names how it ran ("simulated", "literal", "integer").
ProfileReport profileReport(const MachinePeak& peak, const Profile& floating, const Profile* quantized,
                            const std::string& precision);

}
