// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/onednn.h"

#include <omp.h>

#include <limits>

namespace lathe {

using dnnl::algorithm;
using dnnl::memory;

dnnl::engine& cpuEngine()
{
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

memory::dims dnnlDims(const Shape& shape)
{
    return shape.dims();
}

memory::desc dnnlDesc(const Shape& shape, Layout layout)
{
    return memory::desc(dnnlDims(shape), memory::data_type::f32, stridesOf(shape, layout));
}

memory::desc dnnlAny(const memory::dims& dims)
{
    return memory::desc(dims, memory::data_type::f32, memory::format_tag::any);
}

namespace {

void appendEltwise(dnnl::post_ops& operations, algorithm kind, float alpha, float beta)
{
#if DNNL_VERSION_MAJOR >= 3
    operations.append_eltwise(kind, alpha, beta);
#else
    operations.append_eltwise(1.0f, kind, alpha, beta);
#endif
}

}

void appendActivation(dnnl::post_ops& operations, const Activation& activation)
{
    switch (activation.kind) {
    case Activation::Kind::none: return;
    case Activation::Kind::clamp:
        if (activation.low == 0 && activation.high == std::numeric_limits<float>::infinity())
            appendEltwise(operations, algorithm::eltwise_relu, 0, 0);
        else
            appendEltwise(operations, algorithm::eltwise_clip, std::max(activation.low, std::numeric_limits<float>::lowest()),
                          std::min(activation.high, std::numeric_limits<float>::max()));
        return;
    case Activation::Kind::leakyRelu: return appendEltwise(operations, algorithm::eltwise_relu, activation.alpha, 0);
    case Activation::Kind::sigmoid: return appendEltwise(operations, algorithm::eltwise_logistic, 0, 0);
    case Activation::Kind::tanh: return appendEltwise(operations, algorithm::eltwise_tanh, 0, 0);
    case Activation::Kind::swish: return appendEltwise(operations, algorithm::eltwise_swish, 1, 0);
    case Activation::Kind::gelu: return appendEltwise(operations, algorithm::eltwise_gelu_erf, 0, 0);
    case Activation::Kind::geluTanh: return appendEltwise(operations, algorithm::eltwise_gelu_tanh, 0, 0);
    case Activation::Kind::hardSwish:
#if DNNL_VERSION_MAJOR >= 3
        return appendEltwise(operations, algorithm::eltwise_hardswish, 1.0f / 6.0f, 0.5f);
#else
        return appendEltwise(operations, algorithm::eltwise_hardswish, 0, 0);
#endif
    }
}

dnnl::primitive_attr dnnlAttributes(const dnnl::post_ops& operations)
{
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    attributes.set_post_ops(operations);
    return attributes;
}

memory packWeights(const float* plain, const memory::desc& plainDesc, const memory::desc& wanted)
{
    const ThreadScope single(1);   // starting threads would take longer than most weights
    memory source(plainDesc, cpuEngine(), const_cast<float*>(plain));
    memory packed(wanted, cpuEngine());
    dnnl::stream stream(cpuEngine());
    dnnl::reorder(source, packed).execute(stream, source, packed);
    stream.wait();
    return packed;
}

bool isSlowImplementation(const std::string& name)
{
    return name.find("ref") != std::string::npos;
}

PrimitiveCall::PrimitiveCall(dnnl::primitive primitive)
    : m_primitive(std::move(primitive))
    , m_stream(cpuEngine())
{
}

std::size_t PrimitiveCall::add(int argument, const memory::desc& desc)
{
    m_memories.push_back(memory(desc, cpuEngine(), DNNL_MEMORY_NONE));
    m_addresses.push_back(nullptr);
    m_arguments.push_back({argument, m_memories.back().get()});
    return m_arguments.size() - 1;
}

std::size_t PrimitiveCall::add(int argument)
{
    m_memories.emplace_back();
    m_addresses.push_back(nullptr);
    m_arguments.push_back({argument, nullptr});
    return m_arguments.size() - 1;
}

void PrimitiveCall::setAddress(std::size_t index, const void* address)
{
    if (m_addresses[index] == address)
        return;
    m_memories[index].set_data_handle(const_cast<void*>(address));
    m_addresses[index] = address;
}

void PrimitiveCall::setMemory(std::size_t index, const memory& memory)
{
    m_arguments[index].memory = memory.get();
}

void PrimitiveCall::execute()
{
    dnnl::error::wrap_c_api(dnnl_primitive_execute(m_primitive.get(), m_stream.get(),
                                                   static_cast<int>(m_arguments.size()), m_arguments.data()),
                            "could not execute a primitive");
}

ThreadScope::ThreadScope(int threads)
    : m_before(omp_get_max_threads())
{
    omp_set_num_threads(threads);
}

ThreadScope::~ThreadScope()
{
    omp_set_num_threads(m_before);
}

}
