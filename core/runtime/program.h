// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/control.h"
#include "core/graph/graph.h"
#include "core/numeric/arithmetic.h"
#include "core/numeric/encoding.h"
#include "core/ops/reference.h"

namespace lathe {

/// How active slots are evaluated.
enum class Precision : std::uint8_t {
    floating,   ///< all slots clear
    simulated,  ///< in code space, exact integer arithmetic: what fused integer kernels compute
    literal,    ///< Quantize/Dequantize pairs in float32: what unfused runtimes compute
};

/// One place that can be quantized without recompiling.
struct Slot {
    enum class Kind : std::uint8_t { activation, weight, bias };

    std::string value;   ///< name of the value; for an edge point "value->node"
    Kind kind = Kind::activation;
    int node = -1;       ///< main node of the layer that owns a weight or bias
};

/// What a slot is set to. A weight slot takes codes, or the encoding alone (weights are then rounded to nearest).
struct SlotSetting {
    std::shared_ptr<const Encoding> encoding;  ///< null: the slot is clear (float)
    std::shared_ptr<const Tensor> codes;       ///< weight codes / int32 bias codes; null: derive from the encoding

    bool active() const { return encoding != nullptr; }
};

struct CompileOptions {
    std::map<std::string, Shape> inputShapes;  ///< by input name; unknown dimensions default to 1
    int threads = 1;                           ///< intra-op threads (oneDNN/OpenMP)
    bool keepSlots = true; ///< keep every point of the graph switchable; false lets kernels fuse across points
    /// Values on grids of at most 8 bits are held as bytes and computed by integer kernels: the same numbers as the simulated
    /// run, faster. Only what stays simulated has slots, with the settings that the graph says; see Program::kernels() for
    /// what that is, and why.
    bool integerKernels = false;
    ArithmeticProfile arithmetic = ArithmeticProfile::onnxRuntime;  ///< of integer kernels; simulated ones are always exact
    bool tapAll = false; ///< keep every layer output observable: no fusion hides it
    bool tapInPlace = false; ///< taps see values in the order in which kernels keep them: TapView::channelsLast
    std::int64_t memoryLimitBytes = 0;  ///< 0: half of the machine's memory
    bool referenceKernels = false;      ///< plain reference implementations only: for checking
    /// Places to open as slots (all clear) besides the graph's own Quantize/Dequantize pairs: so a float graph becomes
    /// switchable and keeps its float weights. By name and kind; Slot::node is not read. Throws Error{unknownName}.
    std::vector<Slot> points;
};

class Program;

/// The setting of every slot of a program: an immutable snapshot that workers share. Changing one slot makes a new
/// Binding that shares all prepared weights with the old one.
class Binding {
public:
    Binding() = default;

    Precision precision() const;
    const SlotSetting& setting(int slot) const;
    /// Digest of the slot's content, for prefix reuse; zero when clear.
    const Digest& digest(int slot) const;

    Binding with(int slot, SlotSetting setting) const;
    /// Several slots at once: cheaper than one after the other.
    Binding with(const std::map<int, SlotSetting>& settings) const;
    /// Settings stay; Precision::floating ignores them while it lasts.
    Binding withPrecision(Precision precision) const;
    /// All slots clear; the precision stays.
    Binding cleared() const;

    struct State;
    const State& state() const { return *m_state; }

private:
    std::shared_ptr<const State> m_state;
    friend class Program;
    friend class Execution;
};

/// Why a fast kernel was not taken, or what was fused: one line a node, shown by `bench --profile` and the model page.
struct KernelChoice {
    std::string node;
    std::string kernel;   ///< "onednn_conv", "reference" ...
    std::string reason;   ///< why preferred kernels refused; empty when the first one took it
};

/// A tensor that a tap sees: float values (real numbers in every precision), padding never included. Row-major, or with
/// axis 1 innermost where CompileOptions::tapInPlace allows it and axis 1 is the value's channel axis.
struct TapView {
    const std::string& value;
    const Shape& shape;
    std::span<const float> reals;
    bool channelsLast = false;
};
using Tap = std::function<void(const TapView&)>;
using TapMap = std::map<std::string, Tap>; ///< by the name of what they look at

/// A graph compiled for fixed input shapes: kernels chosen, weights packed, memory planned. Immutable and shared by
/// threads; each thread runs it through its own Execution.
class Program {
    struct PrivateTag {};

public:
    explicit Program(PrivateTag);
    ~Program();
    /// Quantize/Dequantize pairs of `graph` become slots (initially set as the graph says); everything else
    /// is float. What stands behind a value whose shape is only known while running (and the bodies of If,
    /// Loop and Scan) is compiled then, once for shapes that come again (bodies have no slots). Throws
    /// Error{unsupportedOperator, shapeUnknown, tooLarge ...}.
    static std::shared_ptr<const Program> compile(const Graph& graph, const CompileOptions& options,
                                                  const Control& control = {});

