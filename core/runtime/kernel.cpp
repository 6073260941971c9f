// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/kernel.h"

#include <omp.h>

#include <algorithm>

namespace lathe {

#define KERNEL(name) void register_##name(Table<KernelEntry>& table);
#include "core/runtime/kernels.def"
#undef KERNEL

const Table<KernelEntry>& kernels()
{
    static const Table<KernelEntry> table = [] {
        Table<KernelEntry> made;
#define KERNEL(name) register_##name(made);
#include "core/runtime/kernels.def"
#undef KERNEL
        return made;
    }();
    return table;
}

std::shared_ptr<const StepBinding> Kernel::bind(const BindContext&) const
{
    auto binding = std::make_shared<StepBinding>();
    binding->codesIn = moves;
    return binding;
}

void parallelRanges(std::int64_t count, std::int64_t grain, FunctionRef<void(std::int64_t begin, std::int64_t end)> work)
{
    const std::int64_t parts = std::clamp<std::int64_t>(count / std::max<std::int64_t>(grain, 1), 1, omp_get_max_threads());
    if (parts == 1) {
        work(0, count);
        return;
    }
#pragma omp parallel for num_threads(static_cast<int>(parts)) schedule(static)
    for (std::int64_t i = 0; i < parts; ++i)
        work(count * i / parts, count * (i + 1) / parts);
}

}
