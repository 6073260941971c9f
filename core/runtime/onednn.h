// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <vector>

#include "core/runtime/activation.h"
#include "core/runtime/layout.h"

namespace lathe {

/// What oneDNN needs in more than one kernel. Works with versions 2.6 and 3.

dnnl::engine& cpuEngine();

dnnl::memory::dims dnnlDims(const Shape& shape);
/// Float32 in one of our layouts.
dnnl::memory::desc dnnlDesc(const Shape& shape, Layout layout);
/// Float32 in whatever order the primitive likes best (weights).
dnnl::memory::desc dnnlAny(const dnnl::memory::dims& dims);

/// Adds `activation` to the post-operations.
void appendActivation(dnnl::post_ops& operations, const Activation& activation);

/// User-managed scratchpad, so that threads can share a primitive.
dnnl::primitive_attr dnnlAttributes(const dnnl::post_ops& operations);

/// Packs row-major floats into the order of `wanted`. The result owns its memory and is only read from then on.
dnnl::memory packWeights(const float* plain, const dnnl::memory::desc& plainDesc, const dnnl::memory::desc& wanted);

/// True for the slow C++ loops that oneDNN falls back to.
bool isSlowImplementation(const std::string& name);

/// One primitive with its arguments, for one thread. Memory objects are made once; afterwards only addresses change.
class PrimitiveCall
{
public:
    PrimitiveCall() = default;
    explicit PrimitiveCall(dnnl::primitive primitive);

    /// An argument whose address is set before each execution. Returns its index.
    std::size_t add(int argument, const dnnl::memory::desc& desc);
    /// An argument that brings its own memory (packed weights).
    std::size_t add(int argument);
    void setAddress(std::size_t index, const void* address);
    void setMemory(std::size_t index, const dnnl::memory& memory);
    void execute();

private:
    dnnl::primitive m_primitive;
    dnnl::stream m_stream;
    std::vector<dnnl::memory> m_memories;
    std::vector<const void*> m_addresses;
    std::vector<dnnl_exec_arg_t> m_arguments;
};

/// Bounds OpenMP's threads for the calling thread while it lives.
class ThreadScope
{
public:
    explicit ThreadScope(int threads);
    ~ThreadScope();
    ThreadScope(const ThreadScope&) = delete;
    ThreadScope& operator=(const ThreadScope&) = delete;

private:
    int m_before;
};

}
