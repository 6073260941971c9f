// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/control.h"
#include "core/runtime/program.h"

namespace lathe {

/// What one step of a program took and moved.
struct StepProfile {
    std::string id;         ///< name of the value that it makes: a layer's id; "reorder of x" where it changes x's layout
    std::string node;       ///< the node that it computes
    std::string op;         ///< the node's operator; "Reorder"
    std::string kernel;     ///< with what was fused into it: "onednn_conv+Relu"
    std::string reason;     ///< why the kernels before it in the table refused; empty when the first one took it
    double medianMs = 0;
    double minMs = 0;
    std::int64_t macs = 0;         ///< of the whole batch
    std::int64_t weightBytes = 0;  ///< constants, as the kernel was given them
    std::int64_t readBytes = 0;    ///< activations
    std::int64_t writtenBytes = 0;
    bool convertsInput = false;    ///< takes codes, but its kernel wants real numbers
    int passes = 1;                ///< how often its sums are formed, to stay exact
    bool roundsOutput = false;     ///< its kernel gives real numbers, which are brought onto the grid afterwards

    std::int64_t movedBytes() const { return weightBytes + readBytes + writtenBytes; }
};

struct Profile {
    std::vector<StepProfile> steps;   ///< in order
    double medianMs = 0;              ///< of whole runs
    double stepsMs = 0;               ///< sum of the steps' medians
};

/// Seeded values in [0, 1) (0 or 1 for integers) for every input of the program: timing must not depend on denormals or NaN.
TensorMap seededInputs(const Program& program, std::uint64_t seed);

struct ProfileOptions {
    int repeat = 20;
    int warmup = 3;
};

/// Runs the program with a clock around every step.
Profile profileProgram(const std::shared_ptr<const Program>& program, const Binding& binding, const TensorMap& inputs,
                       const ProfileOptions& options, const Control& control = {});

}
