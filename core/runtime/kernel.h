// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/function_ref.h"
#include "core/base/table.h"
#include "core/runtime/activation.h"
#include "core/runtime/layout.h"
#include "core/runtime/patterns.h"
#include "core/runtime/program.h"

namespace lathe {

struct SlotEntry;

/// One operand of a running step. Floating-point values are float32 in every model type; where `codes` is set they are
/// codes of that grid with the zero-point taken off.
struct Operand {
    std::byte* data = nullptr;
    const Encoding* codes = nullptr;

    float* floats() const { return reinterpret_cast<float*>(data); }
};

/// What a kernel prepared for one setting of the slots: packed weights, multipliers. Immutable, shared by threads.
struct StepBinding {
    virtual ~StepBinding() = default;
    bool codesIn = false;           ///< run() takes operands that are codes as they are; else it gets real numbers
    bool codesOut = false;          ///< run() leaves what the output slot asks for and counts clipped values
    std::size_t scratchBytes = 0;   ///< besides what the kernel always needs
    int passes = 1;                 ///< how often the sums are formed: more than once where codes are written with digits
};

/// What a kernel keeps for one thread: oneDNN's memory objects.
struct KernelState {
    virtual ~KernelState() = default;
};

/// The setting of the slots around a step, for Kernel::bind.
class BindContext
{
public:
    virtual ~BindContext() = default;
    virtual Precision precision() const = 0;
    /// The setting of a weight or bias, null when it has no slot or is clear.
    virtual std::shared_ptr<const SlotEntry> weightSlot(ValueId value) const = 0;
    /// A constant as row-major float32 numbers, after its slot.
    virtual Tensor constant(ValueId value) const = 0;
    /// The same constant as the model has it, whatever its slot says.
    virtual const Tensor& floatConstant(ValueId value) const = 0;
    /// Grid of an operand that arrives as codes; null: real numbers.
    virtual const Encoding* input(std::size_t operand) const = 0;
    /// Grid that the output is wanted on; null: real numbers.
    virtual const Encoding* output() const = 0;
    /// This step's binding in the setting that was changed, to share what did not change; may be null.
    virtual const StepBinding* previous() const = 0;
};

/// One execution of a step.
struct StepRun {
    std::span<const Operand> inputs;
    std::span<const Operand> outputs;
    std::byte* scratch = nullptr;   ///< 64-byte aligned; Kernel::scratchBytes, then StepBinding::scratchBytes
    const StepBinding* binding = nullptr;
    KernelState* state = nullptr;
    const Control& control;
    std::int64_t clipped = 0;       ///< set where binding->codesOut
    const TapMap* nested = nullptr; ///< taps of what is no value of this program itself; null: none
};

/// A way to compute one step, made for fixed shapes.
class Kernel
{
public:
    struct Input {
        ValueId value;
        Layout layout;
    };

    virtual ~Kernel() = default;

    std::vector<Input> inputs;             ///< values that run() reads, each in the layout it wants
    std::vector<Layout> outputLayouts;
    std::vector<ValueId> constants;        ///< values that bind() reads
    std::size_t scratchBytes = 0;
    std::size_t packedBytes = 0;           ///< of constants in the order that bind() brings them into for real numbers
    int overwritten = -1;                  ///< index of the input whose memory the output may take over
    bool overwrites = false;               ///< ... and must
    bool alias = false;                    ///< the output is input 0's memory as it is: run() does nothing
    bool moves = false;                    ///< every output element is an element of input 0: codes stay codes

    /// Called for every new setting of slots around the step. Default: real numbers in and out.
    virtual std::shared_ptr<const StepBinding> bind(const BindContext& context) const;
    virtual std::unique_ptr<KernelState> makeState() const { return nullptr; }
    virtual void run(StepRun& run) const = 0;
};

/// What is to be computed: a node, and what was fused into it.
struct StepRequest {
    const Graph& graph;
    const Node& node;
    std::vector<ValueId> outputs;    ///< outputs[0] is the value after all that is fused
    ValueId bias;                    ///< constant added to each output channel: the node's own or a fused addition's
    ValueId residual;                ///< added before the activation; invalid: none
    Activation activation;
    ValueId function;                ///< the nodes are the parts of `activation` of this value; invalid: they are not
    std::int64_t shuffledGroups = 0; ///< the nodes are a channel shuffle of so many groups; 0: they are not
    std::optional<RowNormalization> normalization;   ///< what the nodes are the parts of
    bool switchable = false;         ///< slots around it: must also run on codes
    bool fused = false;              ///< something besides the node itself
    bool slotsAnywhere = false;      ///< the program has slots, so that its precision says something
    const std::vector<Layout>& layouts;   ///< by value index: the layout that a value was written in
    const CompileOptions& options;

    const Shape& shape(ValueId value) const { return *graph.value(value).shape; }
    Layout layout(ValueId value) const { return layouts[static_cast<std::size_t>(value.index)]; }
    bool isConstant(ValueId value) const { return graph.value(value).isConstant(); }
    bool isFloat(ValueId value) const { return graph.value(value).dtype == DType::float32; }
};

/// A registered family of kernels.
struct KernelEntry {
    std::string id;
    /// A kernel for the request, or null with the reason.
    std::unique_ptr<Kernel> (*make)(const StepRequest& request, std::string& reason) = nullptr;
};

/// In order of preference; the plain reference comes last.
const Table<KernelEntry>& kernels();

/// Calls work(begin, end) on parts of [0, count) on OpenMP's threads; parts are at least `grain` long.
void parallelRanges(std::int64_t count, std::int64_t grain, FunctionRef<void(std::int64_t begin, std::int64_t end)> work);

}
