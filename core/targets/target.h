// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/digest.h"
#include "core/numeric/number_format.h"
#include "core/numeric/placement_rules.h"

namespace lathe {

/// A number of a device with where it comes from ("documented: ...", "measured: ..." or "estimate: ...").
struct Figure
{
    double value = 0;
    std::string source;
};

/// Operators that the device has a kernel for, and the formats that this kernel takes: each of `weights` with each of
/// `inputs`. A format with scales per channel stands for one scale too, and one with a zero-point for a symmetric grid.
/// Signs do not count: -128..127 with zero-point z and 0..255 with z + 128 are the same grid.
struct KernelRule
{
    std::vector<std::string> operators;
    std::vector<QuantSpec> weights; ///< empty: the operator has no weights
    std::vector<QuantSpec> inputs;  ///< formats of the activations that it reads
    bool anyWeights = false;
    bool anyInputs = false;
};

/// What becomes of operators without a kernel.
enum class Fallback : std::uint8_t {
    floating, ///< they run in float on the device, or on the processor beside it
    refused,  ///< the device cannot run them
};

/// What one multiply-accumulate costs at given widths. 32 bits stand for float.
struct MacCost
{
    int weightBits = 32;
    int inputBits = 32;
    bool depthwise = false; ///< of depthwise convolutions, which reuse little
    Figure cyclesPerMac;
    Figure picojoulesPerMac;
};

struct MemoryModel
{
    std::vector<int> containerBits; ///< widths that the device can address, ascending: {4, 8, 16, 32}
    std::int64_t alignmentBytes = 1;
    std::optional<Figure> flashBytes; ///< nothing: no limit that matters
    std::optional<Figure> sramBytes;
};

struct CostModel
{
    Figure clockMhz;
    std::vector<MacCost> macs;
    Figure cyclesPerElement;         ///< of operators that do not multiply and accumulate, a value written
    Figure picojoulesPerElement;
    Figure cyclesPerLayer;           ///< of starting a kernel
    Figure weightBytesPerCycle;      ///< from where weights are kept
    Figure activationBytesPerCycle;  ///< to and from where activations are kept
    Figure picojoulesPerWeightByte;
    Figure picojoulesPerActivationByte;
    bool overlapped = false; ///< memory is read while computing: the slower of both counts, else their sum
};

/// How files for the target hold a grid.
struct FileRules
{
    bool signedActivations = false; ///< int8 codes, as runtimes need that know no zero-point
};

/// What a device can run, in which formats, and what it costs there: read from a profile (resources/targets/README.md).
struct Target
{
    std::string id;
    std::string label;
    std::string notes;
    PlacementRules placement;
    QuantSpec defaultWeights;
    QuantSpec defaultActivations;
    std::vector<QuantSpec> activations; ///< formats in which activations can be kept; empty: any
    std::vector<KernelRule> kernels;
    Fallback fallback = Fallback::floating;
    MemoryModel memory;
    CostModel cost;
    FileRules files;
    Digest digest; ///< of the profile that it was read from
};

/// True when a tensor in the format `asked` can be held where `offered` is taken.
bool accepts(const QuantSpec& offered, const QuantSpec& asked);

/// True when one of a rule's formats of weights, or of inputs, takes what is asked.
bool takesWeights(const KernelRule& rule, const QuantSpec& asked);
bool takesInputs(const KernelRule& rule, const QuantSpec& asked);

}