    const Graph& graph() const;              ///< with concrete shapes, Q/DQ removed, 16-bit floats as float32
    /// Not `slots`, which Qt's headers make a macro.
    const std::vector<Slot>& allSlots() const;
    int findSlot(std::string_view value, Slot::Kind kind) const;  ///< -1 when there is none
    /// The settings that the graph itself carries (all clear for a float graph).
    const Binding& defaultBinding() const;
    const std::vector<KernelChoice>& kernels() const;
    std::int64_t arenaBytes() const;
    std::int64_t weightBytes() const;
    /// What compiling the program and running one Execution take at most: constants, packed weights, arena,
    /// scratch memory, inputs and outputs, and the machine code that oneDNN generates, some 1 MB a convolution (no
    /// interface tells: it is what the process grew by while kernels were chosen). Known before weights are packed, and
    /// held against CompileOptions::memoryLimitBytes.
    std::int64_t forecastBytes() const;
    /// Step index that first reads the slot's value (for weights and biases: that uses them); used by prefix reuse.
    int firstStep(int slot) const;
    /// Step that writes the slot's value and so applies its encoding, -1 for graph inputs; weights as firstStep().
    /// A boundary taken while this slot had another setting is only good up to here.
    int writtenBy(int slot) const;
    int stepCount() const;
    /// The grid, raised to uint8, on which a value is held as bytes (CompileOptions::integerKernels); null: it is not.
    const Encoding* byteGrid(std::string_view value) const;
    /// True when a tap on `value` sees something: a value that a kernel writes, not one absorbed by fusion.
    /// With CompileOptions::tapAll also the output of a layer behind shapes that are only known while
    /// running, and of one in a body, under its layer's id ("node/then_branch/value"): seen whenever the body
    /// runs, so perhaps never or often.
    bool canTap(std::string_view value) const;

    struct Impl;
    const Impl& impl() const { return *m_impl; }

private:
    std::unique_ptr<Impl> m_impl;
};

/// One thread's memory for running a program. Not thread-safe; make one per worker.
class Execution {
public:
    explicit Execution(std::shared_ptr<const Program> program);
    ~Execution();
    Execution(Execution&&) noexcept;

    /// Runs one batch; returns the graph outputs as their own tensors. `taps` by value name see tensors as they are
    /// made; values absorbed by fusion cannot be tapped unless CompileOptions::tapAll. Throws Error{inputMissing,
    /// inputUnknown, shapeMismatch, dtypeMismatch}.
    TensorMap run(const TensorMap& inputs, const Binding& binding, const Control& control = {},
                  const TapMap& taps = {});

    /// As run() without taps; `stepNs`, one entry a step, gets the nanoseconds that each took.
    TensorMap runTimed(const TensorMap& inputs, const Binding& binding, std::span<std::int64_t> stepNs,
                       const Control& control = {});

    /// As run(), starting after the steps before `firstStep`, whose live values are given as reals in `boundary`; the
    /// binding's activation slots are applied to them (values already on the same grid stay as they are).
    TensorMap runFrom(int firstStep, const TensorMap& boundary, const Binding& binding,
                      const Control& control = {}, const TapMap& taps = {});
    /// Names of values that are live just before `firstStep` and so needed by runFrom.
    std::vector<std::string> boundaryValues(int firstStep) const;

    /// Per activation slot: how many of the values quantized in the last run were clipped.
    std::int64_t clipped(int slot) const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace lathe
